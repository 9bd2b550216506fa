"""What is no sound JSON is refused with its place named, on every call, and stores nothing."""

import json
import tracemalloc

import pytest

from alumusic import json_input
from classifier.models import Comment
from classifier.tests.comments import sent

pytestmark = pytest.mark.django_db

ITEM = '{"id": "a", "texto": %s}'


def refusal(api, body, content_type="application/json"):
    raw = body if isinstance(body, bytes) else body.encode()
    response = api.post("/api/comentarios", raw, content_type)
    assert response["Content-Type"] == "application/problem+json"
    assert Comment.objects.count() == 0
    return response


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ("{", "", "json"),
        ('{"id": "a" "texto": 1}', "", "json"),
        ("texto=oi", "", "json"),
        (ITEM % '"a\\u0000b"', "/texto", "characters"),
        (ITEM % '"a\\ud83d"', "/texto", "characters"),
        ('{"id": "a", "texto": "b", "metadados": {"k": "\\ud83d"}}', "/metadados/k", "characters"),
        ('{"id": "a", "texto": "b", "metadados": {"\\u0000": 1}}', "/metadados", "characters"),
        ('{"id": "a", "texto": "b", "metadados": {"k": NaN}}', "", "number"),
        ('{"id": "a", "texto": "b", "metadados": {"k": -Infinity}}', "", "number"),
        ('{"id": "a", "texto": "b", "metadados": {"k": 1e999}}', "/metadados/k", "number"),
        ('{"id": "a", "texto": "b", "metadados": {"k": ' + "9" * 5000 + "}}", "", "number"),
        ('[{"id": "a", "id": "b", "texto": "c"}]', "/0/id", "duplicate_key"),
        ("[" * 21 + "]" * 21, "", "depth"),
        ("[" * 10_000, "", None),
        ("[" * 100_000 + "]" * 100_000, "", "depth"),
        ('{"a":' * 3000 + "1" + "}" * 3000, "", "depth"),
        (b'{"id": "a", "texto": "\xff"}', "", "utf8"),
    ],
)
def test_a_body_that_is_not_sound_json_is_refused(api, body, pointer, code):
    response = refusal(api, body)

    [error] = response.json()["errors"]
    assert response.status_code == 400
    assert error["pointer"] == pointer
    assert code in (None, error["code"])


def test_an_empty_body_lacks_every_field(api):
    assert [e["pointer"] for e in refusal(api, "").json()["errors"]] == ["/id", "/texto"]


def test_a_byte_order_mark_is_accepted(api):
    assert api.post("/api/comentarios", b"\xef\xbb\xbf" + json.dumps(sent()).encode()).status_code == 201


@pytest.mark.parametrize(
    "media",
    ["application/json; charset=latin-1", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""],
)
def test_another_media_type_or_charset_is_415(api, media):
    assert refusal(api, json.dumps(sent()), media).status_code == 415


def test_utf8_may_be_named(api):
    assert api.post("/api/comentarios", json.dumps(sent()), "application/json; charset=UTF-8").status_code == 201


def test_a_body_over_ten_megabytes_is_413(api):
    response = refusal(api, json.dumps(sent("a" * (10 * 2**20))))

    assert (response.status_code, response.json()["type"]) == (413, "/problemas/grande-demais")


def test_a_body_of_very_many_values_is_read_in_little_memory():
    raw = b"[" + b"0," * 200_000 + b"0]"
    tracemalloc.start()
    try:
        json_input.read(raw)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 20 * len(raw)


def test_a_megabyte_of_text_is_too_long(api):
    response = refusal(api, json.dumps(sent("a" * 2**20)))

    assert [e["code"] for e in response.json()["errors"]] == ["max_length"]
