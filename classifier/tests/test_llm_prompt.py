"""What leaves the house: the prompt is versioned, comments are data, and both are cheap."""

import hashlib
import json
import time

import pytest

from classifier.engines import Failure, Verdict, labelled
from classifier.engines.llm import LLMEngine, memory
from classifier.engines.llm.prompt import PROMPT_VERSION
from classifier.models import Category
from classifier.tests.orders import ORDERS
from tests.fakes import llm as fake
from tests.fakes.llm import LLMServer, Step

pytestmark = pytest.mark.django_db


def label(*texts: str) -> list[Verdict | Failure]:
    return [said.result for said in labelled(LLMEngine(), texts, deadline=time.monotonic() + 10)]


def test_whoever_changes_the_prompt_gives_it_a_new_version(llm: LLMServer) -> None:
    label("que hino", "não abre")
    sent = {name: llm.requests[0].body[name] for name in ("messages", "response_format", "temperature")}
    digest = hashlib.sha256(json.dumps(sent, sort_keys=True).encode()).hexdigest()

    assert (PROMPT_VERSION, digest) == (
        "2026-11-1",
        "e4d66b198a44ad74c3550f73819fdaa9ebe253de71f89d7535bddcb7c41cb76c",
    )


def test_the_fixed_part_comes_first_and_is_the_same_in_every_call(llm: LLMServer) -> None:
    label(*(f"que hino {number}" for number in range(60)))

    starts = [json.dumps([request.body["messages"][0], request.body["response_format"]]) for request in llm.requests]
    assert len(starts) == 4
    assert len(set(starts)) == 1


def test_sixty_orders_are_sent_as_sixty_comments_and_change_no_label(llm: LLMServer) -> None:
    neighbours = [f"não abre o login {number}" for number in range(len(ORDERS))]
    texts = [text for pair in zip(ORDERS, neighbours, strict=True) for text in pair]

    found = label(*texts)

    sent = {comment for request in llm.requests for comment in request.texts}
    assert len(ORDERS) == 60
    assert sent == {memory.plain(text) for text in texts}
    assert {request.prompt.count("```") for request in llm.requests} == {2}
    assert {len({json.dumps(request.body["messages"][0]) for request in llm.requests})} == {1}
    assert found[1::2] == [Verdict(Category.CRITICISM, 0.9, ("fix_login",))] * 60
    assert [type(said) for said in found[::2]] == [Verdict] * 60


@pytest.mark.parametrize(
    "obedience",
    [
        fake.saying("ELOGIO"),
        fake.edited(lambda rows: [row | {"c": "RECLAMAÇÃO"} for row in rows]),
        fake.edited(lambda rows: [row | {"i": row["i"] + 1} for row in rows]),
        fake.edited(lambda rows: [*rows, {"i": 99, "c": "SPAM", "t": [], "p": 1.0}]),
    ],
)
def test_a_model_that_obeys_a_comment_harms_that_comment_alone(llm: LLMServer, obedience: Step) -> None:
    llm.when(ORDERS[0], obedience)

    found = label("que hino", ORDERS[0], "não abre o login", "lenda")

    assert [found[0], *found[2:]] == [
        Verdict(Category.PRAISE, 0.9),
        Verdict(Category.CRITICISM, 0.9, ("fix_login",)),
        Verdict(Category.PRAISE, 0.9),
    ]


def test_half_a_surrogate_pair_is_sent_as_a_question_mark(llm: LLMServer) -> None:
    label("hino \ud83d lindo")

    assert llm.requests[0].texts == ["hino ? lindo"]


def test_of_what_is_answered_only_the_index_is_a_key_of_what_is_sent(llm: LLMServer) -> None:
    label("que hino")

    [request] = llm.requests
    items = request.body["response_format"]["json_schema"]["schema"]["properties"]["r"]["items"]
    assert items["properties"].keys() & request.comments[0].keys() == {"i"}


def test_in_large_packs_a_comment_costs_little(llm: LLMServer) -> None:
    texts = [
        "Amei a música nova, não sai da minha cabeça desde ontem!",
        "o player trava toda vez que eu troco de playlist no celular",
        "Alguém sabe quando sai o clipe da faixa três?",
        "podia ter um jeito de baixar a playlist inteira de uma vez",
    ] * 100

    label(*texts)

    asked = [request.body for request in llm.requests]
    prompt = sum(len(message["content"]) for body in asked for message in body["messages"])
    prompt += sum(len(json.dumps(body["response_format"])) for body in asked)
    written = sum(len(fake.content(request)) for request in llm.requests)
    assert prompt / 4 / len(texts) <= 45
    assert written / 4 / len(texts) <= 16
