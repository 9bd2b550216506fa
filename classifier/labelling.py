"""From a comment to its label: ask an engine, record what it said, let another stand in where it has nothing to say."""

import logging
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from classifier.engines import Engine, Failure, Part, Remedy, Verdict, embedded_engine
from classifier.models import Classification, Comment, Label, Relabelling
from classifier.models.classification import PROBABILITY_COLUMNS
from classifier.outages import KEEP_SECONDS, outlasted

logger = logging.getLogger(__name__)

# What the embedded engine has at least when it stands in late; without it, a refusal would be paid for again.
STAND_IN_SECONDS = 2.0
# After so many tries in vain, with a provider that answers others, another engine is asked.
TRIES = 3
NOT_THE_COMMENTS = {"deadline", "rate_limited"}


@dataclass(frozen=True, slots=True)
class Work:
    """Comments for one engine. No transaction may be open: engines take long.

    held: which comments may be written, the claim's token in it. deadline: a `time.monotonic()`.
    turns: see `Classification.turn`, by comment id. reasons: why the engine in service will never label a comment, by
    its id. stand_in: the language model labels them again when it is back. urgent: somebody waits for them.
    """

    comments: Sequence[Comment]
    held: Q
    deadline: float
    turns: Mapping[int, int] = field(default_factory=dict)
    reasons: Mapping[int, str] = field(default_factory=dict)
    stand_in: bool = False
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """labelled: how many. in_vain: the ids of those that were asked about and got no answer, which may be their own
    fault.
    """

    labelled: int
    in_vain: list[int]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of some of the comments. labelled: their ids; a claim that has passed to another is not in it."""

    labelled: list[int]
    failures: list[tuple[Comment, Failure]]


def label(work: Work, engine: Engine) -> Done:
    """Labels the comments; what took no label may get one later.

    What the engine will never label, or not while it is out of service, the embedded engine labels at once.
    """
    done = 0
    lost: dict[Remedy, dict[Comment, str]] = {remedy: {} for remedy in Remedy}
    for outcome in ask(work, engine):
        done += len(outcome.labelled)
        for comment, failure in outcome.failures:
            lost[_remedy(comment, failure)][comment] = failure.reason
    in_vain = [comment.pk for comment, reason in lost[Remedy.WAIT].items() if reason not in NOT_THE_COMMENTS]
    if engine is embedded_engine():
        return Done(done, in_vain)
    deadline = max(work.deadline, time.monotonic() + STAND_IN_SECONDS)
    never, for_now = lost[Remedy.REPLACE], lost[Remedy.STAND_IN]
    reasons = {comment.pk: reason for comment, reason in never.items()}
    for rest in (
        Work(list(never), work.held, deadline, reasons=reasons),
        Work(list(for_now), work.held, deadline, stand_in=settings.LLM_RECLASSIFY),
    ):
        done += sum(len(outcome.labelled) for outcome in ask(rest, embedded_engine()))
    return Done(done, in_vain)


def _remedy(comment: Comment, failure: Failure) -> Remedy:
    if failure.remedy is Remedy.WAIT and failure.reason not in NOT_THE_COMMENTS and comment.attempts >= TRIES:
        return Remedy.REPLACE
    return failure.remedy


def ask(work: Work, engine: Engine) -> Iterator[Outcome]:
    """What the engine says, recorded part by part as it comes."""
    texts = [comment.text for comment in work.comments]
    for part in engine.label(texts, deadline=work.deadline, urgent=work.urgent):
        labelled = _record(work, part)
        yield Outcome(labelled, list(_failures(work, part)))


def _failures(work: Work, part: Part) -> Iterator[tuple[Comment, Failure]]:
    failures = {place: result for place, result in part.results.items() if isinstance(result, Failure)}
    for reason, count in Counter(failure.reason for failure in failures.values()).items():
        logger.warning("%s: no label for %s comments: %s", part.engine, count, reason)
    for place, failure in failures.items():
        yield work.comments[place], failure


def _record(work: Work, part: Part) -> list[int]:
    verdicts = {
        work.comments[place].pk: result for place, result in part.results.items() if isinstance(result, Verdict)
    }
    labels = {
        pk: Label(verdict.category, verdict.confidence, part.engine, verdict.tags, work.reasons.get(pk))
        for pk, verdict in verdicts.items()
    }

    def write() -> list[int]:
        with transaction.atomic():
            adopted = Comment.adopt(labels, work.held)
            rows = [_classification(pk, verdicts[pk], part, work) for pk in adopted]
            Classification.objects.bulk_create(rows, ignore_conflicts=True)
            if work.stand_in:
                _queue_for_llm(adopted)
        return adopted

    return outlasted(write, deadline=work.deadline + KEEP_SECONDS) if labels else []


def _classification(pk: int, verdict: Verdict, part: Part, work: Work) -> Classification:
    said = classification_of(pk, verdict, engine=part.engine, prompt_version=part.prompt_version)
    said.turn, said.fallback_reason = work.turns.get(pk, 0), work.reasons.get(pk)
    return said


def classification_of(comment: int, verdict: Verdict, *, engine: str, prompt_version: str = "") -> Classification:
    """The verdict on a comment, by its id, as it is kept; not yet saved."""
    probabilities = dict(zip(PROBABILITY_COLUMNS, verdict.probabilities or (), strict=False))
    return Classification(
        comment_id=comment,
        engine=engine,
        prompt_version=prompt_version,
        category=verdict.category,
        confidence=verdict.confidence,
        tags=list(verdict.tags),
        **probabilities,
    )


def _queue_for_llm(comments: Iterable[int]) -> None:
    llm = Relabelling.EngineKind.LLM
    Relabelling.objects.bulk_create(
        [Relabelling(comment_id=pk, engine_kind=llm) for pk in comments], ignore_conflicts=True
    )
