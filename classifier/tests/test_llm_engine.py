"""The promises of the LLM engine, kept against a real HTTP server that misbehaves as told."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from classifier.engines import Failure, Remedy, Verdict, labelled
from classifier.engines.llm import LLMEngine
from classifier.engines.llm.prompt import PROMPT_VERSION
from classifier.models import Category
from tests.fakes import llm as fake
from tests.fakes.llm import LLMServer, Step

pytestmark = pytest.mark.django_db

Rows = list[dict[str, Any]]

pytestmark = pytest.mark.django_db

PRAISE = Verdict(Category.PRAISE, 0.9)
ODD = "texto fora do comum"


def label(*texts: str, seconds: float = 10.0) -> list[Verdict | Failure]:
    return [said.result for said in labelled(LLMEngine(), texts, deadline=time.monotonic() + seconds)]


def hymns(count: int) -> list[str]:
    """Comments, each of its own, that the server takes for praise."""
    return [f"que hino {number}" for number in range(count)]


def sizes(llm: LLMServer) -> list[int]:
    return [len(request.comments) for request in llm.requests]


def replaced(index: int, **values: Any) -> Callable[[Rows], Rows]:
    return lambda rows: [row | values if row["i"] == index else row for row in rows]


def test_each_comment_gets_its_own_label_in_order(llm: LLMServer) -> None:
    assert label("que hino", "não abre o login", "onde vejo a letra?", "podia ter playlist", "clique e ganhe") == [
        Verdict(Category.PRAISE, 0.9),
        Verdict(Category.CRITICISM, 0.9, ("fix_login",)),
        Verdict(Category.QUESTION, 0.9),
        Verdict(Category.SUGGESTION, 0.9, ("feat_playlist",)),
        Verdict(Category.SPAM, 0.9),
    ]


def test_order_holds_over_many_calls_and_repeated_texts(llm: LLMServer) -> None:
    texts = [["que hino", "não abre", "onde fica?"][number % 3] + f" {number // 2}" for number in range(500)]
    kinds = [Category.PRAISE, Category.CRITICISM, Category.QUESTION]

    assert label(*texts) == [Verdict(kinds[number % 3], 0.9) for number in range(500)]


def test_what_it_says_bears_the_name_of_the_model_and_the_version_of_the_prompt(llm: LLMServer) -> None:
    [part] = LLMEngine().label(["que hino"], deadline=time.monotonic() + 10)

    assert (part.engine, part.prompt_version) == ("llm/test-model", PROMPT_VERSION)


def test_nothing_to_label_costs_no_call(llm: LLMServer) -> None:
    assert label() == []
    assert llm.requests == []


@pytest.mark.parametrize(
    ("count", "calls"),
    [
        (1, [1]),
        (4, [4]),
        (10, [3, 3, 4]),
        (60, [15, 15, 15, 15]),
        (330, [36, 36, 36, 37, 37, 37, 37, 37, 37]),
        (400, [40] * 10),
    ],
)
def test_a_small_batch_spreads_over_the_connections_and_a_large_one_packs(
    llm: LLMServer, count: int, calls: list[int]
) -> None:
    label(*hymns(count))

    assert sorted(sizes(llm)) == calls


def test_long_comments_travel_in_fewer_to_a_call(llm: LLMServer) -> None:
    label(*(f"{number} " + "hino " * 999 for number in range(8)))

    assert sizes(llm) == [2, 2, 2, 2]


@pytest.mark.parametrize(
    "edit",
    [
        lambda rows: rows[:2] + rows[3:],
        replaced(2, c="RECLAMAÇÃO"),
        replaced(2, c=None),
        replaced(2, p=7.5),
        replaced(2, p=-0.1),
        replaced(2, p=float("nan")),
        replaced(2, p=True),
        replaced(2, p="0.9"),
        replaced(2, i=99),
        replaced(2, i=-1),
        replaced(2, i="2"),
        replaced(2, t="fix_login"),
        lambda rows: [{k: v for k, v in row.items() if row["i"] != 2 or k != "p"} for row in rows],
        lambda rows: [*rows, rows[2] | {"c": "SPAM"}],
        lambda rows: [*rows[:2], "hino", *rows[3:]],
    ],
)
def test_an_item_that_is_missing_or_wrong_is_asked_again_alone_and_costs_the_others_nothing(
    llm: LLMServer, edit: Callable[[Rows], Rows]
) -> None:
    llm.script(fake.edited(edit))

    assert label(*hymns(4)) == [PRAISE] * 4
    assert [request.texts for request in llm.requests] == [hymns(4), ["que hino 2"]]


@pytest.mark.parametrize(
    "step",
    [
        fake.saying(""),
        fake.saying(None),
        fake.saying("Claro! Aqui está a classificação que você pediu."),
        fake.saying("[" * 100_000),
        fake.saying('{"r": [{"i": 0, "c": "ELO'),
        fake.edited(lambda rows: None),
        fake.edited(lambda rows: [row | {"i": row["i"] + 1} for row in rows]),
    ],
)
def test_an_answer_that_cannot_be_used_is_asked_again_in_smaller_packs(llm: LLMServer, step: Step) -> None:
    llm.script(step)

    assert label(*hymns(4)) == [PRAISE] * 4
    assert sorted(sizes(llm)) == [2, 2, 4]


def test_what_is_never_answered_well_fails_alone_after_three_askings(llm: LLMServer) -> None:
    llm.when(ODD, fake.edited(lambda rows: [row for row in rows if row["c"] != "CRÍTICA"]))

    assert label("que hino", f"não {ODD}", "lenda", "voz linda") == [
        PRAISE,
        Failure("invalid_answer", Remedy.REPLACE),
        PRAISE,
        PRAISE,
    ]
    assert sizes(llm) == [4, 1, 1]


@pytest.mark.parametrize(
    "step",
    [
        fake.fenced(),
        fake.edited(lambda rows: rows[::-1]),
        fake.edited(lambda rows: [*rows, *rows]),
        fake.edited(lambda rows: [*rows, rows[0] | {"i": 77}]),
        fake.edited(lambda rows: [row | {"c": "elogio ", "motivo": "gíria"} for row in rows]),
        fake.saying('[{"i": 0, "c": "ELOGIO", "t": [], "p": 0.9}, {"i": 1, "c": "ELOGIO", "t": [], "p": 0.9}]'),
    ],
)
def test_an_answer_that_is_only_untidy_is_taken(llm: LLMServer, step: Step) -> None:
    llm.script(step)

    assert label(*hymns(2)) == [PRAISE] * 2
    assert len(llm.requests) == 1


@pytest.mark.parametrize(
    ("answered", "taken"),
    [
        (["ui_tela", "feat_busca"], ("feat_busca", "ui_tela")),
        (["Feat_Notificação", "perf modo-offline"], ("feat_notificacao", "perf_modo_offline")),
        (["bug_login", "fix_", "fix__x", "login", "", "fix_ok", "fix_" + 60 * "a"], ("fix_ok",)),
        ([f"ui_{letter}" for letter in "gfedcba"], ("ui_c", "ui_d", "ui_e", "ui_f", "ui_g")),
        (["fix_login", "fix_login", "FIX_LOGIN"], ("fix_login",)),
    ],
)
def test_tags_are_five_at_most_and_those_without_the_form_are_dropped(
    llm: LLMServer, answered: list[str], taken: tuple[str, ...]
) -> None:
    llm.script(fake.edited(replaced(0, t=answered)))

    assert label("que hino") == [Verdict(Category.PRAISE, 0.9, taken)]
    assert len(llm.requests) == 1


def test_spam_has_no_tags(llm: LLMServer) -> None:
    llm.script(fake.edited(replaced(0, c="SPAM", t=["fix_login"])))

    assert label("ganhe seguidores") == [Verdict(Category.SPAM, 0.9)]


def test_a_cut_answer_is_never_taken_and_its_pack_is_split(llm: LLMServer) -> None:
    llm.script(fake.cut())

    assert label(*hymns(4)) == [PRAISE] * 4
    assert sorted(sizes(llm)) == [2, 2, 4]


def test_an_answer_cut_for_one_comment_gets_more_room_before_it_is_given_up(llm: LLMServer) -> None:
    llm.when(ODD, fake.cut())

    assert label(ODD) == [Failure("truncated", Remedy.REPLACE)]
    assert [request.body["max_tokens"] for request in llm.requests] == [128, 256, 384]


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        (fake.refused(), "refusal"),
        (fake.content_filtered(), "content_filter"),
        (fake.filtered_answer(), "content_filter"),
        (fake.context_exceeded(), "context_length"),
    ],
)
def test_the_comment_that_a_provider_declines_is_isolated_and_not_asked_again(
    llm: LLMServer, step: Step, reason: str
) -> None:
    llm.when(ODD, step)
    texts = hymns(16)
    texts[5] = ODD

    expected: list[Verdict | Failure] = [PRAISE] * 16
    expected[5] = Failure(reason, Remedy.REPLACE)
    assert label(*texts) == expected
    assert [request.texts for request in llm.requests].count([ODD]) == 1


@pytest.mark.parametrize(("status", "reason"), [(401, "unauthorized"), (403, "forbidden"), (404, "unknown_model")])
def test_a_wrong_setting_ends_the_job_with_its_first_call(
    llm: LLMServer, settings: Any, status: int, reason: str
) -> None:
    settings.LLM_MAX_CONCURRENCY = 1
    llm.script(fake.http_error(status))
    llm.always = fake.hanging()

    assert label(*hymns(400)) == [Failure(reason, Remedy.STAND_IN)] * 400


def test_a_refused_call_fails_the_comment_alone_that_is_refused(llm: LLMServer) -> None:
    llm.when(ODD, fake.http_error(400))

    assert label(*hymns(4), ODD) == [*[PRAISE] * 4, Failure("rejected", Remedy.REPLACE)]


def test_a_server_that_refuses_every_call_is_out_of_service(llm: LLMServer) -> None:
    llm.always = fake.http_error(422)

    assert label(*hymns(40)) == [Failure("rejected", Remedy.STAND_IN)] * 40


def test_a_provider_that_fails_on_one_comment_answers_its_neighbours(llm: LLMServer) -> None:
    llm.when(ODD, fake.http_error(503, headers={"Retry-After": "50"}))

    assert label(*hymns(4), ODD) == [*[PRAISE] * 4, Failure("server_error", Remedy.REPLACE)]


def test_a_provider_that_is_down_is_out_of_service_for_all(llm: LLMServer) -> None:
    llm.always = fake.http_error(503, headers={"Retry-After": "50"})

    assert label(*hymns(4)) == [Failure("breaker", Remedy.STAND_IN)] * 4


def test_a_provider_that_wants_fewer_calls_leaves_its_comments_for_later(llm: LLMServer) -> None:
    llm.always = fake.rate_limited("50")

    assert label(*hymns(4), seconds=1) == [Failure("rate_limited")] * 4


def test_one_that_wants_none_for_a_day_is_out_of_service(llm: LLMServer) -> None:
    llm.always = fake.rate_limited("86400")

    found = [label(*hymns(4)) for _ in range(2)]

    assert found[-1] == [Failure("breaker", Remedy.STAND_IN)] * 4
    assert len(llm.requests) == 1


def test_one_that_takes_calls_and_never_answers_is_found_out(llm: LLMServer, settings: Any) -> None:
    settings.LLM_TIMEOUT_SECONDS = 0.2
    llm.always = fake.hanging()

    found = [label(*hymns(12), seconds=0.6) for _ in range(2)]

    assert found[-1] == [Failure("breaker", Remedy.STAND_IN)] * 12


def test_an_absurd_time_to_come_back_is_none(llm: LLMServer) -> None:
    llm.script(fake.rate_limited("Mon, 01 Jan 99999999999999999999 00:00:00 GMT"))

    assert label("que hino") == [PRAISE]


def test_for_a_backlog_little_is_under_way_at_once(llm: LLMServer) -> None:
    """What is under way when a worker is killed is paid for twice."""
    llm.always = fake.together(2)

    parts = LLMEngine().label(hymns(300), deadline=time.monotonic() + 20, urgent=False)

    assert [result for part in parts for result in part.results.values()] == [PRAISE] * 300
    assert (max(sizes(llm)), llm.peak) == (25, 2)


def test_an_answer_numbered_from_one_is_asked_again_also_where_a_row_of_it_is_bad(llm: LLMServer) -> None:
    def shifted(rows: Rows) -> Rows:
        return [row | {"i": row["i"] + 1, "p": 7 if row["i"] == 1 else 0.9} for row in rows]

    llm.script(fake.edited(shifted))

    assert label("que hino", "não abre", "Quando sai?") == [
        PRAISE,
        Verdict(Category.CRITICISM, 0.9),
        Verdict(Category.QUESTION, 0.9),
    ]


def test_a_passing_fault_is_not_seen(llm: LLMServer) -> None:
    llm.script(fake.http_error(500), fake.dropped(), fake.rate_limited("0.01"))

    assert label(*hymns(12)) == [PRAISE] * 12
    assert len(llm.requests) == 6


def test_at_the_deadline_what_is_done_is_kept_and_the_rest_can_be_asked_later(llm: LLMServer) -> None:
    label("a connection is there")
    llm.when(ODD, fake.hanging())

    assert label(*hymns(4), ODD, seconds=0.8) == [PRAISE, PRAISE, *[Failure("deadline")] * 3]


def test_a_server_without_schemas_is_understood(llm: LLMServer) -> None:
    llm.refuses = {"json_schema", "json_object", "temperature", "max_tokens"}

    assert label("que hino", "não abre") == [PRAISE, Verdict(Category.CRITICISM, 0.9)]


def test_neither_texts_nor_key_get_into_the_log(llm: LLMServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    llm.script(fake.http_error(500, message=ODD), fake.http_error(400, message=f"temperature {ODD}"))

    label(ODD)

    assert len(llm.requests) == 3
    assert [word for word in (ODD, "test-key") if word in caplog.text] == []
