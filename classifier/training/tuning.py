"""The encoder's upper layers, tuned to tell the categories apart; in torch, which only this needs.

The forward pass is that of `classifier/engines/embedded/encoder.py`, its matrices in bfloat16.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from classifier.engines.embedded.encoder import Batch, Encoder
from classifier.engines.embedded.tuned import Tuned
from classifier.engines.embedded.weights import Floats, Layer

DROPPED = 0.1
SMOOTHING = 0.05
BATCH = 64
POOL = 10
DECAY = 0.01
WARM = 0.1
CLIP = 1.0
BARE = 1 / 3

PARTS = tuple(field.name for field in fields(Layer))
HALF = torch.bfloat16
Parts = dict[str, Tensor]


@dataclass(frozen=True, slots=True)
class Course:
    """epochs: passes over all samples. rate, head_rate: the highest learning rates, of the top layer and of the head.

    lower: how much slower a layer learns than the one above it; lower ones hold what is common to all texts.
    """

    epochs: int
    rate: float
    lower: float
    head_rate: float


@dataclass(frozen=True, slots=True)
class Sample:
    """ids: of the text as typed. bare: of its copy without accents and punctuation. truth: a share a category."""

    ids: Sequence[int]
    bare: Sequence[int]
    truth: Floats


class Network:
    """The encoder's layers, of which the upper ones learn, and a linear head over the mean of a text's tokens."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.chance = torch.Generator().manual_seed(0)
        self.lower = [{part: values.to(HALF) for part, values in _tensors(layer).items()} for layer in encoder.lower]
        self.upper = [_tensors(layer) for layer in encoder.tuned.layers]
        self.head_w = torch.tensor(encoder.tuned.head_w)
        self.head_b = torch.tensor(encoder.tuned.head_b)
        for parameter in (self.head_w, self.head_b, *(part for layer in self.upper for part in layer.values())):
            parameter.requires_grad_()

    def logits(self, batch: Batch, dropped: float = 0.0) -> Tensor:
        """One row a text of the batch. dropped: the share of numbers left out of each branch, while it learns."""
        x = torch.from_numpy(batch.spread(self.encoder.embedded(batch)))
        present = torch.arange(x.shape[1]) < torch.from_numpy(batch.lengths)[:, None]
        mask = torch.from_numpy(batch.mask)
        with torch.no_grad():
            for layer in self.lower:
                x = self._through(layer, x, mask, 0.0)
        for layer in self.upper:
            x = self._through(layer, x, mask, dropped)
        mean = (x * present[:, :, None]).sum(1) / torch.from_numpy(batch.lengths)[:, None]
        return mean * self._kept(mean.shape, dropped) @ self.head_w + self.head_b

    def _through(self, layer: Parts, x: Tensor, mask: Tensor, dropped: float) -> Tensor:
        epsilon = self.encoder.weights.epsilon
        x = x + self._attention(layer, x, mask) * self._kept((len(x), 1, x.shape[-1]), dropped)
        x = functional.layer_norm(x, x.shape[-1:], layer["norm1_w"].float(), layer["norm1_b"].float(), epsilon)
        inner = functional.gelu(_linear(x, layer["up_w"], layer["up_b"]))
        x = x + _linear(inner, layer["down_w"], layer["down_b"]) * self._kept((len(x), 1, x.shape[-1]), dropped)
        return functional.layer_norm(x, x.shape[-1:], layer["norm2_w"].float(), layer["norm2_b"].float(), epsilon)

    def _attention(self, layer: Parts, x: Tensor, mask: Tensor) -> Tensor:
        texts, places, width = x.shape
        heads = self.encoder.weights.heads
        parts = _linear(x, layer["qkv_w"], layer["qkv_b"]).view(texts, places, 3, heads, width // heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        shares = torch.softmax((query @ key.transpose(-1, -2)).float() * (width // heads) ** -0.5 + mask, -1)
        context = (shares.to(value.dtype) @ value).transpose(1, 2).reshape(texts, places, width)
        return _linear(context, layer["out_w"], layer["out_b"])

    def _kept(self, shape: Sequence[int], dropped: float) -> Tensor:
        """Dropout as factors; of whole columns of a text, which is a tenth of the work of one draw a number."""
        return torch.empty(tuple(shape)).bernoulli_(1 - dropped, generator=self.chance) / (1 - dropped)

    def rates(self, course: Course) -> list[dict[str, Any]]:
        """What learns, and how fast at most."""
        top = len(self.upper) - 1
        by_layer = [
            {"params": list(layer.values()), "lr": course.rate * course.lower ** (top - place)}
            for place, layer in enumerate(self.upper)
        ]
        return [{"params": [self.head_w, self.head_b], "lr": course.head_rate}, *by_layer]

    def tuned(self, **about: object) -> Tuned:
        layers = [
            Layer(*(np.ascontiguousarray(layer[part].detach().numpy().T) for part in PARTS)) for layer in self.upper
        ]
        return Tuned(layers, self.head_w.detach().numpy(), self.head_b.detach().numpy(), about)


def tune(
    network: Network, samples: Sequence[Sample], course: Course, *, seed: int, tell: Callable[[str], None]
) -> None:
    """Trains the network in place; the same samples and seed give the same numbers on one machine."""
    random = np.random.default_rng(seed)
    optimiser = torch.optim.AdamW(network.rates(course), weight_decay=DECAY, fused=True)
    steps = course.epochs * -(-len(samples) // BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda done: _rate(done, steps))
    learning = [parameter for group in optimiser.param_groups for parameter in group["params"]]
    for epoch in range(course.epochs):
        losses = []
        for ids, truth in _batches(samples, random):
            logits = network.logits(Batch(ids), DROPPED)
            loss = functional.cross_entropy(logits, torch.tensor(truth), label_smoothing=SMOOTHING)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(learning, CLIP)
            optimiser.step()
            optimiser.zero_grad()
            schedule.step()
            losses.append(loss.item())
        tell(f"  epoch {epoch + 1} of {course.epochs}: loss {np.mean(losses):.4f}")


def _batches(samples: Sequence[Sample], random: np.random.Generator) -> Iterator[tuple[list[Sequence[int]], Floats]]:
    """All samples once, some of them bare, in batches of like length that differ from epoch to epoch."""
    bare = random.random(len(samples)) < BARE
    texts = [sample.bare if chosen else sample.ids for sample, chosen in zip(samples, bare, strict=True)]
    order = random.permutation(len(samples))
    batches = []
    for start in range(0, len(order), BATCH * POOL):
        pool = sorted(order[start : start + BATCH * POOL], key=lambda place: len(texts[place]))
        batches += [pool[at : at + BATCH] for at in range(0, len(pool), BATCH)]
    for number in random.permutation(len(batches)):
        chosen = batches[number]
        yield [texts[place] for place in chosen], np.array([samples[place].truth for place in chosen])


def _rate(done: int, steps: int) -> float:
    """The share of its highest rate at which everything learns: it rises over WARM of the steps, then falls to none."""
    warm = max(1, int(steps * WARM))
    return min((done + 1) / warm, (steps - done) / max(1, steps - warm))


def _tensors(layer: Layer) -> Parts:
    """The layer's numbers; matrices as torch has them, (outputs, inputs)."""
    return {part: torch.tensor(getattr(layer, part).T).contiguous() for part in PARTS}


def _linear(x: Tensor, weights: Tensor, bias: Tensor) -> Tensor:
    return functional.linear(x.to(HALF), weights.to(HALF), bias.to(HALF))
