"""gunicorn's log, redacted as all others are."""

import logging
from typing import Any

from gunicorn.glogging import Logger as GunicornLogger  # type: ignore[import-untyped]

from alumusic.logs import LineFormatter


class Logger(GunicornLogger):  # type: ignore[misc]
    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            for handler in log.handlers:
                _redact(handler)


def _redact(handler: logging.Handler) -> None:
    """Keeps the handler's own form of a line."""
    plain = handler.formatter or logging.Formatter()
    handler.setFormatter(LineFormatter(plain._fmt, plain.datefmt))  # noqa: SLF001  (there is no public name)
