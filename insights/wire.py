"""Questions and answers in the contract's words: as bodies, and as server-sent events."""

import json
import logging
from collections.abc import Generator, Iterator
from typing import Any

from django.db import DatabaseError
from django.http import StreamingHttpResponse

from alumusic.problems import InternalError, Problem, problem_of
from alumusic.weeks import iso
from insights.answers import Finished, Restarted, Started, Step, Steps, Told, Waiting
from insights.grounding import Grounded
from insights.models import Question, Statement

logger = logging.getLogger(__name__)

EVENT_STREAM = "text/event-stream"


def question_body(question: Question) -> dict[str, Any]:
    """The question on the wire; no query where `with_answers` fetched what belongs to it."""
    answer = question.answer
    return {
        "id": str(question.public_id),
        "pergunta": question.text,
        "resposta": answer.text if answer else None,
        "semanas": [summary.week for summary in question.summaries.all()],
        "citacoes": [citation_of(statement) for statement in answer.statements.all()] if answer else [],
        "estado": question.state,
        "motor": answer.engine if answer else None,
        "do_cache": question.cached,
        "criada_em": iso(question.created_at),
        "voto": question.vote or None,
        "observacao": question.note,
    }


def citation_of(statement: Statement) -> dict[str, str]:
    return {"afirmacao": statement.text, "semana": statement.summary.week, "trecho": statement.quote}


def finished_body(steps: Steps) -> dict[str, Any]:
    """The body once the last step is taken. Raises what the steps raise."""
    *_others, last = steps
    assert isinstance(last, Finished)  # noqa: S101  (the steps end so, or raise)
    return question_body(_fetched(last.question))


def streaming_response(steps: Steps) -> StreamingHttpResponse:
    """The steps as events, none held back on the way; the first is taken here, so that what it raises is no stream."""
    first = next(steps)
    response = StreamingHttpResponse(_Body(first, steps), content_type=EVENT_STREAM)
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


class _Body:
    """The events; closed, it closes the steps, also where none of it was read."""

    def __init__(self, first: Step, steps: Steps) -> None:
        self._steps = steps
        self._events = _events(first, steps)

    def __iter__(self) -> Iterator[bytes]:
        return self._events

    def close(self) -> None:
        self._events.close()
        self._steps.close()


def _events(first: Step, steps: Steps) -> Generator[bytes]:
    """Ends with `fim` or `erro`, unless the reader goes first."""
    try:
        yield _event_of(first)
        for step in steps:
            yield _event_of(step)
    except (Problem, DatabaseError) as error:
        problem = problem_of(error) or InternalError()
        logger.warning("a stream ended with %s", problem.slug)
        yield b"event: erro\ndata: " + problem.response().content + b"\n\n"


def _event_of(step: Step) -> bytes:
    match step:
        case Started(question, weeks):
            return _event("inicio", {"id": str(question.public_id), "semanas": weeks})
        case Told(Grounded(text, source, quote)):
            return _event("afirmacao", {"afirmacao": text, "semana": str(source.week), "trecho": quote})
        case Restarted():
            return _event("recomeco", {})
        case Finished(question):
            return _event("fim", question_body(_fetched(question)))
        case Waiting():
            return b": espera\n\n"


def _event(name: str, data: object) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def _fetched(question: Question) -> Question:
    return Question.objects.with_answers().get(pk=question.pk)
