"""Several at once: each id once, no half list, no error that is ours."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from classifier import claims
from classifier.models import Classification, Comment
from classifier.tests.comments import sent, stored
from conftest import Api

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def at_once(user, calls):
    """The answers to the calls, all begun together, each by a client and a database connection of its own."""
    start = threading.Barrier(len(calls))

    def run(call):
        client = Api(user)
        start.wait(timeout=30)
        try:
            return call(client)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_eight_posts_of_one_comment_store_and_classify_it_once(api):
    comment = sent()

    answers = at_once(api.user, [lambda client: client.post("/api/comentarios", comment)] * 8)

    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 7}
    assert (Comment.objects.count(), Classification.objects.count()) == (1, 1)


def test_eight_posts_of_one_id_with_other_texts_store_one_of_them(api):
    texts = [sent(f"texto {n}", id="a") for n in range(8)]

    answers = at_once(api.user, [lambda client, c=c: client.post("/api/comentarios", c) for c in texts])

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 7}
    assert Comment.objects.count() == 1


def test_lists_that_share_ids_in_another_order_do_not_block_each_other(api):
    comments = [sent(f"texto {n}") for n in range(20)]
    lists = [comments, comments[::-1], comments[10:] + comments[:10], comments[::-1]]

    answers = at_once(api.user, [lambda client, c=c: client.post("/api/comentarios", c) for c in lists])

    assert {answer.status_code for answer in answers} <= {201, 202}
    assert (Comment.objects.count(), Classification.objects.count()) == (20, 20)


def test_of_two_corrections_with_one_etag_one_wins(curator_api):
    stored(external_id="a")
    read = curator_api.get("/api/comentarios/a")["ETag"]

    answers = at_once(
        curator_api.user,
        [
            lambda client, c=category: client.patch("/api/comentarios/a", {"categoria": c}, headers={"If-Match": read})
            for category in ("SPAM", "DÚVIDA", "CRÍTICA", "SUGESTÃO")
        ],
    )

    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: 3}


def test_two_workers_label_each_waiting_comment_once(api):
    for n in range(60):
        stored(f"espera {n}", category=None)

    held = at_once(api.user, [lambda _client: claims.claim(20)] * 4)

    claimed = [comment.pk for claim in held for comment in claim.comments]
    assert len(claimed) == len(set(claimed))
