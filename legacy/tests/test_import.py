"""An operator moves everything from the former system's PostgreSQL with one command."""

import json
import uuid
from io import StringIO

import psycopg
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from classifier.models import Comment
from classifier.tests.comments import stored
from legacy.comments import NAMESPACE
from reports.models import WeeklySummary
from tests.databases import url_of

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="the former system's tables stand in the same server"),
]

TABLES = """
    DROP SCHEMA IF EXISTS feedback_classifier CASCADE;
    CREATE SCHEMA feedback_classifier;
    SET search_path TO feedback_classifier;
    CREATE TABLE comentario (id varchar(100) PRIMARY KEY, texto text NOT NULL, categoria varchar(50), tags text[],
        confianca double precision, created_at timestamp, updated_at timestamp);
    CREATE TABLE resumos_semanais (id serial PRIMARY KEY, texto text NOT NULL, created_at timestamp);
    CREATE TABLE "user" (id serial PRIMARY KEY, username varchar(200) UNIQUE, password_hash varchar(256));
"""
GOOD = ("c-1", "  O app fecha sozinho  ", "CRÍTICA", ["fix_login"], 0.82, "2025-08-01 12:00", "2025-08-02 13:30")
LONG = "muito " * 2_000


@pytest.fixture
def former(db):
    url = url_of(connection.settings_dict["NAME"])
    with psycopg.connect(url, autocommit=True) as link:
        link.execute(TABLES)
        yield link
        link.execute("DROP SCHEMA feedback_classifier CASCADE")


def put(link, *comments):
    link.cursor().executemany("INSERT INTO comentario VALUES (%s, %s, %s, %s, %s, %s, %s)", comments)


def moved(link, **options):
    out = StringIO()
    call_command("import_legacy", url=url_of(connection.settings_dict["NAME"]), stdout=out, **options)
    return [line.split() for line in out.getvalue().splitlines()]


def kept():
    out = StringIO()
    call_command("import_legacy", list=True, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def shown(api, key):
    return api.get(f"/api/comentarios/{key}").json()


def test_a_comment_arrives_with_its_label_and_its_times(former, api):
    put(former, GOOD)

    told = moved(former)

    assert ["comentario", "1", "1", "0"] in told
    comment = shown(api, "c-1")
    assert {name: comment[name] for name in ("texto", "categoria", "tags_funcionalidades", "confianca", "motor")} == {
        "texto": "O app fecha sozinho", "categoria": "CRÍTICA", "tags_funcionalidades": ["fix_login"],
        "confianca": 0.82, "motor": "legado",
    }  # fmt: skip
    assert comment["created_at"] == "2025-08-01T09:00:00-03:00"
    assert comment["updated_at"] == "2025-08-02T10:30:00-03:00"
    assert [(entry["quem"], entry["categoria"]) for entry in comment["historico"]] == [("legado", "CRÍTICA")]
    assert [found["id"] for found in api.get("/api/comentarios?q=fechar").json()] == ["c-1"]
    assert kept() == []


def test_times_may_be_said_to_be_those_of_sao_paulo(former, api):
    put(former, GOOD)

    moved(former, time_zone="America/Sao_Paulo")

    assert shown(api, "c-1")["created_at"] == "2025-08-01T12:00:00-03:00"


def test_run_again_it_brings_only_what_is_new(former, api):
    put(former, GOOD, *((f"n-{n}", f"texto {n}", "ELOGIO", None, 0.5, None, None) for n in range(1_200)))
    moved(former)
    put(former, ("c-2", "chegou depois", "ELOGIO", [], 1, "2025-08-05", "2025-08-05"))
    versions = set(Comment.objects.values_list("external_id", "version", "updated_at"))

    assert ["comentario", "1,202", "1", "1,201"] in moved(former)
    assert versions < set(Comment.objects.values_list("external_id", "version", "updated_at"))
    assert Comment.objects.count() == 1_202


def test_what_breaks_our_rules_is_kept_and_listed(former, api):
    stored("texto daqui", external_id="nosso")
    put(
        former,
        ("tem espaço", "id ruim", "ELOGIO", [], 0.5, "2025-08-01", None),
        ("longo", LONG, "ELOGIO", [], 0.5, "2025-08-01", None),
        ("vazio", " \u200b ", "ELOGIO", [], 0.5, "2025-08-01", None),
        ("outra", "categoria", "NEUTRO", ["fix_login"], 0.5, "2025-08-01", None),
        ("tags", "tags", "ELOGIO", ["Login", "fix_login", None, *(f"ui_{c}" for c in "abcdef")], 1, "2025-08-01", None),
        ("certeza", "confiança", "ELOGIO", [], float("nan"), "2025-08-01", None),
        ("quando", "sem data", "ELOGIO", [], 0.5, "infinity", None),
        ("nosso", "texto de lá", "ELOGIO", [], 0.5, "2025-08-01", None),
    )

    told = moved(former)

    assert ["comentario", "8", "6", "1"] in told
    faults = {line["id"]: line["faults"] for line in kept()}
    assert faults == {
        "tem espaço": ["id"], "longo": ["texto longo"], "vazio": ["texto vazio"], "outra": ["categoria"],
        "tags": ["tags"], "certeza": ["confianca"], "quando": ["data"], "nosso": ["outro texto"],
    }  # fmt: skip
    assert shown(api, uuid.uuid5(NAMESPACE, "tem espaço"))["texto"] == "id ruim"
    assert shown(api, "longo")["texto"] == LONG.strip()
    assert shown(api, "outra")["estado"] == shown(api, "certeza")["estado"] == "pendente"
    assert shown(api, "tags")["tags_funcionalidades"] == ["fix_login", "ui_a", "ui_b", "ui_c", "ui_d"]
    assert shown(api, "nosso")["texto"] == "texto daqui"
    rows = {line["id"]: line["row"] for line in kept()}
    assert rows["outra"]["categoria"] == "NEUTRO"
    assert rows["nosso"]["texto"] == "texto de lá"
    assert "texto" not in rows["longo"]

    assert ["comentario", "8", "0", "7"] in moved(former)
    assert {line["id"]: line["faults"] for line in kept()} == faults


def test_summaries_arrive_as_sent_so_that_questions_can_be_asked(former, api):
    put(former, GOOD)
    former.cursor().executemany(
        "INSERT INTO resumos_semanais (texto, created_at) VALUES (%s, %s)",
        [
            ("A semana falou do login.", "2025-08-04 11:00"),  # a Monday: of the week before
            ("O rascunho da mesma semana.", "2025-08-03 20:00"),
            ("Preço.", "2025-07-28 11:00"),
            ("Letras.", "2025-07-21 11:00"),
        ],
    )

    told = moved(former)

    assert ["resumos_semanais", "4", "3", "0"] in told
    summary = api.get("/api/relatorios/resumos/2025-W31").json()
    assert summary["texto"] == "A semana falou do login."
    assert summary["numeros"]["total"] == 1
    assert summary["enviado_em"] == "2025-08-04T08:00:00-03:00"
    assert [(line["faults"], line["row"]["texto"]) for line in kept()] == [
        (["semana ocupada"], "O rascunho da mesma semana.")
    ]
    answer = api.post("/api/insights/perguntar", {"pergunta": "O que falaram do login?"})
    assert answer.status_code == 200
    assert ["resumos_semanais", "4", "0", "3"] in moved(former)
    assert WeeklySummary.objects.count() == 3


def test_a_wrong_address_or_schema_is_said_without_the_password(former):
    for url, schema in (
        ("postgresql://x:segredo@127.0.0.1:1/x", "x"),
        (url_of(connection.settings_dict["NAME"]), "nenhum"),
    ):
        with pytest.raises(CommandError) as error:
            call_command("import_legacy", url=url, schema=schema)

        assert "segredo" not in str(error.value)
