"""The tuned upper layers: from written comments to the file that stands beside the artefact."""

from collections.abc import Callable, Sequence
from dataclasses import asdict

import numpy as np

from classifier.engines.embedded.encoder import Encoder
from classifier.engines.embedded.tuned import Tuned
from classifier.engines.embedded.weights import Weights

from .dataset import CATEGORIES, Example, bare
from .tuning import Course, Network, Sample, tune

DEPTH = 8
SEED = "1"
# Remarks without a tone are few, and what is learned of them must hold for all that nobody wrote down.
NEUTRAL_TIMES = 6
ANEW = Course(epochs=4, rate=3e-4, lower=0.85, head_rate=3e-3)
FURTHER = Course(epochs=1, rate=1.5e-4, lower=0.9, head_rate=1e-3)


def untuned(weights: Weights, depth: int = DEPTH) -> Encoder:
    """The encoder with its own upper layers and a head that knows nothing."""
    kinds = len(CATEGORIES)
    upper = weights.layers[len(weights.layers) - depth :]
    return Encoder(weights, Tuned(upper, np.zeros((weights.width, kinds), np.float32), np.zeros(kinds, np.float32), {}))


def tuned(
    encoder: Encoder,
    examples: Sequence[Example],
    neutral: Sequence[str],
    course: Course,
    *,
    tell: Callable[[str], None],
) -> Tuned:
    """The encoder's upper layers after learning; the encoder itself stays as it is."""
    one = np.eye(len(CATEGORIES), dtype=np.float32)
    even = np.full(len(CATEGORIES), 1 / len(CATEGORIES), np.float32)
    texts = [(example.text, one[example.category]) for example in examples]
    texts += NEUTRAL_TIMES * [(text, even) for text in neutral]
    samples = [Sample(encoder.tokens(text), encoder.tokens(bare(text) or text), truth) for text, truth in texts]
    network = Network(encoder)
    # Another start, another order: a second pass must not leave the same comments bare again.
    tune(network, samples, course, seed=int(encoder.tuned.checksum[:8] or SEED, 16), tell=tell)
    return network.tuned(
        **asdict(course), comments=len(examples), depth=len(network.upper), start=encoder.tuned.checksum
    )
