"""The users, who keep their names and passwords, as clients of the API."""

import base64
import re
import unicodedata
from collections.abc import Sequence

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import transaction

from accounts.groups import API_CLIENT
from accounts.hashers import MAX_MEMORY
from accounts.models import User, username_key
from legacy.keeping import Fault, Tally, keep
from legacy.source import OldUser

SCRYPT = re.compile(r"scrypt:(\d{1,8}):(\d{1,4}):(\d{1,4})\$([^$]+)\$((?:[0-9a-f]{2})+)")
PBKDF2 = re.compile(r"pbkdf2:sha256:(\d{1,9})\$([^$]+)\$((?:[0-9a-f]{2})+)")
MAX_NAME = 150
MAX_HASH = 128


def converted(password_hash: str) -> str | None:
    """Werkzeug's hash in Django's form, which the same password opens; None for a kind that we cannot verify."""
    if match := SCRYPT.fullmatch(password_hash):
        n, r, p = (int(number) for number in match.groups()[:3])
        if n < 2 or 128 * r * (n + p + 2) > MAX_MEMORY:
            return None
        made = f"scrypt${n}${match[4]}${r}${p}${_base64(match[5])}"
    elif match := PBKDF2.fullmatch(password_hash):
        made = f"pbkdf2_sha256${int(match[1])}${match[2]}${_base64(match[3])}"
    else:
        return None
    return made if len(made) <= MAX_HASH else None


def _base64(hexadecimal: str) -> str:
    return base64.b64encode(bytes.fromhex(hexadecimal)).decode()


def take_in(rows: Sequence[OldUser]) -> Tally:
    """Makes an account of each whose name is free; one that is there, of whatever origin, is left as it is."""
    tally = Tally(read=len(rows))
    kept = []
    with transaction.atomic():
        group, _made = Group.objects.get_or_create(name=API_CLIENT)
        for row in rows:
            name = unicodedata.normalize("NFKC", row.username or "")
            faults = _take_in(row, name, group, tally)
            if faults:
                kept.append((row.id, faults, {"id": row.id, "username": row.username}, None))
        tally.kept = keep("user", kept)
    return tally


def _take_in(row: OldUser, name: str, group: Group, tally: Tally) -> list[Fault]:
    if not name or len(name) > MAX_NAME:
        return [Fault.USERNAME]
    there = User.objects.filter(username_key=username_key(name)).first()
    if there:
        if there.username != name:
            return [Fault.NAME_TAKEN]
        tally.here += 1
        return []
    password = converted(row.password_hash or "")
    user = User(username=name, password=password or make_password(None))
    user.save()
    user.groups.add(group)
    tally.new += 1
    return [] if password else [Fault.PASSWORD]
