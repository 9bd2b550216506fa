"""The whole system on this host, with a mail server and a language model of its own, for the time of a block."""

import secrets
import shutil
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tests.fakes import llm as llm_server
from tests.fakes import smtp as smtp_server
from tests.fakes.llm import LLMServer
from tests.fakes.smtp import SMTPServer
from tests.stack.native import Host, write_process_file
from tests.stack.supervisor import Failed, Supervisor

STAKEHOLDER = "diretoria@example.com"


@dataclass(frozen=True, slots=True)
class System:
    host: Host
    supervisor: Supervisor
    mail: SMTPServer
    llm: LLMServer

    def client(self, token: str | None = None, *, address: str | None = None) -> httpx2.Client:
        """Speaks https to nginx and trusts its certificate alone. address: what it comes from."""
        trusted = ssl.create_default_context(cafile=str(self.host.folder / "nginx" / "tls" / "live" / "fullchain.pem"))
        return httpx2.Client(
            base_url=self.host.url,
            headers={"Authorization": f"Bearer {token}"} if token else {},
            transport=httpx2.HTTPTransport(verify=trusted, local_address=address),
            timeout=60,
        )

    def token(self, name: str, password: str) -> str:
        with self.client() as client:
            answer = client.post("/api/auth/login", json={"username": name, "password": password})
            expect(answer.status_code, 200, "the login")
            return str(answer.json()["access"])

    def administrator(self) -> tuple[str, str]:
        """Name and password."""
        lines = self.supervisor.run("web", "python", "manage.py", "demo_accounts").splitlines()
        name, password = next(line.split()[1:] for line in lines if line.startswith("administracao:"))
        return name, password


@contextmanager
def running(**settings: str) -> Iterator[System]:
    """settings: of `.env`, beside those that it must hold."""
    folder = Path(tempfile.mkdtemp(prefix="alumusic-stack-"))
    folder.chmod(0o755)
    host = Host(folder)
    with llm_server.serve() as llm, smtp_server.serve() as mail:
        env = {
            "SECRET_KEY": secrets.token_urlsafe(64),
            "POSTGRES_PASSWORD": secrets.token_hex(16),
            "ALLOWED_HOSTS": host.address("nginx"),
            "CLASSIFIER_ENGINE": "embedded",
            "OPENAI_API_KEY": "x",
            "OPENAI_BASE_URL": llm.base_url,
            "LLM_MODEL": "test-model",
            "EMAIL_HOST": mail.host,
            "EMAIL_PORT": str(mail.port),
            "EMAIL_USE_TLS": "false",
            "STAKEHOLDERS_EMAILS": STAKEHOLDER,
            **settings,
        }
        with Supervisor(write_process_file(host, env)) as supervisor:
            yield System(host, supervisor, mail, llm)
    shutil.rmtree(folder)


def expect(found: object, wanted: object, what: str) -> None:
    if found != wanted:
        raise Failed(f"{what}: {found!r} and not {wanted!r}")
