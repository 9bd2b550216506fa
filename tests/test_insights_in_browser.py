"""Questions in a real browser: ask, watch the answer grow, open its source, cancel, look back, rate."""

import threading

import pytest
from playwright.sync_api import Page, expect

from accounts.groups import ADMINISTRATORS, CURATORS
from insights.models import Question, QuestionState
from insights.tests.sent import ANDROID, QUOTE, sent
from tests.fakes.llm import gated, hanging
from tests.fakes.llm.insights import stated, statement
from tests.test_pages import browser, enter, faults, overflow, page, pytestmark, serious_faults  # noqa: F401

FIRST = "Quem usa o Android reclama do aplicativo que fecha sozinho (38 críticas)."
SECOND = "O preço da assinatura familiar teve 71 críticas."
ASKED = "O que mais incomodou <b>quem</b> usa o Android?<script>alert(1)</script>"


@pytest.fixture
def desk(live_server, page, make_user, llm):  # noqa: F811
    """The page of a curator, wide, with three summaries that were sent."""
    make_user("curadora", CURATORS)
    sent()
    page.set_viewport_size({"width": 1440, "height": 900})
    enter(page, live_server.url + "/painel/", "curadora")
    page.goto(live_server.url + "/painel/insights/")
    return page


def ask(desk: Page, text: str) -> None:
    desk.get_by_label("Sua pergunta").fill(text)
    desk.get_by_role("button", name="Perguntar", exact=True).click()


def test_an_answer_grows_and_each_sentence_opens_its_source(desk, llm, faults):  # noqa: F811
    gate = threading.Event()
    said = [statement("2025-W29", ANDROID, FIRST), statement("2025-W31", QUOTE, SECOND)]
    llm.script(gated(stated(*said, *said), gate))

    ask(desk, ASKED)
    statements = desk.locator("#statements li")
    expect(statements.first).to_contain_text(FIRST)
    expect(desk.get_by_role("button", name="Cancelar")).to_be_visible()
    gate.set()
    expect(statements).to_have_count(2)
    expect(desk.locator("#made")).to_contain_text("llm/test-model")
    expect(desk.locator("#asked")).to_have_text(ASKED)
    expect(desk.locator("#history a").first).to_have_text(ASKED)

    desk.get_by_role("button", name="Fonte: 2025-W29").click()
    expect(desk.locator("#source mark")).to_have_text(ANDROID)
    desk.get_by_role("link", name="Aplicativo fecha no Android").wait_for()
    desk.get_by_role("button", name="Não", exact=True).click()
    desk.get_by_label("Por quê?").fill("faltou o iPhone")
    desk.get_by_role("button", name="Enviar").click()
    expect(desk.locator("#rated")).to_contain_text("Anotado")

    question = Question.objects.get()
    assert (question.text, question.vote, question.note) == (ASKED, "ruim", "faltou o iPhone")
    assert serious_faults(desk) == []

    desk.locator("#history a").first.click()
    expect(desk.locator("#asked")).to_have_text(ASKED)
    expect(desk.locator("#statements li")).to_have_count(2)
    desk.set_viewport_size({"width": 360, "height": 740})
    assert overflow(desk) == 0
    assert faults == []


def test_a_question_is_cancelled_up_to_the_model(desk, llm):
    llm.always = hanging()

    ask(desk, "O que mais incomodou no login?")
    desk.locator("#history a").first.wait_for()
    desk.get_by_role("button", name="Cancelar").click()

    expect(desk.locator("#status")).to_contain_text("Cancelada")
    assert llm.left.wait(10)
    expect(desk.get_by_role("button", name="Perguntar", exact=True)).to_be_enabled()


def test_without_a_model_a_suggested_question_is_answered_and_the_unknown_is_not(desk, settings):
    settings.OPENAI_API_KEY = ""

    desk.locator("[data-suggestion]").first.click()
    expect(desk.locator("#statements li").first).to_contain_text("assinatura")
    expect(desk.locator("#made")).to_contain_text("palavra por palavra")
    ask(desk, "Qual foi o faturamento no trimestre?")

    expect(desk.locator("#unknown")).to_contain_text("Não sei")


def test_everybodys_questions_are_the_administrations_to_see(live_server, page, make_user):  # noqa: F811
    ana, _chief = make_user("ana", CURATORS), make_user("chefe", ADMINISTRATORS)
    question = Question.keep("A busca funciona bem?", [each.pk for each in sent()], owner=ana)
    question.end(QuestionState.CANCELLED)

    enter(page, live_server.url + "/painel/", "chefe")
    page.goto(live_server.url + "/painel/insights/")
    expect(page.locator("#history li")).to_have_count(0)
    page.get_by_role("link", name="De todos").click()
    page.get_by_role("link", name="A busca funciona bem?").click()

    expect(page.locator("#status")).to_contain_text("Cancelada")
