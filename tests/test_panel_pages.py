"""The panel in a real browser: each page clean, accessible and fit for a phone; hostile text is text; a day's work."""

import re
from html.parser import HTMLParser

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from playwright.sync_api import Dialog, Page

from accounts import tokens
from accounts.groups import ADMINISTRATORS, CURATORS, READERS
from accounts.models import TokenFamily, User
from classifier import vocabulary
from classifier.models import (
    Batch,
    Category,
    Classification,
    Comment,
    DataSet,
    DataSetItem,
    Review,
    RunAnswer,
    Tag,
    Upload,
)
from classifier.review import verdicts
from classifier.tests.comments import stored
from classifier.tests.evaluated import ANSWERS, evaluated
from tests.payloads import PAYLOADS
from tests.test_pages import browser, enter, faults, overflow, page, pytestmark, serious_faults  # noqa: F401

LIST = "/painel/classifier/comment/"


@pytest.fixture
def full(make_user):
    """A comment, a tag and an account with something of everything, and the pages that show them."""
    ana = make_user("ana", CURATORS)
    comment = stored(
        "Não consigo entrar desde ontem", tags=("fix_login",), author="Zé", source="loja", metadata={"aparelho": "x"}
    )
    Classification.objects.create(
        comment=comment, engine="embedded/test", category=Category.PRAISE, confidence=0.6,
        p_praise=0.6, p_criticism=0.2, p_suggestion=0.1, p_question=0.06, p_spam=0.04,
    )  # fmt: skip
    verdicts.correct(comment, reviewer=ana, category=Category.CRITICISM, tags=["fix_login", "fix_conta"], note="veja")
    for category in Category:
        stored(f"um {category}", category=category, tags=("fix_anuncio", "fix_anuncios"))
    waiting = stored("espera", category=None)
    stored("falhou", category=None, state="falhou")
    login = Tag.objects.get(name="fix_login")
    vocabulary.describe(login, "entrar na conta", by=ana)
    vocabulary.merge(Tag.objects.create(name="fix_logon"), login, by=ana)
    tokens.issue(ana)
    batch = Batch.objects.create(owner=ana)
    Upload.objects.create(batch=batch, name="x.csv", format="csv", encoding="utf-8", size=1, lines=1, sha256="0")
    runs = [evaluated(comment).pk, evaluated(comment, ANSWERS[1:] + ANSWERS[:1]).pk]
    group = Group.objects.get(name=READERS).pk
    return [
        "/painel/",
        LIST,
        f"{LIST}?q=xilofone",
        f"{LIST}?faixa=nenhuma",
        f"{LIST}?estado=falhou&faixa=baixa",
        f"{LIST}{comment.pk}/change/",
        f"{LIST}{waiting.pk}/change/",
        f"{LIST}{comment.pk}/delete/",
        "/painel/classifier/autores/?autor=zé",
        "/painel/classifier/autores/?autor=ninguém",
        "/painel/classifier/",
        "/painel/classifier/upload/",
        f"/painel/classifier/upload/{batch.pk}/change/",
        f"/painel/classifier/comment/reclassificar/{batch.pk}/",
        "/painel/classifier/tag/",
        f"/painel/classifier/tag/{login.pk}/change/",
        "/painel/aprendizado/",
        "/painel/acerto/",
        "/painel/classifier/run/",
        f"/painel/classifier/run/{runs[0]}/change/",
        f"/painel/classifier/run/{runs[0]}/change/?categoria=CRÍTICA&dita=ELOGIO",
        f"/painel/classifier/run/comparar/?a={runs[0]}&b={runs[1]}",
        "/painel/accounts/user/",
        "/painel/accounts/user/add/",
        f"/painel/accounts/user/{ana.pk}/change/",
        f"/painel/accounts/user/{ana.pk}/password/",
        f"/painel/accounts/user/{ana.pk}/delete/",
        "/painel/accounts/tokenfamily/",
        f"/painel/accounts/tokenfamily/{TokenFamily.objects.get().pk}/change/",
        "/painel/auth/group/",
        f"/painel/auth/group/{group}/change/",
        "/painel/password_change/",
    ]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (360, "dark")])
@pytest.mark.parametrize("part", ["comments and tags", "administration"])
def test_every_page_is_clean_accessible_and_fits(
    live_server, page, faults, full, width, scheme, part  # noqa: F811
):  # fmt: skip
    paths = [path for path in full if ("/classifier/" in path) == (part == "comments and tags")]
    User.objects.create_superuser("raiz", password="segredo-bem-comprido-42")
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    enter(page, live_server.url + "/painel/", "raiz")

    found: dict[str, list[object]] = {}
    for path in paths:
        faults.clear()  # what the last page's examination itself has set off
        page.goto(live_server.url + path)
        page.evaluate("() => document.fonts.ready.then(() => new Promise(requestAnimationFrame))")
        told = [fault for fault in faults if "400 (Bad Request)" not in fault]
        wide = overflow(page)
        found[path] = [*told, *serious_faults(page), *([f"{wide} px too wide"] if wide else [])]

    assert {path: wrong for path, wrong in found.items() if wrong} == {}


class Skeleton(HTMLParser):
    """The elements of a page and the names of their attributes: what hostile text would add to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, ...]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "br":  # a line of the text
            self.found.append((tag, *(name for name, _value in attrs)))

    def handle_comment(self, data: str) -> None:
        self.found.append(("comment", data))


def say_everywhere(comment: Comment, words: str) -> None:
    """The words in every place that somebody from outside, or a curator, may fill in."""
    Comment.objects.filter(pk=comment.pk).update(
        text=words, author=words[:200], source=words[:100], metadata={words: words}, engine=words[:120]
    )
    Review.objects.update(note=words)
    Classification.objects.update(engine=words[:120])
    Tag.objects.update(description=words)
    User.objects.update(first_name=words[:150])
    Upload.objects.update(name=words[:255])
    DataSet.objects.update(name=words[:200])
    DataSetItem.objects.filter(comment=None).update(text=words)
    RunAnswer.objects.filter(category=None).update(failure=words[:40])


@pytest.mark.django_db
@pytest.mark.parametrize("quarter", range(4))
def test_hostile_words_add_nothing_to_any_page(full, quarter):
    reader = Client(headers={"Accept": "text/html"})
    reader.force_login(User.objects.create_superuser("raiz", password="segredo-bem-comprido-42"))
    comment = Comment.objects.order_by("pk").first()
    assert comment is not None
    silent = r"accounts|auth|password|delete|reclassificar|xilofone|nenhuma|/classifier/$"
    paths = [path for path in full if not re.search(silent, path)]

    def skeletons(words: str) -> list[list[tuple[str, ...]]]:
        say_everywhere(comment, words)
        return [Skeleton(reader.get(path).content.decode()).found for path in paths]

    def in_filters(words: str) -> set[tuple[str, ...]]:
        """The kinds of elements where the words are looked for, and found or not, and where no filter takes them."""
        filters = {"tag": words[:50], "motor": words[:100], "categoria": words[:50], "ordem": words}
        pages = [reader.get(LIST, {"q": words[:100]}), reader.get(LIST, {"q": "xilofone"}), reader.get(LIST, filters)]
        return {element for answer in pages for element in Skeleton(answer.content.decode()).found}

    plain, known = skeletons("palavra"), in_filters("palavra")
    hostile = PAYLOADS[quarter::4]

    assert [words for words in hostile if skeletons(words) != plain or in_filters(words) - known] == []
    assert len(PAYLOADS) == len(set(PAYLOADS)) == 100


def test_hostile_words_run_nowhere(live_server, page, faults, full):  # noqa: F811
    dialogs: list[str] = []

    def on_dialog(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", on_dialog)
    enter(page, live_server.url + "/painel/", "ana")
    comments = list(Comment.objects.order_by("pk"))
    comments += [stored(words, author=words, source=words[:100], metadata={words: words}) for words in PAYLOADS]
    for number, comment in enumerate(comments[-20:]):
        say_everywhere(comment, PAYLOADS[5 * number])
        page.goto(f"{live_server.url}{LIST}{comment.pk}/change/")
        page.goto(f"{live_server.url}/painel/classifier/tag/")
    for path in (LIST, f"{LIST}?ordem=antigos"):
        page.goto(live_server.url + path)
        page.get_by_role("link", name="Próxima").or_(page.get_by_role("link", name="Next")).first.click()
        page.wait_for_load_state("networkidle")

    assert (dialogs, faults) == ([], [])


def test_a_curator_merges_two_tags_and_the_comments_follow(live_server, page, faults, make_user):  # noqa: F811
    make_user("curadora", CURATORS)
    stored("fecha sozinho", tags=("fix_anuncios",))
    stored("não para", tags=("fix_anuncio",))
    stored("chega", tags=("fix_anuncio",))
    enter(page, live_server.url + "/painel/", "curadora")

    page.goto(live_server.url + "/painel/classifier/tag/")
    page.locator('button[value="merge"]').click()
    page.locator(".messagelist").wait_for()
    page.goto(f"{live_server.url}{LIST}?tag=fix_anuncios")

    assert page.locator(".comments tbody tr").count() == 3
    assert {tuple(comment.tag_names) for comment in Comment.objects.all()} == {("fix_anuncio",)}
    assert faults == []


def test_a_curator_finds_by_a_word_without_its_accent_and_exports_what_they_see(
    live_server, page, faults, make_user  # noqa: F811
):  # fmt: skip
    make_user("curadora", CURATORS)
    for text in ("As avaliações somem", "Avaliação ótima", "outra coisa"):
        stored(text)
    page.set_viewport_size({"width": 1440, "height": 900})
    enter(page, live_server.url + "/painel/", "curadora")

    page.goto(live_server.url + LIST)
    page.locator("#searchbar").fill("avaliacao")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=avaliacao**")
    page.locator(".count", has_text="2").wait_for()
    page.locator(".menu summary").last.press("Enter")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()

    lines = download.value.path().read_text().splitlines()
    assert sorted(line.split(",")[1] for line in lines) == ["As avaliações somem", "Avaliação ótima", "texto"]
    assert faults == []


def test_a_curator_decides_by_keyboard_alone_from_the_list_to_the_message(
    live_server, page, faults, make_user  # noqa: F811
):  # fmt: skip
    make_user("curadora", CURATORS)
    comment = stored("Parabéns, estragaram o app", tags=("fix_app",))
    page.set_viewport_size({"width": 1440, "height": 900})
    enter(page, live_server.url + LIST, "curadora")

    press_until(page, ".comments tbody a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/change/")
    press_until(page, '[name="category"]')
    page.keyboard.press("ArrowRight")
    press_until(page, '.correction button[type="submit"]')
    page.keyboard.press("Enter")
    page.locator(".messagelist .success").wait_for()

    comment.refresh_from_db()
    assert (comment.category, comment.tag_names, comment.reviewed) == ("CRÍTICA", ["fix_app"], True)
    assert faults == []


def press_until(page: Page, selector: str) -> None:  # noqa: F811
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"no Tab leads to {selector}")


def test_who_was_slower_sees_the_other_and_keeps_what_they_typed(
    live_server, page, faults, make_user  # noqa: F811
):  # fmt: skip
    make_user("curadora", CURATORS)
    other = make_user("bia", CURATORS)
    comment = stored("Não abre")
    enter(page, f"{live_server.url}{LIST}{comment.pk}/change/", "curadora")
    page.locator('[name="category"][value="DÚVIDA"]').check()
    page.locator('[name="note"]').fill("minha nota comprida")
    verdicts.correct(Comment.objects.get(), reviewer=other, category=Category.SPAM)

    page.locator('.correction button[type="submit"]').click()
    page.locator("#slower").wait_for()

    assert re.search(r"bia", page.locator("#slower").inner_text())
    assert page.locator('[name="note"]').input_value() == "minha nota comprida"
    assert page.locator('[name="category"][value="DÚVIDA"]').is_checked()
    page.locator('.correction button[type="submit"]').click()
    page.locator(".messagelist .success").wait_for()
    comment.refresh_from_db()
    assert comment.category == "DÚVIDA"
    assert [fault for fault in faults if "409" not in fault] == []


def test_a_selection_of_many_gets_one_verdict(live_server, page, faults, make_user):  # noqa: F811
    make_user("curadora", CURATORS)
    for n in range(5):
        stored(f"texto {n}")
    page.set_viewport_size({"width": 1440, "height": 900})
    enter(page, live_server.url + LIST, "curadora")
    ticks = page.locator('[name="chosen"]')

    assert page.locator(".bulk").is_hidden()
    ticks.nth(1).click()
    ticks.nth(3).click(modifiers=["Shift"])
    page.locator('.bulk select[name="category"]').select_option("SPAM")
    page.locator('.bulk button[type="submit"]').first.click()
    page.locator(".undo").wait_for()

    assert list(Comment.objects.order_by("-moment").values_list("category", flat=True)) == [
        "ELOGIO", "SPAM", "SPAM", "SPAM", "ELOGIO",
    ]  # fmt: skip
    assert faults == []


def test_a_reader_looks_at_everything_and_can_change_nothing(live_server, page, faults, make_user):  # noqa: F811
    make_user("leitora", READERS)
    comment = stored("Não abre", tags=("fix_app",))
    enter(page, live_server.url + "/painel/", "leitora")

    for path in ("", LIST, f"{LIST}{comment.pk}/change/", "/painel/classifier/tag/"):
        page.goto(live_server.url + (path or "/painel/"))
        forms = page.locator('form[method="post"]').evaluate_all(
            "forms => forms.map(form => form.getAttribute('action'))"
        )
        assert sorted(set(forms)) == ["/idioma", "/painel/logout/"]
    assert faults == []


def test_the_language_is_chosen_in_the_header_and_kept(live_server, page, faults, make_user):  # noqa: F811
    make_user("curadora", ADMINISTRATORS)
    page.set_viewport_size({"width": 1440, "height": 900})
    enter(page, live_server.url + LIST, "curadora")
    languages = [page.locator("html").get_attribute("lang")]

    for name in ("English", "Português"):
        page.get_by_role("button", name=name).click()
        page.wait_for_load_state("networkidle")
        languages.append(page.locator("html").get_attribute("lang"))
        assert page.url == live_server.url + LIST

    assert languages == ["pt-br", "en", "pt-br"]
    assert faults == []
