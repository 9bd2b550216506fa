"""gunicorn for the web process: threads, so that one slow answer holds up no other."""

import os
import shutil
import tempfile
from typing import Any

workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = 8
timeout = 90
graceful_timeout = 30
keepalive = 5
control_socket_disable = True
limit_request_line = 8190
logger_class = "alumusic.access_log.Logger"
# Neither the query, which may hold a comment's words, nor any header but the id of the request.
access_log_format = '%(h)s "%(m)s %(U)s" %(s)s %(B)s %(M)s ms [%({x-request-id}o)s]'

# Each process counts its requests in a file here, and whichever is asked for /metrics adds up those of all.
own_folder = "" if "PROMETHEUS_MULTIPROC_DIR" in os.environ else tempfile.mkdtemp(prefix="alumusic-metrics-")
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", own_folder)


def post_worker_init(worker: Any) -> None:
    """Loads the engine before the first request; after the fork, which its native threads would not survive."""
    from classifier.engines import engine_in_service

    _ = engine_in_service().name  # an engine loads with the first thing it is asked


def on_exit(server: Any) -> None:
    if own_folder:
        shutil.rmtree(own_folder, ignore_errors=True)
