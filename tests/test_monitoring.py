"""What an operator watches is right with several processes, and every figure on the dashboard is one that there is."""

import json
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from decimal import Decimal
from os import environ

import pytest
import yaml

from alumusic.environment import BASE_DIR
from tests.databases import reach

MONITORING = BASE_DIR / "docs" / "monitoring"
FUNCTIONS = {"histogram_quantile", "clamp_min", "predict_linear"}


def figures(text):
    lines = [line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in lines}


@contextmanager
def served(folder, *, workers):
    """The address of a real gunicorn on the test's database."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    own = {"WEB_CONCURRENCY": str(workers), "DJANGO_SETTINGS_MODULE": "alumusic.settings"}
    own |= {"CLASSIFIER_ENGINE": "llm", "OPENAI_API_KEY": "x", "LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-m", "gunicorn", "alumusic.wsgi", "--config", "gunicorn.conf.py"]
    process = subprocess.Popen(  # noqa: S603
        [*command, "--bind", f"127.0.0.1:{port}", "--log-level", "error"],
        cwd=BASE_DIR,
        env=environ | reach(folder) | own,
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)


def get(url):
    """The answer, also of a server that is about to listen. Each by a connection of its own, so by any worker."""
    ends = time.monotonic() + 90
    while time.monotonic() < ends:
        try:
            with urllib.request.urlopen(url, timeout=100) as answer:  # noqa: S310
                return answer.read().decode()
        except urllib.error.HTTPError:
            raise
        except urllib.error.URLError:
            time.sleep(0.1)
    raise TimeoutError(url)


@pytest.mark.django_db(transaction=True)
def test_four_workers_tell_one_truth_that_only_grows(tmp_path):
    count = 'http_request_seconds_count{method="GET",route="/healthz",status="200"}'
    with served(tmp_path, workers=4) as url:
        for _ in range(40):
            get(f"{url}/healthz")
        scrapes = []
        for _ in range(10):
            scrapes.append(figures(get(f"{url}/metrics"))[count])
            get(f"{url}/healthz")

    assert scrapes == [40.0 + n for n in range(10)]


@pytest.mark.django_db
def test_every_figure_on_the_dashboard_and_in_the_alerts_is_one_that_there_is(client, settings):
    settings.LLM_DAILY_BUDGET_USD = Decimal(1)
    client.get("/healthz")
    text = client.get("/metrics").content.decode()
    families = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))
    known = set(families) | {
        f"{name}_{end}" for name, kind in families.items() if kind == "histogram" for end in ("bucket", "count", "sum")
    }

    dashboard = json.loads((MONITORING / "grafana-dashboard.json").read_text())
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
    alerts = yaml.safe_load((MONITORING / "alerts.yml").read_text())
    expressions += [rule["expr"] for group in alerts["groups"] for rule in group["rules"]]
    named = {
        name for each in expressions for name in re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", re.sub(r'"[^"]*"', "", each))
    }

    assert len(expressions) > 20
    assert sorted(named - FUNCTIONS - known) == []
    assert sorted(families.keys() - {name.removesuffix("_bucket").removesuffix("_count") for name in named}) == []


def test_every_alert_leads_to_a_chapter_of_the_runbook():
    runbook = (BASE_DIR / "docs" / "runbook.md").read_text()
    chapters = {
        re.sub(r"[^a-z0-9 -]", "", line[3:].lower()).replace(" ", "-")
        for line in runbook.splitlines()
        if line.startswith("## ")
    }
    alerts = yaml.safe_load((MONITORING / "alerts.yml").read_text())
    led = {rule["annotations"]["runbook"].partition("#")[2] for group in alerts["groups"] for rule in group["rules"]}

    assert sorted(led - chapters) == []
