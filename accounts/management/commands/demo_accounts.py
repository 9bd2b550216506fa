import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand
from django.db import transaction

from accounts.groups import ADMINISTRATORS, CURATORS
from accounts.models import User

ACCOUNTS = {"curadoria": CURATORS, "administracao": ADMINISTRATORS}


class Command(BaseCommand):
    help = "Makes one account for a curator and one for an administrator, once, and keeps their passwords in a file."

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = settings.VAR_DIR / "credentials.txt"
        if not path.exists():
            with transaction.atomic():
                lines = [account(name, group) for name, group in ACCOUNTS.items()]
            keep(path, "".join(lines))
        self.stdout.write(path.read_text(encoding="utf-8"), ending="")


def account(name: str, group: str) -> str:
    """The line of the file for this account, which is made, or gets a new password where nobody knows the old one."""
    password = secrets.token_urlsafe(12)
    user, _created = User.objects.get_or_create(username=name)
    user.set_password(password)
    user.save()
    user.groups.add(Group.objects.get(name=group))
    return f"{name}: {name} {password}\n"


def keep(path: Path, text: str) -> None:
    """Writes the file, for its owner's eyes only, whole or not at all: without it they are made again."""
    draft = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
