from typing import Any

from django.db import migrations

GROUPS = ["Cliente da API", "Leitura", "Curadoria", "Administração"]
PANEL_GROUPS = ["Leitura", "Curadoria", "Administração"]


def make(apps: Any, schema_editor: Any) -> None:
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    for name in GROUPS:
        Group.objects.get_or_create(name=name)
    user, _created = ContentType.objects.get_or_create(app_label="accounts", model="user")
    enter, _created = Permission.objects.get_or_create(
        content_type=user, codename="enter_panel", defaults={"name": "May enter the panel"}
    )
    for group in Group.objects.filter(name__in=PANEL_GROUPS):
        group.permissions.add(enter)
    administrators = Group.objects.get(name="Administração")
    for app, model in (("accounts", "user"), ("auth", "group")):
        content_type, _created = ContentType.objects.get_or_create(app_label=app, model=model)
        for action in ("view", "add", "change", "delete"):
            permission, _created = Permission.objects.get_or_create(
                content_type=content_type, codename=f"{action}_{model}", defaults={"name": f"Can {action} {model}"}
            )
            administrators.permissions.add(permission)


def remove(apps: Any, schema_editor: Any) -> None:
    apps.get_model("auth", "Group").objects.filter(name__in=GROUPS).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make, remove)]
