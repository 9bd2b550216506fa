"""The services of the compose file as processes of this host, written to one process file that says all of each."""

import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.stack.compose import ROOT, Service, services
from tests.stack.postgresql import binary, prepare

OWN = re.compile(r"\b(?:0\.0\.0\.0|127\.0\.0\.1)\b")
LISTEN = re.compile(r"(listen )(\d+)(?=[ ;])")
# nginx runs as nobody here, as it runs without rights there; the others as whoever calls, but for the database.
USERS = {"db": "postgres", "nginx": "nobody"}
FIRST_HOST = 2
# What names servers of the compose network; whatever else `.env` names may be anywhere.
OF_THE_NETWORK = {"DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL"}


@dataclass(frozen=True, slots=True)
class Process:
    """One entry of the process file."""

    name: str
    command: list[str]
    folder: str
    environment: dict[str, str]
    user: str | None
    after: dict[str, str]
    health: list[str] | None
    stop_signal: str
    stop_seconds: float
    completes: bool


class Host:
    """Where the services are on this host: an address each, and a folder for what an image or a volume would hold."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.network = f"127.{random.randint(1, 254)}.{random.randint(0, 255)}"
        self.addresses: dict[str, str] = {}

    def address(self, service: str) -> str:
        return self.addresses.setdefault(service, f"{self.network}.{FIRST_HOST + len(self.addresses)}")

    @property
    def url(self) -> str:
        return f"https://{self.address('nginx')}:8443"

    @property
    def plain_url(self) -> str:
        return f"http://{self.address('nginx')}:8080"

    def localised(self, text: str, service: str) -> str:
        """The text with the addresses and the folders of this host."""
        text = OWN.sub(self.address(service), text)
        text = re.sub(r"(?<=[/@])(db|redis|web)(?=:\d)", lambda found: self.address(found[1]), text)
        return text.replace("/var/lib/alumusic", str(self.folder / "var"))

    def process(self, service: Service) -> Process:
        command = [self.localised(word, service.name) for word in service.command]
        if service.name == "db":
            command = [binary("postgres"), "-D", str(self.folder / "db"), "-k", str(self.folder / "db"), *command[1:]]
        if service.name == "nginx":
            command = ["nginx", "-c", str(self.folder / "nginx.conf"), "-p", str(self.folder / "nginx"), *command[1:]]
        environment = service.environment | {
            key: self.localised(service.environment[key], service.name)
            for key in OF_THE_NETWORK & service.environment.keys()
        }
        return Process(
            name=service.name,
            command=command,
            folder=str(self.folder / "app"),
            environment=environment | {"VAR_DIR": str(self.folder / "var"), "HOSTNAME": socket.gethostname()},
            user=USERS.get(service.name) if os.geteuid() == 0 else None,
            after=service.after,
            health=service.health and [self.localised(word, service.name) for word in service.health],
            stop_signal=service.stop_signal,
            stop_seconds=service.stop_seconds,
            completes=service.completes,
        )


def write_process_file(host: Host, env: dict[str, str]) -> Path:
    """Makes the file from docker-compose.yml, and what its processes find in their images and volumes."""
    found = services(env)
    for service in found:
        host.address(service.name)
    (host.folder / "var").mkdir()
    lay_out_image(host.folder / "app")
    prepare(host.folder / "db", name="alumusic", password=env["POSTGRES_PASSWORD"])
    prepare_nginx(host)
    path = host.folder / "processes.json"
    path.write_text(json.dumps([asdict(host.process(service)) for service in found], indent=2))
    return path


def lay_out_image(app: Path) -> None:
    """What the Dockerfile copies into the image, and no more: the folders and files that .dockerignore lets in."""
    app.mkdir()
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        source = ROOT / line.removeprefix("!").rstrip("/")
        target = app / source.relative_to(ROOT) if line.startswith("!") else None
        if target and source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("tests", "__pycache__", "*.pyc"))
        elif target:
            target.parent.mkdir(exist_ok=True)
            shutil.copy(source, target)
    environment = {"PATH": tool_path(), "ENV_FILE": "", "VAR_DIR": str(app / "var")}
    command = ["python", "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(command, cwd=app, env=environment, check=True)
    shutil.rmtree(app / "var")


def prepare_nginx(host: Host) -> Path:
    """The configuration on this host's addresses and folders, with a certificate of its own; returns its path."""
    folder = host.folder / "nginx"
    for name in ("cache", "acme", "share"):
        (folder / name).mkdir(parents=True)
    address = host.address("nginx")
    subprocess.run(
        [str(ROOT / "nginx" / "certificate")],
        check=True,
        capture_output=True,
        env=os.environ | {"TLS_DIR": str(folder / "tls"), "ALLOWED_HOSTS": address},
    )
    text = LISTEN.sub(rf"\g<1>{address}:\2", host.localised((ROOT / "nginx" / "nginx.conf").read_text(), "nginx"))
    for there, here in {
        "/etc/nginx/tls": folder / "tls" / "live",
        "/var/cache/nginx": folder / "cache",
        "/var/www/acme": folder / "acme",
        "/usr/share/alumusic": folder / "share",
        "/tmp/nginx.pid": folder / "nginx.pid",
    }.items():
        text = text.replace(there, str(here))
    # The folder that a volume of its own stands for; an engine would show nginx the inner folder alone.
    (folder / "tls").chmod(0o755)
    if (host.folder / "app").exists():
        shutil.copytree(host.folder / "app" / "staticfiles", folder / "share" / "static")
    path = host.folder / "nginx.conf"
    path.write_text(text)
    if os.geteuid() == 0:
        for each in (folder, folder / "cache"):
            shutil.chown(each, "nobody")
    return path


def tool_path() -> str:
    """The PATH of every process: the environment that runs this, PostgreSQL's programs, the host's."""
    return os.pathsep.join([str(Path(sys.executable).parent), str(Path(binary("postgres")).parent), os.environ["PATH"]])
