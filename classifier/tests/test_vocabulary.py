"""The tags as a vocabulary: names move, their comments and their history follow, and no ETag lies."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.groups import CURATORS
from classifier import vocabulary
from classifier.models import Comment, CommentTag, Tag, TagsApart, VocabularyAct
from classifier.review import verdicts
from classifier.synonyms import edits, probably_the_same
from classifier.tests.comments import stored
from classifier.tests.machines import labelled_by_machine

pytestmark = pytest.mark.django_db


@pytest.fixture
def bia(make_user):
    return make_user("bia", CURATORS)


def tag(name, **fields):
    return Tag.objects.create(name=name, **fields)


def label_by_machine(*names):
    return labelled_by_machine(stored("Não abre", category=None), tags=names)


def test_merging_moves_the_comments_and_collapses_what_had_both(bia):
    one = stored("um", tags=("fix_logon",))
    both = stored("dois", tags=("fix_logon", "fix_login"))

    following = vocabulary.merge(Tag.objects.get(name="fix_logon"), Tag.objects.get(name="fix_login"), by=bia)

    assert (following.moved, following.complete) == (2, True)
    assert [comment.tag_names for comment in (one, both)] == [["fix_login"], ["fix_login"]]
    assert CommentTag.objects.count() == 2


def test_a_merge_gives_each_comment_a_new_version_and_leaves_others_alone(bia):
    moved, other = stored("um", tags=("fix_logon",)), stored("dois", tags=("fix_login",))

    vocabulary.merge(Tag.objects.get(name="fix_logon"), Tag.objects.get(name="fix_login"), by=bia)

    assert [Comment.objects.get(pk=c.pk).version for c in (moved, other)] == [2, 1]
    assert Comment.objects.get(pk=moved.pk).updated_at > moved.updated_at


def test_an_etag_from_before_the_merge_is_refused(curator_api, bia):
    stored(external_id="a", tags=("fix_logon",))
    read = curator_api.get("/api/comentarios/a")["ETag"]
    vocabulary.merge(Tag.objects.get(name="fix_logon"), tag("fix_login"), by=bia)

    assert curator_api.patch("/api/comentarios/a", {}, headers={"If-Match": read}).status_code == 412
    assert curator_api.get("/api/comentarios/a").json()["tags_funcionalidades"] == ["fix_login"]


def test_the_old_name_still_means_the_tag_for_machines_people_and_filters(bia, curator_api):
    stored(external_id="a", tags=("fix_logon",))
    vocabulary.merge(Tag.objects.get(name="fix_logon"), tag("fix_login"), by=bia)
    stored(external_id="b")

    by_machine = label_by_machine("fix_logon", "fix_login")
    patched = curator_api.patch("/api/comentarios/b", {"tags_funcionalidades": ["fix_logon"]}).json()

    assert by_machine.tag_names == ["fix_login"]
    assert patched["tags_funcionalidades"] == ["fix_login"]
    assert patched["historico"][-1]["tags_funcionalidades"] == ["fix_login"]
    assert len(curator_api.get("/api/comentarios?tag=fix_logon").json()) == 3


def test_naming_the_tag_by_its_old_name_changes_nothing(bia):
    comment = stored(tags=("fix_logon",))
    vocabulary.rename(Tag.objects.get(), "fix_login", by=bia)

    review = verdicts.correct(Comment.objects.get(pk=comment.pk), reviewer=bia, tags=["fix_logon"])

    assert review.action == "confirma"


def test_a_chain_of_merges_ends_at_the_last(bia):
    first, second, third = tag("fix_a"), tag("fix_b"), tag("fix_c")
    stored(tags=("fix_a",))

    vocabulary.merge(first, second, by=bia)
    vocabulary.merge(second, third, by=bia)

    assert [each.merged_into for each in Tag.objects.filter(name__in=["fix_a", "fix_b"])] == [third, third]
    assert Comment.objects.get().tag_names == ["fix_c"]
    assert label_by_machine("fix_a").tag_names == ["fix_c"]


def test_a_renamed_tag_takes_its_comments_description_and_history_along(bia):
    old = tag("fix_logon", description="entrar na conta")
    comment = stored(tags=("fix_logon",))
    vocabulary.describe(old, "entrar", by=bia)

    new, following = vocabulary.rename(old, "fix_login", by=bia)

    assert (new.name, new.description, following.moved) == ("fix_login", "entrar", 1)
    assert Comment.objects.get(pk=comment.pk).tag_names == ["fix_login"]
    assert Comment.objects.get(pk=comment.pk).version == 2
    assert list(new.acts.order_by("pk").values_list("action", "before", "after")) == [
        ("descreve", "entrar na conta", "entrar"),
        ("renomeia", "fix_logon", "fix_login"),
    ]


def test_a_tag_can_be_named_back(bia):
    stored(tags=("fix_logon",))
    new, _following = vocabulary.rename(Tag.objects.get(), "fix_login", by=bia)

    back, _following = vocabulary.rename(new, "fix_logon", by=bia)

    assert (back.name, back.merged_into) == ("fix_logon", None)
    assert Comment.objects.get().tag_names == ["fix_logon"]
    assert label_by_machine("fix_login").tag_names == ["fix_logon"]


def test_no_tag_takes_the_name_of_another(bia):
    one, other = tag("fix_login"), tag("fix_conta")
    merged = tag("fix_antiga")
    vocabulary.merge(merged, other, by=bia)

    for taken in ("fix_conta", "fix_antiga"):
        with pytest.raises(vocabulary.NameTaken):
            vocabulary.rename(one, taken, by=bia)
    with pytest.raises(vocabulary.NameTaken):
        vocabulary.add("fix_antiga", "", by=bia)


def test_what_was_merged_by_somebody_else_meanwhile_cannot_be_acted_on(bia):
    one, other = tag("fix_a"), tag("fix_b")
    vocabulary.merge(one, other, by=bia)

    for act in (
        lambda: vocabulary.merge(one, other, by=bia),
        lambda: vocabulary.rename(one, "fix_c", by=bia),
        lambda: vocabulary.retire(one, by=bia),
        lambda: vocabulary.describe(one, "x", by=bia),
    ):
        with pytest.raises(vocabulary.TagGone):
            act()
    assert VocabularyAct.objects.count() == 1


def test_a_retired_tag_stays_where_it_is_and_is_given_to_no_other(bia):
    before = stored(tags=("fix_fax",))
    vocabulary.retire(Tag.objects.get(), by=bia)

    assert label_by_machine("fix_fax", "fix_login").tag_names == ["fix_login"]
    assert Comment.objects.get(pk=before.pk).tag_names == ["fix_fax"]
    assert Tag.objects.not_to_be_given(["fix_fax"]) == ["fix_fax"]
    assert Tag.objects.not_to_be_given(["fix_fax"], kept=["fix_fax"]) == []


def test_a_person_who_leaves_a_retired_tag_on_its_comment_keeps_it_there(curator_api, bia):
    stored(external_id="a", tags=("fix_fax",))
    vocabulary.retire(Tag.objects.get(), by=bia)

    body = curator_api.patch("/api/comentarios/a", {"tags_funcionalidades": ["fix_fax", "ui_tema"]}).json()

    assert body["tags_funcionalidades"] == ["fix_fax", "ui_tema"]


def test_a_person_cannot_give_a_retired_tag_either(curator_api, bia):
    stored(external_id="a")
    vocabulary.retire(tag("fix_fax"), by=bia)

    response = curator_api.patch("/api/comentarios/a", {"tags_funcionalidades": ["ui_tema", "fix_fax"]})

    assert response.status_code == 400
    assert [e["pointer"] for e in response.json()["errors"]] == ["/tags_funcionalidades/1"]


def test_a_retired_tag_can_be_taken_into_use_again(bia):
    fax = tag("fix_fax")
    vocabulary.retire(fax, by=bia)
    vocabulary.restore(fax, by=bia)

    assert label_by_machine("fix_fax").tag_names == ["fix_fax"]
    assert list(VocabularyAct.objects.order_by("pk").values_list("action", "actor__username")) == [
        ("aposenta", "bia"),
        ("restaura", "bia"),
    ]


def test_doing_what_is_done_already_records_nothing(bia):
    fax = tag("fix_fax", description="telefone")
    vocabulary.describe(fax, "telefone", by=bia)
    vocabulary.restore(fax, by=bia)

    assert VocabularyAct.objects.count() == 0


def test_what_is_too_much_for_one_request_follows_in_the_background(bia):
    for n in range(3):
        stored(f"texto {n}", tags=("fix_logon",))
    logon = Tag.objects.get()
    Tag.objects.filter(pk=logon.pk).update(merged_into=tag("fix_login"))

    assert vocabulary.follow(logon.pk, most=0) == vocabulary.Following(0, complete=False)
    assert [vocabulary.follow_all(), vocabulary.follow_all()] == [3, 0]
    assert {tuple(c.tag_names) for c in Comment.objects.all()} == {("fix_login",)}


@pytest.mark.parametrize("comments", [1, 3])
def test_a_merge_asks_as_many_queries_for_one_comment_as_for_three(bia, django_assert_num_queries, comments):
    for n in range(comments):
        stored(f"texto {n}", tags=("fix_logon",))
    logon, login = Tag.objects.get(), tag("fix_login")
    Tag.objects.filter(pk=logon.pk).update(merged_into=login)

    with django_assert_num_queries(14):
        vocabulary.follow(logon.pk)


def test_no_tag_is_merged_into_itself():
    login = tag("fix_login")

    with pytest.raises(IntegrityError), transaction.atomic():
        Tag.objects.filter(pk=login.pk).update(merged_into=login)


def test_a_name_has_the_contracts_form():
    with pytest.raises(ValidationError):
        Tag(name="Login quebrado").full_clean()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("fix_anuncio", "fix_anuncios", True),
        ("feat_qualidade_audio", "feat_audio_qualidade", True),
        ("fix_log_in", "fix_login", True),
        ("fix_notificacao", "fix_notificacoes", True),
        ("fix_pagamento", "fix_pagamneto", True),
        ("fix_letra", "feat_letra", False),
        ("fix_login", "fix_logout", False),
        ("fix_audio", "fix_radio", False),
        ("fix_app", "fix_api", False),
        ("feat_playlist", "feat_player", False),
        ("feat_show", "feat_shop", False),
    ],
)
def test_what_is_probably_the_same_is_told_and_nothing_else(one, other, same):
    tags = [tag(one), tag(other)]

    assert bool(probably_the_same(tags, lambda each: 0)) is same


def test_of_two_the_rarer_is_merged_into_the_more_common():
    tags = [tag("fix_anuncio"), tag("fix_anuncios")]

    [pair] = probably_the_same(tags, lambda each: {"fix_anuncio": 9, "fix_anuncios": 2}[each.name])

    assert (pair.rare.name, pair.common.name) == ("fix_anuncios", "fix_anuncio")


def test_tags_that_stand_nearly_always_together_are_told():
    for n in range(12):
        stored(f"texto {n}", tags=("fix_som", "fix_audio"))
    stored("outro", tags=("fix_som", "fix_login"))

    pairs = probably_the_same(list(Tag.objects.all()), lambda each: each.comment_tags.count())

    assert [(pair.rare.name, pair.common.name) for pair in pairs] == [("fix_audio", "fix_som")]


def test_what_a_person_told_apart_is_not_told_again(bia):
    one, other = tag("fix_anuncio"), tag("fix_anuncios")

    vocabulary.tell_apart(other, one, by=bia)
    vocabulary.tell_apart(one, other, by=bia)

    assert probably_the_same([one, other], lambda each: 0) == []
    assert TagsApart.objects.count() == 1


@pytest.mark.parametrize(
    ("one", "other", "most", "expected"),
    [("login", "login", 1, 0), ("login", "logn", 1, 1), ("login", "lgoin", 1, None), ("a", "abcd", 2, None)],
)
def test_edits_are_counted_no_further_than_asked(one, other, most, expected):
    assert edits(one, other, most=most) == expected
