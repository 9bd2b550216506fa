"""An answer as server-sent events: each statement once it stands, an explicit end, a cancel that reaches the model."""

import json
import threading

import pytest
from django.test import Client

from accounts.groups import CURATORS
from conftest import Api
from insights import answers
from insights.models import Question
from insights.tests.sent import ANDROID, QUOTE, WEEKS, sent
from tests.fakes.llm import Reply, gated, hanging, http_error
from tests.fakes.llm.insights import stated, statement, stating

pytestmark = pytest.mark.django_db

FIRST = "Quem usa o Android reclama do aplicativo que fecha sozinho (38 críticas)."
SECOND = "O preço da assinatura familiar teve 71 críticas."
BOTH = (statement("2025-W29", ANDROID, FIRST), statement("2025-W31", QUOTE, SECOND))


def stream(api, text="O que mais incomodou?"):
    return api.post("/api/insights/perguntar", {"pergunta": text}, headers={"Accept": "text/event-stream"})


def events(chunks):
    """Each event's name and data; comments are left out."""
    found = []
    for block in b"".join(chunks).decode().strip().split("\n\n"):
        if not block.startswith(":"):
            name, data = block.split("\n")
            found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def test_statements_come_one_by_one_and_then_the_whole(api, llm):
    sent()
    llm.script(stating(*BOTH))

    response = stream(api)
    found = events(response)

    assert [name for name, _data in found] == ["inicio", "afirmacao", "afirmacao", "fim"]
    assert found[0][1]["semanas"] == WEEKS
    assert [data["afirmacao"] for _name, data in found[1:3]] == [FIRST, SECOND]
    assert found[3][1]["resposta"] == f"{FIRST} {SECOND}"
    assert found[3][1]["id"] == found[0][1]["id"]


def test_nothing_on_the_way_holds_events_back(api):
    sent()

    response = stream(api)

    assert response["Content-Type"] == "text/event-stream"
    assert (response["Cache-Control"], response["X-Accel-Buffering"]) == ("no-store", "no")
    assert "Content-Length" not in response
    response.close()


def test_a_statement_is_shown_before_the_model_has_ended(api, llm):
    sent()
    gate = threading.Event()
    llm.script(gated(stated(*BOTH, *BOTH), gate))  # said twice, told once

    chunks = iter(stream(api))
    seen = [next(chunks), next(chunks)]
    while b"afirmacao" not in seen[-1]:
        seen.append(next(chunks))
    assert not gate.is_set()
    gate.set()

    found = events([*seen, *chunks])
    assert [name for name, _data in found] == ["inicio", "afirmacao", "afirmacao", "fim"]
    assert found[-1][1]["resposta"] == f"{FIRST} {SECOND}"


def test_while_the_model_thinks_the_connection_is_kept_alive(api, llm, monkeypatch):
    monkeypatch.setattr(answers, "HEARTBEAT_SECONDS", 0.05)
    sent()
    gate = threading.Event()
    llm.script(gated(stated(*BOTH), gate))

    chunks = iter(stream(api))
    found = [next(chunks)]
    while not found[-1].startswith(b":"):
        found.append(next(chunks))
    gate.set()

    assert events(chunks)[-1][0] == "fim"


@pytest.mark.django_db(transaction=True)  # closing a response closes the connection
def test_who_leaves_cancels_the_question_and_the_call(api, llm):
    sent()
    llm.always = hanging()
    response = stream(api)
    chunks = iter(response)
    while not llm.requests:
        next(chunks)

    response.close()

    assert llm.left.wait(5)
    question = Question.objects.get()
    assert question.state == "cancelada"
    assert [call.outcome for call in question.calls.all()] == ["abandoned"]


@pytest.mark.django_db(transaction=True)  # closing a response closes the connection
def test_who_leaves_before_the_first_event_cancels_too(api):
    sent()

    stream(api).close()

    assert Question.objects.get().state == "cancelada"


def test_a_time_out_is_an_explicit_error(api, llm, monkeypatch):
    monkeypatch.setattr(answers, "DEADLINE_SECONDS", 0.3)
    sent()
    llm.always = hanging()

    name, problem = events(stream(api))[-1]

    assert (name, problem["status"], problem["type"]) == ("erro", 503, "/problemas/indisponivel")
    assert Question.objects.get().state == "falhou"


def test_what_was_shown_of_an_answer_that_broke_off_does_not_count(api, llm, monkeypatch):
    sent()
    llm.script(broken_off_after(*BOTH, *BOTH), http_error(400))
    monkeypatch.setattr(answers, "DEADLINE_SECONDS", 10.0)

    found = events(stream(api, "O que incomodou no Android?"))
    names = [name for name, _data in found]

    assert names[:2] == ["inicio", "afirmacao"]
    assert "recomeco" in names
    assert (names[-1], found[-1][1]["motor"]) == ("fim", "trechos dos resumos")


def broken_off_after(*statements):
    """A stream that says these and then drops the connection before its end."""
    text = stated(*statements)
    piece = json.dumps({"choices": [{"delta": {"content": text[:-2]}}]})
    return lambda request: Reply(body=f"data: {piece}\n\n".encode(), headers={"Content-Type": "text/event-stream"})


def test_what_is_wrong_before_the_stream_is_a_problem_and_no_stream(api):
    response = stream(api)

    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


def test_another_form_is_not_to_be_had(api):
    response = api.post("/api/insights/perguntar", {"pergunta": "O quê?"}, headers={"Accept": "text/csv"})

    assert response.status_code == 406


def test_the_panel_streams_to_its_session_and_takes_no_token(api, make_user):
    sent()
    events_of = {"Accept": "text/event-stream"}
    body = json.dumps({"pergunta": "Os anúncios incomodam?"})
    path = "/painel/insights/perguntar/"
    with_token = Api(api.user, HTTP_ACCEPT="text/event-stream")
    strict, page = Client(headers=events_of, enforce_csrf_checks=True), Client(headers=events_of)
    for each in (strict, page):
        each.force_login(make_user(f"curadora{id(each)}", CURATORS))

    assert with_token.post(path, body).status_code == 401
    assert strict.post(path, body, "application/json").status_code == 403
    assert events(page.post(path, body, "application/json"))[-1][0] == "fim"
