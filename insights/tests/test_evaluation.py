"""The figures that the answers are held to, on questions that nothing was tuned on."""

import time
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from insights import answers, evaluation, retrieval
from tests.fakes.llm.insights import inventing

pytestmark = pytest.mark.django_db


def test_the_set_has_enough_questions_of_both_kinds():
    cases = evaluation.cases()

    assert len(cases) >= 40
    assert sum(not case.answerable for case in cases) >= 20


def test_without_a_model_most_questions_get_a_right_passage_and_the_rest_a_not_known():
    result = evaluation.evaluate(evaluation.cases("prova"), answers.from_extracts)

    assert result.right_share >= 0.8
    assert result.refused_share >= 0.9
    assert result.unsourced == 0
    assert result.longest <= 150


def test_without_an_encoder_words_alone_find_most(monkeypatch):
    monkeypatch.setattr(retrieval, "likenesses", lambda *_: None)

    result = evaluation.evaluate(evaluation.cases("prova"), answers.from_extracts)

    assert result.right_share >= 0.8
    assert result.refused_share >= 0.9


@pytest.mark.django_db
def test_a_model_that_invents_on_purpose_says_nothing_without_a_source(llm):
    llm.always = inventing()

    def ask(question, base):
        return answers.by_model(question, base, deadline=time.monotonic() + 20)

    result = evaluation.evaluate(evaluation.cases(), ask)

    assert len(llm.requests) == len(evaluation.cases())
    assert (result.unsourced, result.statements) == (0, 0)


def test_the_command_prints_the_figures():
    out = StringIO()

    call_command("evals_insights", stdout=out)

    assert "ajuste: 22/23" in out.getvalue()
    assert ", 0 unsourced" in out.getvalue()


@pytest.mark.django_db
def test_the_command_does_not_ask_a_model_that_is_not_set(settings):
    settings.OPENAI_API_KEY = ""

    with pytest.raises(CommandError, match="no_key"):
        call_command("evals_insights", "--motor", "llm")
