import os
from typing import Any

from celery import Celery
from celery.signals import before_task_publish, task_prerun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alumusic.settings")

app = Celery("alumusic")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@before_task_publish.connect
def name_the_request(headers: dict[str, Any], **_kwargs: Any) -> None:
    """The task's log lines carry the id of the request that it came from."""
    from alumusic.requests import request_id

    headers["request_id"] = request_id()


@task_prerun.connect
def go_on_with_the_request(task: Any, task_id: str, **_kwargs: Any) -> None:
    from alumusic.requests import follow

    came_from = task.request.get("request_id") or "-"
    follow(task_id if came_from == "-" else came_from)
