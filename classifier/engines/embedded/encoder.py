"""The encoder's forward pass in numpy: the lower layers as they come, the upper ones as training tuned them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import erf

from .tokens import Tokeniser
from .tuned import Tuned
from .weights import Floats, Layer, Weights, dequantised

PREFIX = "query: "
LONGEST = 72
# After so many layers a mean still tells what a text is about; later ones know little but the five categories.
MIDDLE = 8
CHARACTERS = 600


class Batch:
    """Token sequences of several texts, end to end; `grid` is where each token stands among (text, place)."""

    def __init__(self, sequences: Sequence[Sequence[int]]) -> None:
        self.lengths = np.array([len(sequence) for sequence in sequences])
        self.ids = np.concatenate([np.asarray(sequence) for sequence in sequences])
        self.starts = np.concatenate([[0], np.cumsum(self.lengths)[:-1]])
        self.text = np.repeat(np.arange(len(sequences)), self.lengths)
        self.place = np.arange(len(self.ids)) - self.starts[self.text]
        self.shape = (len(sequences), int(self.lengths.max()))
        absent = np.arange(self.shape[1]) >= self.lengths[:, None]
        self.mask = np.where(absent, np.float32(-1e9), np.float32(0))[:, None, None, :]

    def spread(self, flat: Floats) -> Floats:
        """(tokens, n) to (texts, places, n), zeros where a text has no token."""
        padded = np.zeros((*self.shape, flat.shape[1]), np.float32)
        padded[self.text, self.place] = flat
        return padded

    def gather(self, padded: Floats) -> Floats:
        return np.asarray(padded[self.text, self.place], np.float32)

    def means(self, flat: Floats) -> Floats:
        sums = np.add.reduceat(flat, self.starts)
        return np.asarray(sums / self.lengths[:, None].astype(np.float32), np.float32)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the encoder makes of some texts, a row each.

    middle: unit vectors after MIDDLE layers. logits: one a category, of the tuned layers' own head.
    """

    middle: Floats
    logits: Floats


class Encoder:
    """Sentence embeddings; safe to use from several threads, since nothing changes once it is made."""

    def __init__(self, weights: Weights, tuned: Tuned) -> None:
        self.weights = weights
        self.tuned = tuned
        self.tokeniser = Tokeniser(weights.vocabulary)
        self.lower = weights.layers[: len(weights.layers) - len(tuned.layers)]

    def tokens(self, text: str) -> list[int]:
        """The ids of `PREFIX` and the lower-cased text; of a long one the beginning and the end."""
        if len(text) > CHARACTERS:
            text = f"{text[: CHARACTERS // 3 * 2]} {text[-CHARACTERS // 3 :]}"
        return self.tokeniser.ids(PREFIX + text.lower(), LONGEST)

    def batch(self, texts: Sequence[str]) -> Batch:
        return Batch([self.tokens(text) for text in texts])

    def read(self, texts: Sequence[str]) -> Reading:
        """What tells the categories apart."""
        batch = self.batch(texts)
        layers = [*self.lower, *self.tuned.layers]
        states = self.states(batch, layers[:MIDDLE])
        last = self.through(states, batch, layers[MIDDLE:])
        return Reading(unit(batch.means(states)), batch.means(last) @ self.tuned.head_w + self.tuned.head_b)

    def embed(self, groups: Iterable[Sequence[str]]) -> list[Floats]:
        """A unit vector a text, by the model as it came, which tells meanings apart rather than categories.

        Each layer is made once for all groups of texts, and let go.
        """
        batches = [self.batch(texts) for texts in groups]
        states = [self.embedded(batch) for batch in batches]
        for layer in self.weights.layers:
            states = [self.through(x, batch, [layer]) for x, batch in zip(states, batches, strict=True)]
        return [unit(batch.means(x)) for x, batch in zip(states, batches, strict=True)]

    def states(self, batch: Batch, layers: Sequence[Layer]) -> Floats:
        """Each token of the batch after its embedding and the layers."""
        return self.through(self.embedded(batch), batch, layers)

    def embedded(self, batch: Batch) -> Floats:
        """Each token of the batch by itself: what it is, and where it stands."""
        weights = self.weights
        words = dequantised(weights.words[batch.ids]).reshape(-1, weights.width)
        return normalised(words + weights.positions[batch.place], weights.norm_w, weights.norm_b, weights.epsilon)

    def through(self, x: Floats, batch: Batch, layers: Sequence[Layer]) -> Floats:
        for layer in layers:
            x = forward(layer, x, batch, heads=self.weights.heads, epsilon=self.weights.epsilon)
        return x


def forward(layer: Layer, x: Floats, batch: Batch, *, heads: int, epsilon: float) -> Floats:
    """One transformer layer over the tokens of a batch, (tokens, width) in and out."""
    x = normalised(x + attention(layer, x, batch, heads), layer.norm1_w, layer.norm1_b, epsilon)
    inner = gelu(x @ layer.up_w + layer.up_b)
    return normalised(inner @ layer.down_w + layer.down_b + x, layer.norm2_w, layer.norm2_b, epsilon)


def attention(layer: Layer, x: Floats, batch: Batch, heads: int) -> Floats:
    texts, places = batch.shape
    width = x.shape[1]
    parts = batch.spread(x @ layer.qkv_w + layer.qkv_b).reshape(texts, places, 3, heads, width // heads)
    query, key, value = parts.transpose(2, 0, 3, 1, 4)
    scores = query @ key.transpose(0, 1, 3, 2)
    scores *= np.float32((width // heads) ** -0.5)
    scores += batch.mask
    scores -= scores.max(-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(-1, keepdims=True)
    context = (scores @ value).transpose(0, 2, 1, 3).reshape(texts, places, width)
    mixed: Floats = batch.gather(context) @ layer.out_w + layer.out_b
    return mixed


def normalised(x: Floats, weight: Floats, bias: Floats, epsilon: float) -> Floats:
    """Layer normalisation."""
    x = x - x.mean(1, keepdims=True)
    x /= np.sqrt((x * x).mean(1, keepdims=True) + np.float32(epsilon))
    x *= weight
    x += bias
    return x


def gelu(x: Floats) -> Floats:
    out = erf(x * np.float32(0.5**0.5))
    out += 1
    out *= x
    out *= np.float32(0.5)
    return np.asarray(out, np.float32)


def unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)
