"""What the model has answered is not lost, or paid for again, where the database goes away meanwhile."""

import pytest
from django.db import connection

from classifier import tasks
from classifier.models import Comment, CommentState
from classifier.tests.comments import stored
from tests.fakes.llm import answering

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite is a file: it has no connection to lose"),
]


def ending_all_connections(request):
    """The answer, after the server has ended every other connection to the database, as a restart does."""
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> %s"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        cursor.execute(others, cursor.fetchone())
    connection.close()
    return answering()(request)


def test_a_worker_keeps_what_the_model_said_until_the_database_is_back(llm):
    waiting = [stored(f"que hino {n}", category=None) for n in range(3)]
    llm.script(ending_all_connections)

    assert tasks.label_waiting() == 3

    assert Comment.objects.filter(state=CommentState.CLASSIFIED).count() == len(waiting)
    assert len(llm.requests) == 1


def test_so_does_a_post(api, llm):
    llm.script(ending_all_connections)

    response = api.post("/api/comentarios", {"id": "a", "texto": "que hino"})

    assert (response.status_code, response.json()["motor"]) == (201, "llm/test-model")
    assert len(llm.requests) == 1
