"""The stored figures are what a plain reading of the comments gives, whatever happened to them and whenever."""

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from alumusic.weeks import Week, start_of
from classifier import intake, vocabulary
from classifier.engines import Failure, Part, Verdict
from classifier.models import Category, Comment, Tag
from classifier.review import verdicts
from classifier.tests.comments import stored
from reports import figures
from reports.tests import plain

# Where days and weeks end, the clock is changed (São Paulo: until 2019, at midnight), and a year ends within a week.
EDGES = [
    datetime(2018, 2, 18, 2, tzinfo=UTC),  # back from 00:00 to 23:00: a day of 25 hours
    datetime(2018, 11, 4, 3, tzinfo=UTC),  # on from 00:00 to 01:00: a day of 23
    datetime(2019, 12, 30, 3, tzinfo=UTC),  # Monday of 2020-W01
    datetime(2021, 1, 1, 3, tzinfo=UTC),  # Friday of 2020-W53
    datetime(2025, 8, 4, 3, tzinfo=UTC),  # any Monday
]
TAGS = ["feat_letra", "fix_login", "perf_busca", "ui_player"]

edges = st.sampled_from(EDGES)
offsets = st.integers(-3 * 86_400, 4 * 86_400) | st.sampled_from([-3600, -1, 0, 1, 3599, 3600])
exact_in_binary = st.integers(0, 64).map(lambda n: n / 64)
acts = st.sampled_from(
    ["waits", "is labelled", "is confirmed", "is corrected", "is corrected before its label", "is deleted"]
)


@st.composite
def stories(draw: Any) -> tuple[datetime, list[dict[str, Any]]]:
    edge = draw(edges)
    one = st.fixed_dictionaries(
        {
            "moment": offsets.map(lambda seconds: edge + timedelta(seconds=seconds)),
            "act": acts,
            "category": st.sampled_from(Category),
            "corrected": st.sampled_from(Category),
            "confidence": exact_in_binary,
            "tags": st.sets(st.sampled_from(TAGS), max_size=3),
        }
    )
    return edge, draw(st.lists(one, max_size=25))


class Scripted:
    """An engine that says of each text what the story has; while it thinks, people correct."""

    name, prompt_version = "embedded/test", ""

    def __init__(self, story: list[dict[str, Any]], reviewer: User) -> None:
        self.story, self.reviewer = story, reviewer

    def label(self, texts: Any, *, deadline: float, urgent: bool = True) -> Iterator[Part]:
        told = [self.story[int(text)] for text in texts]
        figures.between(*span(self.story))  # what is labelled next must undo what is counted already
        for text, each in zip(texts, told, strict=True):
            if each["act"] == "is corrected before its label":
                comment = Comment.objects.get(text=text, created_by=self.reviewer)
                verdicts.correct(comment, reviewer=self.reviewer, category=each["corrected"], tags=["doc_ajuda"])
        labels = [Verdict(each["category"], each["confidence"], tuple(sorted(each["tags"]))) for each in told]
        waiting = [each["act"] == "waits" for each in told]
        results = [Failure("busy") if waits else verdict for waits, verdict in zip(waiting, labels, strict=True)]
        yield Part(self.name, self.prompt_version, dict(enumerate(results)))


def happen(story: list[dict[str, Any]], user: User) -> None:
    """All come in late, in their own hours; the acts on them follow, one by one."""
    incoming = [
        {"id": str(uuid.uuid4()), "texto": str(number), "publicado_em": each["moment"].isoformat()}
        for number, each in enumerate(story)
    ]
    engine = Scripted(story, user)
    receipt = intake.receive(intake.read_many(incoming), sender=user, engine=engine)  # type: ignore[arg-type]
    figures.between(*span(story))
    for comment, each in zip(receipt.comments, story, strict=True):
        if each["act"] == "is confirmed":
            verdicts.correct(comment, reviewer=user)
        if each["act"] == "is corrected":
            verdicts.correct(comment, reviewer=user, category=each["corrected"], tags=["ui_capa"])
        if each["act"] == "is deleted":
            comment.delete()


def span(story: list[dict[str, Any]]) -> tuple[datetime, datetime]:
    moments = [each["moment"] for each in story] or [EDGES[0]]
    return Week.of(min(moments).date()).previous.start, Week.of(max(moments).date()).next.end


@pytest.mark.django_db
@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(told=stories())
def test_the_figures_equal_a_plain_recount(told, django_user_model):
    edge, story = told
    with transaction.atomic():
        happen(story, django_user_model.objects.create_user(uuid.uuid4().hex))
        for start, end in (
            span(story),
            (edge - timedelta(days=1), edge + timedelta(days=1)),
            (edge, edge + timedelta(hours=24)),
            (edge - timedelta(hours=5), edge),
        ):
            found = plain.comments(start, end)
            counted = figures.between(start, end)
            labelled = [comment for comment in found if comment.category]

            assert counted.total == len(found)
            assert counted.labelled == len(labelled)
            assert counted.reviewed == sum(comment.reviewed for comment in labelled)
            assert counted.by_category == plain.by_category(found)
            assert counted.mean_confidence == plain.mean_confidence(found)
            assert counted.by_tag_and_category == plain.by_tag_and_category(labelled)
            assert {k.timestamp(): n for k, n in counted.by_hour.items()} == plain.by_hour(found, start, end)
            assert counted.by_day == plain.by_day(found, start, end)
        transaction.set_rollback(True)


@pytest.mark.parametrize(("day", "hours"), [(date(2018, 2, 17), 25), (date(2018, 11, 4), 23), (date(2025, 8, 1), 24)])
@pytest.mark.django_db
def test_a_day_has_as_many_hours_as_the_clock_gave_it(day, hours):
    counted = figures.between(start_of(day), start_of(day + timedelta(days=1)))

    assert len(counted.by_hour) == hours
    assert list(counted.by_day) == [day]


@pytest.mark.parametrize("wrong", [datetime(2025, 8, 1), datetime(2025, 8, 1, 12, 30, tzinfo=UTC)])  # noqa: DTZ001
def test_only_whole_hours_with_an_offset_are_counted(wrong):
    with pytest.raises(ValueError):
        figures.between(wrong, datetime(2025, 8, 2, tzinfo=UTC))


counts_of_shares = st.dictionaries(st.sampled_from(Category), st.integers(0, 10**7))


@given(counts=counts_of_shares)
def test_shares_are_within_a_tenth_of_the_truth_and_sum_to_exactly_100(counts):
    shares = {key: Fraction(round(share * 10), 10) for key, share in figures.percentages(counts).items()}
    total = sum(counts.values())

    assert sum(shares.values()) == (100 if total else 0)
    for key, share in shares.items():
        assert not total or abs(share - Fraction(100 * counts[key], total)) < Fraction(1, 10)


def test_the_largest_remainders_get_what_rounding_leaves():
    assert figures.percentages({"a": 1, "b": 1, "c": 1}) == {"a": 33.4, "b": 33.3, "c": 33.3}
    assert figures.percentages({"a": 2, "b": 4, "c": 1}) == {"a": 28.6, "b": 57.1, "c": 14.3}
    assert figures.percentages({"a": 0, "b": 0}) == {"a": 0.0, "b": 0.0}


@pytest.mark.django_db(transaction=True)
def test_a_merged_tag_counts_under_its_new_name(make_user):
    user = make_user("ana")
    comment = stored("não abre")
    verdicts.correct(comment, reviewer=user, category=Category.CRITICISM, tags=["fix_entrar"])
    target = Tag.objects.create(name="fix_login")
    start = start_of(timezone.localdate(comment.moment))

    def tags():
        return set(figures.between(start, start + timedelta(days=1)).by_tag_and_category)

    before = tags()
    vocabulary.merge(Tag.objects.get(name="fix_entrar"), target, by=user)

    assert (before, tags()) == ({"fix_entrar"}, {"fix_login"})
