import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.stack import chaos, hostile, story
from tests.stack.native import Host, prepare_nginx, tool_path
from tests.stack.supervisor import Failed
from tests.stack.system import System, running

began = time.monotonic()


def tell(what: str) -> None:
    print(f"{time.monotonic() - began:6.1f} s  {what}", flush=True)


def step(act: Callable[..., object], *arguments: object) -> None:
    act(*arguments)
    tell(act.__name__.replace("_", " "))


def tell_story(system: System) -> None:
    name, password = system.administrator()
    step(story.everything_goes_by_https, system)
    step(story.registration_is_closed, system)
    token = system.token(name, password)
    step(story.comments_are_labelled, system, token)
    step(story.a_batch_goes_through_the_worker, system, token)
    step(story.a_file_goes_through_the_worker, system, token)
    step(story.the_panel_opens_in_a_browser, system, name, password)
    step(story.the_report_shows_them, system)
    step(story.the_weekly_summary_comes_by_mail, system)
    step(story.a_question_is_answered, system, token)
    step(story.an_answer_streams_unbuffered, system, token)
    for attack in hostile.ATTACKS:
        step(attack, system, token)
    step(story.every_health_check_finds_its_service_well, system)
    step(story.no_secret_is_in_the_logs, system, password, token)


def stack() -> None:
    with running() as system:
        tell(f"everything is well, at {system.host.url}")
        tell_story(system)
        took = system.supervisor.stop()
        tell("stopped cleanly: " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in took.items()))


def check_nginx() -> None:
    """`nginx -t` on the configuration. Raises Failed on a warning too."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = prepare_nginx(Host(Path(folder)))
        command = ["nginx", "-t", "-c", str(path), "-p", folder]
        done = subprocess.run(command, env={"PATH": tool_path()}, capture_output=True, text=True, check=False)
        print(done.stderr.strip())
        if done.returncode or "[warn]" in done.stderr:
            raise Failed("nginx does not take its configuration")


def main(what: str = "stack") -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        {"stack": stack, "chaos": chaos.main, "nginx": check_nginx}[what]()
    except Failed as fault:
        tell(f"FAILED: {fault}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
