"""The tuned upper layers: from written comments to the file that stands beside the artefact."""

from collections.abc import Callable, Sequence
from dataclasses import fields, replace

import numpy as np
from numpy.typing import NDArray

from classifier.engines.embedded.encoder import Encoder
from classifier.engines.embedded.tuned import Tuned
from classifier.engines.embedded.weights import Floats, Layer, Weights

from .dataset import CATEGORIES, Example
from .fitting import copies
from .tuning import Network, Sample, tune

DEPTH = 4
EPOCHS = 3
SEED = 1
COPY_WEIGHT = 0.75


def untuned(weights: Weights, depth: int = DEPTH) -> Encoder:
    """The encoder with its own upper layers and a head that knows nothing."""
    kinds = len(CATEGORIES)
    upper = [_copied(layer) for layer in weights.layers[len(weights.layers) - depth :]]
    return Encoder(weights, Tuned(upper, np.zeros((weights.width, kinds), np.float32), np.zeros(kinds, np.float32), {}))


def tuned(
    encoder: Encoder,
    examples: Sequence[Example],
    neutral: Sequence[str],
    *,
    epochs: int = EPOCHS,
    tell: Callable[[str], None],
) -> Tuned:
    """The upper layers of an `untuned` encoder after learning, in its own arrays.

    A comment's copy without accents and punctuation learns in every other epoch.
    """
    one = np.eye(len(CATEGORIES), dtype=np.float32)
    even = np.full(len(CATEGORIES), 1 / len(CATEGORIES), np.float32)
    bare = copies(examples)
    texts = [*(example.text for example in examples), *(text for text, _ in bare), *neutral]
    truth = [*(one[example.category] for example in examples), *(one[example.category] for _, example in bare)]
    truth += [even] * len(neutral)
    turns = [None] * len(examples) + [place % 2 for place in range(len(bare))] + [None] * len(neutral)
    weights = [1.0] * len(examples) + [COPY_WEIGHT] * len(bare) + [1.0] * len(neutral)
    tell("lower layers")
    samples = [Sample(*row) for row in zip(lower_states(encoder, texts), truth, weights, turns, strict=True)]
    network = Network(
        encoder.tuned.layers, encoder.tuned.head_w, encoder.tuned.head_b, encoder.weights.heads, encoder.weights.epsilon
    )
    tune(network, samples, epochs=epochs, seed=SEED, tell=tell)
    return replace(encoder.tuned, about={"comments": len(examples), "depth": len(network.layers), "epochs": epochs})


def lower_states(encoder: Encoder, texts: Sequence[str], chunk: int = 32) -> list[NDArray[np.float16]]:
    """What the lower layers make of each text's tokens."""
    order = sorted(range(len(texts)), key=lambda place: (len(texts[place]), texts[place]))
    states: list[NDArray[np.float16]] = [np.zeros((0, 0), np.float16)] * len(texts)
    for start in range(0, len(order), chunk):
        places = order[start : start + chunk]
        batch = encoder.batch([texts[place] for place in places])
        found = encoder.states(batch, encoder.lower).astype(np.float16)
        for place, at, length in zip(places, batch.starts, batch.lengths, strict=True):
            states[place] = found[at : at + length].copy()
    return states


def _copied(layer: Layer) -> Layer:
    parts: list[Floats] = [getattr(layer, field.name).copy() for field in fields(Layer)]
    return Layer(*parts)
