"""A PostgreSQL, a Redis and the product's processes of their own, on free ports, for as long as a benchmark runs."""

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.stack.postgresql import binary, owner, prepare  # noqa: E402

BIN = Path(sys.executable).parent


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Stack:
    """Use as a context. env: what the processes get beside the addresses of the servers."""

    def __init__(self, **env: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="alumusic-bench-"))
        self.ports = {name: free_port() for name in ("postgresql", "redis", "web")}
        self.password = secrets.token_hex(16)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.commands: dict[str, list[str]] = {}
        self.env = os.environ | {
            "ENV_FILE": "",
            "VAR_DIR": str(self.folder / "var"),
            "SECRET_KEY": secrets.token_urlsafe(48),
            "DATABASE_URL": f"postgresql://alumusic:{self.password}@127.0.0.1:{self.ports['postgresql']}/alumusic",
            "REDIS_URL": f"redis://127.0.0.1:{self.ports['redis']}/0",
            "ALLOWED_HOSTS": "127.0.0.1",
            "HTTPS": "false",
            "THROTTLE_USER_PER_MINUTE": "1000000",
            "ACCESS_TOKEN_MINUTES": "60",
            **env,
        }

    def __enter__(self) -> "Stack":
        self.init_postgresql()
        self.start_postgresql()
        self.start_redis()
        self.wait(self.postgresql_answers)
        self.manage("migrate", "--verbosity", "0")
        self.manage("demo_accounts")
        return self

    def __exit__(self, *_error: object) -> None:
        for name in reversed(list(self.processes)):
            self.kill(name, signal.SIGCONT)
            self.kill(name, signal.SIGTERM)
        for process in self.processes.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
        for name in self.processes:
            self.kill(name, signal.SIGKILL)

    def init_postgresql(self) -> None:
        self.folder.chmod(0o755)
        prepare(self.folder / "postgresql", name="alumusic", password=self.password)

    def start_postgresql(self) -> None:
        data, port = str(self.folder / "postgresql"), str(self.ports["postgresql"])
        command = [binary("postgres"), "-D", data, "-p", port, "-k", data]
        self.start("postgresql", [*command, "-c", "listen_addresses=127.0.0.1"], **owner())

    def start_redis(self) -> None:
        port = str(self.ports["redis"])
        self.start("redis", ["redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])

    def start_web(self) -> None:
        bind = f"127.0.0.1:{self.ports['web']}"
        self.start("web", [str(BIN / "gunicorn"), "alumusic.wsgi", "--config", "gunicorn.conf.py", "--bind", bind])
        self.wait(lambda: self.status("/readyz") == 200, seconds=60)

    def start_worker(self, name: str) -> None:
        options = ["--concurrency", "1", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
        self.start(name, [str(BIN / "celery"), "--app", "alumusic", "worker", "-n", f"{name}@%h", *options])

    def start_workers(self, names: list[str]) -> None:
        """All of them, and until each takes work."""
        for name in names:
            self.start_worker(name)
        for name in names:
            assert self.wait(lambda name=name: "ready" in (self.folder / f"{name}.log").read_text(), seconds=180), name

    def start_beat(self) -> None:
        self.start("beat", [str(BIN / "celery"), "--app", "alumusic", "beat", "--pidfile="])

    def start(self, name: str, command: list[str], **options: Any) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command, cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True, **options
            )

    def kill(self, name: str, number: signal.Signals) -> None:
        """Sends the signal to the process and its children."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.processes[name].pid, number)

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=ROOT, env=self.env, check=True, capture_output=True, text=True).stdout

    def query(self, sql: str) -> str:
        url = self.env["DATABASE_URL"]
        return subprocess.run(
            ["psql", "-qAt", url, "-c", sql], check=True, capture_output=True, text=True
        ).stdout.strip()

    def postgresql_answers(self) -> bool:
        port = str(self.ports["postgresql"])
        command = [binary("pg_isready"), "-q", "-h", "127.0.0.1", "-p", port]
        return subprocess.run(command, check=False).returncode == 0

    @staticmethod
    def wait(condition: Callable[[], bool], *, seconds: float = 30) -> bool:
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            if condition():
                return True
            time.sleep(0.2)
        return False

    def status(self, path: str) -> int:
        return self.call("GET", path)[0]

    def call(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
        """Status and JSON; status 0 where nobody answered. headers: by their names, `_` for `-`."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.ports['web']}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", **named},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=90) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, None
        except (OSError, ValueError):
            return 0, None

    def send(self, token: str, count: int, run: str) -> None:
        """A list that is labelled in the background; the ids begin with the run's name."""
        body = [{"id": f"{run}-{n}", "texto": f"O player trava na faixa {run} {n}"} for n in range(count)]
        headers = {"Authorization": f"Bearer {token}", "Prefer": "respond-async"}
        status, _ = self.call("POST", "/api/comentarios", body, **headers)
        assert status == 202, status

    def upload(self, path: str, content: bytes, token: str) -> str:
        """Where the batch of the file can be followed."""
        head = b'--part\r\nContent-Disposition: form-data; name="arquivo"; filename="a.csv"\r\n'
        head += b"Content-Type: text/csv\r\n\r\n"
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.ports['web']}{path}",
            data=head + content + b"\r\n--part--\r\n",
            headers={"Content-Type": "multipart/form-data; boundary=part", "Authorization": f"Bearer {token}"},
        )
        with urllib.request.urlopen(request, timeout=90) as answer:
            return str(answer.headers["Location"])

    def memory(self, name: str) -> float:
        """MB that the process and its children hold."""
        total, waiting = 0, [self.processes[name].pid]
        while waiting:
            pid = waiting.pop()
            with contextlib.suppress(OSError):
                status = Path(f"/proc/{pid}/status").read_text()
                total += next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
                waiting += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        return total / 1_024

    def token(self) -> str:
        """An access token of the administrator that `demo_accounts` made."""
        lines = (self.folder / "var" / "credentials.txt").read_text().splitlines()
        name, password = next(line.split()[1:3] for line in lines if line.startswith("administracao:"))
        _status, tokens = self.call("POST", "/api/auth/login", {"username": name, "password": password})
        return str(tokens["access"])
