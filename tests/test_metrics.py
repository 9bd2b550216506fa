"""/metrics tells an operator what waits and what the model costs, and tells nobody else."""

import json
import logging
from datetime import timedelta

import pytest
from django.utils import timezone

from alumusic.logs import JSONFormatter
from classifier.tests.comments import sent, stored

pytestmark = pytest.mark.django_db


def figures(client, **headers):
    lines = client.get("/metrics", **headers).content.decode().splitlines()
    return dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))


def test_the_queue_and_the_model_are_in_the_figures(api, llm, client):
    api.post("/api/comentarios", sent("Amei"))
    stored(category=None, created_at=timezone.now() - timedelta(minutes=5))

    found = figures(client)

    assert (found["comments_pending"], found["comments_failed"], found["comments_to_label_again"]) == (
        "1.0",
        "0.0",
        "0.0",
    )
    assert 300 <= float(found["comments_pending_oldest_seconds"]) < 400
    assert found['llm_calls_total{model="test-model",outcome="ok",purpose="classification"}'] == "1.0"


@pytest.mark.parametrize("headers", [{"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, {"REMOTE_ADDR": "10.0.0.7"}])
def test_from_another_host_there_is_nothing_to_see(client, headers):
    assert client.get("/metrics", **headers).status_code == 404


@pytest.mark.parametrize(
    ("shown", "status"), [("Bearer " + 20 * "s", 200), ("Bearer other", 404), ("", 404), ("Bearer é", 404)]
)
def test_where_there_is_a_token_it_decides(client, settings, shown, status):
    settings.METRICS_TOKEN = 20 * "s"

    assert client.get("/metrics", HTTP_AUTHORIZATION=shown, REMOTE_ADDR="10.0.0.7").status_code == status


def test_a_line_of_the_log_is_one_json_object():
    said = {"name": "classifier", "levelname": "WARNING", "msg": "%s não", "args": ("já",)}
    record = logging.makeLogRecord(said | {"request_id": "r-1", "batches": ["b"]})

    line = json.loads(JSONFormatter().format(record))

    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "WARNING",
        "logger": "classifier",
        "message": "já não",
        "request_id": "r-1",
        "batches": ["b"],
    }
