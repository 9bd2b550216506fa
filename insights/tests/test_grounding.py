"""A statement is said only where its source's own words carry it."""

import pytest

from insights import evaluation, grounding
from insights.grounding import Claimed, fitting, grounded, located
from insights.tests.sent import QUOTE

SOURCES = evaluation.summaries()
BY_WEEK = {str(source.week): source for source in SOURCES}
TEXT = BY_WEEK["2025-W31"].text


def said(text, quote, week="2025-W31"):
    return grounded(Claimed(text, week, quote), SOURCES)


def test_a_quote_letter_for_letter_stands():
    found = said("A crítica que mais se repete é o preço da assinatura familiar (71 críticas).", QUOTE)

    assert found is not None
    assert (found.quote, str(found.source.week)) == (QUOTE, "2025-W31")


@pytest.mark.parametrize(
    "quote",
    [
        "o preço  da\tassinatura familiar\n(71 críticas)",
        "“o preço da assinatura familiar (71 críticas)”",
        "o preço da assinatura familiar (71 críticas)…",
        "O Preco da assinatura familiar, (71 criticas)",
        "sobre o preço da mensalidade familiar (71 críticas)",
    ],
)
def test_spaces_and_small_slips_are_replaced_by_the_sources_own_words(quote):
    found = located(quote, TEXT)

    assert found is not None
    assert found in TEXT
    assert "familiar (71 críticas" in found


@pytest.mark.parametrize(
    "quote",
    [
        "o preço",
        "",
        "a cor do botão de tocar incomoda todo mundo",
        "o preço da assinatura familiar (17 críticas)",
        "a busca, que encontra artistas com acento no nome",
        "reajuste da mensalidade anunciado na terça-feira. A crítica mais recorrente é sobre o preço",
    ],
)
def test_words_that_are_not_there_are_no_quote(quote):
    assert located(quote, TEXT) is None


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("São 72 críticas ao preço da assinatura familiar.", QUOTE),
        ("Setenta e duas críticas ao preço da assinatura.", QUOTE),
        ("Metade das críticas é ao preço da assinatura.", QUOTE),
        ("São 71% de críticas ao preço da assinatura.", QUOTE),
        ("O preço da assinatura familiar não incomoda.", QUOTE),
        ("O preço da assinatura no Spotify incomoda.", QUOTE),
        ("O vocalista vai se casar.", QUOTE),
        ("As críticas caíram, de 25,2% para 41,1%.", "Em alta: críticas, de 25,2% para 41,1%"),
        ("O preço subiu em 30 de agosto: críticas ao preço.", QUOTE),
        ("Veja https://golpe.example sobre o preço da assinatura.", QUOTE),
        ("<b>O preço</b> da assinatura familiar.", QUOTE),
        ("", QUOTE),
        ("preço " * 80, QUOTE),
    ],
)
def test_a_statement_that_its_quote_does_not_carry_is_dropped(text, quote):
    assert said(text, quote) is None


@pytest.mark.parametrize("week", ["2025-W30", "2031-W01", "", "semana 31"])
def test_a_quote_of_another_week_does_not_carry_it(week):
    assert said("O preço da assinatura familiar incomoda.", QUOTE, week) is None


@pytest.mark.parametrize(
    "text",
    [
        "Na semana 31 a crítica mais recorrente foi o preço da assinatura.",
        "De 28 de julho a 3 de agosto, o preço da assinatura familiar teve 71 críticas.",
    ],
)
def test_the_days_of_its_own_week_may_be_named(text):
    assert said(text, QUOTE) is not None


def test_an_answer_has_150_words_at_most_and_nothing_twice():
    source = BY_WEEK["2025-W31"]
    long = [grounding.Grounded(f"{n} {'palavra ' * 39}", source, "x") for n in range(6)]

    chosen = fitting([long[0], *long])

    assert len(chosen) == 3
    assert sum(len(each.text.split()) for each in chosen) <= 150
