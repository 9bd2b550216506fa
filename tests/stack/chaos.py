"""kill -9 of each process in turn, under load: it comes back, nothing accepted is lost, and /readyz told the truth."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx2

from tests.stack.supervisor import Failed, wait_for
from tests.stack.system import System, expect, running

LIST = 10
PROBES = 5
A_MOMENT = 0.5
SETTLE_SECONDS = 3.0
FILE_LINES = 500
NOBODY = 0
PHRASES = ["Amei o refrão número {}", "o player trava na faixa {}", "Quando sai o clipe {}?", "podia ter a playlist {}"]

# What /readyz must say while the service is down, by status and body; 0 is that nobody answers.
TRUTHS: dict[str, Callable[[int, Any], bool]] = {
    "db": lambda status, body: status == 503 and "banco" in body["falhas"],
    "redis": lambda status, body: status == 200 and {"cache", "broker"} <= body["degradado"].keys(),
    "web": lambda status, body: status == 503 and body["type"] == "/problemas/indisponivel",
    "worker": lambda status, body: status == 200,
    "beat": lambda status, body: status == 200,
    "nginx": lambda status, body: status == NOBODY,
}


def text_of(number: int) -> str:
    return PHRASES[number % len(PHRASES)].format(number)


class Sender(threading.Thread):
    """Sends short lists without a pause, each again until it is taken, as a careful client does."""

    def __init__(self, system: System, token: str) -> None:
        super().__init__(name="sender")
        self.system, self.token = system, token
        self.accepted = 0
        self.statuses: Counter[int] = Counter()
        self.ends = threading.Event()

    def run(self) -> None:
        while not self.ends.is_set():
            body = [{"id": f"c-{n}", "texto": text_of(n)} for n in range(self.accepted, self.accepted + LIST)]
            while not self._taken(body):
                time.sleep(0.2)
            self.accepted += LIST

    def _taken(self, body: list[dict[str, str]]) -> bool:
        # Every third list waits for its labels; the others leave them to the worker.
        prefer = {} if self.accepted // LIST % 3 == 0 else {"Prefer": "respond-async"}
        try:
            with self.system.client(self.token) as client:
                status = client.post("/api/comentarios", json=body, headers=prefer).status_code
        except httpx2.TransportError:
            status = NOBODY
        self.statuses[status] += 1
        return status in (200, 201, 202)


@dataclass(frozen=True, slots=True)
class Probe:
    """What /readyz said, and when it was asked."""

    began: float
    status: int
    body: Any


class Prober(threading.Thread):
    def __init__(self, system: System) -> None:
        super().__init__(name="prober")
        self.system = system
        self.probes: list[Probe] = []
        self.ends = threading.Event()

    def run(self) -> None:
        while not self.ends.wait(0.2):
            began = time.monotonic()
            status, body = NOBODY, None
            try:
                with self.system.client() as client:
                    answer = client.get("/readyz")
                    status, body = answer.status_code, answer.json()
            except httpx2.TransportError:
                pass
            self.probes.append(Probe(began, status, body))

    def since(self, moment: float) -> list[Probe]:
        """Those that were asked and answered after the moment."""
        return [probe for probe in self.probes if probe.began >= moment]


def kill_each(system: System, prober: Prober) -> list[str]:
    """What is not as promised, of each service in turn."""
    problems: list[str] = []
    print("\nkilled     well again after   /readyz while it was down", flush=True)
    for name, tells_the_truth in TRUTHS.items():
        time.sleep(SETTLE_SECONDS)
        process = system.supervisor.processes[name]
        starts = process.starts
        process.may_start.clear()
        process.kill()
        killed = time.monotonic() + A_MOMENT
        wait_for(lambda: len(prober.since(killed)) >= PROBES, "/readyz was not asked")  # noqa: B023
        seen = prober.since(killed)
        process.may_start.set()
        restarted = time.monotonic()
        wait_for(lambda: process.starts > starts, f"{name} was not started again")  # noqa: B023
        try:
            wait_for(process.healthy, f"{name} did not become well again")
        except Failed as fault:
            problems.append(str(fault))
        took = time.monotonic() - restarted
        said = Counter("nobody" if probe.status == NOBODY else _told(probe) for probe in seen)
        print(f"{name:10} {took:6.1f} s           {dict(said)}", flush=True)
        lies = [probe for probe in seen if not tells_the_truth(probe.status, probe.body)]
        if lies:
            problems.append(f"/readyz without {name}: {len(lies)} of {len(seen)} untrue, such as {lies[:1]}")
    return problems


def _told(probe: Probe) -> str:
    parts = probe.body.get("falhas") or probe.body.get("degradado") or {}
    return f"{probe.status} {', '.join(parts)}".strip()


def what_is_stored(system: System, token: str) -> dict[str, dict[str, Any]]:
    with system.client(token) as client:
        lines = client.get("/api/comentarios/export", params={"formato": "jsonl"}).text.splitlines()
    return {each["id"]: each for each in map(json.loads, lines)}


def nothing_waits(system: System, token: str) -> bool:
    with system.client(token) as client:
        return client.get("/api/comentarios", params={"estado": "pendente", "limite": 1}).json() == []


def main() -> None:
    """Raises Failed where a promise was broken."""
    with running(ACCESS_TOKEN_MINUTES="60", THROTTLE_USER_PER_MINUTE="1000000") as system:
        token = system.token(*system.administrator())
        file = "\n".join(["id,texto", *(f"f-{n},{text_of(n)}" for n in range(FILE_LINES))]).encode()
        with system.client(token) as client:
            sent = client.post("/api/lotes", files={"arquivo": ("c.csv", file)})
        expect(sent.status_code, 202, "a file")
        sender, prober = Sender(system, token), Prober(system)
        sender.start()
        prober.start()
        try:
            problems = kill_each(system, prober)
        finally:
            sender.ends.set()
            prober.ends.set()
            sender.join()
            prober.join()
        waited = wait_for(lambda: nothing_waits(system, token), "some comments have no label", seconds=600)
        problems += findings(system, token, sender, waited)
    if problems:
        raise Failed("\n".join(problems))


def findings(system: System, token: str, sender: Sender, waited: float) -> list[str]:
    stored = what_is_stored(system, token)
    wanted = {f"c-{n}": text_of(n) for n in range(sender.accepted)} | {f"f-{n}": text_of(n) for n in range(FILE_LINES)}
    lost = wanted.keys() - stored.keys()
    print(f"\naccepted {len(wanted)}, stored {len(stored)}; answers {dict(sender.statuses)}")
    print(f"all have their label {waited:.0f} s after the last was sent")
    problems = {
        f"{len(lost)} accepted comments are lost": bool(lost),
        f"{len(stored) - len(wanted)} more are stored than were sent": len(stored) > len(wanted),
        "some have another text than was sent": any(
            stored[key]["texto"] != wanted[key] for key in wanted.keys() & stored
        ),
        "some have no label": any(not each["categoria"] for each in stored.values()),
        f"the API answered {dict(sender.statuses)}": bool(set(sender.statuses) - {200, 201, 202, 503, NOBODY}),
    }
    return [problem for problem, is_so in problems.items() if is_so]
