"""The review queue in a real browser: by keyboard alone, through lost connections, and with hostile comments."""

import os
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Route, expect, sync_playwright

from accounts.groups import CURATORS
from classifier.models import Category, Comment, Review
from classifier.tests.desk import said, to_review
from tests.test_pages import CHROMIUM, FLAGS, enter, serious_faults

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium"),
]

SHARES = (0.08, 0.46, 0.41, 0.03, 0.02)
# Since when the card has been on: the page takes no key for a card that nobody can have read yet.
CARD_SINCE = """
addEventListener("DOMContentLoaded", () => {
  const card = document.querySelector("#card");
  if (!card) return;
  const on = () => { window.cardSince = performance.now(); };
  new MutationObserver(on).observe(card, {attributes: true, attributeFilter: ["data-comment"]});
  on();
});
"""
LONG_ENOUGH_TO_BE_READ = """() => new Promise((done) => {
  const card = document.querySelector("#card");
  const read = () => card.dataset.comment && performance.now() - window.cardSince > 180;
  const look = () => read() ? done() : requestAnimationFrame(look);
  look();
})"""
OVERFLOW = "document.querySelector('#review').scrollWidth - document.querySelector('#review').clientWidth"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in this thread; the ORM is not in it.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(autouse=True)
def _nothing_blind(settings):
    settings.REVIEW_BLIND_SHARE = 0


@pytest.fixture
def faults() -> list[str]:
    """Every error of a page's, every violation of the security policy and every dialog, as the browser tells it."""
    return []


@pytest.fixture
def open_queue(live_server, chromium, faults, make_user) -> Iterator[Callable[..., Page]]:
    """Logs a new curator in and opens the queue, in a browser of its own."""
    contexts: list[BrowserContext] = []

    def on_dialog(dialog: Dialog) -> None:
        if dialog.type == "beforeunload":  # the browser's own question: some verdicts have not been sent
            dialog.accept()
        else:
            faults.append(dialog.message)
            dialog.dismiss()

    def open_one(name: str = "curadora", *, width: int = 1440, scheme: str = "light") -> Page:
        make_user(name, CURATORS)
        context = chromium.new_context(locale="pt-BR", viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        context.add_init_script(CARD_SINCE)
        page = context.new_page()
        page.on("console", lambda message: message.type == "error" and faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("dialog", on_dialog)
        enter(page, live_server.url + "/painel/", name)
        page.goto(live_server.url + "/painel/revisao/")
        page.locator("#card, #empty").filter(visible=True).first.wait_for()
        return page

    yield open_one
    for context in contexts:
        context.close()


def shown(page: Page) -> str:
    expect(page.locator("#card")).to_have_attribute("data-comment", re.compile(r"\d"))
    return page.locator("#text").inner_text()


def press(page: Page, key: str) -> None:
    """The key, once the card has been on for as long as a person needs; and then the next card is on."""
    before = page.locator("#card").get_attribute("data-comment")
    page.evaluate(LONG_ENOUGH_TO_BE_READ)
    page.keyboard.press(key)
    if key in "12345sEnter":
        expect(page.locator("#card")).not_to_have_attribute("data-comment", before or "-")


def all_saved(page: Page) -> None:
    expect(page.locator("#sync")).to_have_text("Tudo salvo")


def decided() -> dict[str, str | None]:
    return dict(Comment.objects.filter(reviewed=True).order_by("text").values_list("text", "category"))


def queue_of(count: int, **fields) -> list[Comment]:
    return [to_review(f"c{n:02}", score=0.9 - n / 100, category=Category.PRAISE, **fields) for n in range(count)]


def test_a_curator_clears_thirty_comments_by_keyboard_alone_and_undoes_three(open_queue, faults):
    queue_of(34)
    page = open_queue()

    for n in range(30):
        assert shown(page) == f"c{n:02}"
        press(page, ["Enter", "2", "3", "4", "5"][n % 5])
    for n in (29, 28, 27):
        page.keyboard.press("u")
        expect(page.locator("#text")).to_have_text(f"c{n:02}")
    all_saved(page)

    right = ["ELOGIO", "CRÍTICA", "SUGESTÃO", "DÚVIDA", "SPAM"]
    assert decided() == {f"c{n:02}": right[n % 5] for n in range(27)}
    assert Review.objects.filter(action="desfaz").count() == 3
    assert faults == []


def test_the_next_comment_is_on_before_the_key_is_up(open_queue):
    queue_of(20)
    page = open_queue()
    page.evaluate(
        """() => {
          window.nextFrame = [];
          addEventListener("keydown", () => {
            const before = document.querySelector("#card").dataset.comment;
            nextFrame.push(new Promise((seen) => requestAnimationFrame(() => {
              seen(document.querySelector("#card").dataset.comment !== before);
            })));
          }, {capture: true});
        }"""
    )

    for _ in range(10):
        press(page, "1")

    assert page.evaluate("Promise.all(nextFrame)") == [True] * 10


def test_a_family_of_eight_gets_one_verdict_and_gives_it_back(open_queue, faults):
    for n in range(8):
        to_review(f"o app fecha {n}", score=0.9 - n / 100, like=(1, n / 50), category=Category.CRITICISM)
    to_review("que refrão", score=0.1, like=(0, 0, 1))
    page = open_queue()
    page.get_by_text("7 a partir de 95%").wait_for()

    page.keyboard.press("f")
    expect(page.locator("#family-count")).to_have_text("7 marcados")
    press(page, "3")
    page.get_by_text("8 comentários decididos: Sugestão.").wait_for()
    assert set(decided().values()) == {"SUGESTÃO"}
    assert len(decided()) == 8
    expect(page.locator("#text")).to_have_text("que refrão")

    page.keyboard.press("u")
    page.get_by_text("Desfeito em 8 comentários.").wait_for()

    assert decided() == {}
    assert shown(page) == "o app fecha 0"
    assert faults == []


def test_likeness_is_the_curators_to_set_and_each_look_alike_can_stay_out(open_queue):
    for n in range(4):
        to_review(f"o app fecha {n}", score=0.9 - n / 100, like=(1, n / 3), category=Category.CRITICISM)
    page = open_queue()
    page.locator(".alike").first.wait_for()
    page.keyboard.press("f")
    expect(page.locator("#family-count")).to_have_text("0 marcados")

    for _ in range(12):
        page.keyboard.press("-")
    expect(page.locator("#family-count")).to_have_text("2 marcados")
    page.locator(".alike input").first.uncheck()
    expect(page.locator("#family-count")).to_have_text("1 marcados")
    press(page, "1")
    all_saved(page)

    assert sorted(decided()) == ["o app fecha 0", "o app fecha 2"]


def test_a_second_browser_never_gets_the_same_comment(open_queue):
    queue_of(24)
    ana, bia = open_queue("ana"), open_queue("bia")
    seen: dict[str, list[str]] = {"ana": [], "bia": []}

    for _ in range(8):
        for name, page in (("ana", ana), ("bia", bia)):
            seen[name].append(shown(page))
            press(page, "1")
    all_saved(ana)
    all_saved(bia)

    assert set(seen["ana"]) & set(seen["bia"]) == set()
    assert Review.objects.count() == 16


def test_a_key_pressed_twice_is_one_verdict(open_queue):
    queue_of(3)
    page = open_queue()
    page.evaluate(LONG_ENOUGH_TO_BE_READ)

    page.keyboard.press("2")
    page.keyboard.press("2")
    expect(page.locator("#text")).to_have_text("c01")
    all_saved(page)

    assert decided() == {"c00": "CRÍTICA"}


@pytest.mark.parametrize("lost", ["before the server had it", "after the server had it"])
def test_a_lost_connection_loses_no_verdict_and_doubles_none(open_queue, lost):
    queue_of(10)
    page = open_queue()
    down = True

    def cut(route: Route) -> None:
        if down and lost == "after the server had it":
            route.fetch()
        if down:
            route.abort("connectionfailed")
        else:
            route.continue_()

    page.route("**/revisao/veredito/", cut)
    for key in ("2", "3", "4"):
        press(page, key)
    page.get_by_text("Sem conexão: seus vereditos ficam guardados aqui").wait_for()
    expect(page.locator("#sync")).to_have_text("3 por enviar")

    down = False
    page.locator("#banner").get_by_role("button", name="Tentar de novo").click()
    all_saved(page)

    expect(page.locator("#banner")).to_be_hidden()
    assert decided() == {"c00": "CRÍTICA", "c01": "SUGESTÃO", "c02": "DÚVIDA"}
    assert Review.objects.count() == 3


def test_verdicts_that_were_not_sent_outlive_the_back_button(open_queue, live_server):
    queue_of(10)
    page = open_queue()
    page.route("**/revisao/veredito/", lambda route: route.abort("connectionfailed"))
    press(page, "2")
    expect(page.locator("#sync")).to_have_text("1 por enviar")

    page.unroute("**/revisao/veredito/")
    page.goto(live_server.url + "/problemas/validacao")
    page.go_back()
    all_saved(page)

    expect(page.locator("#text")).to_have_text("c01")
    assert decided() == {"c00": "CRÍTICA"}


def test_after_a_reload_the_queue_and_the_undo_go_on(open_queue):
    queue_of(10)
    page = open_queue()
    press(page, "2")
    press(page, "3")
    all_saved(page)

    page.reload()
    expect(page.locator("#text")).to_have_text("c02")
    page.keyboard.press("u")
    expect(page.locator("#text")).to_have_text("c01")

    assert decided() == {"c00": "CRÍTICA"}


def test_who_was_slower_sees_what_the_other_did_and_may_insist(open_queue):
    first = to_review("c00", score=0.9)
    to_review("c01", score=0.1)
    page = open_queue("ana")
    other = open_queue("bia")
    other.evaluate(
        """async ([url, pk]) => {
          const token = document.querySelector("#review-csrf input").value;
          const body = {sessao: crypto.randomUUID(), passo: crypto.randomUUID(), comentario: pk, versao: 1,
            categoria: "SPAM"};
          await fetch(url, {method: "POST", body: JSON.stringify(body),
            headers: {Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": token}});
        }""",
        ["/painel/revisao/veredito/", first.pk],
    )

    press(page, "2")
    page.get_by_text("bia decidiu SPAM").wait_for()
    page.get_by_text("A sua era Crítica e não foi gravada.").wait_for()
    assert decided() == {"c00": "SPAM"}
    page.get_by_role("button", name="Usar a minha: Crítica").click()
    all_saved(page)
    expect(page.locator("#progress")).to_contain_text("1 hoje")

    assert decided() == {"c00": "CRÍTICA"}


def test_a_session_that_ends_keeps_the_verdicts(open_queue):
    queue_of(4)
    page = open_queue()
    cookies = page.context.cookies()
    page.context.clear_cookies(name="sessionid")

    press(page, "2")
    page.get_by_text("Sua sessão terminou.").wait_for()
    expect(page.locator("#banner").get_by_role("link", name="Entrar")).to_be_visible()
    page.context.add_cookies(cookies)
    page.locator("#banner").get_by_role("button", name="Tentar de novo").click()
    all_saved(page)

    assert decided() == {"c00": "CRÍTICA"}


def test_nobodys_verdicts_are_sent_in_another_name(open_queue, live_server):
    queue_of(4)
    ana = open_queue("ana")
    bia = open_queue("bia")
    own = ana.context.cookies()
    ana.context.add_cookies(bia.context.cookies())

    press(ana, "2")
    ana.get_by_text("Esta sessão de revisão foi aberta por outra pessoa.").wait_for()
    expect(ana.locator("#sync")).to_have_text("1 por enviar")
    assert decided() == {}
    ana.context.add_cookies(own)
    ana.locator("#banner").get_by_role("button", name="Tentar de novo").click()
    all_saved(ana)

    assert str(Review.objects.get().reviewer) == "ana"


def test_a_blind_card_shows_no_proposal_and_tells_it_afterwards(open_queue, settings):
    settings.REVIEW_BLIND_SHARE = 1
    comment = to_review("o app trava", category=Category.CRITICISM, tags=("fix_app",))
    said(comment, 0.1, 0.6, 0.2, 0.05, 0.05)
    page = open_queue()

    page.get_by_text("amostra aleatória, às cegas").wait_for()
    assert page.locator(".is-proposed").count() == 0
    assert page.get_by_text("60%").count() == 0
    assert page.get_by_text("fix_app").filter(visible=True).count() == 0
    page.evaluate(LONG_ENOUGH_TO_BE_READ)
    page.keyboard.press("Enter")
    page.get_by_text("Não há proposta para aceitar").wait_for()
    assert decided() == {}
    page.keyboard.press("1")
    page.get_by_text("Cartão às cegas: a máquina tinha dito Crítica.").wait_for()


def test_tags_are_completed_and_a_note_goes_along(open_queue):
    to_review("o login falha", score=0.9, category=Category.CRITICISM, tags=("perf_busca",))
    to_review("outro", score=0.1, tags=("fix_login",))
    page = open_queue()

    page.keyboard.press("t")
    page.locator("#tag-input").press("Backspace")
    page.keyboard.type("login")
    page.get_by_role("option", name="fix_login").wait_for()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.keyboard.type("vi no suporte, 1 de 5")
    page.keyboard.press("Escape")
    press(page, "Enter")
    all_saved(page)

    review = Review.objects.get()
    assert (review.action, review.category, review.tags) == ("corrige", "CRÍTICA", ["fix_login"])
    assert review.note == "vi no suporte, 1 de 5"


def test_guideline_and_keys_are_a_key_away(open_queue):
    to_review("a", category=Category.QUESTION)
    page = open_queue()

    page.keyboard.press("g")
    page.get_by_text("Pergunta algo que alguém poderia responder").wait_for()
    page.keyboard.press("1")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.get_by_text("define a categoria e segue").wait_for()
    page.keyboard.press("Escape")

    assert decided() == {}


def test_filters_narrow_the_queue(open_queue):
    to_review("compre já", score=0.2, category=Category.SPAM)
    to_review("amei", score=0.9)
    page = open_queue()
    assert shown(page) == "amei"

    page.get_by_role("button", name="Filtros").click()
    page.locator("#filters").get_by_label("Categoria").select_option("SPAM")
    page.get_by_role("button", name="Filtrar").click()

    expect(page.locator("#text")).to_have_text("compre já")
    expect(page.locator("#progress")).to_contain_text("faltam 1")


def test_hostile_comments_are_shown_as_text(open_queue, faults):
    hostile = "<img src=x onerror=alert(1)></script><script>alert(2)</script><svg/onload=alert(3)>"
    to_review(hostile, score=0.9, author=hostile[:200], source="<b onmouseover=alert(4)>x</b>", like=(1, 0))
    to_review(f"{hostile} de novo", score=0.5, like=(1, 0.1))
    page = open_queue()
    page.locator(".alike").first.wait_for()

    assert shown(page) == hostile
    page.keyboard.press("f")
    press(page, "5")
    all_saved(page)

    assert faults == []


def test_an_empty_queue_says_so(open_queue, faults):
    page = open_queue()

    expect(page.get_by_role("heading", name="Tudo revisado")).to_be_visible()
    assert faults == []


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1440, "dark"), (360, "light"), (360, "dark")])
def test_it_is_accessible_and_fits(open_queue, faults, width, scheme):
    for n in range(4):
        said(to_review(f"o app fecha {n}" + " e trava" * n, score=0.9, like=(1, n / 50), tags=("fix_app",)), *SHARES)
    page = open_queue(width=width, scheme=scheme)
    page.locator(".alike").first.wait_for()

    assert serious_faults(page) == []
    assert page.evaluate(OVERFLOW) <= 0
    page.locator("#family-toggle").click()
    assert serious_faults(page) == []
    assert faults == []


def test_all_of_it_can_be_done_by_touch(open_queue):
    queue_of(4)
    page = open_queue(width=360)
    page.evaluate(LONG_ENOUGH_TO_BE_READ)

    page.get_by_role("button", name="Crítica").click()
    expect(page.locator("#text")).to_have_text("c01")
    page.get_by_role("button", name="Desfazer").first.click()
    expect(page.locator("#text")).to_have_text("c00")
    page.evaluate(LONG_ENOUGH_TO_BE_READ)
    page.get_by_role("button", name="Aceitar").click()
    expect(page.locator("#text")).to_have_text("c01")
    all_saved(page)

    assert decided() == {"c00": "ELOGIO"}
