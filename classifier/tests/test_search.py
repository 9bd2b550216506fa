"""Portuguese words are found in every inflection, with accents or without."""

import pytest

from classifier.models import Comment
from classifier.tests.comments import stored

pytestmark = pytest.mark.django_db


def found(api, words):
    response = api.get("/api/comentarios", {"q": words})
    assert response.status_code == 200, response.content
    return sorted(comment["texto"] for comment in response.json())


@pytest.mark.parametrize("words", ["avaliação", "avaliacao", "AVALIAÇÕES", "avaliacoes", "Avaliação"])
def test_accents_case_and_plural_make_no_difference(api, words):
    stored("Minha avaliação é boa")
    stored("minha AVALIACAO eh boa")
    stored("Que avaliações são essas")
    stored("Valeu demais")

    assert found(api, words) == ["Minha avaliação é boa", "Que avaliações são essas", "minha AVALIACAO eh boa"]


@pytest.mark.parametrize(
    ("one", "many"),
    [("botão", "botões"), ("canal", "canais"), ("papel", "papéis"), ("anúncio", "anúncios"), ("amável", "amáveis")],
)
def test_a_word_is_found_in_its_other_number(api, one, many):
    stored(f"um {one}")
    stored(f"dois {many}")

    assert found(api, one) == found(api, many.upper()) == [f"dois {many}", f"um {one}"]


def test_more_is_not_bad(api):
    stored("quero mais")
    stored("achei mal feito")

    assert found(api, "mais") == ["quero mais"]


def test_a_negation_counts_as_a_word(api):
    stored("Gostei muito")
    stored("Não gostei")
    stored("Ele gostou, eu não")

    assert found(api, "não gostei") == ["Ele gostou, eu não", "Não gostei"]


@pytest.mark.parametrize("words", ['"', "'", "' OR 1=1 --", "a & | ! ( )", "NEAR(a b)", "*", "música:*", "\\", "col:a"])
def test_signs_that_mean_something_to_a_database_are_only_signs(api, words):
    stored("a música")

    assert api.get("/api/comentarios", {"q": words}).status_code in (200, 400)


def test_a_comment_that_is_deleted_is_found_no_more(api):
    stored("procura-se")
    Comment.objects.all().delete()
    stored("outra coisa")

    assert found(api, "procura") == []


def test_a_text_that_changes_is_found_by_its_new_words(api):
    comment = stored("antiga")
    comment.text = "novidade"
    comment.save()

    assert (found(api, "antiga"), found(api, "novidade")) == ([], ["novidade"])


def test_words_of_other_alphabets_are_found(api):
    stored("これは最高です")
    stored("очень красиво")

    assert found(api, "КРАСИВО") == ["очень красиво"]
    assert found(api, "これは最高です") == ["これは最高です"]
