"""A file of comments comes in by one call, and its batch tells of each line."""

import hashlib
import http.client
import io
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.test.utils import CaptureQueriesContext

from accounts import tokens
from accounts.groups import API_CLIENT
from classifier import tasks
from classifier.models import Batch, Comment, Upload, UploadError, UploadPiece
from classifier.tests.comments import sent, stored
from classifier.tests.files import csv_of, send
from conftest import Api

pytestmark = pytest.mark.django_db

FILE = "id,texto,autor,publicado_em\na,Amei o refrão,@bia,2025-08-01T13:00:00-03:00\nb,O app fecha sozinho no login,,\n"


def send_by_hand(api, name):
    """With the file name as it is, which a client's library would make harmless."""
    disposition = f'Content-Disposition: form-data; name="arquivo"; filename="{name}"'
    body = f"--{BOUNDARY}\r\n{disposition}\r\n\r\n{FILE}\r\n--{BOUNDARY}--\r\n"
    return api.generic("POST", "/api/lotes", body.encode(), MULTIPART_CONTENT)


def batch(api, answer):
    return api.get(answer["Location"]).json()


def errors(api, answer):
    return [(error["linha"], error["detail"]) for error in batch(api, answer)["erros"]]


def texts(api, answer):
    return [comment["texto"] for comment in api.get(f"{answer['Location']}/comentarios?limite=1000").json()]


def test_a_file_is_taken_in_at_once_and_read_and_labelled_in_the_background(api):
    answer = send(api, FILE)

    body = answer.json()
    assert (answer.status_code, answer["Location"]) == (202, f"/api/lotes/{body['id']}")
    assert body | {"id": 0, "criado_em": 0} == {
        "id": 0, "estado": "processando", "total": 0, "classificados": 0, "pendentes": 0, "falhas": 0,
        "progresso": 0.0, "criado_em": 0, "concluido_em": None, "erros": [],
    }  # fmt: skip
    assert Comment.objects.count() == 0

    tasks.expand_uploads()
    waiting = batch(api, answer)
    tasks.label_waiting()
    done = batch(api, answer)

    assert [waiting[key] for key in ("estado", "total", "pendentes", "progresso")] == ["processando", 2, 2, 0.0]
    assert [done[key] for key in ("estado", "total", "classificados", "progresso")] == ["concluido", 2, 2, 1.0]
    assert done["concluido_em"] is not None
    assert texts(api, answer) == ["Amei o refrão", "O app fecha sozinho no login"]
    first = api.get("/api/comentarios/a").json()
    assert (first["autor"], first["publicado_em"], first["categoria"]) == (
        "@bia",
        "2025-08-01T13:00:00-03:00",
        "ELOGIO",
    )


def test_lines_of_json_come_in_too(api):
    answer = send(api, '{"id": "a", "texto": "Amei", "metadados": {"faixa": 3}}\n{"texto": "Ruim"}\n', "c.jsonl")
    tasks.expand_uploads()

    assert texts(api, answer) == ["Amei", "Ruim"]
    assert api.get("/api/comentarios/a").json()["metadados"] == {"faixa": 3}


def test_what_the_file_was_is_kept_and_its_content_is_not(api):
    send(api, FILE, "março.csv")
    upload = Upload.objects.get()
    assert b"".join(bytes(piece.data) for piece in upload.pieces.all()) == FILE.encode()

    tasks.expand_uploads()

    upload.refresh_from_db()
    assert (upload.name, upload.format, upload.encoding, upload.size) == (
        "março.csv",
        "csv",
        "utf-8-sig",
        len(FILE) + 1,
    )
    assert upload.sha256 == hashlib.sha256(FILE.encode()).hexdigest()
    assert (upload.state, upload.lines, upload.lines_read, upload.lease_token) == ("expanded", 3, 3, None)
    assert UploadPiece.objects.count() == 0


def test_a_file_of_megabytes_goes_through_in_pieces(api):
    lines = [f"c-{n},{'é' * 600} {n}" for n in range(3_000)]

    answer = send(api, "id,texto\n" + "\n".join(lines))
    assert UploadPiece.objects.count() == 4
    tasks.expand_uploads()

    assert batch(api, answer)["total"] == 3_000
    assert Comment.objects.get(external_id="c-1999").text == f"{'é' * 600} 1999"


def test_bad_lines_are_reported_by_number_and_the_good_ones_go_on(api):
    answer = send(api, "id,texto\na,Amei\n-x,Amei\nb\nc,   \nd,a\0b\nexport,Amei\ne,Gostei\n")
    tasks.expand_uploads()
    tasks.label_waiting()

    assert texts(api, answer) == ["Amei", "Gostei"]
    assert errors(api, answer) == [
        (3, "id: O id tem de 1 a 64 letras, dígitos e - _ . : e começa por letra ou dígito."),
        (4, "1 coluna em vez de 2."),
        (5, "texto: O texto não pode ser vazio."),
        (6, "texto: O texto tem um caractere NUL ou meio par substituto."),
        (7, "id: Este id é reservado."),
    ]
    assert (batch(api, answer)["total"], batch(api, answer)["estado"]) == (2, "concluido")


def test_errors_are_told_in_the_senders_language(make_user):
    english = Api(make_user("client", API_CLIENT), HTTP_ACCEPT_LANGUAGE="en")

    answer = send(english, "id,texto\na,\n")
    tasks.expand_uploads()

    assert errors(english, answer) == [(2, "texto: The text must not be empty.")]


def test_a_file_without_a_good_line_ends_with_its_errors(api):
    answer = send(api, "id,texto\na,\nb,\n")
    tasks.expand_uploads()

    body = batch(api, answer)
    assert (body["estado"], body["total"], body["progresso"], len(body["erros"])) == ("concluido", 0, 1.0, 2)


def test_of_very_many_errors_the_first_thousand_are_told_and_the_rest_counted(api):
    answer = send(api, "id,texto\n" + "x,\n" * 1_200)
    tasks.expand_uploads()

    found = errors(api, answer)
    assert len(found) == 1_001
    assert found[999] == (1_001, "texto: O texto não pode ser vazio.")
    assert found[1_000] == (None, "Mais 200 linhas têm erro.")


def test_an_id_that_is_stored_with_another_text_is_reported_and_not_stored(api):
    api.post("/api/comentarios", sent("Amei", id="a"))
    api.post("/api/comentarios", sent("Gostei", id="b"))

    answer = send(api, "id,texto\na,Odiei\nb,Gostei\n")
    tasks.expand_uploads()

    assert errors(api, answer) == [(2, "id: O id já está gravado com outro texto.")]
    assert texts(api, answer) == ["Gostei"]
    assert Comment.objects.get(external_id="a").text == "Amei"


@pytest.mark.parametrize("between", [0, 1_500])
def test_an_id_that_comes_twice_is_one_comment_and_another_text_for_it_an_error(api, between):
    others = "".join(f"x-{n},entre\n" for n in range(between))

    answer = send(api, f"id,texto\na,Amei\n{others}a,Amei\na,Odiei\n")
    tasks.expand_uploads()

    assert [text for text in texts(api, answer) if text != "entre"] == ["Amei"]
    assert batch(api, answer)["total"] == between + 1
    assert errors(api, answer) == [(between + 4, "id: O id já aparece antes no arquivo, com outro texto.")]


def test_sending_the_same_file_twice_stores_and_labels_its_comments_once(api):
    first, second = send(api, FILE), send(api, FILE)
    tasks.expand_uploads()
    tasks.label_waiting()

    assert Comment.objects.count() == 2
    assert [batch(api, answer)["classificados"] for answer in (first, second)] == [2, 2]


def test_an_export_may_be_sent_back(api):
    for text in ("=1+1", "'=1+1", 'disse "amei"\ne foi'):
        stored(text)
    exported = api.get("/api/comentarios/export").getvalue()

    answer = send(api, exported)
    tasks.expand_uploads()

    assert (batch(api, answer)["total"], errors(api, answer)) == (3, [])
    assert sorted(texts(api, answer)) == ["'=1+1", "=1+1", 'disse "amei"\ne foi']


def test_later_corrections_do_not_move_the_time_at_which_a_batch_was_done(api, curator_api):
    answer = send(api, FILE)
    tasks.expand_uploads()
    tasks.label_waiting()
    done = batch(api, answer)["concluido_em"]

    curator_api.patch("/api/comentarios/a", {"categoria": "SPAM"})

    assert batch(api, answer)["concluido_em"] == done


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "O arquivo está vazio."),
        (b"id,texto\n", "O arquivo não tem nenhuma linha abaixo dos nomes das colunas."),
        (b"PK\x03\x04" + b"x" * 500, "O arquivo não é texto, e sim um arquivo compactado"),
        ("id,texto\na,Amei\n".encode("utf-16"), "O arquivo está em UTF-16."),
        (b"id,comentario\na,Amei\n", "A primeira linha deve ter os nomes das colunas, e uma delas deve ser texto."),
        (b"id,texto,nota\na,Amei,1\n", "Coluna desconhecida: nota. Conhecidas: id, texto,"),
        (b"texto,n\xe3\x00o,\xff\na,b,c\n", "Colunas desconhecidas: "),
        (b"[1, 2]", "O arquivo é uma só lista JSON."),
    ],
)
def test_what_is_no_file_of_comments_is_refused_and_nothing_is_stored(api, content, says):
    answer = send(api, content)

    body = answer.json()
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert body["detail"].startswith(says)
    assert [(error["pointer"], error["code"]) for error in body["errors"]] == [("/arquivo", "file")]
    assert (Batch.objects.count(), Upload.objects.count(), UploadPiece.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    ("fields", "pointers"),
    [
        ({}, ["/arquivo"]),
        ({"arquivo": "id,texto"}, ["/arquivo"]),
        ({"outro": SimpleUploadedFile("a.csv", b"texto\nAmei\n")}, ["/outro", "/arquivo"]),
        ({"arquivo": SimpleUploadedFile("a.csv", b"texto\nAmei\n"), "origem": "x"}, ["/origem"]),
        (
            {"arquivo": [SimpleUploadedFile("a.csv", b"texto\nA\n"), SimpleUploadedFile("b.csv", b"texto\nB\n")]},
            ["/arquivo"],
        ),
    ],
)
def test_one_file_and_nothing_else_is_taken(api, fields, pointers):
    answer = api.post("/api/lotes", fields, MULTIPART_CONTENT)

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == pointers
    assert Batch.objects.count() == 0


@pytest.mark.parametrize("body", [b"", b"nada", b"--x\r\nContent-Disposition: form-data\r\n\r\n"])
@pytest.mark.parametrize("media", ["multipart/form-data; boundary=x", "multipart/form-data"])
def test_a_body_that_is_no_multipart_is_refused(api, body, media):
    answer = api.post("/api/lotes", body, media)

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.parametrize("media", ["text/csv", "application/json", "application/x-www-form-urlencoded", ""])
def test_another_media_type_is_415(api, media):
    assert api.post("/api/lotes", FILE, media).status_code == 415


def test_more_files_than_anybody_sends_are_refused(api):
    files = [SimpleUploadedFile(f"{n}.csv", b"texto\nA\n") for n in range(150)]

    assert api.post("/api/lotes", {"arquivo": files}, MULTIPART_CONTENT).status_code == 400


def test_a_file_over_the_limit_is_413(api, settings):
    settings.UPLOAD_MAX_BYTES = 2**20
    line = b"a,Amei\n"

    answers = [send(api, b"id,texto\n" + line * (size // len(line))) for size in (2**20 - 20, 2**20 + 10, 2**21)]

    assert [answer.status_code for answer in answers] == [202, 413, 413]
    assert [answer["Content-Type"] for answer in answers[1:]] == ["application/problem+json"] * 2
    assert answers[1].json()["detail"] == "Um arquivo pode ter no máximo 1 MB."
    assert Batch.objects.count() == 1


def test_fifty_megabytes_are_the_limit_and_ten_that_of_json(api, settings):
    assert settings.UPLOAD_MAX_BYTES == 50 * 2**20

    def announced(path, megabytes, media):
        body = {"CONTENT_LENGTH": str(megabytes * 2**20), "wsgi.input": io.BytesIO(b"x")}
        return api.post(path, b"", media, **body)

    too_large = [
        announced("/api/lotes", 51, "multipart/form-data; boundary=x"),
        announced("/api/comentarios", 11, "application/json"),
    ]

    assert [answer.status_code for answer in too_large] == [413, 413]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\bia\\lote.csv", "lote.csv"),
        ("<img src=x onerror=alert(1)>.csv", "<img src=x onerror=alert(1)>.csv"),
        ("a\0b.csv", "ab.csv"),
        ("é" * 300 + ".csv", "é" * 251 + ".csv"),
    ],
)
def test_a_hostile_file_name_does_no_harm(api, admin_client, name, kept):
    answer = send_by_hand(api, name)

    assert answer.status_code == 202
    assert Upload.objects.get().name == kept
    assert b"<img src=x" not in admin_client.get("/painel/classifier/upload/").content


def test_without_a_name_it_is_no_file(api):
    assert send_by_hand(api, "").status_code == 400


def test_who_may_only_read_cannot_send_a_file(reader_api, anonymous):
    assert [send(client, FILE).status_code for client in (reader_api, anonymous)] == [403, 401]


def test_a_file_is_seen_by_its_sender_and_by_administrators(api, admin_api, curator_api):
    answer = send(api, FILE)

    assert [client.get(answer["Location"]).status_code for client in (api, admin_api, curator_api)] == [200, 200, 404]


def test_a_parameter_and_another_method_are_refused(api):
    assert api.post("/api/lotes?nome=x", {}, MULTIPART_CONTENT).status_code == 400
    assert api.get("/api/lotes").status_code == 405


@pytest.mark.django_db(transaction=True)
def test_a_body_that_breaks_off_is_no_file(make_user, live_server):
    user = make_user("cliente", API_CLIENT)
    body = encode_multipart(BOUNDARY, {"arquivo": SimpleUploadedFile("a.csv", csv_of(500).encode())})
    client = http.client.HTTPConnection(urlsplit(live_server.url).netloc, timeout=20)
    client.putrequest("POST", "/api/lotes")
    client.putheader("Authorization", f"Bearer {tokens.issue(user).access}")
    client.putheader("Content-Type", MULTIPART_CONTENT)
    client.putheader("Content-Length", str(len(body)))
    client.endheaders(body[: len(body) // 2])
    client.sock.shutdown(1)

    answer = client.getresponse()

    assert (answer.status, Batch.objects.count()) == (400, 0)
    client.close()


def test_the_panel_shows_batches_and_files_to_who_may_see_all_and_changes_nothing(api, admin_api, client):
    answer = send(api, FILE + "c,\n", "março.csv")
    tasks.expand_uploads()
    client.force_login(admin_api.user)

    lists = [client.get(f"/painel/classifier/{model}/") for model in ("batch", "upload")]
    [key] = Batch.objects.values_list("pk", flat=True)
    pages = [client.get(f"/painel/classifier/{model}/{key}/change/") for model in ("batch", "upload")]

    assert [page.status_code for page in lists + pages] == [200] * 4
    assert "março.csv" in lists[1].content.decode()
    assert UploadError.objects.get().detail in pages[1].content.decode()
    assert "0 / 2" in lists[0].content.decode()
    assert all(client.get(f"/painel/classifier/{model}/add/").status_code == 403 for model in ("batch", "upload"))
    assert client.post(f"/painel/classifier/upload/{key}/delete/", {"post": "yes"}).status_code == 403
    assert answer.status_code == 202


def test_the_panel_hides_them_from_others(curator_api, client):
    client.force_login(curator_api.user)

    assert [client.get(f"/painel/classifier/{m}/").status_code for m in ("batch", "upload")] == [403, 403]


def test_the_panels_lists_take_as_many_queries_for_three_as_for_one(api, admin_api, client):
    client.force_login(admin_api.user)

    def queries():
        send(api, FILE)
        tasks.expand_uploads()
        with CaptureQueriesContext(connection) as captured:
            for model in ("batch", "upload"):
                client.get(f"/painel/classifier/{model}/")
        return len(captured)

    queries()

    assert queries() == queries()


def test_the_description_tells_of_the_file(anonymous):
    operation = anonymous.get("/api/schema").json()["paths"]["/api/lotes"]["post"]

    assert operation["requestBody"]["content"].keys() == {"multipart/form-data"}
    assert {"202", "400", "401", "403", "413", "415", "429", "503"} <= operation["responses"].keys()
