"""Everything goes through PgBouncer in transaction mode, where each transaction may get another connection."""

import json
import os
import shutil
import socket
import subprocess
import threading
import time
from contextlib import closing

import numpy as np
import psycopg
import pytest
from django.db import connection

from classifier.engines.embedded import EmbeddedEngine
from classifier.models import Comment, Embedding
from classifier.review.window import window
from classifier.tests.comments import sent, stored
from conftest import Api

PGBOUNCER = shutil.which("pgbouncer", path=os.environ.get("PATH", "") + ":/usr/sbin")
ROWS = 4_500

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql" or PGBOUNCER is None, reason="needs PostgreSQL and PgBouncer"),
]


@pytest.fixture
def pooler(tmp_path):
    """A PgBouncer with two connections, which Django's new connections go through."""
    settings = connection.settings_dict
    direct = settings["HOST"], settings["PORT"]
    connection.ensure_connection()
    info = connection.connection.info
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    server = f"host={info.host} port={info.port} user={info.user}"
    server += f" password='{info.password}'" if info.password else ""
    config = tmp_path / "pgbouncer.ini"
    config.write_text(
        f"[databases]\n{settings['NAME']} = {server}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n"
        "unix_socket_dir =\nauth_type = any\npool_mode = transaction\ndefault_pool_size = 2\n"
        "server_idle_timeout = 1\nadmin_users = postgres\nstats_users = postgres\n"
    )
    if os.geteuid() == 0:  # it refuses to run as root
        for folder in (tmp_path, *tmp_path.parents[:2]):
            folder.chmod(0o755)
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    assert PGBOUNCER
    process = subprocess.Popen([PGBOUNCER, "-q", *user, str(config)], stderr=subprocess.DEVNULL)  # noqa: S603
    connection.close()
    settings["HOST"], settings["PORT"] = "127.0.0.1", str(port)
    wait_for(port)
    yield
    connection.close()
    settings["HOST"], settings["PORT"] = direct
    process.terminate()
    process.wait(20)


def wait_for(port):
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)


def elsewhere(work):
    """Does it in another thread, by a connection of its own, to its end."""
    failed = []

    def run():
        try:
            work()
        except (psycopg.Error, AssertionError) as error:
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert failed == []


@pytest.fixture
def comments(pooler):
    first = stored("comentário 0", external_id="c-0")
    with connection.cursor() as cursor:
        columns = [str(f.column) for f in first._meta.concrete_fields if f.column not in ("id", "external_id")]
        names = ", ".join(columns)
        cursor.execute(
            f"INSERT INTO classifier_comment (external_id, {names}) SELECT 'c-' || n, {names}"  # noqa: S608
            " FROM classifier_comment, generate_series(1, %s) n",
            [ROWS - 1],
        )


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_export_that_others_work_beside_is_whole(comments, api, form):
    other = Api(api.user)
    stream = api.get(f"/api/comentarios/export?formato={form}").streaming_content
    pieces = [next(stream), next(stream)]
    for _ in range(3):
        elsewhere(lambda: other.get("/api/comentarios?q=comentário").json()[0]["id"])
    pieces += stream

    lines = b"".join(pieces).decode().splitlines()
    keys = {json.loads(line)["id"] for line in lines} if form == "jsonl" else {x.split(",")[0] for x in lines[1:]}
    assert keys == {f"c-{n}" for n in range(ROWS)}


def test_an_export_that_is_left_gives_its_connection_back(comments, api):
    for _ in range(3):  # more than there are
        answer = api.get("/api/comentarios/export?formato=jsonl")
        next(answer.streaming_content)
        answer.close()

    assert api.get("/api/comentarios?limite=1").status_code == 200


def test_a_long_list_comes_in(pooler, api):
    assert api.post("/api/comentarios", [sent(f"Amei o refrão {n}") for n in range(600)]).status_code == 202
    assert Comment.objects.count() == 600


def test_the_vectors_of_look_alikes_are_read_to_the_last(comments):
    vector = np.eye(1, 8, dtype="<f2").tobytes()
    keys = list(Comment.objects.values_list("pk", flat=True)[:1_500])
    Embedding.objects.bulk_create(
        Embedding(comment_id=key, model=EmbeddedEngine.embedding_model, vector=vector) for key in keys
    )

    found, _cosines = window.nearest(np.eye(1, 8, dtype=np.float32), most=1_500)

    assert sorted(found[0]) == sorted(keys)
