"""What `manage.py check` says of key, model and price."""

from decimal import Decimal

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command

from tests.fakes import llm as fake


def found(*, deploy: bool) -> list[str]:
    return [str(message.id) for message in run_checks(tags=["llm"], include_deployment_checks=deploy)]


def test_a_model_that_answers_passes_with_one_call(llm):
    llm.always = fake.saying('{"ok": true}')

    assert found(deploy=True) == []
    assert len(llm.requests) == 1


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (fake.http_error(401), "OPENAI_API_KEY"),
        (fake.http_error(403), "OPENAI_API_KEY"),
        (fake.http_error(404), "LLM_MODEL"),
        (fake.http_error(400, code="model_not_found"), "LLM_MODEL"),
        (fake.http_error(429, code="insufficient_quota"), "credit"),
    ],
)
def test_what_a_person_must_mend_is_an_error_that_says_what(llm, step, words):
    llm.always = step

    with pytest.raises(CommandError, match=words) as caught:
        call_command("check", "--deploy", "--tag", "llm")

    assert "test-key" not in str(caught.value)
    assert len(llm.requests) == 1


def test_a_server_that_is_away_is_a_warning(llm, settings):
    settings.OPENAI_BASE_URL = "http://127.0.0.1:1/v1"

    assert found(deploy=True) == ["llm.W002"]


def test_a_cut_answer_is_an_answer(llm):
    llm.always = lambda request: fake.completion(request, None, finish_reason="length")

    assert found(deploy=True) == []


def test_without_a_key_or_without_deploy_nobody_is_asked(llm, settings):
    ordinary = found(deploy=False)
    settings.OPENAI_API_KEY = ""

    assert (ordinary, found(deploy=True), llm.requests) == ([], [], [])


@pytest.mark.parametrize(
    ("model", "budget", "ids"),
    [
        ("llama3", Decimal(1), ["llm.W001"]),
        ("llama3", None, []),
        ("gpt-4o-mini-2024-07-18", Decimal(1), []),
    ],
)
def test_a_budget_without_a_price_is_warned_of(settings, model, budget, ids):
    settings.LLM_MODEL, settings.LLM_DAILY_BUDGET_USD = model, budget

    assert found(deploy=False) == ids
