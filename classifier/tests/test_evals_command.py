"""`manage.py evals`: an engine measured, held to thresholds, compared, and the run kept."""

import json
import uuid
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.groups import CURATORS
from alumusic.environment import Price
from classifier.evaluation.thresholds import defaults
from classifier.models import Category, Comment, DataSet, Review, Run, RunAnswer
from classifier.review import steps, verdicts
from classifier.review.verdicts import Decision
from classifier.tests.comments import stored
from tests.fakes.llm import answering, content_filtered, http_error

pytestmark = pytest.mark.django_db

# What the fake language model calls them: the fifth is a mistake of its.
ROWS = [
    ("Que hino", "ELOGIO"),
    ("Amei demais", "ELOGIO"),
    ("O app trava", "CRÍTICA"),
    ("Podia ter letra", "SUGESTÃO"),
    ("Esperava mais", "CRÍTICA"),
    ("Quando sai?", "DÚVIDA"),
    ("Clique e ganhe", "SPAM"),
]


@pytest.fixture
def table(tmp_path):
    """A data set of these rows; its path."""

    def write(rows=ROWS, *, name="dados.csv", head="texto,categoria\n"):
        path = tmp_path / name
        path.write_text(head + "".join(f'"{text}",{category}\n' for text, category in rows), encoding="utf-8")
        return path

    return write


@pytest.fixture
def evals(llm, capsys):
    """Runs the command; what it wrote to both outputs."""

    def run(*options):
        call_command("evals", *map(str, options))
        return capsys.readouterr()

    return run


@pytest.fixture
def figures(evals):
    return lambda *options: json.loads(evals("--json", "-", *options).out)


def marks(printed):
    return [line for line in printed.splitlines() if line.startswith("[")]


def test_precision_recall_and_f1_are_of_their_category(figures, table):
    found = figures("-d", table())

    of_praise, of_criticism = found["categorias"]["ELOGIO"], found["categorias"]["CRÍTICA"]
    assert (of_praise["precision"], of_praise["recall"], of_praise["n"]) == (pytest.approx(2 / 3), 1.0, 2)
    assert (of_criticism["precision"], of_criticism["recall"], of_criticism["n"]) == (1.0, 0.5, 2)
    assert (of_praise["f1"], of_criticism["f1"]) == (pytest.approx(0.8), pytest.approx(2 / 3))
    assert found["macro_f1"]["valor"] == pytest.approx((0.8 + 2 / 3 + 3) / 5)


def test_the_matrix_stands_in_the_declared_order(figures, table):
    matrix = figures("-d", table())["matriz_confusao"]

    assert matrix["categorias"] == Category.values
    assert matrix["linhas"] == [[2, 0, 0, 0, 0], [1, 1, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 1, 0], [0, 0, 0, 0, 1]]
    assert matrix["sem_resposta"] == [0] * 5


def test_the_report_is_scikit_learns_and_ends_with_a_mark_a_threshold(evals, table):
    printed = evals("-d", table([row for row in ROWS if row[0] != "Esperava mais"]), "--all").out

    assert "precision    recall  f1-score   support" in printed
    assert len(marks(printed)) == 15
    assert marks(printed)[0] == "[✓] ELOGIO recall 1.000 ≥ 0.600"


def test_a_threshold_that_is_missed_ends_with_1_and_says_which(evals, table, capsys):
    with pytest.raises(SystemExit) as ended:
        evals("-d", table(), "--critica-min-recall", "0.9", "--elogio-max-precision", "0.5", "--spam-min-f1", "1")

    assert ended.value.code == 1
    assert marks(capsys.readouterr().out) == [
        "[✗] ELOGIO precision 0.667 ≤ 0.500",
        "[✗] CRÍTICA recall 0.500 ≥ 0.900",
        "[✓] SPAM f1 1.000 ≥ 1.000",
    ]


def test_thresholds_given_replace_the_defaults(evals, table):
    assert marks(evals("-d", table(), "--all", "--critica-min-recall", "0.5").out) == [
        "[✓] CRÍTICA recall 0.500 ≥ 0.500"
    ]


def test_a_category_named_alone_is_held_to_its_own_defaults(evals, table):
    assert [mark[:12] for mark in marks(evals("-d", table(), "--spam").out)] == [
        "[✓] SPAM rec",
        "[✓] SPAM pre",
        "[✓] SPAM f1 ",
    ]
    with pytest.raises(SystemExit):
        evals("-d", table(), "--critica")


def test_a_category_that_cannot_be_measured_holds_no_threshold(evals, table):
    with pytest.raises(SystemExit):
        evals("-d", table(ROWS[:3]), "--spam-min-f1", "0")


def test_a_comment_without_an_answer_counts_as_wrong_and_is_shown(llm, figures, table):
    llm.when("Que hino", content_filtered())

    found = figures("-d", table())

    assert (found["respondidos"], found["n"]) == (6, 7)
    assert found["cobertura"]["valor"] == pytest.approx(6 / 7)
    assert found["categorias"]["ELOGIO"]["recall"] == 0.5
    assert found["matriz_confusao"]["sem_resposta"] == [1, 0, 0, 0, 0]
    assert RunAnswer.objects.get(category=None).failure == "content_filter"


def test_an_engine_that_answers_nothing_could_not_be_run(llm, evals, table):
    llm.always = http_error(401)

    with pytest.raises(CommandError) as error:
        evals("-d", table())

    assert error.value.returncode == 2
    assert not Run.objects.exists()


def test_a_set_of_one_category_gives_null_and_a_reason_and_never_nan(evals, table):
    def refuse(name):
        raise AssertionError(name)

    printed = evals("-d", table([("Que hino", "ELOGIO"), ("Amei", "ELOGIO")]), "--json", "-").out
    found = json.loads(printed, parse_constant=refuse)

    assert (found["kappa"]["valor"], found["kappa"]["motivo"]) == (None, "uma_categoria")
    assert found["categorias"]["SPAM"]["f1"] is None
    assert found["categorias"]["SPAM"]["reasons"] == {
        "precision": "nunca_dita", "recall": "nenhum_da_categoria", "f1": "ausente",
    }  # fmt: skip
    assert found["ece"] == {"valor": None, "intervalo": None, "motivo": "poucos"}
    assert Run.objects.get().figures["kappa"]["valor"] is None


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ("\ufefftexto,categoria\n", "Que hino,ELOGIO\n"),
        ("CATEGORIA;nota;Texto\r\n", "elogio;10;Que hino, demais\r\n"),
        ("id,texto,categoria\n", '7,"Que\nhino",ELOGIO\n'),
        ("texto,categoria\n\n", "Que hino,ELOGIO\n"),
        ("texto;categoria\n", "O app trava;CRITICA\n"),
    ],
)
def test_a_file_is_read_as_people_save_it(figures, tmp_path, head, row):
    path = tmp_path / "dados.csv"
    path.write_bytes((head + row).encode())

    assert figures("-d", path)["acuracia"]["valor"] == 1.0


def test_bad_rows_are_named_with_their_lines_and_nothing_is_measured(llm, evals, tmp_path):
    path = tmp_path / "dados.csv"
    path.write_text('texto,categoria\nQue hino,ELOGIO\n,ELOGIO\n"Que\nhino",RAIVA\nsó texto\nFim,SPAM\n')

    with pytest.raises(CommandError) as error:
        evals("-d", path)

    assert error.value.returncode == 2
    assert [line.split(":")[0] for line in str(error.value).splitlines()[1:]] == ["linha 3", "linha 4", "linha 6"]
    assert llm.requests == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "dados.csv"),
        ("", "texto, categoria"),
        ("texto,rotulo\nx,y\n", "categoria"),
        ("texto,categoria\n", "dados"),
    ],
)
def test_a_file_that_is_no_data_set_ends_with_2(evals, tmp_path, content, says):
    path = tmp_path / "dados.csv"
    if content is not None:
        path.write_text(content)

    with pytest.raises(CommandError, match=says) as error:
        evals("-d", path)

    assert error.value.returncode == 2


def test_with_json_on_standard_output_nothing_else_goes_there(evals, table):
    printed = evals("-d", table(), "--spam", "--json", "-")

    assert json.loads(printed.out)["passou"] is True
    assert "[✓] SPAM" in printed.err


def test_each_form_is_written_where_it_is_asked_for(evals, table, tmp_path):
    named = {name: tmp_path / name for name in ("j.json", "m.md", "u.xml")}

    with pytest.raises(SystemExit):
        evals("-d", table(), "--json", named["j.json"], "--markdown", named["m.md"], "--junit", named["u.xml"],
              "--critica")  # fmt: skip

    assert json.loads(named["j.json"].read_text())["n"] == 7
    assert "| ELOGIO | 2 | 0 | 0 | 0 | 0 | 0 |" in named["m.md"].read_text()
    suite = ET.fromstring(named["u.xml"].read_text())  # noqa: S314
    assert (suite.get("tests"), suite.get("failures")) == ("3", "1")
    assert [case.get("name") for case in suite if len(case)] == ["CRÍTICA min recall"]


def test_the_projects_own_set_is_the_default_and_a_limit_takes_all_of_its_categories(figures):
    found = figures("--engine", "embedded", "--limit", "20")

    assert (found["motor"], found["dados"]["nome"], found["n"]) == ("embedded", "evaluation.csv", 20)
    assert min(each["n"] for each in found["categorias"].values()) > 0
    assert (found["custo_usd"], found["tokens"]) == (0.0, {"entrada": 0, "saida": 0})


def test_the_embedded_engine_is_held_to_higher_thresholds_on_the_projects_own_set():
    floor = defaults(Category, engine="embedded", own_file=None)
    own = defaults(Category, engine="embedded", own_file="evaluation.csv")

    assert [threshold.limit for threshold in floor] == [
        0.60, 0.60, 0.60, 0.65, 0.65, 0.65, 0.50, 0.60, 0.70, 0.65, 0.65, 0.65, 0.80, 0.80, 0.80,
    ]  # fmt: skip
    assert all(higher.limit >= lower.limit for higher, lower in zip(own, floor, strict=True))
    assert sum(threshold.limit for threshold in own) > sum(threshold.limit for threshold in floor)
    assert defaults(Category, engine="llm", own_file="evaluation.csv") == floor


def test_a_model_is_asked_anew_and_its_bill_is_the_runs_own(llm, figures, table, settings):
    settings.LLM_PRICES = {"test-model": Price(input=1, output=1)}
    figures("-d", table())
    found = figures("-d", table())

    spent = sum(json.loads(answering()(request).body)["usage"]["total_tokens"] for request in llm.requests[-1:])
    assert len(llm.requests) == 2
    assert found["tokens"]["entrada"] + found["tokens"]["saida"] == spent
    assert found["custo_usd"] == pytest.approx(spent / 1e6)
    assert found["custo_usd_por_mil"] == pytest.approx(spent / 1e6 * 1000 / 7)
    assert found["segundos_por_mil"] == pytest.approx(found["segundos"] * 1000 / 7)


def test_a_cascade_says_who_answered_what(figures, table):
    found = figures("-d", table(), "--engine", "cascade")

    assert " > llm/test-model" in found["modelo"]
    kinds = {name.split("/")[0] for name in RunAnswer.objects.values_list("engine", flat=True)}
    assert kinds == {"embedded", "llm"}


def test_a_model_without_a_key_could_not_be_run(evals, table, settings):
    settings.OPENAI_API_KEY = ""

    with pytest.raises(CommandError, match="OPENAI_API_KEY") as error:
        evals("-d", table(), "--engine", "llm")

    assert error.value.returncode == 2


def test_the_same_content_is_one_data_set_whatever_its_file_is_called(evals, table):
    evals("-d", table())
    evals("-d", table(name="copia.csv", head="\ufefftexto,categoria\n"))
    evals("-d", table(ROWS[1:], name="outro.csv"))

    assert sorted(data_set.runs.count() for data_set in DataSet.objects.all()) == [1, 2]
    run = Run.objects.earliest("pk")
    assert (run.engine, run.model, run.answers.count()) == ("llm", "llm/test-model", 7)
    assert run.prompt_version
    assert [answer.item.words for answer in run.answers.wrong()] == ["Esperava mais"]


def test_the_last_run_on_a_file_takes_its_texts_along(evals, table):
    evals("-d", table())
    evals("-d", table())

    for left in (1, 0):
        Run.objects.latest("pk").delete()
        assert DataSet.objects.count() == left


# Corrections


def reviewed(text, category, reviewer, *, label=Category.PRAISE, drawn=None):
    comment = stored(text, category=label)
    verdicts.decide([verdicts.locked([comment.pk])[comment.pk]], Decision(category), reviewer=reviewer, drawn=drawn)
    return comment


@pytest.fixture
def ana(make_user):
    return make_user("ana", CURATORS)


def test_what_people_decided_is_a_data_set(figures, ana):
    reviewed("O app trava", Category.CRITICISM, ana)
    reviewed("Esperava mais", Category.CRITICISM, ana)
    stored("ninguém olhou")

    found = figures("--from-corrections")

    assert (found["n"], found["dados"]["origem"], found["acuracia"]["valor"]) == (2, "correcoes", 0.5)


def test_a_blind_verdict_is_the_truth_whatever_was_said_later(figures, ana):
    comment = reviewed("O app trava", Category.CRITICISM, ana, drawn=0.1)
    verdicts.correct(Comment.objects.get(pk=comment.pk), reviewer=ana, category=Category.SPAM)

    found = figures("--from-corrections")

    assert (found["categorias"]["CRÍTICA"]["n"], found["dados"]["as_cegas"]) == (1, 1)


def test_a_verdict_that_was_taken_back_is_none(figures, ana):
    comment = stored("O app trava")
    sitting = steps.sitting_of(ana, uuid.uuid4())
    steps.judge(sitting, uuid.uuid4(), seen={comment.pk: comment.version}, decision=Decision(Category.SPAM))
    steps.undo(sitting, uuid.uuid4())
    reviewed("Que hino", Category.PRAISE, ana)

    assert figures("--from-corrections")["n"] == 1


def test_verdicts_since_a_day(figures, ana):
    old = reviewed("O app trava", Category.CRITICISM, ana)
    Review.objects.filter(comment=old).update(created_at=timezone.now() - timedelta(days=40))
    reviewed("Que hino", Category.PRAISE, ana)

    assert figures("--from-corrections", "--since", timezone.localdate() - timedelta(days=7))["n"] == 1
    with pytest.raises(CommandError):
        figures("--from-corrections", "--since", date(2999, 1, 1))


def test_an_erased_comment_leaves_nothing_of_itself_in_a_run(evals, ana, tmp_path):
    comment = reviewed("Esperava mais do Zé", Category.CRITICISM, ana)
    reviewed("Que hino", Category.PRAISE, ana)
    target = tmp_path / "r.json"
    printed = evals("--from-corrections", "--json", target, "--markdown", tmp_path / "r.md")

    comment.delete()

    run = Run.objects.get()
    assert [answer.item.words for answer in run.answers.all()] == ["Que hino"]
    kept = json.dumps(run.figures) + target.read_text() + (tmp_path / "r.md").read_text() + printed.out
    assert "Zé" not in kept
    assert (run.data_set.size, run.figures["n"]) == (2, 2)


# Comparison


def test_two_kept_runs_are_compared_and_the_flips_are_told(llm, evals, figures, table):
    evals("-d", table())
    llm.when("Que hino", content_filtered())
    evals("-d", table())
    first, second = Run.objects.order_by("pk").values_list("pk", flat=True)

    found = figures("--compare", first, second)["comparacao"]

    assert found["resultado"] == "dados_insuficientes"
    assert found["mcnemar"] == {"so_primeiro": 1, "so_segundo": 0, "p": 1.0}
    assert found["diferenca"]["acuracia"]["valor"] == pytest.approx(-1 / 7)
    assert [(flip["texto"], flip["segundo"], flip["melhorou"]) for flip in found["mudaram"]] == [
        ("Que hino", None, False)
    ]
    assert Run.objects.count() == 2


def test_an_engine_is_compared_with_a_kept_run_on_that_runs_own_comments(llm, evals, table):
    rows = [(f"Que hino {n}", "ELOGIO") for n in range(20)] + [(f"O app trava {n}", "CRÍTICA") for n in range(20)]
    evals("-d", table(rows))
    llm.always = lambda request: content_filtered()(request) if "hino" in request.prompt else answering()(request)

    printed = evals("--compare", Run.objects.get().pk, "llm").out

    assert "PIOR" in printed
    assert Run.objects.count() == 2
    assert DataSet.objects.count() == 1


def test_runs_on_different_data_are_not_compared(evals, table):
    evals("-d", table())
    evals("-d", table(ROWS[1:]))

    with pytest.raises(CommandError) as error:
        evals("--compare", *Run.objects.values_list("pk", flat=True))

    assert error.value.returncode == 2


@pytest.mark.parametrize("names", [("embedded", "outro"), ("999999", "llm")])
def test_what_is_neither_a_run_nor_an_engine_is_named(evals, table, names):
    with pytest.raises(CommandError, match=r"outro|999999") as error:
        evals("-d", table(), "--compare", *names)

    assert error.value.returncode == 2


def test_no_figure_of_a_comparison_is_nan(figures, table):
    found = figures("-d", table(ROWS[:2]), "--compare", "llm", "llm")

    assert found["comparacao"]["diferenca"]["f1"]["SPAM"] == {"valor": None, "intervalo": None, "motivo": "ausente"}
    assert found["comparacao"]["mcnemar"] == {"so_primeiro": 0, "so_segundo": 0, "p": 1.0}
