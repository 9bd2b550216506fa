"""Tags name what of the platform a comment is about, and only that."""

import re

import pytest

from classifier.engines.embedded.tagging import lexicon, tags
from classifier.models import Category

PATTERN = re.compile(r"^(feat|fix|perf|ui|doc|test|sec|api)_[a-z0-9]+(_[a-z0-9]+)*$")


@pytest.mark.parametrize(
    ("text", "category", "expected"),
    [
        ("o login não funciona", Category.CRITICISM, ("fix_login",)),
        ("A BUSCA NÃO ACHA NADA", Category.CRITICISM, ("fix_busca",)),
        ("consome muita bateria do celular", Category.CRITICISM, ("perf_bateria",)),
        ("o app demora muito pra carregar", Category.CRITICISM, ("perf_app",)),
        ("podiam colocar modo escuro", Category.SUGGESTION, ("ui_tema_escuro",)),
        ("coloquem um equalizador", Category.SUGGESTION, ("feat_equalizador",)),
        ("please add a sleep timer", Category.SUGGESTION, ("feat_timer",)),
        ("como faço pra cancelar a assinatura?", Category.QUESTION, ("doc_cancelamento",)),
        ("amo o karaokê", Category.PRAISE, ("feat_karaoke",)),
        ("entrei na versão beta e está ótima", Category.PRAISE, ("test_beta",)),
        ("a api de vocês devolve erro", Category.CRITICISM, ("api_integracao",)),
        ("invadiram minha conta", Category.CRITICISM, ("sec_conta",)),
        ("o widget não abre e o equalizador sumiu", Category.CRITICISM, ("fix_equalizador", "fix_widget")),
    ],
)
def test_a_comment_on_the_platform_gets_its_feature_and_scope(
    text: str, category: Category, expected: tuple[str, ...]
) -> None:
    assert tags(text, category) == expected


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("que refrão lindo, chorei", Category.PRAISE),
        ("a bateria dele é absurda de boa", Category.PRAISE),
        ("show atrasou duas horas", Category.CRITICISM),
        ("quem toca o violão nessa?", Category.QUESTION),
        ("façam um show em Recife", Category.SUGGESTION),
        ("", Category.PRAISE),
        ("\x00🔥", Category.PRAISE),
    ],
)
def test_music_artists_and_shows_have_no_tags(text: str, category: Category) -> None:
    assert tags(text, category) == ()


def test_spam_has_no_tags_whatever_it_names() -> None:
    assert tags("vendo login premium e playlist, pix no perfil", Category.SPAM) == ()


def test_accents_and_capitals_do_not_matter() -> None:
    assert tags("AS NOTIFICAÇÕES NÃO CHEGAM", Category.CRITICISM) == tags(
        "as notificacoes nao chegam", Category.CRITICISM
    )


def test_there_are_at_most_five_sorted_tags_of_the_known_form_however_much_is_named() -> None:
    everything = "widget, karaokê, equalizador, chromecast, retrospectiva, podcast, bluetooth, timer não funcionam"
    found = tags(everything, Category.CRITICISM)

    assert len(found) == 5
    assert list(found) == sorted(found)
    assert [tag for tag in found if not PATTERN.match(tag)] == []


def test_every_feature_of_the_lexicon_makes_a_valid_tag() -> None:
    assert [feature for feature, _ in lexicon() if not PATTERN.match(f"feat_{feature}")] == []
