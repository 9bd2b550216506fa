"""The queue: what comes next, to whom, why, and what is hidden."""

import json
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from accounts.groups import ADMINISTRATORS, CURATORS, READERS
from classifier.models import Category, Comment, CommentState, ReviewLease
from classifier.tests.comments import stored
from classifier.tests.desk import Desk, embed, said, to_review
from tests.racing import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_blind(settings):
    settings.REVIEW_BLIND_SHARE = 0


@pytest.fixture
def desk(make_user):
    return Desk(make_user("curadora", CURATORS))


def texts(cards):
    return [card["texto"] for card in cards]


def weeks_ago(n):
    return timezone.now() - timedelta(weeks=n)


def test_the_newest_week_comes_first_and_in_it_the_most_doubtful(desk):
    to_review("velho duvidoso", score=0.9, moment=weeks_ago(2))
    to_review("novo certo", score=0.1)
    to_review("novo duvidoso", score=0.8)
    to_review("velho certo", score=0.2, moment=weeks_ago(2))

    assert texts(desk.cards()) == ["novo duvidoso", "novo certo", "velho duvidoso", "velho certo"]


def test_what_is_not_scored_yet_comes_last_in_its_week(desk):
    to_review("da semana passada", score=0.9, moment=weeks_ago(1))
    stored("acabou de chegar")
    to_review("com nota", score=0.1)

    cards = desk.cards()

    assert texts(cards) == ["com nota", "acabou de chegar", "da semana passada"]
    assert cards[1]["motivos"] == ["acabou de chegar"]


def test_what_is_decided_or_waits_for_a_machine_is_not_there(desk):
    to_review("decidido", reviewed=True)
    stored("pendente", category=None)
    stored("sem rótulo", category=None, state=CommentState.FAILED)

    assert texts(desk.cards()) == ["sem rótulo"]


def test_near_copies_do_not_follow_each_other(desk):
    for n in range(3):
        to_review(f"cópia {n}", score=0.9 - n / 100, like=(1, 0, 0.01 * n))
    for n, axis in enumerate([(0, 0, 0, 1), (0, 0, 0, 0, 1), (0, 0, 0, 0, 0, 1), (0, 0, 0, 0, 0, 0, 1)]):
        to_review(f"outro {n}", score=0.5 - n / 100, like=axis)

    assert texts(desk.cards()) == ["cópia 0", "outro 0", "outro 1", "outro 2", "cópia 1", "outro 3", "cópia 2"]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"categoria": "SPAM"}, ["compre já"]),
        ({"tag": "fix_login"}, ["login quebrado"]),
        ({"motor": "llm/x"}, ["da LLM"]),
        ({"texto": "LÓGIN"}, ["login quebrado"]),
        ({"ate": "2024-06-30"}, ["antigo"]),
        ({"desde": "2025-01-01", "categoria": "ELOGIO"}, ["da LLM"]),
        ({"categoria": "DÚVIDA"}, []),
    ],
)
def test_filters(desk, filters, found):
    to_review("compre já", category=Category.SPAM)
    to_review("login quebrado", category=Category.CRITICISM, tags=("fix_login",))
    to_review("da LLM", engine="llm/x")
    to_review("antigo", moment=timezone.now().replace(year=2024, month=5, day=5))

    assert texts(desk.cards(**filters)) == found


def test_a_card_says_why_it_is_here(desk):
    unsure = to_review("a", score=0.54, review_reason="incerto")
    said(unsure, 0.08, 0.46, 0.41, 0.03, 0.02)
    disagree = to_review("b", score=0.5, review_reason="discordam", engine="llm/x", category=Category.PRAISE)
    said(disagree, 0.9, 0, 0, 0, 0, engine="llm/x")
    said(disagree, 0.2, 0.7, 0.1, 0, 0)
    to_review("c", score=0.3, review_reason="novo")
    to_review("d", score=0.2, review_reason="seguro", fallback_reason="content_filter")

    reasons = [card["motivos"] for card in desk.cards()]

    assert reasons == [
        ["46 % CRÍTICA, 41 % SUGESTÃO"],
        ["o motor e a LLM discordam", "LLM: 90 % ELOGIO · motor: 70 % CRÍTICA"],
        ["assunto novo"],
        ["a LLM não deu rótulo: o filtro dela barra este texto", "o motor não dá probabilidades"],
    ]


def test_a_card_shows_the_probability_of_all_five_even_where_the_llm_labelled(desk):
    comment = to_review("b", engine="llm/x", category=Category.PRAISE, tags=("feat_letra",))
    said(comment, 0.2, 0.7, 0.1, 0, 0)

    [card] = desk.cards()

    assert card["proposta"]["categoria"] == "ELOGIO"
    assert card["proposta"]["tags"] == ["feat_letra"]
    assert card["proposta"]["probabilidades"] == {
        "ELOGIO": 0.2, "CRÍTICA": 0.7, "SUGESTÃO": 0.1, "DÚVIDA": 0.0, "SPAM": 0.0,
    }  # fmt: skip


def test_two_curators_never_get_the_same_comment(desk, make_user):
    for n in range(6):
        to_review(f"c{n}", score=0.9 - n / 10)
    other = Desk(make_user("outra", CURATORS))

    first, second = desk.cards(3), other.cards(8)

    assert (texts(first), texts(second)) == (["c0", "c1", "c2"], ["c3", "c4", "c5"])


@pytest.mark.django_db(transaction=True)
def test_curators_who_ask_at_the_same_instant_never_get_the_same_comment(make_user):
    for n in range(24):
        to_review(f"c{n}", score=n / 100)
    desks = [Desk(make_user(f"c{n}", CURATORS)) for n in range(4)]

    given = at_once([partial(desk.cards, 6) for desk in desks])

    ids = [card["id"] for cards in given for card in cards]
    assert len(ids) == len(set(ids))
    assert set(ids) == set(ReviewLease.objects.values_list("comment_id", flat=True))


def test_a_page_that_is_loaded_again_goes_on_where_it_was(desk):
    for n in range(4):
        to_review(f"c{n}", score=0.9 - n / 10)
    first = desk.cards(2)
    desk.call("sair")

    assert [card["id"] for card in desk.cards(2)] == [card["id"] for card in first]


def test_what_a_curator_left_goes_to_others_soon(desk, make_user):
    to_review("c0")
    desk.cards()
    desk.call("sair")
    other = Desk(make_user("outra", CURATORS))
    assert other.cards() == []

    ReviewLease.objects.update(until=timezone.now() - timedelta(seconds=1))

    assert texts(other.cards()) == ["c0"]
    assert desk.call("renovar").json() == {"comentarios": []}


def test_filters_give_back_what_was_at_hand(desk, make_user):
    to_review("c0")
    [card] = desk.cards()
    desk.call("devolver", comentarios=[card["id"]])

    assert texts(Desk(make_user("outra", CURATORS)).cards()) == ["c0"]


def test_what_was_skipped_goes_to_others_and_does_not_come_back_in_this_sitting(desk, make_user):
    to_review("c0")
    desk.skip(desk.cards()[0])

    assert desk.cards() == []
    assert texts(Desk(make_user("outra", CURATORS)).cards()) == ["c0"]


def test_a_blind_card_holds_nothing_that_a_machine_said(desk, settings):
    settings.REVIEW_BLIND_SHARE = 1
    comment = to_review("o app trava", category=Category.CRITICISM, tags=("fix_app",), score=0.5, like=(1, 0))
    said(comment, 0.1, 0.6, 0.2, 0.05, 0.05)
    to_review("o app travou", category=Category.CRITICISM, like=(1, 0.1), reviewed=True)

    response = desk.call("cartoes", quero=1)
    alike = desk.call(f"parecidos/{comment.pk}")

    [card] = response.json()["cartoes"]
    assert (card["cego"], card["proposta"], card["motivos"]) == (True, None, ["amostra aleatória, às cegas"])
    for answer in (response, alike):
        sent = json.dumps(answer.json(), ensure_ascii=False)
        assert [word for word in [*Category.values, "fix_app", "embedded", "0.6"] if word in sent] == []
    assert [each["texto"] for each in alike.json()["parecidos"]] == ["o app travou"]


def test_a_blind_verdict_keeps_the_probability_of_its_draw_and_then_tells_what_the_machine_said(desk, settings):
    settings.REVIEW_BLIND_SHARE = 1
    for n in range(4):
        to_review(f"c{n}", category=Category.PRAISE)
    [card] = desk.cards(1)

    answer = desk.judge(card, "CRÍTICA").json()

    review = Comment.objects.get(pk=card["id"]).reviews.get()
    assert (review.blind, review.draw_probability) == (True, 0.25)
    assert (answer["cego"], answer["maquina"], answer["decisao"]) == (True, "ELOGIO", "CRÍTICA")


def test_blind_cards_are_drawn_from_the_period_whatever_the_label(desk, settings):
    settings.REVIEW_BLIND_SHARE = 1
    inside = {to_review(f"c{n}", category=category).pk for n, category in enumerate(Category)}
    to_review("antigo", moment=weeks_ago(60), category=Category.SPAM)
    drawn = set()

    for _ in range(100):
        [card] = desk.cards(1, categoria="SPAM", desde=weeks_ago(1).date().isoformat())
        drawn.add(card["id"])
        assert ReviewLease.objects.get().draw_probability == 0.2
        desk.call("devolver", comentarios=[card["id"]])

    assert drawn == inside


def test_where_the_filter_has_nothing_left_no_blind_card_is_drawn(desk, settings):
    settings.REVIEW_BLIND_SHARE = 1
    to_review("c", category=Category.PRAISE)

    assert desk.cards(8, categoria="SPAM") == []


def test_every_comment_is_as_likely_to_be_drawn(make_user, settings):
    settings.REVIEW_BLIND_SHARE = 1
    for n in range(4):
        to_review(f"c{n}", score=n / 4)
    drawn: Counter[str] = Counter()
    desk = Desk(make_user("curadora", CURATORS))
    for _ in range(200):
        [card] = desk.cards(1)
        drawn[card["texto"]] += 1
        desk.call("devolver", comentarios=[card["id"]])

    assert sorted(drawn) == ["c0", "c1", "c2", "c3"]
    assert min(drawn.values()) > 20


def test_look_alikes_show_their_label_and_what_was_decided(desk, make_user):
    card_of = to_review("o app fecha", score=0.9, like=(1, 0))
    decided = to_review("o app fechou", like=(1, 0.1), category=Category.SUGGESTION)
    held = to_review("o app fechava", like=(1, 0.2))
    to_review("que refrão", like=(0, 1), score=0.1)
    other = Desk(make_user("bia", CURATORS))
    other.judge({"id": decided.pk, "versao": 1}, "CRÍTICA")
    [card] = desk.cards(1)
    other.cards(2)

    alike = desk.look_alikes(card)

    assert card["id"] == card_of.pk
    assert [(a["texto"], a["categoria"], a["decidido_por"], a["com"], a["livre"]) for a in alike] == [
        ("o app fechou", "CRÍTICA", "bia", "", False),
        ("o app fechava", "ELOGIO", "", "bia", False),
    ]
    assert held.pk == alike[1]["id"]
    assert [a["semelhanca"] for a in alike] == sorted((a["semelhanca"] for a in alike), reverse=True)


def test_a_card_without_a_vector_has_no_look_alikes(desk):
    to_review("a")

    assert desk.look_alikes(desk.cards()[0]) == []


def test_progress(desk):
    for n in range(3):
        to_review(f"c{n}", category=Category.PRAISE)
    cards = desk.cards()
    desk.judge(cards[0], "ELOGIO")
    desk.judge(cards[1], "CRÍTICA")
    assert desk.call("progresso", filtros={}).json() == {
        "faltam": 1, "ou_mais": False, "hoje": 2, "ritmo": 12, "acordo": 0.5,
    }  # fmt: skip

    desk.undo()

    assert desk.call("progresso", filtros={}).json()["hoje"] == 1


@pytest.mark.parametrize(
    "name",
    ["cartoes", "veredito", "pular", "desfazer", "renovar", "devolver", "sair", "progresso", "parecidos/1"],
)
def test_a_reader_and_a_stranger_are_refused_every_call(make_user, client, name):
    reader = Desk(make_user("leitora", READERS))

    assert reader.call(name).status_code == 403
    anonymous = client.post(f"/painel/revisao/{name}/", {}, "application/json", headers={"Accept": "application/json"})
    assert (anonymous.status_code, anonymous.json()["type"]) == (401, "/problemas/sessao-encerrada")


def test_a_reader_may_not_open_the_page(make_user):
    assert Desk(make_user("leitora", READERS)).get("/painel/revisao/").status_code == 403


def test_a_call_without_its_csrf_token_is_refused(make_user):
    to_review()
    forged = Desk(make_user("curadora", CURATORS), enforce_csrf_checks=True)

    assert forged.call("cartoes", quero=1).status_code == 403
    assert ReviewLease.objects.count() == 0


def test_a_sitting_belongs_to_who_began_it(desk, make_user):
    to_review()
    desk.cards()
    other = Desk(make_user("outra", CURATORS))
    other.sitting = desk.sitting

    assert other.call("cartoes", quero=1).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {"quero": 0}, {"quero": 1_000}, {"quero": 1, "tem": ["x"]}, {"quero": 1, "filtros": {"categoria": "x"}},
        {"quero": 1, "filtros": {"texto": "a\u0000"}}, {"quero": 1, "outra": 1}, {"quero": 1, "sessao": "x"},
        {"quero": 1, "filtros": {"tag": "Fix"}},
    ],
)  # fmt: skip
def test_a_wrong_call_is_refused_and_leases_nothing(desk, body):
    to_review()

    assert desk.call("cartoes", **body).status_code == 400
    assert ReviewLease.objects.count() == 0


@pytest.mark.parametrize("rows", [1, 3])
def test_the_next_cards_take_the_same_queries_however_many_they_are(desk, rows, django_assert_num_queries):
    for n in range(rows):
        said(to_review(f"c{n}", tags=("fix_login",), like=(1, n)), 0.2, 0.7, 0.1, 0, 0)
    desk.cards(1, at_hand=tuple(Comment.objects.values_list("pk", flat=True)))
    ReviewLease.objects.all().delete()

    with django_assert_num_queries(20):
        assert len(desk.cards(rows)) == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_look_alikes_take_the_same_queries_however_many_they_are(desk, rows, django_assert_num_queries):
    card = to_review("c", score=1, tags=("fix_login",), like=(1, 0))
    for n in range(rows):
        to_review(f"a{n}", tags=("fix_login",), like=(1, 0.1 * n))
    [shown] = desk.cards(1)
    desk.look_alikes(shown)

    with django_assert_num_queries(14):
        assert len(desk.look_alikes({"id": card.pk})) == rows


def test_vectors_that_come_later_are_found_too(desk):
    card = to_review("a", score=1, like=(1, 0))
    [shown] = desk.cards(1)
    assert desk.look_alikes(shown) == []

    embed(stored("b"), 1, 0.1)

    assert [each["texto"] for each in desk.look_alikes({"id": card.pk})] == ["b"]


def test_an_administrator_edits_a_guideline_and_the_queue_shows_it(make_user):
    administrator = Desk(make_user("administradora", ADMINISTRATORS))
    url = f"/painel/classifier/guideline/{Category.SPAM}/change/"

    assert administrator.post(url, {"text": "Tudo o que vende."}).status_code == 302

    page = Desk(make_user("curadora", CURATORS))
    assert "Tudo o que vende." in page.get("/painel/revisao/", headers={"Accept": "text/html"}).content.decode()
    assert page.post(url, {"text": "x"}, headers={"Accept": "text/html"}).status_code == 403
