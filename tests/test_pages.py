"""The pages in a real browser: no fault of the security policy, none of accessibility, fit for a phone."""

import os
import shutil
from collections.abc import Iterator
from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, sync_playwright

from accounts.groups import ADMINISTRATORS, CURATORS
from alumusic.llm import budget
from alumusic.llm.tests.questions import made
from classifier.models import Category
from classifier.tests.comments import stored
from conftest import PASSWORD

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium"),
]

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in this thread; the ORM is not in it.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def faults() -> list[str]:
    """Every error of a page's and every violation of the security policy, as the browser tells it."""
    return []


@pytest.fixture
def page(browser: Browser, faults: list[str]) -> Iterator[Page]:
    context = browser.new_context(locale="pt-BR", viewport={"width": 360, "height": 740})
    page = context.new_page()

    def on_console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            faults.append(message.text)

    page.on("console", on_console)
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()


def serious_faults(page: Page) -> list[str]:
    violations = Axe().run(page).response["violations"]
    return [v["id"] for v in violations if v["impact"] in ("serious", "critical")]


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("path", ["/problemas/validacao", "/painel/login/"])
def test_a_page_is_clean_accessible_and_fits_a_phone(live_server, page, faults, path):
    page.goto(live_server.url + path)

    assert faults == []
    assert serious_faults(page) == []
    assert overflow(page) == 0


def test_the_documentation_of_the_api_is_drawn_from_our_own_files(live_server, page, faults):
    hosts = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.goto(live_server.url + "/api/docs")
    page.get_by_text("Recebe um comentário ou uma lista").wait_for()

    assert faults == []
    assert hosts == {live_server.url.split("/")[2]}


def enter(page: Page, url: str, name: str) -> None:
    page.goto(url)
    page.get_by_label("Usuário").fill(name)
    page.get_by_label("Senha").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_text("Sair").or_(page.get_by_text("Encerrar sessão")).first.wait_for(state="attached")
    page.wait_for_load_state()


def test_a_curator_finds_a_comment_and_corrects_it(live_server, page, faults, make_user):
    make_user("curadora", CURATORS)
    comment = stored("Parabéns, conseguiram estragar a avaliação", category=Category.PRAISE)
    stored("Outra coisa")
    page.set_viewport_size({"width": 1440, "height": 900})

    enter(page, live_server.url + "/dashboard", "curadora")
    page.goto(live_server.url + "/painel/classifier/comment/")
    page.locator("#searchbar").fill("avaliacoes")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Parabéns").click()
    page.locator('[name="category"][value="CRÍTICA"]').check()
    page.get_by_role("button", name="Salvar", exact=True).click()
    page.locator(".messagelist .success").wait_for()

    comment.refresh_from_db()
    assert (comment.category, comment.reviewed) == ("CRÍTICA", True)
    assert faults == []


def test_a_hostile_comment_is_shown_as_text(live_server, page, faults, make_user):
    make_user("curadora", CURATORS)
    hostile = "<img src=x onerror=alert(1)></script><script>alert(2)</script> javascript:alert(3)"
    comment = stored(hostile, author=hostile, source="<b>x</b>")
    dialogs: list[str] = []

    def on_dialog(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", on_dialog)

    enter(page, live_server.url + "/painel/", "curadora")
    for path in ("", f"{comment.pk}/change/"):
        page.goto(f"{live_server.url}/painel/classifier/comment/{path}")
        assert page.get_by_text("<img src=x onerror=alert(1)>").count() >= 1

    assert (dialogs, faults) == ([], [])


def test_what_the_language_model_costs_is_clean_and_accessible(live_server, page, faults, make_user, settings):
    make_user("chefe", ADMINISTRATORS)
    settings.LLM_DAILY_BUDGET_USD = Decimal("0.01")
    made()
    budget.watch()
    page.set_viewport_size({"width": 1440, "height": 900})

    enter(page, live_server.url + "/dashboard", "chefe")
    page.goto(live_server.url + "/painel/llm/call/")
    page.get_by_text("Últimos 7 dias").wait_for()

    assert page.locator(".llm-usage tbody tr").count() == 1
    assert page.get_by_text("O orçamento de hoje para o modelo de linguagem, 0,01 USD, acabou.").count() == 1
    assert faults == []
    assert Axe().run(page, context=".llm-usage").response["violations"] == []
