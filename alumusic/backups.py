"""The database in one file, and back. The file holds all that people wrote and every password's hash: only its owner
may read it.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connection


class Failed(Exception):
    """Nothing was written, or nothing was restored."""


def dump(path: Path, *, snapshot: str = "") -> None:
    """Writes the database as it was at one moment, while it goes on being used; the whole file or none.

    snapshot: of PostgreSQL, as `pg_export_snapshot` names it: the moment that another session sees.
    """
    draft = path.with_name(f"{path.name}.part")
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        if connection.vendor == "postgresql":
            seen = [f"--snapshot={snapshot}"] if snapshot else []
            _run("pg_dump", ["--format=custom", "--no-owner", "--no-privileges", f"--file={draft}", *seen])
            _run("pg_restore", ["--list", "--file=/dev/null", str(draft)], at_server=False)
        else:
            _copy_sqlite(str(connection.settings_dict["NAME"]), str(draft))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def restore(path: Path) -> None:
    """Fills the database, which must be empty, from the file: all of it or nothing."""
    if not path.is_file():
        raise Failed(f"{path} is not there")
    if connection.introspection.table_names():
        raise Failed("The database is not empty. Make an empty one and name it in DATABASE_URL.")
    connection.close()
    if connection.vendor == "postgresql":
        options = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
        _run("pg_restore", [*options, f"--dbname={connection.settings_dict['NAME']}", str(path)])
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    else:
        _whole_sqlite(path)
        _copy_sqlite(str(path), str(connection.settings_dict["NAME"]))


def _whole_sqlite(path: Path) -> None:
    """A file that lacks its last page may still pass SQLite's check; the header says how long it was."""
    with path.open("rb") as file:
        header = file.read(32)
    size, pages = int.from_bytes(header[16:18]), int.from_bytes(header[28:32])
    if path.stat().st_size != pages * (65_536 if size == 1 else size):
        raise Failed(f"{path} is no whole backup")


def _run(program: str, arguments: Sequence[str], *, at_server: bool = True) -> None:
    """By PostgreSQL's own programs. They are told server, name and password by the environment, which other users of
    the host do not see as they see a command line.
    """
    if shutil.which(program) is None:
        raise Failed(f"{program} is missing: install PostgreSQL's client programs (apt install postgresql-client)")
    done = subprocess.run(  # noqa: S603
        [program, *arguments], env=_environment() if at_server else None, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Failed(done.stderr.strip())


def _environment() -> dict[str, str]:
    settings: dict[str, Any] = connection.settings_dict
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    given = {name: str(settings[key]) for name, key in names.items() if settings.get(key)}
    given |= {f"PG{name.upper()}": str(value) for name, value in settings["OPTIONS"].items() if name.startswith("ssl")}
    return os.environ | given


def _copy_sqlite(source: str, target: str) -> None:
    """By SQLite's own backup, which sees one moment of a database in use; the copy is looked through."""
    try:
        with (
            closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as old,
            closing(sqlite3.connect(target)) as new,
        ):
            found = old.execute("PRAGMA quick_check").fetchone()[0]
            if found != "ok":
                raise Failed(f"{source}: {found}")
            old.backup(new)
    except sqlite3.Error as error:
        raise Failed(f"{source}: {error}") from None
