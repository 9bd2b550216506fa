"""A body is refused by its head: nothing of it is read, unpacked or lost without a word."""

import gzip
import io
import json
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import MULTIPART_CONTENT as MULTIPART

from classifier.models import Batch, Comment
from classifier.tests.comments import sent

pytestmark = pytest.mark.django_db

COMMENTS = "/api/comentarios"


class Unread(io.BytesIO):
    """A body whose first byte nobody may ask for."""

    def read(self, *args):
        raise AssertionError("the body was read")


def told(response):
    return response.status_code, response["Content-Type"], response.json()["type"]


def test_a_body_sent_in_chunks_is_411_and_no_empty_comment(api):
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}

    response = api.post(COMMENTS, json.dumps(sent()), **chunked)

    assert told(response) == (411, "application/problem+json", "/problemas/tamanho-necessario")
    assert "Content-Length" in response.json()["detail"]


@pytest.mark.parametrize("path", ["/painel/login/", "/idioma"])
def test_a_form_in_chunks_is_411_as_a_page(client, path):
    response = client.post(path, {}, HTTP_TRANSFER_ENCODING="chunked", headers={"Accept": "text/html"})

    assert (response.status_code, response["Content-Type"]) == (411, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    ("path", "media"),
    [
        (COMMENTS, "application/json"),
        ("/api/auth/login", "application/json"),
        ("/api/insights/perguntar", "application/json"),
        ("/api/lotes", "multipart/form-data; boundary=x"),
        ("/painel/login/", "application/x-www-form-urlencoded"),
        ("/painel/login/", "multipart/form-data; boundary=x"),
    ],
)
def test_200_megabytes_are_413_before_a_byte_is_read(api, path, media):
    body = {"CONTENT_LENGTH": str(200 * 2**20), "wsgi.input": Unread()}

    response = api.generic("POST", path, b"", content_type=media, **body)

    assert response.status_code == 413


def test_who_sends_a_little_too_much_may_finish_and_read_why(api):
    body = io.BytesIO(b" " * (12 * 2**20))

    response = api.generic(
        "POST",
        COMMENTS,
        b"",
        content_type="application/json",
        **{"CONTENT_LENGTH": str(12 * 2**20), "wsgi.input": body},
    )

    assert told(response) == (413, "application/problem+json", "/problemas/grande-demais")
    assert body.read() == b""


@pytest.mark.parametrize("length", ["abc", "-1", "1e9", "٣", "9" * 5_000])
def test_a_length_that_is_none_is_refused(api, length):
    response = api.generic("POST", COMMENTS, b"", content_type="application/json", CONTENT_LENGTH=length)

    assert response.status_code in (400, 413)


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "x-gzip, identity"])
@pytest.mark.parametrize("path", [COMMENTS, "/api/lotes"])
def test_a_packed_body_is_415_and_never_unpacked(api, path, coding):
    bomb = gzip.compress(b" " * 2**20)

    response = api.post(path, bomb, headers={"Content-Encoding": coding})

    assert told(response) == (415, "application/problem+json", "/problemas/tipo-de-midia")
    assert response["Accept-Encoding"] == "identity"
    assert api.post(COMMENTS, sent(), headers={"Content-Encoding": "identity"}).status_code == 201


def spreadsheet_bomb():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"<row>" * 200_000)
    return packed.getvalue()


@pytest.mark.parametrize("content", [spreadsheet_bomb(), gzip.compress(b"texto\n" * 200_000)])
def test_an_archive_sent_as_a_file_is_named_and_never_unpacked(api, content):
    file = SimpleUploadedFile("comentarios.csv", content, "text/csv")

    response = api.post("/api/lotes", {"arquivo": file}, content_type=MULTIPART)

    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (400, "/arquivo")
    assert Batch.objects.count() == 0


def test_an_object_of_very_many_unknown_keys_gets_a_short_answer_that_counts_them(api):
    response = api.post(COMMENTS, sent() | {f"campo_{n}": n for n in range(60_000)})

    body = response.json()
    assert (response.status_code, len(body["errors"])) == (400, 20)
    assert "59980 falhas" in body["detail"]
    assert len(response.content) < 10_000


def test_a_list_of_faults_names_every_bad_item_and_counts_the_rest(api):
    bad = {f"campo_{n}": n for n in range(40)}

    response = api.post(COMMENTS, [bad] * 500)

    body = response.json()
    named = {error["pointer"].split("/")[1] for error in body["errors"]}
    assert response.status_code == 400
    assert named == {str(n) for n in range(500)}
    assert len(response.content) < 400_000
    assert "não estão listadas" in body["detail"]
    assert Comment.objects.count() == 0


def test_very_many_parameters_or_parts_get_a_short_answer(api):
    query = "&".join(f"p{n}={n}" for n in range(900))
    parts = {"p" * 500 + str(n): "x" for n in range(900)}

    asked = api.get(f"{COMMENTS}?{query}")
    posted = api.post("/api/lotes", parts, content_type=MULTIPART)

    assert (asked.status_code, len(asked.json()["errors"])) == (400, 20)
    assert (posted.status_code, len(posted.json()["errors"])) == (400, 20)
    assert len(asked.content) + len(posted.content) < 20_000
