"""An operator takes a backup of the running system and gets every row back from it."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from alumusic.environment import BASE_DIR
from classifier.models import Category
from classifier.tests.comments import sent, stored
from insights.tests.sent import sent as summaries_sent
from tests.databases import POSTGRESQL, reach, url_of

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def empty_database(folder):
    """What the environment must say to reach it."""
    if not POSTGRESQL:
        yield {"VAR_DIR": str(folder)}
        return
    name = f"{connection.settings_dict['NAME']}_restored"
    with psycopg.connect(url_of(connection.settings_dict["NAME"]), autocommit=True) as link:
        link.execute(f'DROP DATABASE IF EXISTS "{name}"')
        link.execute(f'CREATE DATABASE "{name}"')
        yield {"DATABASE_URL": url_of(name), "VAR_DIR": str(folder)}
        link.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def restored(file, **env):
    done = subprocess.run(  # noqa: S603
        [sys.executable, "manage.py", "restore", str(file)],
        cwd=BASE_DIR, env=os.environ | {"DJANGO_SETTINGS_MODULE": "alumusic.settings"} | env,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def everything(env: dict[str, str]) -> dict[str, list[Any]]:
    """Every row of every table, as text."""
    link: Any
    if POSTGRESQL:
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        rows = "SELECT t::text FROM {} t ORDER BY 1"
        link = psycopg.connect(env["DATABASE_URL"])
    else:
        tables = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1"
        rows = "SELECT * FROM {} ORDER BY 1"
        link = sqlite3.connect(f"{env['VAR_DIR']}/alumusic.sqlite3")
    with closing(link):
        return {name: link.execute(rows.format(f'"{name}"')).fetchall() for (name,) in link.execute(tables).fetchall()}


def test_what_is_restored_is_what_was_there_row_by_row(api, curator_api, tmp_path):
    api.post("/api/comentarios", [sent("Amei"), sent("o login trava"), sent('aspas " e ação\n\t\\N')])
    curator_api.patch(f"/api/comentarios/{stored().external_id}", {"categoria": Category.SPAM})
    summaries_sent()
    (tmp_path / "old").mkdir()
    old, good, bad = reach(tmp_path / "old"), tmp_path / "a.dump", tmp_path / "bad.dump"
    call_command("backup", good, stdout=StringIO())
    bad.write_bytes(good.read_bytes()[:-1_000])

    with empty_database(tmp_path / "new") as new:
        assert restored(bad, **new)[0] == 1
        assert everything(new) == {}

        status, told = restored(good, **new)

        assert (status, "4 classifier_comment" in told) == (0, True), told
        before, after = everything(old), everything(new)
    assert len(before["classifier_comment"]) == 4
    assert len(before) > 30
    assert after == before
    assert good.stat().st_mode & 0o777 == 0o600


def test_a_database_that_has_something_in_it_is_not_restored_into(tmp_path):
    call_command("backup", tmp_path / "a.dump", stdout=StringIO())

    with pytest.raises(CommandError, match="is not empty"):
        call_command("restore", tmp_path / "a.dump")
