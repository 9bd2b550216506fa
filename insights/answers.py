"""A question's road: kept, answered by the language model or from the summaries' own sentences, stored."""

import json
import logging
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore, Event
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from alumusic.llm import LLMFault, OutOfTime
from alumusic.llm.availability import admit, refusal
from alumusic.llm.breaker import breaker
from alumusic.problems import Unavailable
from alumusic.throttling import Limit
from classifier.models.search import fold
from insights import prompt, retrieval, sources
from insights.grounding import Claimed, Grounded, fitting, grounded
from insights.models import Answer, Question, QuestionState, Statement
from insights.sources import Source

logger = logging.getLogger(__name__)

DEADLINE_SECONDS = 25.0
HEARTBEAT_SECONDS = 1.0
LATE = frozenset({"timeout", "deadline"})
RETRY_SECONDS = 30
EXTRACTS = "trechos dos resumos"
EXTRACTS_VERSION = "1"
UNKNOWN = "Não sei: os resumos destas semanas não dizem nada sobre isso."

# Questions answered at once in this process: each holds one of its eight threads, and the rest are for everybody else.
MOST_AT_ONCE = 4
_room = BoundedSemaphore(MOST_AT_ONCE)


@dataclass(frozen=True, slots=True)
class Started:
    """The question is kept, and its answer on the way."""

    question: Question
    weeks: Sequence[str]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing new."""


@dataclass(frozen=True, slots=True)
class Told:
    """One more statement, verified."""

    statement: Grounded


@dataclass(frozen=True, slots=True)
class Restarted:
    """What was told does not count: the model had to be asked again, or answers no more."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The question with its answer, which is what counts."""

    question: Question


Step = Started | Waiting | Told | Restarted | Finished


@dataclass(frozen=True, slots=True)
class Composed:
    """An answer that is not stored. No statements: it is not known."""

    statements: Sequence[Grounded]
    engine: str = EXTRACTS
    prompt_version: str = ""

    @property
    def text(self) -> str:
        return " ".join(_sentence(statement.text) for statement in self.statements) or UNKNOWN


def ask(text: str, *, weeks: int, owner: Any) -> "Steps":
    """Keeps the question; its answer comes step by step, and closing the iterator cancels it.

    Raises Throttled, TooFewSummaries, or Unavailable where too many are being answered, before anything is kept; the
    iterator raises Unavailable where no answer came in time. Within `DEADLINE_SECONDS`, whatever the model does.
    """
    Limit("insights", _("Too many questions in a short time.")).take(f"user:{owner.pk}")
    base = sources.latest(weeks)
    if not _room.acquire(blocking=False):
        raise Unavailable(_("Too many questions are being answered; try again in a moment."))
    try:
        question = Question.keep(text, [source.key for source in base if source.key], owner=owner)
    except BaseException:
        _room.release()
        raise
    return Steps(_answered(question, base))


class Steps(Iterator[Step]):
    """The steps of an answer, and the room that they hold until they end or are closed, also where none was taken."""

    def __init__(self, steps: Generator[Step]) -> None:
        self._steps = steps
        self._open = True

    def __next__(self) -> Step:
        try:
            return next(self._steps)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if self._open:
            self._open = False
            try:
                self._steps.close()
            finally:
                _room.release()

    def __del__(self) -> None:
        self.close()


def _answered(question: Question, base: Sequence[Source]) -> Generator[Step]:
    try:
        yield Started(question, [str(source.week) for source in base])
        if known := _known(question.text, base):
            question.settle(known, cached=True)
        else:
            composed = yield from _composed(question, base)
            question.settle(_stored(question.text, base, composed), cached=False)
        yield Finished(question)
    finally:
        question.end(QuestionState.CANCELLED)  # where nothing else has ended it


def _composed(question: Question, base: Sequence[Source]) -> Generator[Step, None, Composed]:
    if refusal() is None:
        try:
            return (yield from _by_model(question, base))
        except (LLMFault, ValueError) as fault:
            reason = fault.reason if isinstance(fault, LLMFault) else "broken_answer"
            logger.warning("question %s without the model: %s", question.public_id, reason)
            if reason in LATE:
                question.end(QuestionState.FAILED)
                sentence = _("No answer came in time. Your question is kept; ask it again in a while.")
                raise Unavailable(sentence, wait_seconds=RETRY_SECONDS) from None
            yield Restarted()
    composed = from_extracts(question.text, base)
    for statement in composed.statements:
        yield Told(statement)
    return composed


def from_extracts(text: str, base: Sequence[Source]) -> Composed:
    """The answer in the summaries' own sentences, word for word."""
    found = retrieval.nearest(text, base)
    statements = fitting(Grounded(passage.text, passage.source, passage.text) for passage in found)
    return Composed(statements, prompt_version=EXTRACTS_VERSION)


def _by_model(question: Question, base: Sequence[Source]) -> Generator[Step, None, Composed]:
    """The model's statements, each told once it is verified. Raises LLMFault, and ValueError for what is no answer."""
    from alumusic.llm.client import client  # the openai package takes two seconds, which only who asks pays

    asked, stop, texts = client(), Event(), SimpleQueue[str | None]()
    deadline = time.monotonic() + DEADLINE_SECONDS
    notes = asked.notes()
    try:
        with notes:
            admit(breaker())
            call = prompt.question(question.text, base)
            coming = asked.submit(call, deadline=deadline, notes=notes, stop=stop, on_text=texts.put)
            coming.add_done_callback(lambda _future: texts.put(None))
            try:
                yield from _verified_as_they_come(texts, base, deadline)
                claimed = prompt.read(coming.result(timeout=0))
            except TimeoutError:
                raise OutOfTime from None
            finally:
                stop.set()
                coming.cancel()
    finally:
        question.link(notes.written)
    return _verified(claimed, base)


def by_model(text: str, base: Sequence[Source], *, deadline: float) -> Composed:
    """The model's answer at once, of a question that is not kept. Raises as `_by_model`."""
    from alumusic.llm.client import client

    return _verified(prompt.read(client().ask(prompt.question(text, base), deadline=deadline)), base)


def _verified(claimed: Sequence[Claimed], base: Sequence[Source]) -> Composed:
    statements = fitting(found for each in claimed if (found := grounded(each, base)))
    return Composed(statements, f"llm/{settings.LLM_MODEL}", prompt.PROMPT_VERSION)


def _verified_as_they_come(texts: "SimpleQueue[str | None]", base: Sequence[Source], deadline: float) -> Iterator[Step]:
    """A step for each statement as soon as it stands, until the text is whole or time is up."""
    read = 0
    shown: list[Grounded] = []
    while time.monotonic() < deadline + HEARTBEAT_SECONDS:
        try:
            text = texts.get(timeout=HEARTBEAT_SECONDS)
        except Empty:
            yield Waiting()
            continue
        if text is None:
            return
        claimed = prompt.complete(text)
        if len(claimed) < read:
            read, shown = 0, []
            yield Restarted()
        for each in claimed[read:]:
            found = grounded(each, base)
            if found and len(fitting([*shown, found])) > len(shown):
                shown.append(found)
                yield Told(found)
        read = len(claimed)


def _known(text: str, base: Sequence[Source]) -> Answer | None:
    """The answer to the same question on the same summaries, by who would answer it now, or better."""
    prints = [_fingerprint(text, base, EXTRACTS, EXTRACTS_VERSION)] if refusal() is not None else []
    if settings.OPENAI_API_KEY:
        prints.insert(0, _fingerprint(text, base, f"llm/{settings.LLM_MODEL}", prompt.PROMPT_VERSION))
    known = {answer.fingerprint: answer for answer in Answer.objects.filter(fingerprint__in=prints)}
    return next((known[each] for each in prints if each in known), None)


def _stored(text: str, base: Sequence[Source], composed: Composed) -> Answer:
    """The answer's row; where somebody who asked the same at the same time was faster, theirs."""
    fingerprint = _fingerprint(text, base, composed.engine, composed.prompt_version)
    with transaction.atomic():
        answer, created = Answer.objects.get_or_create(
            fingerprint=fingerprint,
            defaults={
                "text": composed.text,
                "engine": composed.engine,
                "prompt_version": composed.prompt_version,
            },
        )
        if created:
            Statement.objects.bulk_create(
                Statement(answer=answer, position=n, text=each.text, summary_id=each.source.key, quote=each.quote)
                for n, each in enumerate(composed.statements)
                if each.source.key is not None
            )
    return answer


def _fingerprint(text: str, base: Sequence[Source], engine: str, version: str) -> str:
    asked = " ".join(fold(text).split()).rstrip(" ?!.")
    summaries = [[source.key, str(source.week), source.text] for source in base]
    return sha256(json.dumps([asked, summaries, engine, version]).encode()).hexdigest()


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
