from typing import Any

from django.db import migrations

ACTIONS = ("view", "change")


def grant(apps: Any, schema_editor: Any) -> None:
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    administrators = apps.get_model("auth", "Group").objects.get(name="Administração")
    content_type, _created = ContentType.objects.get_or_create(app_label="accounts", model="tokenfamily")
    for action in ACTIONS:
        permission, _created = Permission.objects.get_or_create(
            content_type=content_type,
            codename=f"{action}_tokenfamily",
            defaults={"name": f"Can {action} token family"},
        )
        administrators.permissions.add(permission)


def withdraw(apps: Any, schema_editor: Any) -> None:
    Permission = apps.get_model("auth", "Permission")
    ours = Permission.objects.filter(content_type__app_label="accounts", content_type__model="tokenfamily")
    for group in apps.get_model("auth", "Group").objects.filter(name="Administração"):
        group.permissions.remove(*ours)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_groups")]

    operations = [migrations.RunPython(grant, withdraw)]
