"""What is over its time goes, bit by bit, with what hangs on it; where nothing is set, all is kept."""

import io
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone

from accounts import tokens
from accounts.models import TokenFamily
from alumusic import retention
from alumusic.llm.models import Call
from alumusic.tasks import purge
from classifier.models import (
    Batch,
    BatchItem,
    Category,
    Comment,
    KnownAnswer,
    Review,
    Sitting,
    Step,
    Upload,
    UploadError,
)
from classifier.review import verdicts
from classifier.tests.comments import stored
from insights.models import Answer, Question
from insights.tests.sent import sent
from legacy.models import KeptRow
from reports.counting import differing, hour_of, settle, settle_marked

pytestmark = pytest.mark.django_db

OLD, NEW = (timezone.now() - timedelta(days=days) for days in (40, 20))
SETTINGS = ("COMMENTS", "BATCHES", "QUESTIONS", "LLM_CALLS", "SITTINGS")


@pytest.fixture
def everything(make_user):
    """One old and one new thing of each kind that has a time."""
    ana = make_user("ana")
    for moment in (OLD, NEW):
        comment = stored("Amei", moment=moment, tags=("fix_login",))
        verdicts.correct(comment, reviewer=ana, category=Category.SPAM, tags=[])
        batch = Batch.objects.create(owner=ana, created_at=moment, completed_at=moment)
        BatchItem.objects.create(batch=batch, position=1, comment=comment)
        upload = Upload.objects.create(
            batch=batch, name="x.csv", format="csv", encoding="utf-8", size=1, lines=1, sha256="0", state="expanded",
            finished_at=moment,
        )  # fmt: skip
        UploadError.objects.create(upload=upload, line=1, detail="x")
        call = Call.objects.create(purpose="insight", model="m", outcome="ok", latency_ms=1, created_at=moment)
        question = Question.objects.create(owner=ana, text="?", created_at=moment)
        answer = Answer.objects.create(fingerprint=str(moment), text="x", engine="m", created_at=moment)
        question.settle(answer, cached=False)
        question.link([call])
        KnownAnswer.objects.create(
            key=str(moment)[:64], engine="m", prompt_version="1", category="SPAM", confidence=1, created_at=moment
        )
        sitting = Sitting.objects.create(curator=ana, started_at=moment)
        step = Step.objects.create(
            id=sitting.pk, sitting=sitting, action="veredito", comment=comment, created_at=moment
        )
        Review.objects.filter(comment=comment).update(step=step)
        KeptRow.objects.create(table="comentario", key=str(moment), faults=["x"], row={"texto": "x"}, created_at=moment)
    sent()


def days(settings, number):
    for name in SETTINGS:
        setattr(settings, f"RETENTION_{name}_DAYS", number)


def kept():
    models = (
        Comment,
        Review,
        Batch,
        BatchItem,
        Upload,
        UploadError,
        Call,
        Question,
        Answer,
        KnownAnswer,
        Sitting,
        Step,
        KeptRow,
    )
    return {model.__name__: model.objects.count() for model in models}


def test_what_is_over_its_time_goes_and_the_rest_stays(everything, settings):
    days(settings, 30)

    purge()

    assert set(kept().values()) == {1}
    assert Comment.objects.get().moment == NEW
    settle(OLD, OLD + timedelta(hours=1))
    settle_marked()
    assert differing([hour_of(OLD), hour_of(NEW)]) == {}


def test_with_zero_days_all_is_kept(everything, settings):
    days(settings, 0)
    before = kept()

    purge()

    assert (kept(), set(before.values())) == (before, {2})


def test_by_default_only_what_tabs_did_is_forgotten_and_no_review(everything):
    Sitting.objects.update(started_at=timezone.now() - timedelta(days=91))
    Step.objects.update(created_at=timezone.now() - timedelta(days=91))

    purge()

    assert (Sitting.objects.count(), Step.objects.count(), Review.objects.count()) == (0, 0, 2)
    assert set(kept().values()) == {0, 2}


def test_an_old_tab_that_is_still_at_work_stays(everything, settings):
    days(settings, 30)
    Step.objects.update(created_at=timezone.now())
    settings.RETENTION_COMMENTS_DAYS = 0

    purge()

    assert Sitting.objects.count() == 2


def test_what_was_imported_with_a_comment_stays_as_long_as_it(settings):
    days(settings, 30)
    comment = stored("Amei", moment=NEW)
    KeptRow.objects.create(table="comentario", key="1", faults=["x"], row={}, comment=comment, created_at=OLD)

    purge()
    assert KeptRow.objects.count() == 1

    Comment.objects.update(moment=OLD)
    purge()
    assert KeptRow.objects.count() == 0


def test_logins_that_cannot_come_back_go(make_user):
    tokens.issue(make_user("ana"))
    TokenFamily.objects.update(expires_at=timezone.now() - timedelta(days=1))
    for key, hours in (("velha", -1), ("nova", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=timezone.now() + timedelta(hours=hours))

    told = dict(retention.purge(timezone.now()))

    assert (told["token families"], told["sessions"]) == (1, 1)
    assert list(Session.objects.values_list("session_key", flat=True)) == ["nova"]


def test_many_go_in_pieces_each_of_its_own(settings, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(retention, "BATCH", 3)
    for n in range(8):
        Call.objects.create(purpose="check", model="m", outcome="ok", latency_ms=n, created_at=OLD)
    settings.RETENTION_LLM_CALLS_DAYS = 30

    with django_assert_max_num_queries(40):
        told = dict(retention.purge(timezone.now()))

    assert (told["calls to the language model"], Call.objects.count()) == (8, 0)


def test_the_command_tells_how_many(everything, settings):
    days(settings, 30)
    written = io.StringIO()

    call_command("purge", stdout=written)

    assert "comments: 1\n" in written.getvalue()
    assert "sessions: 0\n" in written.getvalue()


def test_beat_does_so_every_day(settings):
    [entry] = [each for each in settings.CELERY_BEAT_SCHEDULE.values() if each["task"] == purge.name]

    assert entry["schedule"] == timedelta(days=1)
