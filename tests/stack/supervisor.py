"""Runs the processes of the process file as a compose engine would: by their order, checked, started again, stopped."""

import contextlib
import json
import os
import pwd
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.stack.native import Process, tool_path

START_SECONDS = 300.0
FIRST_PAUSE, LONGEST_PAUSE, WELL_AFTER = 0.1, 60.0, 10.0


class Failed(Exception):
    """A process did not do what the compose file says of it."""


class Supervised:
    """One process. Where it ends by itself it is started again, as `restart: unless-stopped` has it.

    Its process group stands for the container: what its first process leaves behind is ended with it.
    """

    def __init__(self, spec: Process, folder: Path) -> None:
        self.spec = spec
        self.log = folder / f"{spec.name}.log"
        self.environment = {"PATH": tool_path(), "HOME": str(folder), "LANG": "C.UTF-8", **spec.environment}
        self.starts = 0
        self.may_start = threading.Event()  # cleared, the next restart is held back, as an engine's after many
        self.may_start.set()
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        self._spawn()
        self._thread = threading.Thread(target=self._watch, name=self.spec.name)
        self._thread.start()

    def run_once(self) -> None:
        """Waits for its end. Raises Failed where that is not 0."""
        self._spawn()
        assert self._process is not None
        if code := self._process.wait():
            raise Failed(f"{self.spec.name} ended with {code}; see {self.log}")

    def _spawn(self) -> None:
        with self.log.open("ab") as log:
            options: dict[str, Any] = {}
            if self.spec.user:
                entry = pwd.getpwnam(self.spec.user)
                options = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
                os.fchown(log.fileno(), entry.pw_uid, -1)  # as an engine does, so that /dev/stderr can be opened
            self._process = subprocess.Popen(
                self.spec.command,
                cwd=self.spec.folder,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **options,
            )
        self.starts += 1

    def _watch(self) -> None:
        pause = FIRST_PAUSE
        while True:
            began = time.monotonic()
            assert self._process is not None
            self._process.wait()
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            if self._stopping.is_set():
                return
            pause = FIRST_PAUSE if time.monotonic() - began > WELL_AFTER else min(pause * 2, LONGEST_PAUSE)
            self.may_start.wait()
            if self._stopping.wait(pause):
                return
            self._spawn()

    def kill(self) -> None:
        """kill -9 of its first process, and so of the whole container."""
        os.kill(self.pid, signal.SIGKILL)

    def stop(self) -> float:
        """Seconds it took. Raises Failed where it had to be killed, or ended badly."""
        assert self._process is not None
        assert self._thread is not None
        self._stopping.set()
        self.may_start.set()
        began = time.monotonic()
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(getattr(signal, self.spec.stop_signal))
        try:
            code = self._process.wait(self.spec.stop_seconds)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            code = None
        self._thread.join()
        if code is None:
            raise Failed(f"{self.spec.name} did not stop within {self.spec.stop_seconds:.0f} s")
        if code != 0:
            raise Failed(f"{self.spec.name} ended with {code} when it was told to stop")
        return time.monotonic() - began

    def healthy(self) -> bool:
        """Whether its own check, that of the compose file, finds it well."""
        if self.spec.health is None:
            return True
        return self.run(self.spec.health).returncode == 0

    def run(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """A command in its place, as `docker compose exec` has it."""
        return subprocess.run(
            command,
            cwd=self.spec.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def memory(self) -> float:
        """MB that it and its children hold; what they share is counted once."""
        total, waiting = 0, [self.pid]
        while waiting:
            pid = waiting.pop()
            with contextlib.suppress(OSError):
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
                total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
                waiting += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        return total / 1_024


class Supervisor:
    """All of the process file. Use as a context, which stops what it started."""

    def __init__(self, process_file: Path) -> None:
        self.folder = process_file.parent
        specs = [Process(**each) for each in json.loads(process_file.read_text())]
        self.processes = {spec.name: Supervised(spec, self.folder) for spec in specs}
        self.running: list[Supervised] = []
        self._completed: set[str] = set()

    def __enter__(self) -> "Supervisor":
        try:
            for name in self.processes:
                self._bring_up(name)
            self._wait_until_well("nginx")
        except BaseException:
            self.abandon()
            raise
        return self

    def __exit__(self, error: object, *_rest: object) -> None:
        if error is None:
            self.stop()
        else:
            self.abandon()

    def _bring_up(self, name: str) -> None:
        """Starts it, and before it what it waits for."""
        process = self.processes[name]
        if process in self.running or name in self._completed:
            return
        for other, condition in process.spec.after.items():
            self._bring_up(other)
            if condition == "service_healthy":
                self._wait_until_well(other)
        if process.spec.completes:
            process.run_once()
            self._completed.add(name)
        else:
            process.start()
            self.running.append(process)

    def _wait_until_well(self, name: str) -> None:
        wait_for(self.processes[name].healthy, f"{name} is not well; see {self.processes[name].log}")

    def run(self, service: str, *command: str) -> str:
        """The output of a command in the place of a service. Raises Failed where its end is not 0."""
        done = self.processes[service].run(command)
        if done.returncode:
            raise Failed(f"{' '.join(command)} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def stop(self) -> dict[str, float]:
        """Seconds that each took to stop, the last started first. Raises Failed, when all are stopped."""
        took: dict[str, float] = {}
        faults: list[str] = []
        while self.running:
            process = self.running.pop()
            try:
                took[process.spec.name] = process.stop()
            except Failed as fault:
                faults.append(str(fault))
        if faults:
            raise Failed("; ".join(faults))
        return took

    def abandon(self) -> None:
        with contextlib.suppress(Failed):
            self.stop()


def wait_for(condition: Callable[[], bool], fault: str, *, seconds: float = START_SECONDS) -> float:
    """Seconds that it took to hold. Raises Failed."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > seconds:
            raise Failed(fault)
        time.sleep(0.1)
    return time.monotonic() - began
