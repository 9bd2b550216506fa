from typing import Any

from django.db import migrations


def grant(apps: Any, schema_editor: Any) -> None:
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    content_type, _created = ContentType.objects.get_or_create(app_label="classifier", model="comment")
    permission, _created = Permission.objects.get_or_create(
        content_type=content_type,
        codename="erase_author",
        defaults={"name": "Can hand over and erase the comments of an author"},
    )
    for group in apps.get_model("auth", "Group").objects.filter(name="Administração"):
        group.permissions.add(permission)


def withdraw(apps: Any, schema_editor: Any) -> None:
    Permission = apps.get_model("auth", "Permission")
    ours = Permission.objects.filter(content_type__app_label="classifier", codename="erase_author")
    for group in apps.get_model("auth", "Group").objects.filter(name="Administração"):
        group.permissions.remove(*ours)


class Migration(migrations.Migration):
    dependencies = [("classifier", "0018_author_requests")]

    operations = [migrations.RunPython(grant, withdraw)]
