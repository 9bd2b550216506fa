import math
from collections.abc import Callable, Iterator
from importlib import import_module
from threading import Condition
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.test import Client

from accounts import tokens
from accounts.groups import ADMINISTRATORS, API_CLIENT, CURATORS, READERS
from accounts.models import User
from classifier.engines.embedded.service import service
from classifier.review.window import window
from tests.fakes.llm import LLMServer, serve
from tests.fakes.smtp import SMTPServer
from tests.fakes.smtp import serve as smtp_server

PASSWORD = "segredo-bem-comprido-42"


class Api(Client):
    """A client that speaks JSON and, where it has a user, shows that user's access token."""

    def __init__(self, user: User | None = None, **defaults: Any) -> None:
        headers = {"Authorization": f"Bearer {tokens.issue(user).access}"} if user else {}
        super().__init__(headers=headers, **defaults)
        self.user = user

    def post(self, path, data=None, content_type="application/json", **extra):  # type: ignore[override]
        return super().post(path, data, content_type, **extra)

    def patch(self, path, data=None, content_type="application/json", **extra):  # type: ignore[override]
        return super().patch(path, data, content_type, **extra)


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    """No limit, no cached answer, no vector in memory and no choice of a model outlives a test."""
    cache.clear()
    window.forget()
    service.look_again()
    yield
    cache.clear()


@pytest.fixture
def nobody_promotes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which model serves is asked once, not every few seconds: for who counts queries."""
    monkeypatch.setattr("classifier.engines.embedded.service.LOOK_SECONDS", math.inf)


@pytest.fixture
def live_server(live_server: Any) -> Iterator[Any]:
    """pytest-django's, each of whose requests ends before its test does: a later one would meet an emptied database."""
    under_way = 0
    changed = Condition()

    def begin(**_signal: Any) -> None:
        nonlocal under_way
        with changed:
            under_way += 1

    def end(**_signal: Any) -> None:
        nonlocal under_way
        with changed:
            under_way -= 1
            changed.notify_all()

    request_started.connect(begin)
    request_finished.connect(end)
    yield live_server
    with changed:
        assert changed.wait_for(lambda: under_way <= 0, timeout=60), "a request has not ended"
    request_started.disconnect(begin)
    request_finished.disconnect(end)


def groups_of_the_migrations() -> None:
    """Puts back what a transactional test's flush has taken: the groups and their permissions."""
    for app, migration, make in (
        ("accounts", "0002_groups", "make"),
        ("accounts", "0003_administrators_revoke", "grant"),
        ("classifier", "0003_permissions", "grant"),
        ("classifier", "0010_guidelines", "seed"),
        ("classifier", "0014_evaluation_permissions", "grant"),
        ("classifier", "0016_learning_permissions_and_schedule", "grant"),
        ("classifier", "0019_erase_permission", "grant"),
        ("alumusic.llm", "0002_permissions", "grant"),
        ("reports", "0002_permissions", "grant"),
        ("reports", "0004_summary_permissions", "grant"),
        ("insights", "0002_permissions", "grant"),
    ):
        getattr(import_module(f"{app}.migrations.{migration}"), make)(apps, None)


@pytest.fixture
def make_user(db: None) -> Callable[..., User]:
    def make(name: str = "ana", *groups: str, password: str = PASSWORD) -> User:
        if groups and not Group.objects.exists():
            groups_of_the_migrations()
        user = User.objects.create_user(name, password=password)
        user.groups.set(Group.objects.filter(name__in=groups))
        return user

    return make


@pytest.fixture
def llm(settings: Any) -> Iterator[LLMServer]:
    """A real OpenAI-compatible server, which the engine in service asks."""
    with serve() as server:
        settings.OPENAI_BASE_URL = server.base_url
        settings.OPENAI_API_KEY = "test-key"
        settings.LLM_MODEL = "test-model"
        settings.LLM_TIMEOUT_SECONDS = 5
        settings.LLM_MAX_CONCURRENCY = 4
        settings.CLASSIFIER_ENGINE = "llm"
        yield server


@pytest.fixture
def smtp(settings: Any) -> Iterator[SMTPServer]:
    """A real mail server, which the summaries are sent to."""
    with smtp_server() as server:
        settings.EMAIL_BACKEND = "reports.smtp.Backend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.host, server.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_TIMEOUT = 5
        yield server


@pytest.fixture
def anonymous(db: None) -> Api:
    return Api()


@pytest.fixture
def api(make_user: Callable[..., User]) -> Api:
    """A REST client's."""
    return Api(make_user("cliente", API_CLIENT))


@pytest.fixture
def reader_api(make_user: Callable[..., User]) -> Api:
    return Api(make_user("leitora", READERS))


@pytest.fixture
def curator_api(make_user: Callable[..., User]) -> Api:
    return Api(make_user("curadora", CURATORS))


@pytest.fixture
def admin_api(make_user: Callable[..., User]) -> Api:
    return Api(make_user("administradora", ADMINISTRATORS))
