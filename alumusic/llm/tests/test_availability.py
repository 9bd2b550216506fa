import pytest

from alumusic.llm import Misconfigured, Unavailable, availability
from alumusic.llm.breaker import breaker

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(settings):
    settings.OPENAI_API_KEY = "k"


def test_without_a_key_nobody_is_asked():
    assert availability.refusal() == "no_key"


def test_with_a_key_and_no_trouble_there_is_no_reason_not_to_ask(key):
    assert availability.refusal() is None


@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        ([Unavailable("timeout")] * 2, None),
        ([Unavailable("timeout")] * 3, "breaker"),
        ([Misconfigured("unauthorized")], "unauthorized"),
        ([Misconfigured("quota")], "quota"),
    ],
)
def test_an_open_breaker_says_why(key, faults, reason):
    for fault in faults:
        breaker().settle(fault)

    assert availability.refusal() == reason


def test_looking_costs_one_query(key, django_assert_num_queries):
    with django_assert_num_queries(1):
        availability.refusal()


@pytest.mark.parametrize(
    ("fault", "degraded"), [(None, None), (Misconfigured("unauthorized"), {"llm": "unauthorized"})]
)
def test_readiness_names_the_language_model_without_asking_it(anonymous, llm, fault, degraded):
    if fault:
        breaker().settle(fault)

    response = anonymous.get("/readyz")

    assert (response.status_code, response.json().get("degradado")) == (200, degraded)
    assert llm.requests == []


def test_a_service_without_a_key_is_ready(anonymous):
    assert "degradado" not in anonymous.get("/readyz").json()
