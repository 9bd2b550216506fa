"""One comment in the panel: its history, the decision on it, and what who was slower gets to see."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.groups import CURATORS, READERS
from classifier import vocabulary
from classifier.models import Category, Classification, Comment, Review, Tag
from classifier.review import verdicts
from classifier.tests.comments import stored

pytestmark = pytest.mark.django_db

LIST = "/painel/classifier/comment/"


@pytest.fixture
def ana(make_user):
    return make_user("ana", CURATORS)


@pytest.fixture
def bia(make_user):
    return make_user("bia", CURATORS)


@pytest.fixture
def browser(ana):
    return logged_in(ana)


def logged_in(user):
    browser = Client(headers={"Accept": "text/html", "Accept-Language": "en"})
    browser.force_login(user)
    return browser


def url(comment):
    return f"{LIST}{comment.pk}/change/"


def read(browser, comment):
    """What the form holds when it is opened."""
    form = browser.get(url(comment)).context["form"]
    return {
        "category": form.initial["category"] or "",
        "tags": form.tag_values,
        "note": "",
        "seen_version": form.initial["seen_version"],
        "seen_at": form.initial["seen_at"],
    }


def decide(browser, comment, form=None, **fields):
    return browser.post(url(comment), {**(form or read(browser, comment)), **fields})


def test_a_decision_is_recorded_and_shown(browser):
    comment = stored("Não abre", tags=("fix_app",))
    Tag.objects.create(name="fix_login")

    response = decide(browser, comment, category="CRÍTICA", tags=["fix_login", "", ""], note="ironia")

    assert (response.status_code, response["Location"]) == (302, url(comment))
    comment.refresh_from_db()
    assert (comment.category, comment.tag_names, comment.reviewed) == ("CRÍTICA", ["fix_login"], True)
    [event] = browser.get(url(comment)).context["events"]
    assert (event.who, event.what, event.category_before, event.category) == ("ana", "corrected", "ELOGIO", "CRÍTICA")
    assert (event.gained, event.lost, event.note) == (["fix_login"], ["fix_app"], "ironia")


def test_saving_without_a_change_confirms(browser):
    comment = stored(tags=("fix_app",))

    decide(browser, comment)

    assert Review.objects.get().action == "confirma"


def test_nothing_is_chosen_beforehand_for_a_comment_that_waits(browser):
    comment = stored(category=None)
    page = browser.get(url(comment))

    response = decide(browser, comment)

    assert "checked" not in page.content.decode()
    assert response.status_code == 422
    assert response.context["form"].errors["category"] == ["Choose a category."]
    assert Review.objects.count() == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"category": "BRONCA"},
        {"tags": ["fix_inventada"]},
        {"tags": ["<script>"]},
        {"tags": ["fix_a", "fix_b", "fix_c", "fix_d", "fix_e", "fix_f"]},
        {"note": "x" * 2001},
        {"seen_version": "x"},
        {"seen_at": "ontem"},
    ],
)
def test_a_form_that_cannot_be_is_shown_again_and_decides_nothing(browser, fields):
    comment = stored()

    response = decide(browser, comment, **fields)

    assert response.status_code == 422
    assert response.context["form"].errors
    assert Review.objects.count() == 0


def test_a_retired_tag_may_stay_but_is_not_offered(browser, bia):
    comment = stored(tags=("fix_fax",))
    vocabulary.retire(Tag.objects.get(), by=bia)
    page = browser.get(url(comment))

    decide(browser, comment, note="fica")

    assert list(page.context["vocabulary"]) == []
    comment.refresh_from_db()
    assert (comment.tag_names, comment.reviewed) == (["fix_fax"], True)


def test_who_was_slower_sees_who_did_what_when_and_loses_nothing(browser, bia):
    comment = stored("Não abre")
    form = read(browser, comment)
    verdicts.correct(Comment.objects.get(), reviewer=bia, category=Category.SPAM, note="propaganda")

    response = decide(browser, comment, form, category="DÚVIDA", note="minha nota comprida")

    assert response.status_code == 409
    [event] = response.context["meanwhile"]
    assert (event.who, event.category_before, event.category) == ("bia", "ELOGIO", "SPAM")
    page = response.content.decode()
    assert "minha nota comprida" in page
    assert 'value="DÚVIDA" required' in page or 'value="DÚVIDA"' in page
    assert response.context["form"].data["category"] == "DÚVIDA"
    comment.refresh_from_db()
    assert comment.category == "SPAM"


def test_sending_it_again_decides_over_the_other(browser, bia):
    comment = stored("Não abre")
    form = read(browser, comment)
    verdicts.correct(Comment.objects.get(), reviewer=bia, category=Category.SPAM)
    shown = decide(browser, comment, form, category="DÚVIDA").context["form"].data

    response = browser.post(url(comment), dict(shown.lists()))

    assert response.status_code == 302
    assert list(Review.objects.order_by("pk").values_list("reviewer__username", "category_before", "category")) == [
        ("bia", "ELOGIO", "SPAM"),
        ("ana", "SPAM", "DÚVIDA"),
    ]


def test_a_tag_merged_meanwhile_is_no_decision_of_anybody(browser, bia):
    comment = stored(tags=("fix_logon",))
    form = read(browser, comment)
    vocabulary.merge(Tag.objects.get(), Tag.objects.create(name="fix_login"), by=bia)

    response = decide(browser, comment, form, category="SPAM")

    assert (response.status_code, response.context["meanwhile"]) == (409, [])
    assert Review.objects.count() == 0


def test_a_key_pressed_twice_decides_once(browser):
    comment = stored()
    form = read(browser, comment)

    statuses = [decide(browser, comment, form, category="SPAM").status_code for _ in range(2)]

    assert statuses == [302, 302]
    assert Review.objects.count() == 1


def test_the_history_tells_of_every_verdict_with_all_its_probabilities(browser):
    comment = stored()
    Classification.objects.create(
        comment=comment,
        engine="embedded/test",
        category=Category.PRAISE,
        confidence=0.6,
        p_praise=0.6,
        p_criticism=0.2,
        p_suggestion=0.1,
        p_question=0.06,
        p_spam=0.04,
    )

    [event] = browser.get(url(comment)).context["events"]

    assert (event.kind, event.who, event.confidence) == ("classificacao", "embedded/test", 0.6)
    assert [round(100 * p) for _category, p in event.probabilities] == [60, 20, 10, 6, 4]


def test_a_reader_is_not_told_who_decided_or_why(make_user, bia):
    comment = stored()
    verdicts.correct(comment, reviewer=bia, category=Category.SPAM, note="segredo nosso")

    response = logged_in(make_user("leitora", READERS)).get(url(comment))

    [event] = response.context["events"]
    assert (event.who, event.note, event.category) == ("", "", "SPAM")
    assert "bia" not in response.content.decode()
    assert "segredo nosso" not in response.content.decode()


@pytest.mark.parametrize("acts", [1, 3])
def test_the_page_asks_as_many_queries_for_a_long_history_as_for_a_short_one(
    browser, bia, django_assert_num_queries, acts
):
    comment = stored(tags=("fix_app",))
    for category in [Category.SPAM, Category.QUESTION, Category.PRAISE][:acts]:
        verdicts.correct(Comment.objects.get(), reviewer=bia, category=category)

    with django_assert_num_queries(10):
        assert len(browser.get(url(comment)).context["events"]) == acts


@pytest.mark.parametrize("key", ["0", "99999999999999999999", "abc", "1%00", "-1"])
def test_what_is_no_comment_is_not_found(browser, key):
    assert browser.get(f"{LIST}{key}/change/").status_code == 404


def test_a_comment_that_was_deleted_while_it_was_read_is_not_found(browser):
    comment = stored()
    form = read(browser, comment)
    Comment.objects.all().delete()

    assert decide(browser, comment, form, category="SPAM").status_code == 404


def test_metadata_and_origin_are_shown(browser):
    comment = stored(author="Zé", source="loja", metadata={"aparelho": "celular", "lista": [1, {"a": "b"}]})

    page = browser.get(url(comment)).content.decode()

    assert all(word in page for word in ("Zé", "loja", "aparelho", "celular", "lista"))
    assert timezone.localtime(comment.moment).strftime("%m/%d/%Y") in page
