"""kill -9 of the only worker at its worst moments, with 3,000 comments waiting: what is lost, and what is paid twice.

    python benchmarks/killing.py [--comments 3000] [--after 0.05 0.3 0.6]

--after: seconds from the model's first answer to the kill. Starts a PostgreSQL, a Redis, a language model's server that
takes 200 ms a call, web, beat and the workers, all its own. Exits with 1 where a comment has no label, or more than one
in twenty was paid for twice.
"""

import argparse
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from slow_model import SlowModel
from stack import Stack

from tests.fakes.llm import serve

MOST_TWICE = 0.05


def killed(stack: Stack, token: str, model: SlowModel, after: float, count: int) -> bool:
    run = f"k{int(after * 1_000)}"
    model.forget()
    stack.start_workers([f"{run}-killed"])
    stack.send(token, count, run)
    while model.first is None:
        time.sleep(0.005)
    time.sleep(max(0.0, model.first + after - time.monotonic()))
    stack.kill(f"{run}-killed", signal.SIGKILL)
    answered = sum(model.billed.values())
    stack.start_workers([f"{run}-next"])
    mine = f"FROM classifier_comment WHERE external_id LIKE '{run}-%' AND state"
    stack.wait(lambda: stack.query(f"SELECT count(*) {mine} = 'pendente'") == "0", seconds=400)
    labelled = int(stack.query(f"SELECT count(*) {mine} = 'classificado'"))
    twice = model.billed_twice
    print(
        f"killed {after:.2f} s after the first answer, {answered} answered: {labelled:,} of {count:,} have a label,"
        f" {twice} were paid for twice ({twice / count:.1%})",
        flush=True,
    )
    stack.kill(f"{run}-next", signal.SIGTERM)
    stack.processes[f"{run}-next"].wait(150)
    return labelled == count and twice <= MOST_TWICE * count


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--comments", type=int, default=3_000)
    parser.add_argument("--after", type=float, nargs="+", default=[0.05, 0.3, 0.6])
    options = parser.parse_args()
    with serve() as llm:
        model = SlowModel(llm)
        env = {"OPENAI_API_KEY": "x", "OPENAI_BASE_URL": llm.base_url, "CLASSIFIER_ENGINE": "llm"}
        with Stack(**env) as stack:
            stack.start_web()
            stack.start_beat()
            token = stack.token()
            done = [killed(stack, token, model, after, options.comments) for after in options.after]
    return 0 if all(done) else 1


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sys.exit(main())
