"""Log lines, for whoever reads or collects them, without what no log may hold."""

import json
import logging
from datetime import UTC, datetime
from types import NoneType
from typing import Any

from alumusic.redaction import redacted, told, traceback_of

BUILT_IN = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class LineFormatter(logging.Formatter):
    """A line of text, and a traceback below it."""

    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None  # what another handler's formatter may have left here is not redacted
        line = super().format(record)
        record.exc_text = None
        return line

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  (logging's name)
        record.message = _message(record)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802  (logging's name)
        return traceback_of(ei[1])


class JSONFormatter(LineFormatter):
    """One object a line: time, level, logger, message, what was given as `extra`; a traceback under `exception`."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
            **_extra(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def _message(record: logging.LogRecord) -> str:
    """The message redacted, and also an error that it repeats, as Celery's do."""
    message = record.getMessage()
    error = record.exc_info[1] if record.exc_info else None
    for repeated in (repr(error), str(error)) if error and str(error) else ():
        message = message.replace(repeated, told(error))  # type: ignore[arg-type]
    return redacted(message)


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    """Numbers, texts, lists of texts. No objects: a request shows its query, and Celery's `data` its arguments."""
    given = {name: value for name, value in vars(record).items() if name not in BUILT_IN}
    texts = {name: redacted(value) for name, value in given.items() if isinstance(value, str)}
    lists = {name: [redacted(str(each)) for each in value] for name, value in given.items() if isinstance(value, list)}
    return {name: value for name, value in given.items() if isinstance(value, int | float | NoneType)} | texts | lists
