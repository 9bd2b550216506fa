"""What an attacker tries through nginx, each with the answer that is expected."""

import json
import socket
import ssl
import warnings
from collections.abc import Iterator

import httpx2

from tests.stack.system import System, expect

MEGABYTE = 2**20
SLOW = 200
GROWTH_MB = 30


def memory(system: System) -> float:
    return sum(system.supervisor.processes[name].memory() for name in ("web", "nginx"))


def a_file_of_3_mb_is_accepted(system: System, token: str) -> None:
    """Of few comments, each named many times, so that it is long and soon labelled."""
    comments = [
        {"id": f"longo-{n}", "texto": f"Amei o refrão {n}", "metadados": {"nota": "x" * 3_900}} for n in range(10)
    ]
    lines = [json.dumps(each) for each in comments * 80]
    content = "\n".join(lines).encode()
    with system.client(token) as client:
        answer = client.post("/api/lotes", files={"arquivo": ("c.jsonl", content)})
    expect((answer.status_code, len(content) > 3 * MEGABYTE), (202, True), "a file of 3 MB")


def a_body_of_200_mb_is_refused(system: System, token: str) -> None:
    """By its announced length at once, and by what comes where none is announced; nothing of it is kept in memory."""
    before = memory(system)
    with system.client(token) as client:
        app = client.post("/api/comentarios", json=[{"texto": "x"}] * 10_001)
        for path in ("/api/lotes", "/api/comentarios", "/painel/", "/api/insights/perguntar"):
            for headers in ({"Content-Length": str(200 * MEGABYTE)}, {"Transfer-Encoding": "chunked"}):
                answer = _send(system, path, headers, token)
                expect(answer.status_code, 413, f"200 MB to {path}")
                expect(answer.headers["content-type"], "application/problem+json", "its form")
                expect(answer.json()["type"], app.json()["type"], "its type")
                expect(answer.json()["title"], app.json()["title"], "its title")
                expect("x-request-id" in answer.headers, True, "its id")
        english = _send(system, "/api/lotes", {"Content-Length": str(200 * MEGABYTE)}, token, language="en")
        expect(english.json()["title"], "Too large", "its title in English")
    grown = memory(system) - before
    expect(grown < GROWTH_MB, True, f"memory grew by {grown:.0f} MB, flat")


def _send(system: System, path: str, framing: dict[str, str], token: str, language: str = "pt-BR") -> httpx2.Response:
    def body() -> Iterator[bytes]:
        for _ in range(200):
            yield b"x" * MEGABYTE

    headers = {"Content-Type": "multipart/form-data; boundary=b", "Accept-Language": language, **framing}
    with system.client(token) as client:
        return client.post(path, content=body(), headers=headers)


def conflicting_lengths_are_refused(system: System, _token: str) -> None:
    for framing in (
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Content-Length: 5\r\nContent-Length: 6",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding: xchunked",
    ):
        with connection(system) as link:
            head = (
                f"POST /api/auth/login HTTP/1.1\r\nHost: {system.host.address('nginx')}\r\n{framing}\r\n\r\n0\r\n\r\n"
            )
            link.sendall(head.encode() + b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = _all(link)
        statuses = answer.count(b"HTTP/1.1 ")
        expect((answer.split(b" ")[1] in (b"400", b"501"), statuses), (True, 1), f"{framing!r}: {answer[:60]!r}")


def slow_headers_hold_nobody_up(system: System, _token: str) -> None:
    links = [connection(system) for _ in range(SLOW)]
    for link in links:
        link.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    with system.client() as client:
        for path in ("/healthz", "/readyz", "/api/relatorio/semana"):
            expect(client.get(path).status_code, 200, f"{path} beside {SLOW} slow senders")
    for link in links:
        link.close()


def a_forged_address_is_not_believed(system: System, _token: str) -> None:
    """Failed logins are counted by address: one who forges another each time is stopped, and another one is not."""
    attacker, other = f"{system.host.network}.201", f"{system.host.network}.202"
    wrong = {"username": "ninguem", "password": "errada-de-proposito"}
    with system.client(address=attacker) as client:
        statuses = [
            client.post("/api/auth/login", json=wrong, headers={"X-Forwarded-For": f"203.0.113.{n}"}).status_code
            for n in range(12)
        ]
    expect(statuses, [401] * 10 + [429] * 2, "failed logins from one address")
    with system.client(address=other) as client:
        expect(client.post("/api/auth/login", json=wrong).status_code, 401, "a login from another address")
        forging = client.post("/api/auth/login", json=wrong, headers={"X-Forwarded-For": attacker})
        expect(forging.status_code, 401, "one who forges the address of the first")


def an_endless_address_is_a_problem_like_others(system: System, token: str) -> None:
    with system.client(token) as client:
        answer = client.get("/api/comentarios?q=" + "x" * 40_000)
    expect((answer.status_code, answer.json()["type"]), (400, "/problemas/validacao"), "an address of 40 kB")


def old_tls_is_refused(system: System, _token: str) -> None:
    for version, wanted in (
        (ssl.TLSVersion.TLSv1_1, None),
        (ssl.TLSVersion.TLSv1_2, "TLSv1.2"),
        (ssl.TLSVersion.TLSv1_3, "TLSv1.3"),
    ):
        try:
            with connection(system, version) as link:
                found: str | None = link.version()
        except (ssl.SSLError, ConnectionResetError):
            found = None
        expect(found, wanted, f"the protocol {version.name}")


def connection(system: System, version: ssl.TLSVersion | None = None) -> ssl.SSLSocket:
    """A bare connection to nginx, over TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if version:
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        with warnings.catch_warnings(action="ignore"):
            context.minimum_version = context.maximum_version = version
    return context.wrap_socket(socket.create_connection((system.host.address("nginx"), 8443), timeout=30))


def _all(link: ssl.SSLSocket) -> bytes:
    """What comes until the server closes."""
    found = b""
    while data := link.recv(65_536):
        found += data
    return found


ATTACKS = [
    a_file_of_3_mb_is_accepted,
    a_body_of_200_mb_is_refused,
    conflicting_lengths_are_refused,
    slow_headers_hold_nobody_up,
    a_forged_address_is_not_believed,
    an_endless_address_is_a_problem_like_others,
    old_tls_is_refused,
]
