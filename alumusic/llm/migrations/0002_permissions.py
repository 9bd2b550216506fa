from typing import Any

from django.db import migrations

MODELS = {"call": "call to the language model"}


def grant(apps: Any, schema_editor: Any) -> None:
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    administrators = apps.get_model("auth", "Group").objects.get(name="Administração")
    for model, name in MODELS.items():
        content_type, _created = ContentType.objects.get_or_create(app_label="llm", model=model)
        permission, _created = Permission.objects.get_or_create(
            content_type=content_type, codename=f"view_{model}", defaults={"name": f"Can view {name}"}
        )
        administrators.permissions.add(permission)


def withdraw(apps: Any, schema_editor: Any) -> None:
    Permission = apps.get_model("auth", "Permission")
    ours = Permission.objects.filter(content_type__app_label="llm", content_type__model__in=MODELS)
    for group in apps.get_model("auth", "Group").objects.filter(name="Administração"):
        group.permissions.remove(*ours)


class Migration(migrations.Migration):
    dependencies = [("llm", "0001_initial"), ("accounts", "0002_groups")]

    operations = [migrations.RunPython(grant, withdraw)]
