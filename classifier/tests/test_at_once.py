"""Several at once: each id once, no half list, no error that is ours."""

from collections import Counter
from functools import partial

import pytest

from classifier import claims
from classifier.models import Classification, Comment
from classifier.tests.comments import sent, stored
from conftest import Api
from tests.racing import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def posts(user, bodies):
    """As many calls as bodies, each by a client of its own."""
    clients = [Api(user) for _ in bodies]
    return [partial(client.post, "/api/comentarios", body) for client, body in zip(clients, bodies, strict=True)]


def test_eight_posts_of_one_comment_store_and_classify_it_once(api):
    comment = sent()

    answers = at_once(posts(api.user, [comment] * 8))

    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 7}
    assert (Comment.objects.count(), Classification.objects.count()) == (1, 1)


def test_eight_posts_of_one_id_with_other_texts_store_one_of_them(api):
    texts = [sent(f"texto {n}", id="a") for n in range(8)]

    answers = at_once(posts(api.user, texts))

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 7}
    assert Comment.objects.count() == 1


def test_lists_that_share_ids_in_another_order_do_not_block_each_other(api):
    comments = [sent(f"texto {n}") for n in range(20)]
    lists = [comments, comments[::-1], comments[10:] + comments[:10], comments[::-1]]

    answers = at_once(posts(api.user, lists))

    assert {answer.status_code for answer in answers} <= {201, 202}
    assert (Comment.objects.count(), Classification.objects.count()) == (20, 20)


def test_of_two_corrections_with_one_etag_one_wins(curator_api):
    stored(external_id="a")
    read = curator_api.get("/api/comentarios/a")["ETag"]

    answers = at_once(
        [
            partial(Api(curator_api.user).patch, "/api/comentarios/a", {"categoria": c}, headers={"If-Match": read})
            for c in ("SPAM", "DÚVIDA", "CRÍTICA", "SUGESTÃO")
        ]
    )

    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: 3}


def test_two_workers_label_each_waiting_comment_once():
    waiting = [stored(f"espera {n}", category=None).pk for n in range(60)]

    held = at_once([partial(claims.claim, 20)] * 4)

    assert sorted(comment.pk for claim in held for comment in claim.comments) == waiting


def test_who_reads_an_export_slowly_keeps_nobody_from_sending(api):
    for _ in range(40):
        stored("a" * 5000)
    sending = posts(api.user, [sent()])
    response = api.get("/api/comentarios/export")
    slow = iter(response)
    header, _first_piece = next(slow), next(slow)

    [answer] = at_once(sending)
    response.close()

    assert (header.startswith(b"id,texto"), answer.status_code) == (True, 201)
