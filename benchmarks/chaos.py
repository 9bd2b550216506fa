"""Breaks everything while 5,000 comments go through, and counts what was lost, doubled or mislabelled.

    python benchmarks/chaos.py

Starts a PostgreSQL, a Redis, a language model's server and the product, all its own, and takes about six minutes. Kills
the worker five times, restarts Redis twice and empties it, restarts PostgreSQL once, closes the language model for a
minute, and stops a worker past its lease and lets it go on. Most of the kills fall into a backlog of 4,000, where
as much as ever is under way. Exits with 1 where a promise was broken.
"""

import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from stack import Stack

from tests.fakes.llm import LLMServer, Request, answering, category_of, dropped, serve

COMMENTS = 5_000
BACKLOG = 4_000
LIST = 10
SECONDS_OF_SENDING = 120
LATENCY = 0.2
MOST_BILLED_TWICE = 0.05
PHRASES = [
    "Amei o refrão número {}",
    "o player trava na faixa {}",
    "Quando sai o clipe {}?",
    "podia ter a playlist {}",
    "clique aqui e ganhe {} seguidores",
]


def text_of(number: int) -> str:
    return PHRASES[number % len(PHRASES)].format(number)


class Model:
    """The language model's server: 200 ms a call, and closed when told so. billed: how often each text was answered."""

    def __init__(self, llm: LLMServer) -> None:
        self.billed: Counter[str] = Counter()
        self.closed = threading.Event()
        self._answer, self._drop = answering(), dropped()
        self._lock = threading.Lock()
        llm.always = self.step

    def step(self, request: Request):
        time.sleep(LATENCY)
        if self.closed.is_set():
            return self._drop(request)
        with self._lock:
            self.billed.update(request.texts)
        return self._answer(request)


class Sender(threading.Thread):
    """Sends one long list and then many short ones, each again until it is taken, as a careful client does."""

    def __init__(self, stack: Stack, token: str) -> None:
        super().__init__()
        self.stack, self.token = stack, token
        self.statuses: Counter[int] = Counter()
        self.slowest = 0.0

    def run(self) -> None:
        self.send(0, BACKLOG)
        pause = SECONDS_OF_SENDING / ((COMMENTS - BACKLOG) / LIST)
        for start in range(BACKLOG, COMMENTS, LIST):
            began = time.monotonic()
            # Every fourth list waits for its labels, as long as the product lets it.
            prefer = {} if start // LIST % 4 == 0 else {"Prefer": "respond-async"}
            self.send(start, LIST, **prefer)
            time.sleep(max(0.0, pause - (time.monotonic() - began)))

    def send(self, start: int, count: int, **prefer: str) -> None:
        body = [{"id": f"c-{n}", "texto": text_of(n)} for n in range(start, start + count)]
        while True:
            began = time.monotonic()
            status, _ = self.stack.call(
                "POST", "/api/comentarios", body, Authorization=f"Bearer {self.token}", **prefer
            )
            self.slowest = max(self.slowest, time.monotonic() - began)
            self.statuses[status] += 1
            if status in (200, 201, 202):
                return
            time.sleep(0.5)


def break_things(stack: Stack, model: Model, began: float) -> None:
    def restart_worker() -> None:
        stack.kill("worker-1", signal.SIGKILL)
        stack.processes["worker-1"].wait()
        stack.start_worker("worker-1")

    def restart_redis() -> None:
        stack.kill("redis", signal.SIGKILL)
        stack.processes["redis"].wait()
        stack.start_redis()

    def restart_postgresql() -> None:
        stack.kill("postgresql", signal.SIGINT)
        stack.processes["postgresql"].wait()
        stack.start_postgresql()

    plan = [
        (4, "kill -9 a worker", restart_worker),
        (9, "kill -9 a worker", restart_worker),
        (14, "kill -9 a worker", restart_worker),
        (16, "restart Redis, emptied", restart_redis),
        (20, "restart PostgreSQL", restart_postgresql),
        (26, "kill -9 a worker", restart_worker),
        (34, "stop a worker, past its lease", lambda: stack.kill("worker-2", signal.SIGSTOP)),
        (40, "close the language model for a minute", model.closed.set),
        (80, "restart Redis, emptied", restart_redis),
        (100, "open the language model", model.closed.clear),
        (110, "kill -9 a worker", restart_worker),
        (140, "let the stopped worker go on", lambda: stack.kill("worker-2", signal.SIGCONT)),
    ]
    for moment, what, act in plan:
        time.sleep(max(0.0, began + moment - time.monotonic()))
        print(f"  {moment:4} s  {what}", flush=True)
        act()


def findings(stack: Stack, model: Model) -> list[str]:
    """What is not as promised."""
    rows = stack.query("SELECT external_id, text, category, engine FROM classifier_comment").splitlines()
    labels = {key: (text, category, engine) for key, text, category, engine in (row.split("|") for row in rows)}
    wrong = [
        key
        for key, (text, category, engine) in labels.items()
        if engine.startswith("llm/") and category != category_of(text)
    ]
    double = stack.query(
        "SELECT count(*) FROM (SELECT 1 FROM classifier_classification"
        " GROUP BY comment_id, engine, prompt_version HAVING count(*) > 1) AS twice"
    )
    twice = sum(model.billed.values()) - len(model.billed)
    engines = Counter(engine.partition("/")[0] or "none" for _text, _category, engine in labels.values())
    print(f"\nstored {len(labels)}, labelled by {dict(engines)}")
    print(f"answered by the model {sum(model.billed.values())}, of which twice {twice} ({twice / COMMENTS:.1%})")
    problems = {
        f"{COMMENTS - len(labels)} comments are lost": len(labels) != COMMENTS,
        "some have another text than was sent": any(
            text != text_of(int(key[2:])) for key, (text, _category, _engine) in labels.items()
        ),
        "some have no label": any(not category for _text, category, _engine in labels.values()),
        f"{len(wrong)} have the label of another": bool(wrong),
        f"{double} have two verdicts of one engine and prompt": double != "0",
        f"{twice} were billed twice": twice > MOST_BILLED_TWICE * COMMENTS,
    }
    return [problem for problem, is_so in problems.items() if is_so]


def main() -> int:
    with serve() as llm:
        model = Model(llm)
        with Stack(OPENAI_API_KEY="x", OPENAI_BASE_URL=llm.base_url, CLASSIFIER_ENGINE="llm") as stack:
            stack.start_web()
            stack.start_worker("worker-1")
            stack.start_worker("worker-2")
            stack.start_beat()
            sender = Sender(stack, stack.token())
            began = time.monotonic()
            sender.start()
            break_things(stack, model, began)
            sender.join()
            print("  all is sent; statuses:", dict(sender.statuses), f"slowest {sender.slowest:.1f} s", flush=True)
            left = (
                "SELECT (SELECT count(*) FROM classifier_comment WHERE state = 'pendente')"
                " + (SELECT count(*) FROM classifier_relabelling)"
            )
            stack.wait(lambda: stack.query(left) == "0", seconds=300)
            print(f"  nothing waits any more after {time.monotonic() - began:.0f} s")
            problems = findings(stack, model)
            unexpected = set(sender.statuses) - {200, 201, 202, 503, 0}
            problems += [f"the API answered {status}" for status in sorted(unexpected)]
    print("\n".join(problems) or "every promise was kept")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
