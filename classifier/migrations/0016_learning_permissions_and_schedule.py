"""Who may see what was learned and put it into service; and the weekly training, off until somebody wants it."""

from typing import Any

from django.db import migrations
from django.utils import timezone

GRANTS = {
    "Leitura": ["view"],
    "Curadoria": ["view"],
    "Administração": ["view", "promote"],
}
NAMES = {"view": "Can view candidate", "promote": "Can put a trained model into service"}
NAME = "learn from the week's verdicts"
TASK = "classifier.learn_from_verdicts"
SUNDAY = {"minute": "0", "hour": "3", "day_of_week": "0", "day_of_month": "*", "month_of_year": "*"}


def grant(apps: Any, schema_editor: Any) -> None:
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    content_type, _created = ContentType.objects.get_or_create(app_label="classifier", model="candidate")
    for name, actions in GRANTS.items():
        group = Group.objects.get(name=name)
        for action in actions:
            permission, _created = Permission.objects.get_or_create(
                content_type=content_type, codename=f"{action}_candidate", defaults={"name": NAMES[action]}
            )
            group.permissions.add(permission)


def withdraw(apps: Any, schema_editor: Any) -> None:
    Permission = apps.get_model("auth", "Permission")
    Permission.objects.filter(content_type__app_label="classifier", content_type__model="candidate").delete()


def schedule(apps: Any, schema_editor: Any) -> None:
    """Sunday at three in the morning; from then on it is the panel's to change."""
    CrontabSchedule = apps.get_model("django_celery_beat", "CrontabSchedule")
    PeriodicTask = apps.get_model("django_celery_beat", "PeriodicTask")
    PeriodicTasks = apps.get_model("django_celery_beat", "PeriodicTasks")
    sundays = CrontabSchedule.objects.filter(timezone="America/Sao_Paulo", **SUNDAY).first()
    if sundays is None:
        sundays = CrontabSchedule.objects.create(timezone="America/Sao_Paulo", **SUNDAY)
    PeriodicTask.objects.get_or_create(name=NAME, defaults={"task": TASK, "crontab": sundays, "enabled": False})
    # A beat that runs already looks here for changes; saving a model of a migration does not tell it.
    PeriodicTasks.objects.update_or_create(ident=1, defaults={"last_update": timezone.now()})


def unschedule(apps: Any, schema_editor: Any) -> None:
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("classifier", "0015_learning"),
        ("accounts", "0002_groups"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [
        migrations.RunPython(grant, withdraw),
        migrations.RunPython(schedule, unschedule),
    ]
