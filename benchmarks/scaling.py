"""Whether twice the workers label twice as fast, and what a worker that is told to stop leaves behind.

    python benchmarks/scaling.py [--comments 4000] [--workers 1 2 4]

Starts a PostgreSQL, a Redis, a language model's server that takes 200 ms a call, web, beat and the workers, all its
own. Each worker is a process such as another host would run: they share the database, Redis and the model, nothing
else. One call is under way for each, so that what a worker does is wait for the model, and cores are not what counts.
"""

import argparse
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from slow_model import LATENCY, SlowModel
from stack import Stack

from tests.fakes.llm import serve

CALLS_UNDER_WAY = 1


def waiting(stack: Stack) -> int:
    return int(stack.query("SELECT count(*) FROM classifier_comment WHERE state = 'pendente'"))


def pace(stack: Stack, run: str) -> tuple[int, float]:
    """How many of the run got their label, and in how many seconds from the first to the last."""
    found = stack.query(
        "SELECT count(*), extract(epoch FROM max(s.created_at) - min(s.created_at)) FROM classifier_classification s"
        f" JOIN classifier_comment c ON c.id = s.comment_id WHERE c.external_id LIKE '{run}-%'"
    )
    count, seconds = found.split("|")
    return int(count), float(seconds)


def stop(stack: Stack, name: str) -> tuple[float, int]:
    """Seconds until the process that got SIGTERM was gone, and its exit status."""
    began = time.monotonic()
    stack.processes[name].terminate()
    status = stack.processes[name].wait(150)
    return time.monotonic() - began, status


def connections(stack: Stack) -> int:
    return int(stack.query("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'")) - 1


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--comments", type=int, default=4_000)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    options = parser.parse_args()
    with serve() as llm:
        model = SlowModel(llm)
        env = {"OPENAI_API_KEY": "x", "OPENAI_BASE_URL": llm.base_url, "CLASSIFIER_ENGINE": "llm"}
        with Stack(**env, LLM_MAX_CONCURRENCY=str(CALLS_UNDER_WAY)) as stack:
            stack.start_web()
            stack.start_beat()
            token = stack.token()
            print(f"{LATENCY * 1_000:.0f} ms a call, {CALLS_UNDER_WAY} under way for each worker")
            alone = 0.0
            for number in options.workers:
                names = [f"worker-{number}-{place}" for place in range(number)]
                stack.start_workers(names)
                stack.send(token, options.comments, f"r{number}")
                assert stack.wait(lambda: waiting(stack) == 0, seconds=600)
                count, seconds = pace(stack, f"r{number}")
                assert count == options.comments, count
                rate = count / seconds
                alone = alone or rate / number
                print(
                    f"{number} workers: {rate:6.0f} comments/s, {rate / alone:4.2f} times one;"
                    f" {connections(stack)} connections to PostgreSQL",
                    flush=True,
                )
                if number != options.workers[-1]:
                    for name in names:
                        stop(stack, name)
            model.forget()
            stack.send(token, options.comments, "stop")
            stack.wait(lambda: len(model.billed) > options.comments // 10, seconds=120)
            seconds, status = stop(stack, names[0])
            print(f"a worker told to stop amid its work: gone after {seconds:.1f} s, exit status {status}")
            if len(names) == 1:
                stack.start_workers(["worker-after"])
            stack.wait(lambda: waiting(stack) == 0, seconds=600)
            lost = options.comments - pace(stack, "stop")[0]
            twice = model.billed_twice
            print(f"comments lost {lost}, asked about twice {twice}")
    return 1 if lost or twice else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sys.exit(main())
