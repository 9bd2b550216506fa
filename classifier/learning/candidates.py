"""One training from people's verdicts: a candidate, held against the model in service, and put in its place or not."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from django.core.cache import cache
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from classifier.engines.embedded import artefact
from classifier.engines.embedded.artefact import Artefact, dumped
from classifier.engines.embedded.encoder import Encoder
from classifier.engines.embedded.engine import encoder_of
from classifier.engines.embedded.model import softmax
from classifier.engines.embedded.weights import encoder_path
from classifier.evaluation.comparison import Comparison, Outcome, compare
from classifier.evaluation.metrics import Confusion, Counts, Figure, f1, macro_f1
from classifier.learning import promotion, split, verdicts
from classifier.learning.verdicts import Taught
from classifier.models import Candidate, Category, Promotion, Review, Side, TrainedArtefact
from classifier.training import certainty, dataset
from classifier.training.dataset import Example
from classifier.training.estimates import logits
from classifier.training.fitting import Material, measured
from classifier.training.lessons import Lesson, taught

CATEGORIES = tuple(Category)
LEAST_LEARNT = 20
LEAST_TESTED = 30
KNOWN = 600
# An F1 may fall by so much before it is held against a candidate, and by more only where that may be chance.
TOLERATED = 0.02
VERDICTS, WRITTEN = "vereditos", "escritos"
LOCK, LOCK_SECONDS = "learning:training", 3 * 3600


class NothingToLearn(Exception):
    """Why no candidate was made, in words for a person."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One set of comments, with what both models say of it."""

    truth: Counts
    before: Counts
    after: Counts

    @property
    def comparison(self) -> Comparison:
        return compare(self.truth, self.before, self.after, categories=len(CATEGORIES))

    def figures(self) -> dict[str, Any]:
        found = self.comparison
        return {
            "n": found.n,
            "before": _of_one(self.truth, self.before),
            "after": _of_one(self.truth, self.after),
            "macro_f1": _plain(found.macro_f1),
            "accuracy": _plain(found.accuracy),
            "f1": {category.value: _plain(each) for category, each in zip(CATEGORIES, found.f1, strict=True)},
            "only_before": found.only_first,
            "only_after": found.only_second,
            "p": found.p,
            "outcome": str(found.outcome),
        }


def _of_one(truth: Counts, said: Counts) -> dict[str, Any]:
    matrix = Confusion.of(truth, said, categories=len(CATEGORIES))
    each = {category.value: f1(matrix, place).value for place, category in enumerate(CATEGORIES)}
    return {"macro_f1": macro_f1(matrix).value, "f1": each}


def _plain(figure: Figure) -> dict[str, Any]:
    return {"value": figure.value, "interval": list(figure.interval) if figure.interval else None}


@dataclass(frozen=True, slots=True)
class Schooling:
    """data: the folder of the written comments. tell: where progress goes, line by line."""

    data: Path
    tell: Callable[[str], None]
    by: User | None = None

    def run(self) -> Candidate:
        """The candidate, promoted if it deserves it. Raises NothingToLearn, DataBroken, ArtefactBroken, EncoderMissing.

        One at a time, whatever process it is in: a task that is delivered twice does nothing the second time.
        """
        if not cache.add(LOCK, 1, LOCK_SECONDS):
            raise NothingToLearn(_("A training is under way already."))
        try:
            return self._run(time.monotonic())
        finally:
            cache.delete(LOCK)

    def _run(self, started: float) -> Candidate:
        last = Review.objects.aggregate(last=Max("pk"))["last"] or 0
        lessons, tests = self._verdicts()
        present = promotion.in_service()
        seen = Promotion.objects.order_by("-pk").values_list("pk", flat=True).first()
        serving, shipped = promotion.artefact_of(present), artefact.load()
        if not serving.fits(shipped):
            present, serving = None, shipped
        encoder, _checksum = encoder_of(encoder_path(), artefact.TUNED)
        self.tell(_("learning from %(n)d verdicts") % {"n": len(lessons)})
        made = taught(shipped, encoder, [_lesson(each) for each in lessons], self._known())
        self.tell(_("measuring"))
        rows = self._sets(tests, encoder)
        made = _with_thresholds(made, self._telling(rows))
        data = dumped(made)
        made = artefact.loaded(data)
        trials = {name: _trial(serving, made, each) for name, each in rows.items()}
        reasons = reasons_against({name: trial.comparison for name, trial in trials.items()})
        candidate = Candidate.objects.create(
            artefact=TrainedArtefact.objects.keep(data),
            version=made.version,
            against=present.artefact_id if present else "",
            against_version=serving.version,
            learnt=len(lessons),
            tested=len(tests),
            last_review=last,
            figures={name: trial.figures() for name, trial in trials.items()},
            reasons=reasons,
            seconds=time.monotonic() - started,
            created_by=self.by,
        )
        if not reasons:
            promotion.promote(candidate, by=None, instead_of=seen)
        return candidate

    def _verdicts(self) -> tuple[list[Taught], list[Taught]]:
        """Those that teach and those that test."""
        found = verdicts.taught()
        sides = split.sides_of(found)
        parts = {side: [each for each in found if sides[each.comment].side == side] for side in Side}
        counts = {"learnt": len(parts[Side.TRAIN]), "tested": len(parts[Side.TEST])}
        if counts["learnt"] < LEAST_LEARNT or counts["tested"] < LEAST_TESTED:
            needed = {"least_learnt": LEAST_LEARNT, "least_tested": LEAST_TESTED}
            raise NothingToLearn(
                _(
                    "There are too few verdicts: %(learnt)d to learn from and %(tested)d to test on; "
                    "it takes %(least_learnt)d and %(least_tested)d."
                )
                % {**counts, **needed}
            )
        return parts[Side.TRAIN], parts[Side.TEST]

    def _known(self) -> list[Example]:
        """Written comments on which the model is to stay as it is, always the same ones."""
        written = dataset.voices(self.data)
        return random.Random(1).sample(written, min(KNOWN, len(written)))  # noqa: S311

    def _sets(self, tests: Sequence[Taught], encoder: Encoder) -> dict[str, Material]:
        """What both models are measured on: the verdicts held back, and the written comments that nothing trains on."""
        judged = [Example(each.text, CATEGORIES.index(each.category)) for each in tests]
        files = [self.data / name for name in dataset.EVALUATION if (self.data / name).exists()]
        sets = {VERDICTS: judged, WRITTEN: [example for file in files for example in dataset.read(file)]}
        return {name: measured(each, encoder) for name, each in sets.items() if each}

    def _telling(self, rows: dict[str, Material]) -> list[Material]:
        """What chooses the cascade's thresholds: the verdicts, and as in every training the hard written comments."""
        file = self.data / dataset.HARD
        if WRITTEN not in rows or not file.exists():
            return list(rows.values())
        hard = {example.text for example in dataset.read(file)}
        written = rows[WRITTEN]
        return [rows[VERDICTS], written.only(np.array([text in hard for text in written.texts]))]


def _lesson(each: Taught) -> Lesson:
    return Lesson(each.text, CATEGORIES.index(each.category), each.weight)


def _trial(serving: Artefact, made: Artefact, rows: Material) -> Trial:
    before, after = (logits(each.full, rows).argmax(1) for each in (serving, made))
    return Trial(rows.categories, before, after)


def _with_thresholds(made: Artefact, telling: Sequence[Material]) -> Artefact:
    """With the confidence from which on the first stage of a cascade keeps its verdicts."""
    sure = [softmax(logits(made.full, each) / made.full.temperature) for each in telling]
    truth = np.concatenate([each.categories for each in telling])
    least = certainty.thresholds(np.concatenate(sure), truth)
    return replace(made, about={**made.about, "thresholds": least})


def reasons_against(comparisons: dict[str, Comparison]) -> list[dict[str, Any]]:
    """What speaks against putting the candidate into service; nothing where it deserves it."""
    found: list[dict[str, Any]] = []
    on_verdicts = comparisons[VERDICTS]
    if on_verdicts.outcome != Outcome.BETTER:
        found.append({"code": "not_better", "outcome": str(on_verdicts.outcome), **_plain(on_verdicts.macro_f1)})
    for name, comparison in comparisons.items():
        for category, figure in zip(CATEGORIES, comparison.f1, strict=True):
            if figure.interval is not None and figure.interval.high < -TOLERATED:
                found.append({"code": "fell", "set": name, "category": category.value, **_plain(figure)})
    return found
