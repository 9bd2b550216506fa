"""Whatever becomes of the worker that reads a file, each line ends as one comment or one error."""

import random
import uuid
from datetime import timedelta
from functools import partial
from io import BytesIO

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from classifier import uploads
from classifier.models import Batch, BatchItem, Category, Comment, CommentState, Upload, UploadError, UploadPiece
from classifier.tests.comments import stored
from classifier.tests.files import csv_of, send
from tests.racing import at_once

pytestmark = pytest.mark.django_db


def positions_and_texts():
    return list(BatchItem.objects.order_by("position").values_list("position", "comment__text"))


def whole(count):
    return [(n + 2, f"comentário {n}") for n in range(count)]


def claimed():
    upload = uploads.claim()
    assert upload is not None
    return upload


def label_all():
    Comment.objects.update(state=CommentState.CLASSIFIED, category=Category.PRAISE)


def after_the_lease():
    return time_machine.travel(timezone.now() + uploads.LEASE + timedelta(seconds=1))


def upload_of(answer):
    return Upload.objects.get(pk=answer.json()["id"])


def test_a_file_that_takes_longer_than_its_turn_is_read_on_where_it_stopped(api):
    send(api, csv_of(2_500))

    more = [uploads.expand(limit_seconds=0) for _ in range(5)]

    assert more == [True, True, True, True, False]
    assert positions_and_texts() == whole(2_500)
    assert Upload.objects.get().state == "expanded"


def test_between_two_turns_the_batch_tells_how_far_it_is(api):
    answer = send(api, csv_of(2_500))

    uploads.expand(limit_seconds=0)
    label_all()

    body = api.get(answer["Location"]).json()
    assert (body["estado"], body["total"], body["classificados"]) == ("processando", 1_000, 1_000)
    assert body["progresso"] == pytest.approx(0.4, abs=0.001)


def test_a_worker_that_dies_in_mid_file_leaves_it_to_another_after_its_lease(api):
    answer = send(api, csv_of(1_500))
    uploads.expand(limit_seconds=0)
    uploads.claim()

    assert uploads.expand(limit_seconds=60) is False
    assert upload_of(answer).lines_read == 1_001

    with after_the_lease():
        uploads.expand(limit_seconds=60)

    assert positions_and_texts() == whole(1_500)


def test_made_ids_are_those_of_the_line_however_often_it_is_read(api):
    answer = send(api, "texto\nAmei\n" + "x\n" * 1_200)
    upload = upload_of(answer)
    made = str(uuid.uuid5(upload.pk, "2"))
    stored("Amei", external_id=made)  # as a chunk would have left it whose commit nobody saw

    uploads.expand(limit_seconds=60)

    assert Comment.objects.count() == 1_201
    assert BatchItem.objects.get(position=2).comment.external_id == made
    assert BatchItem.objects.get(position=1_150).comment.external_id == str(uuid.uuid5(upload.pk, "1150"))


def test_a_database_error_in_mid_file_takes_back_its_chunk_and_no_more(api):
    send(api, csv_of(1_500))
    uploads.expand(limit_seconds=0)

    def lose_the_connection(execute, sql, params, many, context):
        if sql.startswith("INSERT INTO") and "classifier_batchitem" in sql:
            raise DatabaseError("connection lost")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(lose_the_connection), pytest.raises(DatabaseError):
        uploads.expand(limit_seconds=60)
    assert (Comment.objects.count(), BatchItem.objects.count()) == (1_000, 1_000)

    with after_the_lease():
        uploads.expand(limit_seconds=60)

    assert positions_and_texts() == whole(1_500)


def test_a_worker_that_comes_back_after_its_lease_writes_nothing(api):
    send(api, csv_of(10))
    late = claimed()
    with after_the_lease():
        uploads.claim()

        uploads.read_on(late, deadline=float("inf"))

    assert (Comment.objects.count(), UploadError.objects.count(), Upload.objects.get().lines_read) == (0, 0, 0)
    assert Upload.objects.get().state == "expanding"


def test_a_worker_whose_upload_is_gone_writes_nothing(api):
    send(api, csv_of(10))
    held = claimed()
    Batch.objects.all().delete()

    uploads.read_on(held, deadline=float("inf"))

    assert (Comment.objects.count(), BatchItem.objects.count(), UploadPiece.objects.count()) == (0, 0, 0)


def test_what_kills_its_worker_five_times_is_set_aside_and_said_so(api):
    answer = send(api, csv_of(1_500))
    uploads.expand(limit_seconds=0)
    now = timezone.now()
    for turn in range(5):
        with time_machine.travel(now + turn * 2 * uploads.LEASE):
            assert uploads.claim() is not None

    with time_machine.travel(now + 10 * uploads.LEASE):
        uploads.expand(limit_seconds=60)
    label_all()

    body = api.get(answer["Location"]).json()
    assert (body["estado"], body["total"]) == ("concluido", 1_000)
    assert body["erros"] == [
        {
            "linha": 1_002,
            "detail": "A leitura falhou 5 vezes depois da linha 1001; o resto do arquivo ficou de fora.",
        }
    ]
    assert (upload_of(answer).state, UploadPiece.objects.count()) == ("refused", 0)


def test_a_worker_that_dies_now_and_then_spoils_no_file_that_gets_on(api):
    send(api, csv_of(6_500))
    now = timezone.now()

    for turn in range(6):
        with time_machine.travel(now + turn * 2 * uploads.LEASE):
            uploads.claim()
        with time_machine.travel(now + (turn * 2 + 1) * uploads.LEASE + timedelta(seconds=1)):
            uploads.expand(limit_seconds=0)
    with time_machine.travel(now + 20 * uploads.LEASE):
        uploads.expand(limit_seconds=60)

    assert positions_and_texts() == whole(6_500)


def test_a_file_that_fails_does_not_hold_up_the_next(api):
    first, second = send(api, csv_of(3)), send(api, csv_of(3, first=10))
    uploads.claim()

    with after_the_lease():
        Upload.objects.filter(pk=second.json()["id"]).update(attempts=0)
        assert uploads.claim() == upload_of(second)
        assert uploads.claim() == upload_of(first)


@pytest.mark.django_db(transaction=True)
def test_two_workers_read_two_files_and_each_line_once(make_user):
    owner = make_user("cliente")
    for n in range(4):
        uploads.store(BytesIO(csv_of(300, first=n * 150).encode()), name="a.csv", owner=owner)

    at_once([partial(uploads.expand, limit_seconds=60)] * 4)
    uploads.expand(limit_seconds=60)

    assert Comment.objects.count() == 750
    assert BatchItem.objects.count() == 4 * 300
    assert set(Upload.objects.values_list("state", "attempts")) == {("expanded", 0)}


def test_the_number_of_queries_of_a_chunk_does_not_grow_with_it(api):
    def queries(count):
        send(api, csv_of(count, first=random.randrange(10**9)))
        with CaptureQueriesContext(connection) as captured:
            uploads.expand(limit_seconds=60)
        return len(captured)

    queries(1)

    assert queries(1) == queries(3) == queries(400)


@pytest.mark.parametrize(
    "change",
    [
        {"state": "nowhere"},
        {"format": "xlsx"},
        {"name": ""},
        {"lines_read": 3},
        {"state": "expanded"},
        {"finished_at": timezone.now()},
        {"lease_token": uuid.uuid4()},
    ],
)
def test_an_upload_that_cannot_be_is_refused_by_the_database(api, change):
    send(api, csv_of(1))

    with pytest.raises(IntegrityError), transaction.atomic():
        Upload.objects.update(**change)
