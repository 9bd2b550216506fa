"""The list of comments in the panel: any filter in few queries, what is done with a selection, and its export."""

from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.groups import CURATORS, READERS
from classifier import worker
from classifier.engines import embedded_engine
from classifier.models import Category, Comment, Relabelling, Review
from classifier.tests.comments import stored

pytestmark = pytest.mark.django_db

LIST = "/painel/classifier/comment/"
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def browser(make_user):
    browser = Client(headers={"Accept": "text/html", "Accept-Language": "en"})
    browser.force_login(make_user("ana", CURATORS))
    return browser


def shown(browser, query=""):
    """The ids on the page, in its order."""
    return [comment.external_id for comment in browser.get(f"{LIST}{query}").context["comments"]]


def some(count, **fields):
    for n in range(count):
        stored(f"texto {n}", external_id=f"c{n:03}", moment=NOON + timedelta(minutes=n), **fields)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["novo", "antigo"]),
        ("?ordem=antigos", ["antigo", "novo"]),
        ("?ordem=asc", ["novo", "antigo"]),
        ("?ordem=desc", ["antigo", "novo"]),
        ("?q=avaliacao", ["novo"]),
        ("?categoria=CRÍTICA", ["novo"]),
        ("?tag=fix_login", ["antigo"]),
        ("?tag=fix_login&ordem=antigos", ["antigo"]),
        ("?faixa=baixa", ["novo"]),
        ("?faixa=maxima", ["antigo"]),
        ("?revisado=true", ["antigo"]),
        ("?estado=falhou", []),
        ("?substituido=true", ["antigo"]),
        ("?motor=embedded/test", ["novo", "antigo"]),
        ("?motor=llm/outro", []),
        ("?desde=2026-11-02", ["novo"]),
        ("?ate=2026-11-02", ["antigo"]),
        ("?q=&categoria=&tag=&faixa=&desde=", ["novo", "antigo"]),
    ],
)
def test_a_filter_shows_what_fits_it(browser, query, expected):
    stored(
        "lindo",
        external_id="antigo",
        fallback_reason="refusal",
        confidence=0.95,
        reviewed=True,
        tags=("fix_login",),
        moment=NOON,
    )
    stored(
        "Péssimas avaliações",
        external_id="novo",
        category=Category.CRITICISM,
        confidence=0.3,
        moment=NOON + timedelta(days=2),
    )

    assert shown(browser, query) == expected


def test_pages_lead_through_every_comment_once_and_back(browser):
    some(120)
    seen, url = [], LIST
    pages = []
    while url:
        response = browser.get(url)
        pages.append([comment.external_id for comment in response.context["comments"]])
        seen += pages[-1]
        url = response.context["next"] and LIST + response.context["next"]

    back = [c.external_id for c in browser.get(LIST + response.context["previous"]).context["comments"]]

    assert seen == sorted((f"c{n:03}" for n in range(120)), reverse=True)
    assert back == pages[1]


@pytest.mark.parametrize("query", ["?faixa=nenhuma", "?cor=azul", "?tag=Login", "?q=%00", "?desde=ontem", "?cursor=x"])
def test_a_filter_that_cannot_be_read_is_said_and_shows_nothing(browser, query):
    stored()
    response = browser.get(LIST + query)

    assert response.status_code == 400
    assert len(response.context["faults"]) == 1
    assert "This filter cannot be read" in response.content.decode()


@pytest.mark.parametrize("comments", [1, 3])
@pytest.mark.parametrize("query", ["", "?q=texto", "?tag=fix_login", "?ordem=asc", "?categoria=ELOGIO"])
def test_the_list_asks_as_many_queries_for_one_comment_as_for_three(
    browser, django_assert_num_queries, comments, query
):
    some(comments, tags=("fix_login",))

    with django_assert_num_queries(11 if "tag=" in query else 10):
        assert len(shown(browser, query)) == comments


def test_no_query_of_the_list_counts_comments(browser):
    some(2)

    with CaptureQueriesContext(connection) as queries:
        browser.get(LIST)

    assert [q["sql"] for q in queries if "COUNT(" in q["sql"].upper()] == []


@pytest.mark.parametrize(("count", "sentence"), [(0, "0 comments"), (1, "1 comment"), (2, "2 comments")])
def test_the_count_comes_by_itself(browser, count, sentence):
    some(count)

    assert browser.get(f"{LIST}contagem/?categoria=ELOGIO").json() == {"sentence": sentence}


class Links(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag == "a":
            self.found.append(dict(attrs)["href"])


@pytest.mark.parametrize(
    "query", ["", "?categoria=CRÍTICA", "?q=avaliacao&ordem=asc", "?ordem=antigos", "?faixa=baixa"]
)
def test_the_export_is_exactly_what_the_list_shows(browser, query):
    stored("péssimas avaliações", external_id="a", category=Category.CRITICISM, confidence=0.2, moment=NOON)
    stored("avaliação justa", external_id="b", confidence=0.9, moment=NOON + timedelta(days=1))
    stored("outra coisa", external_id="c", category=Category.CRITICISM, confidence=0.4)
    page = browser.get(LIST + query)
    [csv, _jsonl] = [link for link in Links(page.content.decode()).found if "exportar" in link]

    lines = b"".join(browser.get(csv).streaming_content).decode().splitlines()

    assert [line.split(",")[0] for line in lines] == ["id", *shown(browser, query)]


def test_the_export_is_the_apis_own_file(browser, curator_api):
    stored("=1+1", external_id="a", tags=("fix_login",))

    panel, api = browser.get(f"{LIST}exportar/"), curator_api.get("/api/comentarios/export")

    assert b"".join(panel.streaming_content) == b"".join(api.streaming_content)
    assert panel["Content-Disposition"] == api["Content-Disposition"]


def test_a_reader_sees_no_button_that_would_refuse_them(make_user):
    browser = Client(headers={"Accept": "text/html", "Accept-Language": "en"})
    browser.force_login(make_user("leitora", READERS))
    comment = stored()

    pages = [browser.get(url).content.decode() for url in (LIST, f"{LIST}{comment.pk}/change/", "/painel/")]

    for page in pages:
        assert 'name="chosen"' not in page
        assert "exportar" not in page
        assert 'id="correction"' not in page


def correct(browser, *chosen, category="SPAM", **fields):
    return browser.post(
        f"{LIST}corrigir/", {"chosen": chosen, "category": category, "next": LIST, **fields}, follow=True
    )


def said(response):
    return [str(message) for message in response.context["messages"]]


def test_one_verdict_is_recorded_for_each_of_the_selection(browser):
    some(3)
    ids = [f"{comment.pk}-{comment.version}" for comment in Comment.objects.order_by("pk")]

    response = correct(browser, *ids[:2], note="corrente")

    assert [c.category for c in Comment.objects.order_by("pk")] == ["SPAM", "SPAM", "ELOGIO"]
    assert list(Review.objects.order_by("pk").values_list("action", "reviewer__username", "note")) == [
        ("corrige", "ana", "corrente"),
        ("corrige", "ana", "corrente"),
    ]
    assert (said(response), response.context["last_bulk"].reviews.count()) == ([], 2)


def test_a_selection_can_be_confirmed_as_it_is(browser):
    some(1)

    correct(browser, f"{Comment.objects.get().pk}-1", category="")

    assert Review.objects.get().action == "confirma"
    assert Comment.objects.get().category == "ELOGIO"


def test_what_somebody_changed_meanwhile_or_has_no_category_is_left_alone(browser):
    some(2)
    waiting = stored(external_id="espera", category=None)
    first, second = Comment.objects.exclude(pk=waiting.pk).order_by("pk")
    Comment.objects.filter(pk=second.pk).update(version=2)

    response = correct(browser, f"{first.pk}-1", f"{second.pk}-1", f"{waiting.pk}-1", category="")

    assert Review.objects.get().comment == first
    assert said(response)[0].endswith("c001, espera")


@pytest.mark.parametrize("chosen", [(), ("abc",), ("1",), ("1-2-3",), ("1-x",), tuple(f"{n}-1" for n in range(501))])
def test_a_selection_that_cannot_be_is_said_and_decides_nothing(browser, chosen):
    some(1)

    response = correct(browser, *chosen)

    assert len(said(response)) == 1
    assert Review.objects.count() == 0


def test_a_category_that_is_none_decides_nothing(browser):
    some(1)
    correct(browser, f"{Comment.objects.get().pk}-1", category="BRONCA")

    assert Review.objects.count() == 0


@pytest.mark.parametrize("elsewhere", ["//evil.com", "https://evil.com", "javascript:alert(1)", "/\\evil.com", "x"])
def test_a_selection_leads_nowhere_else(browser, elsewhere):
    response = browser.post(f"{LIST}corrigir/", {"next": elsewhere})

    assert (response.status_code, response["Location"]) == (302, LIST)


def take_back(browser):
    return browser.post(f"{LIST}desfazer/", {"next": LIST}, follow=True)


def test_a_verdict_on_a_selection_is_taken_back_whole(browser):
    some(2)
    stored("espera", external_id="espera", category=None)
    before = list(Comment.objects.order_by("pk").values_list("category", "state", "reviewed"))
    correct(browser, *[f"{comment.pk}-1" for comment in Comment.objects.all()])

    response = take_back(browser)

    assert said(response) == ["3 decisions taken back."]
    assert list(Comment.objects.order_by("pk").values_list("category", "state", "reviewed")) == before
    assert list(Review.objects.order_by("pk").values_list("action", flat=True)) == ["corrige"] * 3 + ["desfaz"] * 3
    assert response.context["last_bulk"] is None


def test_what_somebody_decided_since_is_not_taken_back(browser, curator_api):
    some(2)
    correct(browser, *[f"{comment.pk}-1" for comment in Comment.objects.all()])
    curator_api.patch("/api/comentarios/c000", {"categoria": "DÚVIDA"})

    response = take_back(browser)

    assert said(response)[0] == "1 decision taken back."
    assert [c.category for c in Comment.objects.order_by("external_id")] == ["DÚVIDA", "ELOGIO"]


def test_nothing_is_taken_back_twice_or_by_another(browser, make_user):
    some(1)
    correct(browser, f"{Comment.objects.get().pk}-1")
    other = Client(headers={"Accept": "text/html", "Accept-Language": "en"})
    other.force_login(make_user("bia", CURATORS))

    answers = [said(take_back(each)) for each in (other, browser, browser)]

    assert answers == [
        ["There is nothing left to take back."],
        ["1 decision taken back."],
        ["There is nothing left to take back."],
    ]


@pytest.mark.parametrize("comments", [1, 3])
def test_a_verdict_asks_as_many_queries_for_one_comment_as_for_three(browser, django_assert_num_queries, comments):
    some(comments)
    form = {"chosen": [f"{comment.pk}-1" for comment in Comment.objects.all()], "category": "SPAM", "next": LIST}

    with django_assert_num_queries(17):
        browser.post(f"{LIST}corrigir/", form)


def relabel(browser, query="", **fields):
    return browser.post(f"{LIST}reclassificar/{query}", {"engine": "embedded", "next": LIST, **fields}, follow=True)


def test_a_selection_is_labelled_again_in_the_background_and_followed(browser):
    some(3)
    chosen = [f"{comment.pk}-1" for comment in Comment.objects.order_by("pk")[:2]]

    page = relabel(browser, chosen=chosen)
    before = browser.get(page.request["PATH_INFO"], headers={"Accept": "application/json"}).json()
    worker.relabel()
    after = browser.get(page.request["PATH_INFO"], headers={"Accept": "application/json"}).json()

    assert (page.context["total"], page.context["done"]) == (2, 0)
    assert (before, after) == ({"total": 2, "done": 0}, {"total": 2, "done": 2})
    engines = [comment.engine for comment in Comment.objects.order_by("pk")]
    assert engines == [embedded_engine().name, embedded_engine().name, "embedded/test"]


def test_all_that_a_filter_finds_is_labelled_again_and_nothing_else(browser):
    some(2)
    stored("péssimo", category=Category.CRITICISM)

    relabel(browser, "?categoria=CRÍTICA", all="1")

    assert Relabelling.objects.get().comment.text == "péssimo"


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("", {"chosen": []}),
        ("", {"chosen": ["x"]}),
        ("", {"engine": "llm", "all": "1"}),
        ("", {"engine": "outro", "all": "1"}),
        ("?categoria=SPAM", {"all": "1"}),
        ("?faixa=nenhuma", {"all": "1"}),
    ],
)
def test_what_cannot_be_labelled_again_is_said(browser, query, fields):
    some(1)

    assert len(said(relabel(browser, query, **fields))) == 1
    assert Relabelling.objects.count() == 0


def test_a_batch_of_somebody_else_is_not_shown(browser, make_user):
    some(1)
    path = relabel(browser, all="1").request["PATH_INFO"]
    other = Client(headers={"Accept": "text/html"})
    other.force_login(make_user("bia", CURATORS))

    assert other.get(path).status_code == 404
