from typing import Any

from django.conf import settings
from django.db import migrations
from django.utils import timezone

NAME = "weekly summary"
TASK = "reports.send_summary"
MONDAY = {"minute": "0", "hour": "8", "day_of_week": "1", "day_of_month": "*", "month_of_year": "*"}


def schedule(apps: Any, schema_editor: Any) -> None:
    """Monday at eight in the morning; from then on it is the panel's to change."""
    CrontabSchedule = apps.get_model("django_celery_beat", "CrontabSchedule")
    PeriodicTask = apps.get_model("django_celery_beat", "PeriodicTask")
    PeriodicTasks = apps.get_model("django_celery_beat", "PeriodicTasks")
    mondays = CrontabSchedule.objects.filter(timezone="America/Sao_Paulo", **MONDAY).first()
    if mondays is None:
        mondays = CrontabSchedule.objects.create(timezone="America/Sao_Paulo", **MONDAY)
    PeriodicTask.objects.get_or_create(name=NAME, defaults={"task": TASK, "crontab": mondays})
    # A beat that runs already looks here for changes; saving a model of a migration does not tell it.
    PeriodicTasks.objects.update_or_create(ident=1, defaults={"last_update": timezone.now()})


def unschedule(apps: Any, schema_editor: Any) -> None:
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=NAME).delete()


def seed(apps: Any, schema_editor: Any) -> None:
    """The first recipients, read once; from then on the list is the panel's."""
    Recipient = apps.get_model("reports", "Recipient")
    addresses = {address.lower(): address for address in settings.STAKEHOLDERS_EMAILS}
    Recipient.objects.bulk_create(Recipient(email=address) for address in addresses.values())


class Migration(migrations.Migration):
    dependencies = [("reports", "0004_summary_permissions")]

    operations = [
        migrations.RunPython(schedule, unschedule),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
