"""`manage.py classify` labels a file as people save it, and says which lines it could not read."""

import csv

import pytest
from django.core.management import CommandError, call_command

from classifier import formulas

pytestmark = pytest.mark.django_db


@pytest.fixture
def classify(tmp_path, capsys):
    """Labels the content of a file; the rows written, and what was said on standard output and error."""

    def run(content):
        source = tmp_path / "comentarios.csv"
        source.write_bytes(content if isinstance(content, bytes) else content.encode())
        call_command("classify", str(source))
        with (tmp_path / "comentarios_classificado.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.reader(file)), capsys.readouterr()

    return run


def test_each_comment_is_written_with_its_label(classify):
    rows, said = classify("id,texto\na1,Amei demais esse refrão\na2,quando sai o clipe?\n")

    assert rows[0] == ["id", "texto", "categoria", "tags", "confianca", "motor"]
    assert [row[:3] for row in rows[1:]] == [
        ["a1", "Amei demais esse refrão", "ELOGIO"],
        ["a2", "quando sai o clipe?", "DÚVIDA"],
    ]
    assert said.out.startswith("2 comentários classificados, 0 linhas deixadas de fora")


def test_bad_lines_are_named_by_number_and_the_rest_goes_on(classify):
    rows, said = classify('id,texto\na1,Amei\n-x,Amei\na3,"duas\nlinhas"\na4\na5,   \na6,Gostei\n')

    assert [row[0] for row in rows[1:]] == ["a1", "a3", "a6"]
    assert said.err.splitlines() == [
        "linha 3: id: O id tem de 1 a 64 letras, dígitos e - _ . : e começa por letra ou dígito.",
        "linha 6: 1 coluna em vez de 2.",
        "linha 7: texto: O texto não pode ser vazio.",
    ]


@pytest.mark.parametrize(
    "content",
    [
        "\ufefftexto\nNão gostei\n",
        "sep=;\ntexto;nota\nNão gostei;1\n",
        "TEXTO;nota\r\nNão gostei;1\r\n",
        "texto\nNão gostei\n".encode("cp1252"),
    ],
)
def test_a_spreadsheets_ways_of_saving_are_read(classify, content):
    rows, _said = classify(content)

    assert rows[1][rows[0].index("texto")] == "Não gostei"


def test_a_cell_beyond_all_measure_is_named_and_the_rest_goes_on(classify):
    rows, said = classify(f'id,texto\na1,Amei\na2,"{"x" * 200_000}"\na3,Gostei\n')

    assert [row[0] for row in rows[1:]] == ["a1", "a3"]
    assert said.err.startswith("linha 3: ")


def test_a_byte_that_stands_for_nothing_stops_no_file(classify):
    rows, _said = classify(b"texto\nN\xe3o \x81 gostei\n")

    assert rows[1][1] == "Não \ufffd gostei"


def test_a_file_may_be_written_over_itself(tmp_path):
    path = tmp_path / "comentarios.csv"
    path.write_text("id,texto\na1,Amei\n")

    call_command("classify", str(path), output=path)

    assert path.read_text().splitlines()[1].startswith("a1,Amei,ELOGIO,")


def test_a_file_that_is_none_leaves_an_earlier_result_alone(tmp_path):
    source, target = tmp_path / "a.csv", tmp_path / "b.csv"
    source.write_text("comentario\nAmei\n")
    target.write_text("resultado")

    with pytest.raises(CommandError):
        call_command("classify", str(source), output=target)

    assert target.read_text() == "resultado"


def test_a_missing_id_is_made(classify):
    rows, _said = classify("texto\nAmei\nAmei\n")

    assert len({row[0] for row in rows[1:]}) == 2


def test_columns_of_ones_own_are_kept(classify):
    rows, _said = classify("nota,texto\n10,Amei\n")

    assert rows[0][:3] == ["id", "nota", "texto"]
    assert rows[1][1:3] == ["10", "Amei"]


@pytest.mark.parametrize("start", formulas.STARTS[:4])
def test_what_our_export_made_harmless_is_read_as_it_was_typed(classify, start):
    rows, _said = classify(f"texto\n'{start}1 amei\n")

    assert rows[1][1] == f"'{start}1 amei"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("texto\nAmei\n".encode("utf-16"), "O arquivo está em UTF-16. Salve-o como CSV em UTF-8."),
        ("comentario\nAmei\n", "A primeira linha deve ter os nomes das colunas, e uma delas deve ser texto."),
        ("", "A primeira linha deve ter os nomes das colunas, e uma delas deve ser texto."),
    ],
)
def test_a_file_that_is_none_is_refused_with_the_reason(classify, content, says):
    with pytest.raises(CommandError, match=says):
        classify(content)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CommandError, match=r"nada\.csv: No such file"):
        call_command("classify", str(tmp_path / "nada.csv"))
