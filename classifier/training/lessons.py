"""What people's verdicts add to a head that is trained already: a linear correction that leaves the rest as it was.

The head's own logits stand, tuned layers included; only what is added to them learns, from the verdicts, and it is
held near zero on comments that the head knows. So a new topic is learned from a hundred verdicts, and elsewhere hardly
anything moves: docs/decisions/learning-from-verdicts.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize

from classifier.engines.embedded import features
from classifier.engines.embedded.artefact import Artefact
from classifier.engines.embedded.encoder import Encoder
from classifier.engines.embedded.model import DOCUMENTS, Head, Sparse, Terms, softmax
from classifier.engines.embedded.weights import Floats

from .dataset import CATEGORIES, Example, bare
from .estimates import logits
from .fitting import COPY_WEIGHT, Material, matrix, readings

LEAST = 2
MOST = {"words": 20_000, "letters": 40_000}
MIDDLE_SCALE = 0.15
TERMS_SCALE = 2.0
WEIGHT = 2.0
SHRINKAGE = 0.3
# What the mean square of the added logits on the comments held still costs; measured on about a thousand of them.
STILLNESS = 300.0
STEPS = 300


@dataclass(frozen=True, slots=True)
class Lesson:
    """A text as a person judged it. category: place in the declared order. weight: 1 for a verdict given blind."""

    text: str
    category: int
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class _Space:
    """The numbers that the correction sees of a text. spread: of the middle's columns; None without the encoder."""

    terms: dict[str, Terms]
    centre: Floats | None
    spread: Floats | None

    def rows(self, texts: Sequence[str], middle: Floats | None) -> sparse.csr_matrix:
        low = [features.folded(features.trimmed(text)) for text in texts]
        blocks = []
        for name, count in DOCUMENTS.items():
            terms = self.terms[name]
            blocks.append(matrix((terms.row(count(text)) for text in low), len(terms.columns)) * TERMS_SCALE)
        if middle is not None and self.centre is not None and self.spread is not None:
            blocks.append(sparse.csr_matrix((middle - self.centre) / self.spread * MIDDLE_SCALE))
        return sparse.hstack(blocks).tocsr()


def taught(base: Artefact, encoder: Encoder, lessons: Sequence[Lesson], known: Sequence[Example]) -> Artefact:
    """The artefact with both heads corrected. known: comments on which they are to stay as they are."""
    rows = _material(lessons, encoder)
    still = readings(encoder, [each.text for each in known])
    held = Material([each.text for each in known], np.array([each.category for each in known]),
                    np.ones(len(known)), [""] * len(known), still)  # fmt: skip
    return replace(
        base,
        full=_corrected(base.full, rows, held),
        plain=_corrected(base.plain, replace(rows, reading=None), replace(held, reading=None)),
        about={**base.about, "verdicts": len(lessons), "taught_from": base.version},
        checksum="",
    )


def _material(lessons: Sequence[Lesson], encoder: Encoder) -> Material:
    """The verdicts, and a lighter copy of each without accents and punctuation."""
    rows = [(each.text, each.category, WEIGHT * each.weight) for each in lessons]
    stripped = [(bare(each.text), each) for each in lessons]
    rows += [(text, e.category, WEIGHT * COPY_WEIGHT * e.weight) for text, e in stripped if text and text != e.text]
    texts, categories, weights = (list(column) for column in zip(*rows, strict=True))
    return Material(
        texts, np.array(categories), np.array(weights), [""] * len(texts), readings(encoder, texts)
    )  # fmt: skip


def _corrected(head: Head, rows: Material, held: Material) -> Head:
    space = _space(rows, held)
    middles = [None if each.reading is None else each.reading.middle for each in (rows, held)]
    inputs, still = (space.rows(each.texts, middle) for each, middle in zip((rows, held), middles, strict=True))
    added = _learned(inputs, still, logits(head, rows) / head.temperature, rows)
    return _with(head, space, added * head.temperature)


def _space(rows: Material, held: Material) -> _Space:
    low = [features.folded(features.trimmed(text)) for text in rows.texts]
    terms = {
        name: Terms.learned([count(text) for text in low], least=LEAST, most=MOST[name])
        for name, count in DOCUMENTS.items()
    }
    if held.reading is None:
        return _Space(terms, None, None)
    middle = held.reading.middle
    return _Space(terms, middle.mean(0), middle.std(0) + 1e-6)


def _learned(
    inputs: sparse.csr_matrix, still: sparse.csr_matrix, before: Floats, rows: Material
) -> NDArray[np.float64]:
    """What to add to the logits for each input, (inputs, categories): penalised maximum likelihood, by L-BFGS."""
    kinds, width = len(CATEGORIES), inputs.shape[1]
    truth = np.eye(kinds)[rows.categories]
    centred = np.eye(kinds) - 1 / kinds  # what is added to all categories alike changes nothing
    stillness = STILLNESS / still.shape[0]
    back, back_still = inputs.T.tocsr(), still.T.tocsr()

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        added = flat.reshape(width, kinds)
        shares = softmax(before + inputs @ added)
        moved = (still @ added) @ centred
        likelihood = float((rows.weights * np.log((shares * truth).sum(1) + 1e-12)).sum())
        cost = 0.5 * SHRINKAGE * float((flat * flat).sum()) + 0.5 * stillness * float((moved * moved).sum())
        slope = back @ ((shares - truth) * rows.weights[:, None]) + SHRINKAGE * added
        slope += stillness * (back_still @ moved)
        return cost - likelihood, slope.ravel()

    found = minimize(loss, np.zeros(width * kinds), jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    added: NDArray[np.float64] = found.x.reshape(width, kinds)
    return added


def _with(head: Head, space: _Space, added: NDArray[np.float64]) -> Head:
    """The head and what was learned, scaling and centring folded in."""
    parts: dict[str, Any] = {}
    at = 0
    for name, learned in space.terms.items():
        size = len(learned.columns)
        weights = (added[at : at + size] * TERMS_SCALE).astype(np.float16).astype(np.float32)
        parts[f"taught_{name}"] = Sparse(learned, weights)
        at += size
    head = replace(head, **parts)
    if head.middle is None or space.centre is None or space.spread is None:
        return head
    middle = added[at:] * MIDDLE_SCALE / space.spread[:, None]
    return replace(
        head,
        middle=(head.middle + middle).astype(np.float32),
        bias=(head.bias - space.centre @ middle).astype(np.float32),
    )
