"""`manage.py train`: from written comments to an artefact that is the same each time."""

import csv
import hashlib
from collections.abc import Sequence
from importlib.util import find_spec
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from classifier.engines import Verdict, labelled
from classifier.engines.embedded import EmbeddedEngine, artefact
from classifier.engines.embedded.engine import encoder_of
from classifier.engines.embedded.model import softmax
from classifier.engines.embedded.tuned import quantised
from classifier.engines.embedded.weights import dequantised, encoder_path
from classifier.models import Category
from classifier.training import certainty, dataset
from classifier.training.dataset import CATEGORIES

TEXTS = {
    Category.PRAISE: [
        "amei",
        "que hino",
        "linda demais",
        "melhor show da vida",
        "perfeita essa voz",
        "obrigada por essa",
    ],
    Category.CRITICISM: ["péssimo", "não abre", "trava muito", "som horrível", "muito caro", "piorou demais"],
    Category.SUGGESTION: [
        "coloquem letra",
        "façam show aqui",
        "podia ter timer",
        "aceitem pix",
        "lancem vinil",
        "add eq",
    ],
    Category.QUESTION: ["quando sai?", "como cancelo?", "quem canta?", "onde compro?", "que horas?", "tem letra?"],
    Category.SPAM: ["link na bio", "ganhe dinheiro", "segue de volta", "compre já", "primeiro", "chama no zap"],
}


def write(file: Path, rows: Sequence[Sequence[str]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([["texto", "categoria", "tags", "ideia", "voz"], *rows])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    for number, voice in enumerate(("um", "dois")):
        rows = [
            [text, category, "", text, voice]
            for category, texts in TEXTS.items()
            for text in texts[number * 3 : number * 3 + 3]
        ]
        write(folder / f"comments_{voice}.csv", rows)
    held = [
        [f"{texts[number]} mesmo", category, "", "", voice]
        for number, voice in enumerate(("primeira", "segunda"))
        for category, texts in TEXTS.items()
    ]
    write(folder / "evaluation.csv", held)
    return folder


def train(data: Path, output: Path, *options: str) -> str:
    out = StringIO()
    call_command("train", "--data", str(data), "--output", str(output), *options, stdout=out)
    return out.getvalue()


def test_trained_twice_the_artefact_is_the_same_to_the_bit(data: Path, tmp_path: Path) -> None:
    checksums = []
    for name in ("first", "second"):
        printed = train(data, tmp_path / name, "--no-cv")
        written = (tmp_path / name / "embedded.npz").read_bytes()
        checksums.append(hashlib.sha256(written).hexdigest())
        assert f"sha256 {checksums[-1]}" in printed.splitlines()

    assert checksums[0] == checksums[1]


def test_the_engine_works_on_what_was_trained(data: Path, tmp_path: Path) -> None:
    train(data, tmp_path / "made", "--no-cv")
    engine = EmbeddedEngine(tmp_path / "made" / "embedded.npz")
    texts = [texts[0] for texts in TEXTS.values()]
    found = labelled(engine, texts, deadline=float("inf"))
    verdicts = [said.result for said in found if isinstance(said.result, Verdict)]

    assert [verdict.category for verdict in verdicts] == list(TEXTS)


def test_estimates_leave_voices_out_and_tell_a_writer_apart(data: Path, tmp_path: Path) -> None:
    printed = train(data, tmp_path / "made")

    for told in (
        "voices left out, without the encoder",
        "evaluation.csv by primeira, bare",
        "evaluation.csv by segunda, without the encoder",
        "cascade, evaluation.csv by segunda",
    ):
        assert any(line.startswith(told) for line in printed.splitlines())


def test_comments_that_the_temperature_was_chosen_on_are_the_first_writers(data: Path, tmp_path: Path) -> None:
    train(data, tmp_path / "one", "--no-cv")
    held = dataset.read(data / "evaluation.csv")
    write(data / "evaluation.csv", [[e.text, CATEGORIES[e.category], "", "", "primeira"] for e in held[:5]])
    train(data, tmp_path / "other", "--no-cv")
    made, again = (artefact.load(tmp_path / name / "embedded.npz") for name in ("one", "other"))

    assert made.full.temperature == again.full.temperature


def test_what_stays_is_right_often_enough_in_each_category_and_in_all() -> None:
    random = np.random.default_rng(3)
    shares = softmax(random.normal(size=(4000, 5)).astype(np.float32) * 6)
    truth = np.array([random.choice(5, p=row / row.sum()) for row in shares.astype(np.float64)])
    least = certainty.thresholds(shares, truth)
    said, needed = shares.argmax(1), np.array([least[category.value] for category in CATEGORIES])
    stays = shares.max(1) >= needed[said]

    assert certainty.kept(shares, truth, least).precision >= 0.97
    assert all((truth == kind)[stays & (said == kind)].mean() >= 0.95 for kind in range(5))
    assert stays.mean() > 0.3


def test_of_what_is_never_right_often_enough_nothing_stays() -> None:
    shares = np.full((50, 5), 0.2, np.float32)

    assert certainty.thresholds(shares, np.arange(50) % 5) == {}


def test_without_data_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"no comments_\*\.csv"):
        train(tmp_path, tmp_path / "made")


def test_a_category_that_does_not_exist_is_named_by_file_and_line(data: Path, tmp_path: Path) -> None:
    write(data / "comments_tres.csv", [["oi", "ELOGIO", "", "", ""], ["oi", "RAIVA", "", "", ""]])

    with pytest.raises(CommandError, match=r"comments_tres\.csv, line 3"):
        train(data, tmp_path / "made")


def test_nothing_is_shipped_whose_checksum_is_not_written_beside_it() -> None:
    for file in (artefact.SHIPPED, artefact.TUNED):
        said = file.with_name(f"{file.name}.sha256").read_text()
        assert said == f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n"


def test_quantised_differences_come_back_within_half_a_step() -> None:
    values = np.random.default_rng(1).normal(size=(64, 96)).astype(np.float32)
    back = dequantised(quantised(values)).reshape(values.shape)
    step = np.abs(values.reshape(-1, 32)).max(1) / 8

    assert (np.abs(back - values).reshape(-1, 32) <= step[:, None] * 1.01).all()


@pytest.mark.skipif(find_spec("torch") is not None, reason="torch is installed")
def test_tuning_without_torch_says_what_to_install(data: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"requirements/train\.txt"):
        train(data, tmp_path / "made", "--encoder")


def test_the_tuning_sees_what_the_engine_will_see() -> None:
    pytest.importorskip("torch")
    from classifier.training.tuning import Network

    encoder, _ = encoder_of(encoder_path(), artefact.TUNED)
    texts = ["que hino", "podia ter um timer de sono no aplicativo", "não abre"]
    seen = Network(encoder).logits(encoder.batch(texts)).detach().numpy()

    np.testing.assert_allclose(seen, encoder.read(texts).logits, atol=0.15)
