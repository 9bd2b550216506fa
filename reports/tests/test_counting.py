"""Marks and recounts, when many write and read at once."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from classifier import intake
from classifier.engines import embedded_engine
from classifier.models import Category, Comment
from classifier.review import verdicts
from classifier.signals import labels_changed, tell
from classifier.tests.comments import sent, stored
from reports import counting, figures
from reports.models import CategoryFigure, ChangedHour, CountedHour
from tests.racing import at_once

START = datetime(2025, 8, 1, 12, tzinfo=UTC)
END = START + timedelta(hours=24)
postgresql = pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="SQLite lets one transaction write at a time"
)


def total() -> int:
    return figures.between(START, END).total


def arrive(moment: datetime = START) -> Comment:
    """A comment, stored and told of as a batch is."""
    with transaction.atomic():
        comment = stored(moment=moment)
        tell([comment])
    return comment


def in_a_thread(work: Callable[[], Any]) -> Thread:
    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db
def test_an_hour_is_counted_when_it_is_first_asked_for_and_then_only_when_it_changes(django_assert_num_queries):
    stored(moment=START)
    assert total() == 1
    with django_assert_num_queries(5):  # marks, hours; categories, unlabelled, tags; their names would be a sixth
        assert total() == 1

    arrive(START + timedelta(hours=3))
    assert total() == 2
    assert not ChangedHour.objects.exists()


@pytest.mark.django_db
def test_hours_before_the_first_comment_and_hours_to_come_fill_no_table():
    now = counting.hour_of(datetime.now(UTC))
    stored(moment=now)

    figures.between(now - timedelta(days=400), now + timedelta(days=400))

    assert list(CountedHour.objects.values_list("hour", flat=True)) == [now]


@pytest.mark.django_db
def test_what_is_deleted_is_not_counted_any_more():
    one, *_more = [arrive(START + timedelta(hours=n)) for n in range(5)]
    assert total() == 5

    one.delete()
    assert total() == 4
    Comment.objects.filter(moment__gt=START + timedelta(hours=2)).delete()
    assert total() == 2


@pytest.mark.django_db
def test_the_regular_run_counts_every_hour_that_is_marked_however_old():
    old = [datetime(1999 + n, 5, 1, tzinfo=UTC) for n in range(20)]
    for moment in old:
        arrive(moment)

    assert counting.settle_marked() == 20
    assert counting.settle_marked() == 0
    assert sum(figures.between(moment, moment + counting.HOUR).total for moment in old) == 20


@pytest.mark.django_db
@pytest.mark.usefixtures("nobody_promotes")
def test_a_batch_costs_two_queries_for_its_figures(make_user):
    user = make_user()
    engine = embedded_engine()
    list(engine.label(["aquecimento"], deadline=float("inf")))

    def queries_of(size: int) -> int:
        texts = [sent(publicado_em=(START + timedelta(hours=n)).isoformat()) for n in range(size)]
        with CaptureQueriesContext(connection) as queries:
            intake.receive(intake.read_many(list(texts)), sender=user, engine=engine)
        return len(queries)

    with_marks = queries_of(40)
    labels_changed.disconnect(dispatch_uid="reports.counting.mark")
    try:
        without = queries_of(40)
    finally:
        labels_changed.connect(counting.mark, dispatch_uid="reports.counting.mark")

    assert with_marks - without == 2


@pytest.mark.django_db
def test_a_batch_that_is_not_stored_marks_nothing():
    arrive()
    total()

    with transaction.atomic():
        tell([stored(moment=START)])
        transaction.set_rollback(True)

    assert not ChangedHour.objects.exists()
    assert total() == 1


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


@postgresql
@pytest.mark.django_db(transaction=True)
def test_a_batch_that_commits_while_its_hour_is_counted_is_counted_next_time():
    arrive()
    with transaction.atomic():
        # An uncommitted row of the same key: the reader has read the marks and counted when it comes to wait for it.
        CountedHour.objects.create(hour=START, unlabelled=0)
        reader = in_a_thread(total)
        deadline = time.monotonic() + 10
        while not somebody_waits_for_a_lock() and time.monotonic() < deadline:
            Event().wait(0.01)
        in_a_thread(arrive).join(10)
        transaction.set_rollback(True)
    reader.join(10)

    assert CountedHour.objects.filter(hour=START).exists()
    assert ChangedHour.objects.count() == 1
    assert total() == 2


@postgresql
@pytest.mark.django_db(transaction=True)
def test_a_batch_whose_transaction_is_open_while_its_hour_is_counted_is_counted_next_time():
    arrive()
    marked, counted = Event(), Event()

    def slow_batch() -> None:
        with transaction.atomic():
            tell([stored(moment=START)])
            marked.set()
            assert counted.wait(10)

    batch = in_a_thread(slow_batch)
    assert marked.wait(10)
    assert total() == 1
    counted.set()
    batch.join(10)

    assert total() == 2


@pytest.mark.django_db(transaction=True)
def test_many_batches_and_many_readers_end_with_the_right_figures(make_user):
    user: User = make_user()
    comments = [arrive(START + timedelta(hours=n)) for n in range(8)]
    orders = [comments, comments[::-1]] * 4

    def change(order: list[Comment]) -> None:
        """Several hours in one transaction, forwards or backwards, as batches have them."""
        with transaction.atomic():
            tell([stored(category=Category.SPAM, moment=comment.moment, tags=()) for comment in order])
        total()

    def correct(number: int) -> None:
        comment = Comment.objects.get(pk=comments[number].pk)
        verdicts.correct(comment, reviewer=user, category=Category.QUESTION)
        total()

    at_once([lambda o=o: change(o) for o in orders] + [lambda n=n: correct(n) for n in range(4)])

    counted = figures.between(START, END)
    assert counted.total == 8 + 8 * 8
    assert counted.by_category == dict.fromkeys(Category, 0) | {
        Category.PRAISE: 4,
        Category.QUESTION: 4,
        Category.SPAM: 64,
    }
    assert not ChangedHour.objects.exists()


@pytest.mark.django_db
def test_the_command_counts_all_of_a_database_that_had_comments_before_its_figures(capsys):
    for number in range(3):
        stored(moment=START + number * timedelta(days=30), tags=("fix_login",))

    call_command("recount_figures")
    call_command("recount_figures", "--check")

    assert capsys.readouterr().out == "1441 hours counted\n1441 hours are right\n"
    assert figures.between(START, END).by_tag == {"fix_login": 1}


@pytest.mark.django_db
def test_the_check_names_each_wrong_hour_and_the_command_mends_them(capsys):
    arrive()
    arrive(START + timedelta(hours=2))
    total()
    CategoryFigure.objects.filter(hour=START).update(comments=7)

    with pytest.raises(CommandError, match="1 of 24 hours are wrong"):
        call_command("recount_figures", "--check")
    assert "2025-08-01T09:00:00-03:00: ['ELOGIO 7 0 1 0.900000'] should be ['ELOGIO 1" in capsys.readouterr().err

    call_command("recount_figures")
    call_command("recount_figures", "--check")
    assert total() == 2


@pytest.mark.django_db
def test_an_hour_that_waits_to_be_counted_is_not_wrong():
    total()
    arrive()
    stored(moment=START + timedelta(hours=1))

    call_command("recount_figures", "--check")


@pytest.mark.django_db
def test_an_empty_database_has_nothing_to_count(capsys):
    call_command("recount_figures")
    call_command("recount_figures", "--check")

    assert capsys.readouterr().out == "0 hours counted\n0 hours are right\n"
