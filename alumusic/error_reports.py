"""Errors told to Sentry, where SENTRY_DSN names one: where in the code, by what route, and nothing that a person wrote.

An exception's own words may hold anything (PostgreSQL quotes the whole row that breaks a constraint), so a report is
not cleaned of what must not leave but built anew of what may.
"""

from typing import Any

import sentry_sdk
from django.conf import settings
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.dedupe import DedupeIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.integrations.excepthook import ExcepthookIntegration
from sentry_sdk.integrations.logging import LoggingIntegration
from sentry_sdk.types import Event, Hint

from alumusic.requests import request_id

KEPT = ("event_id", "timestamp", "level", "platform", "logger", "release", "environment", "server_name")
NAMES_NO_ADDRESS = ("route", "view", "component", "task")
OF_A_FRAME = ("filename", "function", "module", "lineno", "in_app", "context_line")


def start() -> None:
    """Reports from now on, each error that is logged and each exception that nothing catches."""
    if not settings.SENTRY_DSN:
        return
    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        environment=settings.SENTRY_ENVIRONMENT,
        before_send=only_what_may_leave,
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[
            DjangoIntegration(middleware_spans=False, signals_spans=False, cache_spans=False),
            CeleryIntegration(monitor_beat_tasks=False),
            LoggingIntegration(level=None),
            DedupeIntegration(),
            ExcepthookIntegration(),
            AtexitIntegration(callback=lambda _pending, _timeout: None),
        ],
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        send_client_reports=False,
        traces_sample_rate=None,
    )


def only_what_may_leave(event: Event, _hint: Hint) -> Event:
    """For before_send. The words of a log line are its template, without what was put in."""
    told: dict[str, Any] = {name: event[name] for name in KEPT if name in event}  # type: ignore[literal-required]
    told["tags"] = {"request_id": request_id()}
    if (event.get("transaction_info") or {}).get("source") in NAMES_NO_ADDRESS:
        told["transaction"] = event.get("transaction")
    if template := (event.get("logentry") or {}).get("message"):
        told["logentry"] = {"message": template}
    if faults := (event.get("exception") or {}).get("values"):
        told["exception"] = {"values": [_exception(fault) for fault in faults]}
    return told  # type: ignore[return-value]


def _exception(fault: dict[str, Any]) -> dict[str, Any]:
    frames = (fault.get("stacktrace") or {}).get("frames") or []
    return {
        "type": fault.get("type"),
        "module": fault.get("module"),
        "value": "",
        "mechanism": {"type": "generic", "handled": bool((fault.get("mechanism") or {}).get("handled"))},
        "stacktrace": {"frames": [{name: frame[name] for name in OF_A_FRAME if name in frame} for frame in frames]},
    }
