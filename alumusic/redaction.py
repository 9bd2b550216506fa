"""What no log may hold, taken out of a line before it is written: tokens, keys, passwords, and what listeners wrote.

Our own lines name ids and counts. What they can't help is what others put into their errors: PostgreSQL repeats the row
that it refused, pydantic the value, Python the text that it could not read. So of an error's message, whatever is
quoted goes, but for the names of things.
"""

import re
import traceback
from functools import lru_cache

from django.conf import settings

HIDDEN = "[…]"

SECRETS = re.compile(
    r"""
    (?P<jwt>\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?)
    | (?<=[Bb]earer\ )(?P<bearer>[^\s"',;]+)
    | (?<=://)(?P<userinfo>[^\s/@"']{1,300})(?=@)
    | (?P<key>\bsk-[\w-]{8,})
    | (?P<unsubscribe>(?<=/resumo/sair/)[^\s"'?]+)
    | (?i:(?P<name>["']?\b(?:password|passwd|senha|secret|token|api[_-]?key|sessionid|csrftoken
        |csrfmiddlewaretoken|authorization|cookie|texto|text|autor|author|q)["']?\s*[=:]\s*)
        (?P<value>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s&"',;)}\]]+))
    """,
    re.VERBOSE,
)
OF_POSTGRESQL = re.compile(r"(?P<head>\b(?:DETAIL|CONTEXT|LINE \d+|DETALHE|CONTEXTO|LINHA \d+):).*", re.DOTALL)
OF_PYDANTIC = re.compile(r"input_value=.*?(?=, input_type=)", re.DOTALL)
QUOTED = re.compile(r"""(?P<mark>["'`])(?P<inner>(?:(?!(?P=mark))[^\\]|\\.)*)(?P=mark)""", re.DOTALL)
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.:/-]{0,80}")
MOST_OF_A_MESSAGE = 500
FEWEST_LETTERS = 8  # of a secret; a shorter one would be found in half of all words


def _own_secrets() -> re.Pattern[str] | None:
    """The values of the settings that are secret, however they come into a line."""
    if not settings.configured:  # gunicorn's first process logs before any worker has loaded them
        return None
    return _any_of(
        settings.SECRET_KEY,
        settings.SIMPLE_JWT["SIGNING_KEY"],
        settings.OPENAI_API_KEY,
        settings.METRICS_TOKEN,
        settings.EMAIL_HOST_PASSWORD,
        str(settings.DATABASES["default"].get("PASSWORD") or ""),
    )


@lru_cache(maxsize=8)
def _any_of(*values: str) -> re.Pattern[str] | None:
    long = sorted({re.escape(value) for value in values if len(value) >= FEWEST_LETTERS}, key=len, reverse=True)
    return re.compile("|".join(long)) if long else None


def redacted(line: str) -> str:
    """The line without tokens, keys, passwords, or the words of a comment where something names them."""
    own = _own_secrets()
    line = own.sub(HIDDEN, line) if own else line
    line = OF_PYDANTIC.sub(f"input_value={HIDDEN}", line)
    line = OF_POSTGRESQL.sub(lambda found: f"{found['head']} {HIDDEN}", line)
    return SECRETS.sub(lambda found: f"{found['name'] or ''}{HIDDEN}", line)


def message_of(error: BaseException) -> str:
    """What an error says of itself, without what it quotes. Names of things may stand: a column, a key, a path."""

    def inner(found: re.Match[str]) -> str:
        whole = NAME.fullmatch(found["inner"]) is not None
        return found.group() if whole else f"{found['mark']}{HIDDEN}{found['mark']}"

    return QUOTED.sub(inner, redacted(str(error)))[:MOST_OF_A_MESSAGE]


def told(error: BaseException) -> str:
    message = message_of(error)
    return f"{type(error).__qualname__}: {message}" if message else type(error).__qualname__


def traceback_of(error: BaseException | None) -> str:
    """As Python's, what led to the error first, but each error's message as `message_of` has it."""
    chain: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        frames = "".join(traceback.format_tb(error.__traceback__))
        chain.append(f"Traceback (most recent call last):\n{frames}{told(error)}{_parts(error)}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n\nand then\n\n".join(reversed(chain))


def _parts(error: BaseException) -> str:
    parts = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    return "".join(f"\n\none of them\n\n{traceback_of(part)}" for part in parts)
