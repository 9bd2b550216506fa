"""How the embedded engine's artefact is made from the comments under `classifier/data/`."""
