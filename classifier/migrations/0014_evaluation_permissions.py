"""Who may see how good the engines are, and who may remove a run."""

from typing import Any

from django.db import migrations

GRANTS = {
    "Leitura": ["view"],
    "Curadoria": ["view"],
    "Administração": ["view", "delete"],
}


def grant(apps: Any, schema_editor: Any) -> None:
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    content_type, _created = ContentType.objects.get_or_create(app_label="classifier", model="run")
    for name, actions in GRANTS.items():
        group = Group.objects.get(name=name)
        for action in actions:
            permission, _created = Permission.objects.get_or_create(
                content_type=content_type,
                codename=f"{action}_run",
                defaults={"name": f"Can {action} evaluation"},
            )
            group.permissions.add(permission)


def withdraw(apps: Any, schema_editor: Any) -> None:
    Permission = apps.get_model("auth", "Permission")
    Permission.objects.filter(content_type__app_label="classifier", content_type__model="run").delete()


class Migration(migrations.Migration):
    dependencies = [("classifier", "0013_evaluation_runs"), ("accounts", "0002_groups")]

    operations = [migrations.RunPython(grant, withdraw)]
