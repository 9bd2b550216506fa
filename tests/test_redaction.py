"""No token, no key and no word of a comment stands in the log, however it got into an error."""

import io
import json
import logging
import os
import subprocess
import sys

import pytest
from django.conf import settings as configured
from django.db import DatabaseError, connection, transaction
from django.test import Client
from pydantic import BaseModel

from accounts import tokens
from alumusic.access_log import Logger
from alumusic.environment import BASE_DIR
from alumusic.logs import JSONFormatter, LineFormatter
from classifier.models import Comment
from classifier.tests.comments import stored

WORDS = "Odeio o refrão da Joana Prado"


@pytest.fixture(params=["line", "json"])
def log(request):
    """A logger as ours are set up, and what it wrote."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(LineFormatter("%(levelname)s %(message)s") if request.param == "line" else JSONFormatter())
    logger = logging.Logger("probe")  # noqa: LOG001  (one that no other test has)
    logger.addHandler(handler)
    logger.written = stream.getvalue  # type: ignore[attr-defined]
    return logger


def failing(act):
    try:
        act()
    except Exception as error:  # noqa: BLE001  (whatever it is)
        return error
    raise AssertionError("nothing failed")


class Body(BaseModel):
    texto: int


@pytest.mark.parametrize(
    "act",
    [
        lambda: Body(texto=WORDS),
        lambda: int(WORDS),
        lambda: json.loads('"' + WORDS + '"').encode("ascii"),
        lambda: dict.fromkeys("ab", 1)[WORDS],
        lambda: (_ for _ in ()).throw(ValueError(f"texto={WORDS!r}")),
        lambda: (_ for _ in ()).throw(RuntimeError(f'não coube: "{WORDS}"')),
    ],
)
def test_what_an_error_quotes_stays_out(log, act):
    error = failing(act)

    log.error("reading failed", exc_info=error)
    log.error("Task x raised unexpected: %r", error, exc_info=error)

    assert "Joana" not in log.written()
    assert type(error).__name__ in log.written()
    assert "tests/test_redaction.py" in log.written()


def test_what_led_to_an_error_is_told_and_redacted_too(log):
    def act():
        try:
            int(WORDS)
        except ValueError as error:
            raise RuntimeError("unusable: 'texto'") from error

    log.error("failed", exc_info=failing(act))

    told = log.written()
    assert "invalid literal for int() with base 10" in told
    assert "unusable: 'texto'" in told
    assert "Joana" not in told


@pytest.mark.django_db
def test_a_row_that_the_database_refuses_stays_out(log):
    comment = stored(WORDS, author="Joana Prado")

    def act():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE classifier_comment SET confidence = 7 WHERE id = %s", [comment.pk])

    error = failing(act)
    log.error("not stored", exc_info=error)

    log.error("refused: %s", "syntax error LINE 1: ...ão da Joana', 7)")
    assert isinstance(error, DatabaseError)
    assert "comment_confidence_is_probability" in log.written()
    assert "Joana" not in log.written()


@pytest.mark.django_db
def test_tokens_and_keys_stay_out(log, make_user, settings):
    settings.OPENAI_API_KEY = "chave-do-provedor-1234"
    pair = tokens.issue(make_user("ana"))
    lines = [
        f"Authorization: Bearer {pair.access}",
        f"refresh {pair.refresh} used",
        "postgres://alumusic:s3nh4-forte@db/alumusic refused",
        f"provider said: invalid key {settings.OPENAI_API_KEY}",
        "sk-proj-abcdefghijklmnop rejected",
        f"signed with {configured.SECRET_KEY}",
        '{"username": "ana", "password": "segredo comprido"}',
        "GET /resumo/sair/MTI6abc:def 404",
        "GET /api/comentarios?q=Joana+Prado&limite=5",
    ]

    for line in lines:
        log.warning("%s", line)
        log.warning("extra", extra={"said": line})

    told = log.written()
    hidden = [pair.access, pair.refresh, "s3nh4", "chave-do", "abcdefgh", configured.SECRET_KEY, "segredo comprido"]
    assert [secret for secret in [*hidden, "MTI6abc", "Joana"] if secret in told] == []
    assert "limite=5" in told


def test_what_is_nobodys_secret_stays_readable(log):
    log.warning("refresh token used again: family %s of user %s is void", "0b54a5c1", 7)
    log.warning("limit %s not counted, the cache is down: %s", "login", "ConnectionError")

    assert "refresh token used again: family 0b54a5c1 of user 7 is void" in log.written()
    assert "limit login not counted, the cache is down: ConnectionError" in log.written()


@pytest.mark.django_db
def test_a_request_that_fails_leaves_no_word_of_it_in_the_log(settings, log):
    settings.ROOT_URLCONF = "tests.urls_that_fail"
    logger = logging.getLogger("django.request")
    logger.addHandler(log.handlers[0])
    try:
        Client(raise_request_exception=False).get("/api/falha?q=Joana", headers={"Authorization": "Bearer abc.def"})
    finally:
        logger.removeHandler(log.handlers[0])

    assert "RuntimeError" in log.written()
    assert [word for word in ("Joana", "abc.def") if word in log.written()] == []


SERVE = """
import logging
from gunicorn.config import Config
from alumusic.access_log import Logger
from alumusic.environment import BASE_DIR

config = Config()
config.set("accesslog", "-")
log = Logger(config)
log.access('GET /resumo/sair/%s %s', 'MTI6abc', 'Bearer eyJabcdefg.eyJabcdefg.x')
log.error("Error handling request %s", "/api/comentarios?q=Joana", exc_info=ValueError("'Joana Prado'"))
"""


def test_gunicorns_own_log_is_redacted_and_asks_for_no_query():
    done = subprocess.run(  # noqa: S603  (our own interpreter and script)
        [sys.executable, "-c", SERVE.replace("log.access(", "log.access_log.info(")],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "alumusic.settings"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    config: dict[str, str] = {}
    exec((BASE_DIR / "gunicorn.conf.py").read_text(), config)  # noqa: S102  (our own file)

    told = done.stdout + done.stderr
    assert [word for word in ("Joana", "MTI6abc", "eyJabc") if word in told] == []
    assert "ValueError" in told
    assert config["logger_class"] == f"{Logger.__module__}.{Logger.__qualname__}"
    assert [part for part in ("%(r)s", "%(q)s", "%(f)s", "authorization") if part in config["access_log_format"]] == []


@pytest.mark.django_db
def test_with_a_whole_call_nothing_of_the_comment_is_logged(api, caplog):
    caplog.set_level(logging.DEBUG)

    api.post("/api/comentarios", {"id": "a", "texto": WORDS, "autor": "Joana Prado"})
    api.post("/api/comentarios", {"id": "a", "texto": WORDS + "!"})
    api.get("/api/comentarios?q=Joana")

    written = [LineFormatter().format(record) for record in caplog.records if not record.name.startswith("django.db")]
    assert Comment.objects.count() == 1
    assert [line for line in written if "Joana" in line] == []
