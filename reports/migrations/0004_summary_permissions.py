from typing import Any

from django.db import migrations

READ = {("reports", "weeklysummary"): ["view"], ("reports", "theme"): ["view"]}
GRANTS = {
    "Cliente da API": {("reports", "weeklysummary"): ["view"]},
    "Leitura": READ,
    "Curadoria": READ,
    "Administração": READ
    | {
        ("reports", "weeklysummary"): ["view", "send"],
        ("reports", "recipient"): ["view", "add", "change", "delete"],
        ("reports", "delivery"): ["view"],
        ("django_celery_beat", "periodictask"): ["view", "change"],
        ("django_celery_beat", "crontabschedule"): ["view", "add", "change"],
    },
}
NAMES = {"send_weeklysummary": "Can send weekly summaries"}


def grant(apps: Any, schema_editor: Any) -> None:
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    for name, models in GRANTS.items():
        group = Group.objects.get(name=name)
        for (app, model), actions in models.items():
            content_type, _created = ContentType.objects.get_or_create(app_label=app, model=model)
            for action in actions:
                codename = f"{action}_{model}"
                permission, _created = Permission.objects.get_or_create(
                    content_type=content_type,
                    codename=codename,
                    defaults={"name": NAMES.get(codename, f"Can {action} {model}")},
                )
                group.permissions.add(permission)


def withdraw(apps: Any, schema_editor: Any) -> None:
    Permission = apps.get_model("auth", "Permission")
    for name, models in GRANTS.items():
        for group in apps.get_model("auth", "Group").objects.filter(name=name):
            for app, model in models:
                group.permissions.remove(
                    *Permission.objects.filter(content_type__app_label=app, content_type__model=model)
                )


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0003_weekly_summary"),
        ("accounts", "0002_groups"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [migrations.RunPython(grant, withdraw)]
