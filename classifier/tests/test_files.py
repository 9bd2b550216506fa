"""A file is read as its program meant it, line by line, and what goes out of the house comes back in as it was."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classifier import export, formulas
from classifier.files import BadLine, Line, UnreadableFileError, encoding_of, form_of, lines_of, read_csv
from classifier.incoming import INVISIBLE
from classifier.models import Comment
from classifier.tests.comments import stored


def good(lines):
    return [line for line in lines if isinstance(line, Line)]


def faults(lines):
    return [line.fault for line in lines if isinstance(line, BadLine)]


def read(content):
    """Number and text of each good line, number and fault of each bad one, of a file that may be sent."""
    file = io.BytesIO(content if isinstance(content, bytes) else content.encode())
    lines = lines_of(file, form_of(file))
    return [(line.number, line.fault if isinstance(line, BadLine) else line.comment.text) for line in lines]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_programs_way_of_saving_is_found_out(encoding, delimiter, end):
    lines = [["id", "texto", "origem"], ["a", "Não gostei, é ruim; muito", "rádio"], ["b", "Ótimo", ""]]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(lines)

    assert read(out.getvalue().encode(encoding)) == [(2, "Não gostei, é ruim; muito"), (3, "Ótimo")]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_line_sep_names_the_separator(delimiter):
    assert read(f"sep={delimiter}\r\nid{delimiter}texto\r\na{delimiter}Amei\r\n") == [(3, "Amei")]


def test_with_one_column_commas_and_semicolons_are_the_texts_own():
    assert read('texto\nAmei, amei; demais\n"Disse ""oi"", e foi"\n') == [
        (2, "Amei, amei; demais"),
        (3, 'Disse "oi", e foi'),
    ]


def test_quotes_and_line_breaks_stay_within_their_cell_and_are_counted():
    assert read('id,texto\na,"duas\nlinhas, ""e aspas"""\nb,uma\n') == [(2, 'duas\nlinhas, "e aspas"'), (4, "uma")]


def test_blank_lines_are_no_comments():
    assert read("id,texto\n\na,Amei\n,\n  ,\n\nb,Gostei\n\n") == [(3, "Amei"), (7, "Gostei")]


@pytest.mark.parametrize("quoted", ['a,"Amei', 'a,"Amei" demais'])
def test_quotes_that_do_not_match_up_cost_their_own_line_only(quoted):
    assert read(f"id,texto\n{quoted}\nb,Gostei\nc,Disse 'oi'\n") == [
        (2, "As aspas não fecham, ou são mais de 40000 caracteres."),
        (3, "Gostei"),
        (4, "Disse 'oi'"),
    ]


def test_a_line_beyond_all_measure_is_named_and_the_rest_goes_on():
    assert [number for number, _ in read(f"id,texto\na,{'x' * 3_000_000}\nb,Amei\n")] == [2, 3]
    assert read(f"id,texto\na,{'x' * 3_000_000}\nb,Amei\n")[1] == (3, "Amei")


def test_a_line_beyond_all_measure_within_quotes_costs_no_other():
    content = f'id,texto\na,"Amei\nb,{"x" * 1_000_000}\nc,Gostei\n'

    assert [number for number, _ in read(content)] == [2, 3, 4]
    assert read(content)[2] == (4, "Gostei")


def test_one_bad_byte_in_utf8_damages_its_own_line_only():
    good = "".join(f"{n},Não é bom\n" for n in range(50)).encode()

    lines = read(b"id,texto\n" + good + b"x,N\xe3o\n" + good.replace(b"\n", b"b\n"))

    assert lines[50] == (52, "A linha tem bytes que não são UTF-8.")
    assert {text for number, text in lines if number != 52} == {"Não é bom", "Não é bomb"}


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"texto\nAmei\n", "utf-8-sig"),
        ("texto\nMANHÃ” — é".encode("cp1252"), "cp1252"),  # its capital and quote would pass for one letter of UTF-8
        (b"\xef\xbb\xbftexto\nN\xe3o\n", "utf-8-sig"),
        (("a" * 65_535 + "é" * 70_000).encode(), "utf-8-sig"),
    ],
)
def test_the_encoding_is_the_one_that_garbles_least(content, encoding):
    assert encoding_of(io.BytesIO(content)) == encoding


def test_lines_of_json_are_read_as_strictly_as_a_body():
    content = "\n".join(
        [
            '{"id": "a", "texto": "Amei", "metadados": {"faixa": 3}, "autor": "@bia"}',
            "",
            '{"texto": "Gostei"}',
            '{"id": "c", "texto": "x", "texto": "y"}',
            '{"id": "d"',
            '["e"]',
            '{"id": "f", "texto": "x", "cor": "azul"}',
            '{"id": "g", "texto": "a\\u0000b"}',
            '{"id": "h", "texto": "x", "metadados": {"n": NaN}}',
            '{"id": "i", "texto": "x", "categoria": "SPAM", "tags_funcionalidades": [], "confianca": 0.9}',
        ]
    )

    assert read("\ufeff" + content) == [
        (1, "Amei"),
        (3, "Gostei"),
        (4, "texto: A chave aparece duas vezes no mesmo objeto."),
        (5, "A linha não é um objeto JSON."),
        (6, "Deve ser um objeto."),
        (7, "cor: Campo desconhecido. Conhecidos: id, texto, origem, autor, publicado_em, metadados."),
        (8, "texto: O texto tem um caractere NUL ou meio par substituto."),
        (9, "NaN não é um número JSON."),
        (10, "x"),
    ]


def test_a_line_of_json_that_is_too_long_or_no_utf8_costs_itself_only():
    long = b'{"id": "a", "texto": "' + b"x" * 1_000_000 + b'"}\n'
    content = long + b'{"id": "b", "texto": "N\xe3o"}\n{"id": "c", "texto": "Amei"}\n'

    assert read(content) == [
        (1, "A linha tem mais de 262144 bytes."),
        (2, "O byte 23 não é UTF-8."),
        (3, "Amei"),
    ]


def test_every_field_may_be_a_column():
    file = io.BytesIO(
        b"id;texto;autor;origem;publicado_em;metadados\n"
        b'a;Amei;@bia;app;2025-08-01T13:00:00-03:00;"{""faixa"": 3}"\n'
        b"b;Amei;;;ontem;\n"
        b"c;Amei;;;;{faixa}\n"
        b"d;Amei;;;;[1]\n"
    )

    lines = list(lines_of(file, form_of(file)))

    [comment] = [line.comment for line in good(lines)]
    assert (comment.author, comment.source, comment.metadata) == ("@bia", "app", {"faixa": 3})
    assert comment.published_at == datetime(2025, 8, 1, 16, tzinfo=UTC)
    assert [fault.partition(":")[0] for fault in faults(lines)] == ["publicado_em", "metadados", "metadados"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "O arquivo está vazio."),
        (b"id,texto\n\n", "O arquivo não tem nenhuma linha abaixo dos nomes das colunas."),
        ("texto\nNão\n".encode("utf-16"), "O arquivo está em UTF-16. Salve-o como CSV em UTF-8."),
        ("texto\nNão\n".encode("utf-16-le"), "O arquivo está em UTF-16. Salve-o como CSV em UTF-8."),
        (b"comentario\nAmei\n", "A primeira linha deve ter os nomes das colunas, e uma delas deve ser texto."),
        (b"\x00" * 100, "O arquivo não é de texto."),
        (
            b"PK\x03\x04xl/workbook.xml",
            "O arquivo não é texto, e sim um arquivo compactado, uma planilha ou uma imagem.",
        ),
        (b'[{"texto": "Amei"}]', "O arquivo é uma só lista JSON. Envie-o com um objeto por linha (JSONL)."),
        (
            b"texto,nota,cor\nx,1,2\n",
            "Colunas desconhecidas: cor, nota. Conhecidas: id, texto, origem, autor, publicado_em, metadados.",
        ),
        (b"texto,n\xe3o\x00\nx,1\n", None),
        (b"texto,texto\nx,y\n", "Colunas que aparecem duas vezes: texto."),
    ],
)
def test_what_is_no_file_of_comments_is_refused_with_the_reason(content, says):
    with pytest.raises(UnreadableFileError) as refusal:
        form_of(io.BytesIO(content))

    assert says is None or str(refusal.value).startswith(says)


def test_columns_without_a_name_are_passed_over():
    assert read("id;texto;;\na;Amei;;\n") == [(2, "Amei")]


def test_reading_goes_on_behind_a_line_with_the_same_ids_made():
    content = 'id,texto\n,Amei\n,"duas\nlinhas"\nc,Gostei\n,Fim\n'

    def ids(after):
        lines = read_csv(io.StringIO(content, newline=""), after=after, made_id=lambda number: f"made-{number}")[1]
        return [(line.number, line.comment.id) for line in good(lines)]

    assert ids(0) == [(2, "made-2"), (3, "made-3"), (5, "c"), (6, "made-6")]
    assert ids(3) == [(5, "c"), (6, "made-6")]


texts = (
    st.text(st.sampled_from("'=+-@＝＠ \t\r\n\",;aé🔥"), min_size=1, max_size=8)
    .map(str.strip)
    .filter(lambda text: not INVISIBLE.fullmatch(text))
)


@given(texts)
def test_what_was_made_harmless_is_read_as_it_was_typed(text):
    assert formulas.as_typed(formulas.harmless(text)) == text
    assert not formulas.harmless(text).startswith(formulas.STARTS)


@pytest.mark.django_db
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(texts, min_size=1, max_size=20))
def test_an_export_that_is_sent_back_has_the_same_ids_and_texts(texts):
    Comment.objects.all().delete()
    sent = {(comment.external_id, comment.text) for comment in map(stored, texts)}

    for content in (export.csv_stream(Comment.objects.all()), export.json_stream(Comment.objects.all())):
        file = io.BytesIO(b"".join(content))
        lines = list(lines_of(file, form_of(file)))
        assert faults(lines) == []
        assert {(line.comment.id, line.comment.text) for line in good(lines)} == sent


@pytest.mark.django_db
def test_an_apostrophe_that_was_typed_before_a_formula_survives_the_export():
    for text in ("=1+1", "'=1+1", "''=1+1", "'amei'", "'"):
        stored(text)

    rows = list(csv.DictReader(io.StringIO(b"".join(export.csv_stream(Comment.objects.order_by("id"))).decode())))

    assert [row["texto"] for row in rows] == ["'=1+1", "''=1+1", "'''=1+1", "'amei'", "'"]


def test_json_lines_of_another_house_may_have_any_order_of_keys():
    assert read(json.dumps({"texto": "Amei", "id": "a"}) + "\r\n" + json.dumps({"texto": "Oi"})) == [
        (1, "Amei"),
        (2, "Oi"),
    ]


def test_quotes_left_open_on_every_line_cost_no_more_than_the_lines_themselves():
    """One record of the whole file, and each line read again from there, would take days for a few megabytes."""
    hostile = "texto\n" + 'a","\n' * 5_000 + "Amei\n"

    _header, lines = read_csv(io.StringIO(hostile))
    found = list(lines)

    assert len(found) == 5_001
    assert isinstance(found[-1], Line)
