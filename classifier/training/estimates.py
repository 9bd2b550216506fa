"""How good a head is on comments that it did not learn from."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from classifier.engines.embedded.model import Head, softmax
from classifier.engines.embedded.weights import Floats

from .dataset import CATEGORIES
from .fitting import Material, fit

COARSE = 1e-3


@dataclass(frozen=True, slots=True)
class Figures:
    """f1: one a category, in the declared order. ece: expected calibration error over ten bins of equal mass."""

    count: int
    f1: tuple[float, ...]
    ece: float
    accuracy: float

    @property
    def macro_f1(self) -> float:
        return sum(self.f1) / len(self.f1)

    def __str__(self) -> str:
        each = "  ".join(f"{name} {f1:.3f}" for name, f1 in zip(CATEGORIES, self.f1, strict=True))
        return f"macro-F1 {self.macro_f1:.4f}  ECE {self.ece:.3f}  n {self.count}  ({each})"


def figures(probabilities: Floats, truth: NDArray[np.int64]) -> Figures:
    said = probabilities.argmax(1)
    f1 = []
    for kind in range(len(CATEGORIES)):
        right = int(((said == kind) & (truth == kind)).sum())
        either = int((said == kind).sum() + (truth == kind).sum())
        f1.append(2 * right / either if either else 0.0)
    confidence, correct = probabilities.max(1), said == truth
    bins = np.array_split(np.argsort(confidence, kind="stable"), min(10, len(truth)))
    ece = sum(abs(confidence[b].mean() - correct[b].mean()) * len(b) for b in bins) / len(truth)
    return Figures(len(truth), tuple(f1), float(ece), float(correct.mean()))


def logits(head: Head, rows: Material) -> Floats:
    """One row a text, before temperature."""
    if rows.reading is None:
        return np.array([head.linear(text) for text in rows.texts])
    middle = zip(rows.texts, rows.reading.middle, strict=True)
    return np.asarray([head.linear(text, each) for text, each in middle] + head.tuned * rows.reading.logits)


def out_of_fold(rows: Material, tell: Callable[[str], None]) -> tuple[Floats, NDArray[np.bool_]]:
    """Logits by heads that saw none of a row's voice, and which rows have a voice; the others always train."""
    names = np.array(rows.voices)
    found = np.zeros((len(names), len(CATEGORIES)), np.float32)
    for voice in sorted(set(rows.voices) - {""}):
        held = names == voice
        found[held] = logits(fit(rows.only(~held), tolerance=COARSE), rows.only(held))
        tell(f"  {voice}: macro-F1 {figures(softmax(found[held]), rows.categories[held]).macro_f1:.4f}")
    return found, names != ""


def best_temperature(found: Floats, truth: NDArray[np.int64]) -> float:
    """What to divide logits by so that confidence is right on average (least log loss)."""

    def loss(temperature: float) -> float:
        shares = softmax(found / temperature)
        return float(-np.log(shares[np.arange(len(truth)), truth] + 1e-12).mean())

    return round(float(minimize_scalar(loss, bounds=(0.5, 4.0), method="bounded").x), 3)
