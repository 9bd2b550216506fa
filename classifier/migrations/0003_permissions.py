from typing import Any

from django.db import migrations

READ = {
    "comment": ["view"],
    "tag": ["view"],
    "classification": ["view"],
    "review": ["view"],
}
GRANTS = {
    "Cliente da API": {"comment": ["view", "add", "export"]},
    "Leitura": READ,
    "Curadoria": READ | {"comment": ["view", "export", "review"], "tag": ["view", "add", "change"]},
    "Administração": READ
    | {
        "comment": ["view", "add", "change", "delete", "export", "review"],
        "tag": ["view", "add", "change", "delete"],
        "batch": ["view"],
    },
}


def grant(apps: Any, schema_editor: Any) -> None:
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    for name, models in GRANTS.items():
        group = Group.objects.get(name=name)
        for model, actions in models.items():
            content_type, _created = ContentType.objects.get_or_create(app_label="classifier", model=model)
            for action in actions:
                permission, _created = Permission.objects.get_or_create(
                    content_type=content_type,
                    codename=f"{action}_{model}",
                    defaults={"name": f"Can {action} {model}"},
                )
                group.permissions.add(permission)


def withdraw(apps: Any, schema_editor: Any) -> None:
    Permission = apps.get_model("auth", "Permission")
    ours = Permission.objects.filter(content_type__app_label="classifier")
    for group in apps.get_model("auth", "Group").objects.filter(name__in=GRANTS):
        group.permissions.remove(*ours)


class Migration(migrations.Migration):
    dependencies = [("classifier", "0002_search"), ("accounts", "0002_groups")]

    operations = [migrations.RunPython(grant, withdraw)]
