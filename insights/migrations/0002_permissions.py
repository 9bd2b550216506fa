from typing import Any

from django.db import migrations

# Asking changes nothing that anybody else sees, so whoever may read may ask.
GRANTS = {
    "Cliente da API": ["ask"],
    "Leitura": ["ask"],
    "Curadoria": ["ask"],
    "Administração": ["ask", "view"],
}
NAMES = {"ask_question": "Can ask questions"}


def grant(apps: Any, schema_editor: Any) -> None:
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    content_type, _created = ContentType.objects.get_or_create(app_label="insights", model="question")
    for name, actions in GRANTS.items():
        group = Group.objects.get(name=name)
        for action in actions:
            codename = f"{action}_question"
            permission, _created = Permission.objects.get_or_create(
                content_type=content_type,
                codename=codename,
                defaults={"name": NAMES.get(codename, f"Can {action} question")},
            )
            group.permissions.add(permission)


def withdraw(apps: Any, schema_editor: Any) -> None:
    Permission = apps.get_model("auth", "Permission")
    ours = Permission.objects.filter(content_type__app_label="insights", content_type__model="question")
    for group in apps.get_model("auth", "Group").objects.filter(name__in=GRANTS):
        group.permissions.remove(*ours)


class Migration(migrations.Migration):
    dependencies = [("insights", "0001_questions"), ("accounts", "0002_groups")]

    operations = [migrations.RunPython(grant, withdraw)]
