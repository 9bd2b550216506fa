"""The tags in the panel: figures, forms and what each answers."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.groups import CURATORS, READERS
from classifier import vocabulary
from classifier.models import Comment, Tag, VocabularyAct
from classifier.tests.comments import stored

pytestmark = pytest.mark.django_db

LIST = "/painel/classifier/tag/"


@pytest.fixture
def ana(make_user):
    return make_user("ana", CURATORS)


@pytest.fixture
def browser(ana):
    browser = Client(headers={"Accept": "text/html", "Accept-Language": "en"})
    browser.force_login(ana)
    return browser


def page(tag):
    return f"{LIST}{tag.pk}/change/"


def act(browser, tag, what, **fields):
    return browser.post(page(tag), {"act": what, **fields}, follow=True)


def said(response):
    return [str(message) for message in response.context["messages"]]


def test_the_list_tells_how_often_and_since_when(browser):
    now = timezone.now()
    for days in (1, 2, 40, 100):
        stored(f"há {days} dias", tags=("fix_login",), moment=now - timedelta(days=days))
    Tag.objects.create(name="fix_nova")

    login, new = browser.get(LIST).context["tags"]

    assert (login.name, login.uses, login.uses_before) == ("fix_login", 2, 1)
    assert (login.first_use, login.last_use) == (now - timedelta(days=100), now - timedelta(days=1))
    assert (new.name, new.uses, new.first_use) == ("fix_nova", 0, None)


def test_a_merged_name_is_no_tag_of_its_own_and_leads_to_what_it_is_today(browser, ana):
    old, new = Tag.objects.create(name="fix_logon"), Tag.objects.create(name="fix_login")
    vocabulary.merge(old, new, by=ana)

    response = browser.get(page(old))

    assert (response.status_code, response["Location"]) == (302, page(new))
    assert [tag.name for tag in browser.get(LIST).context["tags"]] == ["fix_login"]
    assert list(browser.get(page(new)).context["former"]) == ["fix_logon"]


def test_a_tag_is_added(browser):
    response = browser.post(LIST, {"name": "fix_login", "description": "entrar na conta"}, follow=True)

    assert said(response) == ["fix_login is in the vocabulary."]
    assert Tag.objects.get().description == "entrar na conta"


@pytest.mark.parametrize(
    ("name", "status"),
    [("Fix Login", 422), ("fix", 422), ("", 422), ("fix_" + 60 * "a", 422), ("fix_login", 409), ("fix_x\x00", 422)],
)
def test_a_tag_that_cannot_be_is_refused_in_the_form(browser, name, status):
    Tag.objects.create(name="fix_login")

    response = browser.post(LIST, {"name": name})

    assert response.status_code == status
    assert "name" in response.context["form"].errors
    assert Tag.objects.count() == 1


def test_merging_says_what_followed(browser):
    stored(tags=("fix_logon",))
    logon, login = Tag.objects.get(), Tag.objects.create(name="fix_login")

    response = act(browser, logon, "merge", target="fix_login")

    assert said(response) == ["fix_logon is merged into fix_login. 1 comment followed."]
    assert response.redirect_chain == [(page(login), 302)]
    assert Comment.objects.get().tag_names == ["fix_login"]


@pytest.mark.parametrize("target", ["", "fix_logon", "fix_nenhuma", "fix_fax", "<script>"])
def test_a_tag_is_merged_into_another_that_is_in_use_only(browser, target):
    logon = Tag.objects.create(name="fix_logon")
    Tag.objects.create(name="fix_fax", retired_at=timezone.now())

    response = act(browser, logon, "merge", target=target)

    assert response.status_code == 422
    assert VocabularyAct.objects.count() == 0


def test_renaming_describing_retiring_and_restoring_are_recorded(browser, ana):
    act(browser, Tag.objects.create(name="fix_logon"), "rename", name="fix_login")
    login = Tag.objects.get(name="fix_login")
    for what, fields in [("describe", {"description": "entrar"}), ("retire", {}), ("restore", {})]:
        assert act(browser, login, what, **fields).status_code == 200

    acts = browser.get(page(login)).context["acts"]

    assert [(each.action, each.who) for each in acts] == [
        ("restaura", "ana"),
        ("aposenta", "ana"),
        ("descreve", "ana"),
        ("renomeia", "ana"),
    ]


def test_a_name_that_is_taken_is_said_in_the_form(browser):
    logon = Tag.objects.create(name="fix_logon")
    Tag.objects.create(name="fix_login")

    response = act(browser, logon, "rename", name="fix_login")

    assert response.status_code == 409
    assert response.context["renaming"].errors["name"] == ["Another tag has this name. Merge the two instead."]


def test_acting_on_a_tag_that_is_gone_says_so(browser, ana):
    logon, login = Tag.objects.create(name="fix_logon"), Tag.objects.create(name="fix_login")
    vocabulary.merge(logon, login, by=ana)

    assert said(act(browser, logon, "retire")) == [
        "Somebody merged, renamed or retired this tag meanwhile. Look at it again."
    ]


def test_a_proposal_is_taken_or_refused_for_good(browser):
    one, other = Tag.objects.create(name="fix_anuncio"), Tag.objects.create(name="fix_anuncios")
    assert len(browser.get(LIST).context["pairs"]) == 1

    act(browser, other, "tell_apart", target=one.name)

    assert browser.get(LIST).context["pairs"] == []
    assert Tag.objects.standing().count() == 2


def test_an_act_that_is_none_changes_nothing(browser):
    assert act(browser, Tag.objects.create(name="fix_login"), "delete").status_code == 400


@pytest.mark.parametrize("tags", [1, 3])
def test_the_list_asks_as_many_queries_for_one_tag_as_for_three(browser, django_assert_num_queries, tags):
    for n in range(tags):
        stored(f"texto {n}", tags=(f"fix_tag{'abc'[n] * 6}",))

    with django_assert_num_queries(8):
        assert len(browser.get(LIST).context["tags"]) == tags


def test_a_reader_sees_the_vocabulary_and_no_form(make_user):
    reader = Client(headers={"Accept": "text/html"})
    reader.force_login(make_user("leitora", READERS))
    tag = Tag.objects.create(name="fix_login", description="entrar na conta")

    pages = [reader.get(url).content.decode() for url in (LIST, page(tag))]

    assert all("fix_login" in shown for shown in pages)
    assert "entrar na conta" in pages[1]
    assert not any('name="act"' in shown for shown in pages)
