from . import batches, guidelines, pages

__all__ = ["batches", "guidelines", "pages"]
