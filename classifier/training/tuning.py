"""The encoder's upper layers, tuned to tell the categories apart: forward and backward passes in numpy, and Adam.

The lower layers stay as they come, so what they make of each text is computed once.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

from classifier.engines.embedded.encoder import Batch
from classifier.engines.embedded.model import softmax
from classifier.engines.embedded.weights import Floats, Layer

PARTS = tuple(field.name for field in fields(Layer))
DROPPED = 0.1
SMOOTHING = 0.05
BATCH = 32
POOL = 20
RATE = 1e-4
HEAD_RATE = 3e-3
WARM = 0.1
CLIP = 1.0


@dataclass(slots=True)
class Kept:
    """What a layer's backward pass needs of its forward pass."""

    x: Floats
    query: Floats
    key: Floats
    value: Floats
    shares: Floats
    context: Floats
    centred1: Floats
    spread1: Floats
    middle: Floats
    before: Floats
    inner: Floats
    centred2: Floats
    spread2: Floats
    mask1: Floats
    mask2: Floats


def norm_forward(x: Floats, weight: Floats, bias: Floats, epsilon: float) -> tuple[Floats, Floats, Floats]:
    """The normalised rows, and what the backward pass needs: the rows before weight and bias, and 1 / deviation."""
    x = x - x.mean(1, keepdims=True)
    spread = 1 / np.sqrt((x * x).mean(1, keepdims=True) + np.float32(epsilon))
    x *= spread
    return x * weight + bias, x, spread


def norm_backward(grad: Floats, centred: Floats, spread: Floats, weight: Floats) -> tuple[Floats, Floats, Floats]:
    """Gradients by input, weight and bias."""
    inside = grad * weight
    out = inside - inside.mean(1, keepdims=True) - centred * (inside * centred).mean(1, keepdims=True)
    return out * spread, (grad * centred).sum(0), grad.sum(0)


@dataclass(frozen=True, slots=True)
class Network:
    """Upper layers and a linear head over the mean of a text's tokens."""

    layers: list[Layer]
    head_w: Floats
    head_b: Floats
    heads: int
    epsilon: float

    def parameters(self) -> list[Floats]:
        """Every array that learns, the head's two first."""
        return [self.head_w, self.head_b, *(getattr(layer, part) for layer in self.layers for part in PARTS)]

    def forward(self, x: Floats, batch: Batch, drop: Callable[[tuple[int, ...]], Floats]) -> tuple[Floats, list[Kept]]:
        kept = []
        for layer in self.layers:
            x, one = self._layer_forward(layer, x, batch, drop)
            kept.append(one)
        return x, kept

    def _layer_forward(
        self, layer: Layer, x: Floats, batch: Batch, drop: Callable[[tuple[int, ...]], Floats]
    ) -> tuple[Floats, Kept]:
        texts, places = batch.shape
        width = x.shape[1]
        size = width // self.heads
        parts = batch.spread(x @ layer.qkv_w + layer.qkv_b).reshape(texts, places, 3, self.heads, size)
        query, key, value = parts.transpose(2, 0, 3, 1, 4)
        scores = np.asarray(query @ key.transpose(0, 1, 3, 2) * np.float32(size**-0.5) + batch.mask, np.float32)
        shares = softmax(scores)
        context = batch.gather((shares @ value).transpose(0, 2, 1, 3).reshape(texts, places, width))
        mask1, mask2 = drop(x.shape), drop(x.shape)
        middle, centred1, spread1 = norm_forward(
            x + (context @ layer.out_w + layer.out_b) * mask1, layer.norm1_w, layer.norm1_b, self.epsilon
        )
        before = middle @ layer.up_w + layer.up_b
        inner = np.asarray(before * (np.float32(0.5) * (1 + erf(before * np.float32(0.5**0.5)))), np.float32)
        out, centred2, spread2 = norm_forward(
            middle + (inner @ layer.down_w + layer.down_b) * mask2, layer.norm2_w, layer.norm2_b, self.epsilon
        )
        return out, Kept(
            x, query, key, value, shares, context, centred1, spread1, middle, before, inner, centred2, spread2,
            mask1, mask2,
        )  # fmt: skip

    def _layer_backward(self, layer: Layer, kept: Kept, grad: Floats, batch: Batch) -> tuple[Floats, list[Floats]]:
        """The gradient by the layer's input, and by each of PARTS."""
        texts, places = batch.shape
        width = grad.shape[1]
        size = width // self.heads
        grad, norm2_w, norm2_b = norm_backward(grad, kept.centred2, kept.spread2, layer.norm2_w)
        branch = grad * kept.mask2
        down_w, down_b = kept.inner.T @ branch, branch.sum(0)
        inner = branch @ layer.down_w.T * _gelu_slope(kept.before)
        up_w, up_b = kept.middle.T @ inner, inner.sum(0)
        grad = np.asarray(grad + inner @ layer.up_w.T, grad.dtype)
        grad, norm1_w, norm1_b = norm_backward(grad, kept.centred1, kept.spread1, layer.norm1_w)
        branch = grad * kept.mask1
        out_w, out_b = kept.context.T @ branch, branch.sum(0)
        mixed = np.asarray(branch @ layer.out_w.T, grad.dtype)
        context = batch.spread(mixed).reshape(texts, places, self.heads, size).transpose(0, 2, 1, 3)
        value = kept.shares.transpose(0, 1, 3, 2) @ context
        shares = context @ kept.value.transpose(0, 1, 3, 2)
        scores = kept.shares * (shares - (shares * kept.shares).sum(-1, keepdims=True)) * np.float32(size**-0.5)
        parts = np.stack([scores @ kept.key, scores.transpose(0, 1, 3, 2) @ kept.query, value])
        qkv = batch.gather(parts.transpose(1, 3, 0, 2, 4).reshape(texts, places, 3 * width))
        qkv_w, qkv_b = kept.x.T @ qkv, qkv.sum(0)
        return grad + qkv @ layer.qkv_w.T, [
            qkv_w, qkv_b, out_w, out_b, norm1_w, norm1_b, up_w, up_b, down_w, down_b, norm2_w, norm2_b,
        ]  # fmt: skip

    def gradients(
        self,
        x: Floats,
        batch: Batch,
        truth: Floats,
        weights: Floats,
        drop: Callable[[tuple[int, ...]], Floats],
    ) -> tuple[float, list[Floats]]:
        """The weighted mean cross-entropy against `truth` (one row of shares a text), and its gradients."""
        out, kept = self.forward(x, batch, drop)
        pooled = batch.means(out)
        mask = drop(pooled.shape)
        logits = np.asarray((pooled * mask) @ self.head_w + self.head_b, x.dtype)
        shares = softmax(logits)
        total = weights.sum()
        loss = -float((weights * (truth * np.log(shares + 1e-9)).sum(1)).sum() / total)
        wrong = (shares - truth) * (weights / total)[:, None]
        head = [(pooled * mask).T @ wrong, wrong.sum(0)]
        by_text = wrong @ self.head_w.T * mask / batch.lengths[:, None].astype(np.float32)
        grad = by_text[batch.text]
        found: list[list[Floats]] = []
        for layer, one in zip(reversed(self.layers), reversed(kept), strict=True):
            grad, parts = self._layer_backward(layer, one, grad, batch)
            found.append(parts)
        return loss, [*head, *(part for parts in reversed(found) for part in parts)]


def _gelu_slope(x: Floats) -> Floats:
    cumulative = np.float32(0.5) * (1 + erf(x * np.float32(0.5**0.5)))
    slope: Floats = cumulative + x * np.exp(-0.5 * x * x) * np.float32((2 * np.pi) ** -0.5)
    return slope


class Adam:
    """rates: the highest learning rate of each parameter; it rises over WARM of the steps, then falls as a cosine."""

    def __init__(self, parameters: list[Floats], rates: list[float], steps: int) -> None:
        self.parameters = parameters
        self.rates = rates
        self.steps = steps
        self.done = 0
        self.first = [np.zeros_like(parameter) for parameter in parameters]
        self.second = [np.zeros_like(parameter) for parameter in parameters]

    def step(self, gradients: list[Floats]) -> None:
        length = float(np.sqrt(sum(float((gradient * gradient).sum()) for gradient in gradients)))
        shrink = np.float32(min(1.0, CLIP / (length + 1e-9)))
        self.done += 1
        scale = self._schedule() / (1 - 0.9**self.done)
        unbias = np.float32(1 / (1 - 0.999**self.done))
        for place, gradient in enumerate(gradients):
            gradient *= shrink
            first, second = self.first[place], self.second[place]
            first += np.float32(0.1) * (gradient - first)
            second += np.float32(0.001) * (gradient * gradient - second)
            self.parameters[place] -= np.float32(self.rates[place] * scale) * first / (np.sqrt(second * unbias) + 1e-8)

    def _schedule(self) -> float:
        warm = max(1, int(self.steps * WARM))
        if self.done <= warm:
            return self.done / warm
        return 0.5 * (1 + float(np.cos(np.pi * (self.done - warm) / max(1, self.steps - warm))))


@dataclass(frozen=True, slots=True)
class Sample:
    """states: the lower layers' output, (tokens, width). truth: a share for each category.

    turn: 0 for even epochs alone, 1 for odd ones, None for all.
    """

    states: NDArray[np.float16]
    truth: Floats
    weight: float = 1.0
    turn: int | None = None


def tune(network: Network, samples: Sequence[Sample], *, epochs: int, seed: int, tell: Callable[[str], None]) -> None:
    """Trains the network in place; the same samples and seed give the same numbers."""
    random = np.random.default_rng(seed)
    parameters = network.parameters()
    turns = [[sample for sample in samples if sample.turn in (None, epoch % 2)] for epoch in range(epochs)]
    steps = sum(-(-len(turn) // BATCH) for turn in turns)
    optimiser = Adam(parameters, [HEAD_RATE] * 2 + [RATE] * (len(parameters) - 2), steps)

    def drop(shape: tuple[int, ...]) -> Floats:
        return (random.random(shape, np.float32) >= DROPPED) * np.float32(1 / (1 - DROPPED))

    for epoch, turn in enumerate(turns):
        losses = []
        for chosen in _batches(turn, random):
            batch = Batch([range(len(sample.states)) for sample in chosen])
            x = np.concatenate([sample.states for sample in chosen]).astype(np.float32)
            truth = np.array([sample.truth for sample in chosen]) * (1 - SMOOTHING)
            truth += SMOOTHING / truth.shape[1]
            weights = np.array([sample.weight for sample in chosen], np.float32)
            loss, gradients = network.gradients(x, batch, truth.astype(np.float32), weights, drop)
            optimiser.step(gradients)
            losses.append(loss)
        tell(f"  epoch {epoch + 1} of {epochs}: loss {np.mean(losses):.4f}")


def _batches(samples: Sequence[Sample], random: np.random.Generator) -> Iterator[list[Sample]]:
    """All samples once, in batches of like length that differ from epoch to epoch."""
    order = random.permutation(len(samples))
    batches = []
    for start in range(0, len(order), BATCH * POOL):
        pool = sorted(order[start : start + BATCH * POOL], key=lambda place: len(samples[place].states))
        batches += [pool[at : at + BATCH] for at in range(0, len(pool), BATCH)]
    for number in random.permutation(len(batches)):
        yield [samples[place] for place in batches[number]]
