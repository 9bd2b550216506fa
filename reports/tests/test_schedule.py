"""The schedule is a row: Monday at eight in São Paulo, and at no other moment, whatever the clock does."""

from datetime import datetime, timedelta
from importlib import import_module
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.apps import apps
from django.core.management import CommandError, call_command
from django.urls import reverse
from django_celery_beat.models import CrontabSchedule, PeriodicTask, PeriodicTasks

from accounts.groups import ADMINISTRATORS
from alumusic.weeks import Week
from reports import tasks
from reports.models import Recipient, WeeklySummary
from reports.tests.weeks import MONDAY_AFTER, WEEK, a_week, recipient, summary

pytestmark = pytest.mark.django_db

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
migration = import_module("reports.migrations.0005_schedule_and_recipients")


@pytest.fixture
def schedule() -> PeriodicTask:
    migration.schedule(apps, None)  # what a transactional test's flush may have taken
    return PeriodicTask.objects.get(name="weekly summary")


def test_the_schedule_names_a_task_that_there_is(schedule):
    assert schedule.task == tasks.send_summary.name
    assert (schedule.enabled, str(schedule.crontab.timezone)) == (True, "America/Sao_Paulo")


@pytest.mark.parametrize(
    "start",
    [
        datetime(2025, 7, 28, tzinfo=SAO_PAULO),
        datetime(2018, 10, 29, tzinfo=SAO_PAULO),  # clocks went forward on 4 November 2018
        datetime(2018, 2, 12, tzinfo=SAO_PAULO),  # and back on 18 February
    ],
)
def test_it_is_due_once_a_week_on_monday_at_eight(schedule, start):
    last_run, runs = start, []
    with time_machine.travel(start, tick=False) as clock:
        for hour in range(24 * 21):
            clock.move_to(start + timedelta(hours=hour, seconds=1))
            if schedule.schedule.is_due(last_run).is_due:
                last_run = datetime.now(SAO_PAULO)
                runs.append(f"{last_run:%a %H:%M}")

    assert runs == ["Mon 08:00"] * 3


def test_a_change_in_the_panel_is_told_to_a_beat_that_runs(schedule):
    before = PeriodicTasks.last_change()

    schedule.crontab = CrontabSchedule.objects.create(minute="30", hour="7", day_of_week="2", timezone=SAO_PAULO)
    schedule.save()

    assert PeriodicTasks.last_change() > before


def test_the_schedule_is_edited_in_portuguese(schedule, client, make_user):
    client.force_login(make_user("ana", ADMINISTRATORS))

    page = client.get(reverse("admin:django_celery_beat_periodictask_change", args=[schedule.pk])).content.decode()

    assert [word for word in ("Modificar tarefa agendada", "Horário:", "Ligada") if word not in page] == []


def test_the_migration_leaves_a_schedule_that_was_edited(schedule):
    schedule.enabled = False
    schedule.save()

    migration.schedule(apps, None)

    assert PeriodicTask.objects.get(name="weekly summary").enabled is False


def test_the_first_recipients_come_from_the_environment_once_each(settings):
    settings.STAKEHOLDERS_EMAILS = ["ana@example.org", "bia@example.org", "ANA@example.org"]

    migration.seed(apps, None)

    assert [person.email.lower() for person in Recipient.objects.all()] == ["ana@example.org", "bia@example.org"]


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("send_weekly_summary", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_sends_the_last_week_once(smtp):
    recipient()
    with time_machine.travel(MONDAY_AFTER, tick=False):
        assert [run(), run()] == ["2025-W31: 1 enviado\n"] * 2

    assert len(smtp.mails) == 1


def test_a_dry_run_prints_the_text_and_leaves_no_trace(smtp):
    recipient()
    a_week()

    printed = run("--semana", "2025-W31", "--dry-run")

    assert printed.startswith("Olá!")
    assert (WeeklySummary.objects.count(), smtp.mails) == (0, [])
    assert printed.strip() == summary().text


def test_one_address_can_be_sent_to_beside_all_deliveries(smtp):
    recipient()

    run("--semana", "2025-W31", "--to", "chefe@example.org")

    assert smtp.recipients == ["chefe@example.org"]
    assert WeeklySummary.objects.get().queued_at is None


@pytest.mark.parametrize(
    "arguments",
    [["--semana", "2025-W54"], ["--semana", "ontem"], ["--semana", "2999-W01"], ["--semana", "2025-W31", "--to", "x"]],
)
def test_what_cannot_be_is_said(arguments):
    with pytest.raises(CommandError):
        run(*arguments)


def test_a_newcomer_finds_eight_summaries_that_are_out(smtp):
    a_week(WEEK)
    recipient()
    with time_machine.travel(MONDAY_AFTER, tick=False):
        call_command("sample_summaries", stdout=StringIO())
        call_command("sample_summaries", stdout=StringIO())

    weeks = list(WeeklySummary.objects.sent().values_list("week", flat=True))
    assert (len(weeks), weeks[0]) == (8, str(WEEK))
    assert smtp.mails == []


def test_the_sample_asks_no_model(llm):
    a_week(Week.present().previous)

    call_command("sample_summaries", stdout=StringIO())

    assert llm.requests == []
