"""Verdicts at the queue: each recorded once, none lost, all undoable, nobody's overwritten unseen."""

import uuid
from collections import Counter
from functools import partial

import pytest

from accounts.groups import CURATORS
from classifier.models import Category, Comment, CommentState, Review, ReviewLease, Tag
from classifier.tests.comments import stored
from classifier.tests.desk import Desk, to_review
from classifier.tests.machines import labelled_by_machine
from conftest import Api
from tests.racing import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_blind(settings):
    settings.REVIEW_BLIND_SHARE = 0


@pytest.fixture
def desk(make_user):
    return Desk(make_user("curadora", CURATORS))


@pytest.fixture
def other(make_user):
    return Desk(make_user("bia", CURATORS))


def standing(comment):
    comment = Comment.objects.get(pk=comment.pk)
    return (comment.state, comment.category, comment.tag_names, comment.reviewed, comment.category_corrected)


def acts(comment):
    return list(comment.reviews.order_by("id").values_list("action", "category"))


def family(count, **fields):
    """A card that comes first, and its look-alikes."""
    return [
        to_review(f"o app fecha {n}", score=0.9 - n / 100, like=(1, n / 100), category=Category.CRITICISM, **fields)
        for n in range(count)
    ]


def seen(comments):
    return [{"comentario": comment.pk, "versao": comment.version} for comment in comments]


def test_a_verdict_confirms_or_corrects(desk):
    right, wrong = to_review("a", score=0.9), to_review("b", score=0.8)
    cards = desk.cards()

    assert desk.judge(cards[0], "ELOGIO").json()["decididos"] == 1
    desk.judge(cards[1], "SPAM", tags_funcionalidades=["fix_login"], observacao="corrente")

    assert (acts(right), acts(wrong)) == ([("confirma", "ELOGIO")], [("corrige", "SPAM")])
    assert standing(wrong) == ("classificado", "SPAM", ["fix_login"], True, True)
    review = wrong.reviews.get()
    assert (review.note, review.blind, str(review.reviewer)) == ("corrente", False, "curadora")
    assert ReviewLease.objects.count() == 0
    assert desk.cards() == []


def test_a_verdict_that_is_sent_again_counts_once(desk):
    comment = to_review()
    [card] = desk.cards()
    step = str(uuid.uuid4())

    answers = [desk.judge(card, "SPAM", step=step).json() for _ in range(3)]

    assert [answer["repetido"] for answer in answers] == [False, True, True]
    assert [answer["decisao"] for answer in answers] == ["SPAM"] * 3
    assert acts(comment) == [("corrige", "SPAM")]


@pytest.mark.django_db(transaction=True)
def test_a_verdict_that_arrives_eight_times_at_once_counts_once(make_user):
    comment = to_review()
    user = make_user("curadora", CURATORS)
    desks = [Desk(user) for _ in range(8)]
    for desk in desks:
        desk.sitting = desks[0].sitting
    [card] = desks[0].cards()
    step = str(uuid.uuid4())

    answers = at_once([partial(desk.judge, card, "SPAM", step=step) for desk in desks])

    assert {answer.status_code for answer in answers} == {200}
    assert acts(comment) == [("corrige", "SPAM")]


@pytest.mark.django_db(transaction=True)
def test_of_two_curators_at_the_same_instant_one_is_recorded_and_the_other_told(make_user):
    comment = to_review()
    desks = [Desk(make_user(name, CURATORS)) for name in ("ana", "bia")]
    card = {"id": comment.pk, "versao": 1}

    answers = at_once(
        [partial(desk.judge, card, category) for desk, category in zip(desks, ["SPAM", "DÚVIDA"], strict=True)]
    )

    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: 1}
    [lost] = [answer.json() for answer in answers if answer.status_code == 412]
    winner = comment.reviews.get()
    assert lost["detail"].startswith(f"{winner.reviewer} decidiu {winner.category} ")
    assert lost["agora"] == {"versao": 2, "categoria": winner.category, "tags": []}


def test_who_was_slower_may_insist(desk, other):
    comment = to_review()
    [card] = desk.cards()
    other.judge(card, "SPAM")
    now = desk.judge(card, "DÚVIDA").json()["agora"]

    assert desk.judge(card | {"versao": now["versao"]}, "DÚVIDA").status_code == 200
    assert acts(comment) == [("corrige", "SPAM"), ("corrige", "DÚVIDA")]


def test_a_machine_that_labels_anew_meanwhile_does_not_stand_in_the_way(desk):
    comment = to_review(category=Category.PRAISE)
    [card] = desk.cards()
    labelled_by_machine(comment, category=Category.SPAM)

    assert desk.judge(card, "ELOGIO").status_code == 200
    assert standing(comment)[1] == "ELOGIO"


def test_a_comment_that_is_gone_is_said_to_be(desk):
    comment = to_review()
    [card] = desk.cards()
    Comment.objects.filter(pk=comment.pk).delete()

    assert desk.judge(card, "SPAM").status_code == 404
    assert desk.skip(card).status_code == 404


def test_former_tags_are_given_by_their_name_of_today_and_retired_ones_refused(desk):
    today = Tag.objects.create(name="fix_login")
    Tag.objects.create(name="fix_entrar", merged_into=today)
    comment = to_review()
    Tag.objects.create(name="fix_fax", retired_at=comment.created_at)
    [card] = desk.cards()

    assert desk.judge(card, "SPAM", tags_funcionalidades=["fix_fax"]).status_code == 400
    assert desk.judge(card, "SPAM", tags_funcionalidades=["fix_entrar"]).status_code == 200
    assert standing(comment)[2] == ["fix_login"]


@pytest.mark.parametrize(
    "more",
    [
        {"tags_funcionalidades": ["Fix Login"]}, {"tags_funcionalidades": ["fix_a"] * 6}, {"observacao": "x" * 2001},
        {"parecidos": [{"comentario": 1}]}, {"texto": "x"},
    ],
)  # fmt: skip
def test_a_wrong_verdict_changes_nothing(desk, more):
    comment = to_review()
    [card] = desk.cards()

    assert desk.judge(card, "SPAM", **more).status_code == 400
    assert desk.judge(card, "spam").status_code == 400
    assert (standing(comment)[3], Review.objects.count()) == (False, 0)


@pytest.mark.parametrize(
    "before",
    [
        {"category": Category.PRAISE, "tags": ("feat_letra", "fix_login")},
        {"category": None, "state": CommentState.FAILED},
        {"category": Category.SPAM, "reviewed": True, "category_corrected": True},
    ],
)
def test_undo_puts_back_exactly_what_stood_before(desk, before):
    comment = stored(**before)
    found = standing(comment)
    desk.judge({"id": comment.pk, "versao": 1}, "DÚVIDA", tags_funcionalidades=["ui_player"])
    assert standing(comment) != found

    answer = desk.undo().json()

    assert standing(comment) == found
    assert [action for action, _category in acts(comment)] == ["corrige", "desfaz"]
    assert answer["decididos"] == 1


def test_undo_goes_back_step_by_step_through_the_whole_sitting(desk):
    comments = [to_review(f"c{n}", score=0.9 - n / 10) for n in range(4)]
    cards = desk.cards()
    desk.judge(cards[0], "SPAM")
    desk.skip(cards[1])
    desk.judge(cards[2], "DÚVIDA")
    desk.judge(cards[3], "ELOGIO")

    back = [desk.undo().json()["cartao"]["texto"] for _ in range(4)]

    assert back == ["c3", "c2", "c1", "c0"]
    assert [standing(comment)[3] for comment in comments] == [False] * 4
    assert desk.undo().status_code == 409
    assert ReviewLease.objects.count() == 4


def test_an_undo_that_is_sent_again_undoes_one_step(desk):
    first, second = to_review("a", score=0.9), to_review("b", score=0.8)
    for card in desk.cards():
        desk.judge(card, "SPAM")
    step = str(uuid.uuid4())

    answers = [desk.undo(step).json() for _ in range(3)]

    assert [answer["repetido"] for answer in answers] == [False, True, True]
    assert (standing(first)[3], standing(second)[3]) == (True, False)


def test_what_somebody_decided_after_is_not_undone(desk, other):
    comment = to_review()
    [card] = desk.cards()
    desk.judge(card, "SPAM")
    other.judge({"id": comment.pk, "versao": 2}, "DÚVIDA")

    answer = desk.undo().json()

    assert (answer["decididos"], standing(comment)[1]) == (0, "DÚVIDA")
    assert answer["fora"][0]["motivo"].startswith("bia decidiu DÚVIDA")


def test_a_card_that_was_blind_is_not_blind_any_more_when_it_comes_back(desk, settings):
    settings.REVIEW_BLIND_SHARE = 1
    to_review()
    [card] = desk.cards()
    desk.judge(card, "SPAM")

    back = desk.undo().json()["cartao"]
    desk.judge(back, "DÚVIDA")

    assert (card["cego"], back["cego"]) == (True, False)
    assert list(Review.objects.order_by("id").values_list("blind", flat=True)) == [True, False, False]


def test_a_family_gets_one_verdict_and_gives_it_back_as_one(desk):
    comments = family(8, tags=("fix_app",))
    before = [standing(comment) for comment in comments]
    [card] = desk.cards(1)

    answer = desk.judge(card, "SUGESTÃO", parecidos=seen(comments[1:]), observacao="todos iguais").json()

    assert (answer["decididos"], answer["fora"]) == (8, [])
    assert [standing(comment)[1:4] for comment in comments] == [("SUGESTÃO", ["fix_app"], True)] * 8
    assert [review.note for review in Review.objects.order_by("id")] == ["todos iguais"] + [""] * 7

    assert desk.undo().json()["decididos"] == 8
    assert [standing(comment) for comment in comments] == before
    assert Counter(Review.objects.values_list("action", flat=True)) == {"corrige": 8, "desfaz": 8}


def test_of_a_family_what_others_decided_or_have_before_them_is_left_out_and_named(desk, other):
    comments = family(4)
    [card] = desk.cards(1)
    other.judge({"id": comments[1].pk, "versao": 1}, "SPAM")
    other.cards(8)
    ReviewLease.objects.filter(comment=comments[3]).delete()

    answer = desk.judge(card, "SUGESTÃO", parecidos=seen(comments[1:])).json()

    assert answer["decididos"] == 2
    told = {each["id"]: each["motivo"] for each in answer["fora"]}
    assert told[comments[1].pk].startswith("bia decidiu SPAM")
    assert told[comments[2].pk] == "bia está com ele agora"
    assert [standing(comment)[1] for comment in comments] == ["SUGESTÃO", "SPAM", "CRÍTICA", "SUGESTÃO"]


def test_a_blind_card_is_decided_alone(desk, settings):
    settings.REVIEW_BLIND_SHARE = 1
    comments = family(2)
    [card] = desk.cards(1)
    [mate] = [comment for comment in comments if comment.pk != card["id"]]

    assert desk.judge(card, "SPAM", parecidos=seen([mate])).status_code == 400
    assert Review.objects.count() == 0


@pytest.mark.parametrize("rows", [1, 8])
def test_a_verdict_takes_the_same_queries_for_one_look_alike_and_for_eight(desk, rows, django_assert_num_queries):
    comments = family(rows + 1, tags=("fix_app",))
    [card] = desk.cards(1)

    with django_assert_num_queries(18):
        desk.judge(card, "SUGESTÃO", parecidos=seen(comments[1:]))
    with django_assert_num_queries(26):
        desk.undo()


def test_a_verdict_takes_few_queries(desk, django_assert_num_queries):
    to_review()
    [card] = desk.cards(1)

    with django_assert_num_queries(17):
        desk.judge(card, "SUGESTÃO")


@pytest.mark.django_db(transaction=True)
def test_corrections_by_patch_without_an_etag_all_count(curator_api):
    stored(external_id="a")

    answers = at_once(
        [partial(Api(curator_api.user).patch, "/api/comentarios/a", {"categoria": c}) for c in Category.values]
    )

    assert {answer.status_code for answer in answers} == {200}
    assert Review.objects.count() == 5
    assert Comment.objects.get().version == 6


def test_who_was_slower_with_an_etag_is_told_by_whom_and_when(curator_api):
    stored(external_id="a")
    read = curator_api.get("/api/comentarios/a")["ETag"]
    curator_api.patch("/api/comentarios/a", {"categoria": "SPAM"})

    answer = curator_api.patch("/api/comentarios/a", {"categoria": "DÚVIDA"}, headers={"If-Match": read})

    assert answer.status_code == 412
    assert answer.json()["detail"].startswith("curadora decidiu SPAM ")
