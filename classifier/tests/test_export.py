"""All comments of a filter as a file that a spreadsheet may open."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from classifier.models import Category
from classifier.tests.comments import stored

pytestmark = pytest.mark.django_db

NOON = datetime(2025, 8, 1, 15, tzinfo=UTC)


def table(response):
    assert response.status_code == 200
    return list(csv.reader(io.StringIO(response.getvalue().decode())))


def test_the_file_has_the_columns_and_the_order_of_the_list(api):
    stored("primeiro", external_id="a", moment=NOON, created_at=NOON, updated_at=NOON, tags=("fix_login", "feat_letra"))
    stored("segundo, com vírgula", external_id="b", category=None, created_at=NOON, updated_at=NOON)

    response = api.get("/api/comentarios/export")

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="comentarios_export.csv"'
    assert table(response) == [
        ["id", "texto", "categoria", "tags", "confianca", "created_at", "updated_at"],
        ["b", "segundo, com vírgula", "", "", "", "2025-08-01T12:00:00-03:00", "2025-08-01T12:00:00-03:00"],
        ["a", "primeiro", "ELOGIO", "feat_letra,fix_login", "0.9"] + ["2025-08-01T12:00:00-03:00"] * 2,
    ]


def test_the_filters_are_those_of_the_list(api):
    stored("senha errada", external_id="a", category=Category.CRITICISM, tags=("fix_login",))
    stored("amei", external_id="b")

    for query in ("categoria=CRÍTICA", "tag=fix_login", "q=senhas"):
        assert [row[0] for row in table(api.get(f"/api/comentarios/export?{query}"))] == ["id", "a"]


def test_a_tag_that_no_comment_has_exports_the_header_only(api):
    stored(tags=("fix_login",))

    assert len(table(api.get("/api/comentarios/export?tag=feat_nada"))) == 1


def test_lines_of_json_hold_the_same(api):
    stored("só um", external_id="a", created_at=NOON, updated_at=NOON, tags=("fix_login",))

    response = api.get("/api/comentarios/export?formato=jsonl")

    assert response["Content-Disposition"] == 'attachment; filename="comentarios_export.jsonl"'
    assert [json.loads(line) for line in response.getvalue().decode().splitlines()] == [
        {
            "id": "a",
            "texto": "só um",
            "categoria": "ELOGIO",
            "tags_funcionalidades": ["fix_login"],
            "confianca": 0.9,
            "created_at": "2025-08-01T12:00:00-03:00",
            "updated_at": "2025-08-01T12:00:00-03:00",
        }
    ]


@pytest.mark.parametrize("text", ["=1+1", "+55 11", "-1", "@SUM(A1)", "＝1+1", '=HYPERLINK("http://x")'])
def test_a_cell_that_a_spreadsheet_would_run_is_made_harmless_unless_asked_not_to(api, text):
    stored(text)

    assert table(api.get("/api/comentarios/export"))[1][1] == f"'{text}"
    assert table(api.get("/api/comentarios/export?bruto=1"))[1][1] == text


def test_line_breaks_and_quotes_stay_within_their_cell(api):
    stored('disse "amei"\ne foi embora')

    assert table(api.get("/api/comentarios/export"))[1][1] == 'disse "amei"\ne foi embora'


def test_the_number_of_queries_does_not_grow_with_the_rows(api):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            api.get("/api/comentarios/export").getvalue()
        return len(captured)

    stored(tags=("fix_login",))
    with_one = queries()
    stored()
    stored(tags=("feat_letra",))

    assert queries() == with_one


def test_an_empty_export_has_its_header_only(api):
    assert table(api.get("/api/comentarios/export")) == [
        ["id", "texto", "categoria", "tags", "confianca", "created_at", "updated_at"]
    ]


@pytest.mark.parametrize(("accept", "form"), [("text/csv", "csv"), ("application/x-ndjson", "jsonl")])
def test_a_file_is_given_to_who_accepts_its_media_type(api, accept, form):
    response = api.get(f"/api/comentarios/export?formato={form}", headers={"Accept": accept})

    assert (response.status_code, response["Content-Type"].partition(";")[0]) == (200, accept)


def test_who_may_not_export_gets_no_file(reader_api):
    assert reader_api.get("/api/comentarios/export").status_code == 403


def test_head_tells_of_the_file_without_making_it(api):
    stored()

    response = api.head("/api/comentarios/export")

    assert (response.status_code, response.content) == (200, b"")
    assert response["Content-Disposition"] == 'attachment; filename="comentarios_export.csv"'


@pytest.mark.parametrize("query", ["formato=xlsx", "bruto=sim", "limite=10", "cursor=x"])
def test_what_export_does_not_know_is_refused(api, query):
    assert api.get(f"/api/comentarios/export?{query}").status_code == 400
