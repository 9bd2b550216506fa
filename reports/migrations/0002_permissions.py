from typing import Any

from django.db import migrations

GROUPS = ["Cliente da API", "Leitura", "Curadoria", "Administração"]


def grant(apps: Any, schema_editor: Any) -> None:
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    content_type, _created = ContentType.objects.get_or_create(app_label="reports", model="categoryfigure")
    permission, _created = Permission.objects.get_or_create(
        content_type=content_type, codename="view_report", defaults={"name": "Can see the reports"}
    )
    for group in apps.get_model("auth", "Group").objects.filter(name__in=GROUPS):
        group.permissions.add(permission)


def withdraw(apps: Any, schema_editor: Any) -> None:
    permission = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="reports", codename="view_report"
    )
    for group in apps.get_model("auth", "Group").objects.filter(name__in=GROUPS):
        group.permissions.remove(*permission)


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_figures"), ("accounts", "0002_groups")]

    operations = [migrations.RunPython(grant, withdraw)]
