"""Themes hold together, are named by what is in them, and are found in a large week as in a small one."""

import pytest

from classifier import embeddings
from classifier.models import Category, Embedding
from reports import themes
from reports.tests.weeks import LYRICS, PRAISE, PRICE, WEEK, a_week, in_week
from reports.themes import themes_of

pytestmark = pytest.mark.django_db


def found(grouping: themes.Grouping) -> dict[str, int]:
    return {theme.name.text: len(theme.comments) for theme in grouping.themes}


def test_what_is_about_one_thing_is_one_theme_and_the_rest_is_counted():
    a_week()
    in_week("Ganhe seguidores em meu perfil, clique no link", Category.SPAM)

    grouping = themes_of(WEEK)

    assert found(grouping) == {"Preço": len(PRICE), "Letras": len(LYRICS)}
    assert (grouping.inside, grouping.outside) == (8, len(PRAISE))


def test_the_same_comments_give_the_same_themes():
    a_week()

    assert themes_of(WEEK) == themes_of(WEEK)


def test_vectors_that_are_missing_are_made():
    comments = a_week()

    themes_of(WEEK)

    assert Embedding.objects.count() == len(comments)


def test_without_an_encoder_words_and_tags_alone_are_compared(monkeypatch):
    monkeypatch.setattr(embeddings, "embed", lambda comments: 0)
    a_week()

    assert found(themes_of(WEEK)) == {"Preço": len(PRICE), "Letras": len(LYRICS)}


def test_of_a_large_week_a_sample_is_grouped_and_the_rest_goes_to_the_nearest_theme(monkeypatch):
    monkeypatch.setattr(themes, "SAMPLE", 24)
    monkeypatch.setattr(themes, "CHUNK", 10)
    for n in range(30):
        in_week(f"{PRICE[n % 4]} {'ai' * (n % 7)}", tags=("fix_preco",))
        in_week(f"{LYRICS[n % 4]} {'oi' * (n % 5)}", Category.SUGGESTION, tags=("feat_letra",))

    grouping = themes_of(WEEK)

    assert {theme.name.words[0] for theme in grouping.themes} == {"preço", "letras"}
    assert grouping.inside + grouping.outside == 60
    assert grouping.inside >= 54
    assert {theme.category for theme in grouping.themes} == {Category.CRITICISM, Category.SUGGESTION}


def test_quotes_differ_even_where_many_say_the_same():
    for _ in range(5):
        in_week("O login falha sempre", tags=("fix_login",))
    other = in_week("Não consigo passar do login", tags=("fix_login",))

    [theme] = themes_of(WEEK).themes

    assert len(theme.quotes) == 2
    assert other.pk in theme.quotes


def test_what_one_person_wrote_names_no_theme():
    for name in ("Maria Aparecida", "José Raimundo", "Luzia"):
        in_week(f"{name} não consegue fazer login", tags=("fix_login",))

    [theme] = themes_of(WEEK).themes

    assert theme.name.text == "Login"


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_comments_have_no_themes(count):
    for n in range(count):
        in_week(f"login {n}", tags=("fix_login",))

    grouping = themes_of(WEEK)

    assert (grouping.themes, grouping.outside) == ([], count)
