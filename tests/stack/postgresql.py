"""PostgreSQL's own programs on this host, and a folder of data made with them."""

import os
import pwd
import subprocess
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any


def binary(name: str) -> str:
    """The path of the program, of the newest version that is installed."""
    return str(max(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[4])))


def owner() -> dict[str, Any]:
    """Of a process that may not run as root."""
    return {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}


def prepare(data: Path, *, name: str, password: str) -> None:
    """A new folder of data with a role and a database of this name, as the image makes them on its first start.

    Over the network the password is asked for.
    """
    data.mkdir()
    if os.geteuid() == 0:
        entry = pwd.getpwnam("postgres")
        os.chown(data, entry.pw_uid, entry.pw_gid)
    with NamedTemporaryFile("w") as file:
        file.write(password)
        file.flush()
        os.chmod(file.name, 0o644)
        _run([binary("initdb"), "-D", str(data), "-U", name, "--pwfile", file.name, "--auth-local", "trust"], "")
    _run([binary("postgres"), "--single", "-D", str(data), "postgres"], f"CREATE DATABASE {name}")


def _run(command: list[str], given: str) -> None:
    if command[0].endswith("initdb"):
        command = [*command, "--auth-host", "scram-sha-256", "--locale", "C.UTF-8", "--encoding", "UTF8"]
    subprocess.run(command, input=given, text=True, check=True, capture_output=True, **owner())
