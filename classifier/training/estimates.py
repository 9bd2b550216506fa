"""How good a head is on comments that it did not learn from."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from classifier.engines.embedded.model import Head, softmax
from classifier.engines.embedded.weights import Floats

from .dataset import CATEGORIES
from .fitting import Material, fit

FOLDS_BY_IDEA = 5
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


def out_of_fold(
    rows: Material, folds: Sequence[str], tell: Callable[[str], None], *, tuned: bool
) -> tuple[Floats, NDArray[np.bool_]]:
    """Logits by heads that saw none of a row's fold, and which rows were in some fold's turn.

    folds: a name a row; rows of the fold "" always train and are never measured. tuned: count the tuned layers' logits
    too, which is honest only where they did not learn from these rows.
    """
    names = np.array(folds)
    found = np.zeros((len(names), len(CATEGORIES)), np.float32)
    for fold in sorted(set(folds) - {""}):
        held = names == fold
        head = fit(rows.only(~held), tolerance=COARSE)
        found[held] = logits(head if tuned else replace(head, tuned=0.0), rows.only(held))
        tell(f"  {fold}: macro-F1 {figures(softmax(found[held]), rows.categories[held]).macro_f1:.4f}")
    return found, names != ""


def best_temperature(found: Floats, truth: NDArray[np.int64]) -> float:
    """What to divide logits by so that confidence is right on average (least log loss)."""

    def loss(temperature: float) -> float:
        shares = softmax(found / temperature)
        return float(-np.log(shares[np.arange(len(truth)), truth] + 1e-12).mean())

    return round(float(minimize_scalar(loss, bounds=(0.5, 4.0), method="bounded").x), 3)


def by_idea(ideas: Sequence[str]) -> Iterator[str]:
    """A fold a row, the same for all rows of one idea; "" where there is none."""
    fold = {idea: str(place % FOLDS_BY_IDEA) for place, idea in enumerate(sorted(set(ideas)))}
    return (fold[idea] if idea else "" for idea in ideas)
