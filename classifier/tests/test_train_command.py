"""`manage.py train`: from written comments to an artefact that is the same each time."""

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import fields
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from classifier.engines import Verdict, labelled
from classifier.engines.embedded import EmbeddedEngine, artefact
from classifier.engines.embedded.encoder import Batch
from classifier.engines.embedded.tuned import quantised
from classifier.engines.embedded.weights import Layer, dequantised
from classifier.models import Category
from classifier.training.tuning import Network

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
    write(folder / "evaluation.csv", [[texts[0] + " mesmo", category, "", "", ""] for category, texts in TEXTS.items()])
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


def test_estimates_leave_voices_and_ideas_out(data: Path, tmp_path: Path) -> None:
    printed = train(data, tmp_path / "made")

    for told in ("voices left out", "ideas left out", "without the encoder", "evaluation.csv, bare"):
        assert any(line.startswith(told) for line in printed.splitlines())


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


def test_the_gradients_of_the_tuning_are_those_of_its_loss() -> None:
    random = np.random.default_rng(0)

    def some(*shape: int) -> Any:
        return random.normal(size=shape) * 0.5

    def layer() -> Layer:
        shapes = [(8, 24), (24,), (8, 8), (8,), (8,), (8,), (8, 12), (12,), (12, 8), (8,), (8,), (8,)]
        return Layer(
            *(some(*shape) + ("norm" in field.name) for shape, field in zip(shapes, fields(Layer), strict=True))
        )

    network = Network([layer(), layer()], some(8, 5), some(5), 2, 1e-5)
    batch, x = Batch([range(3), range(5)]), some(8, 8)
    truth: Any = np.eye(5)[[1, 3]]
    weights: Any = np.array([1.0, 0.5])

    def drop(shape: tuple[int, ...]) -> Any:
        return np.ones(shape)

    def loss() -> float:
        return network.gradients(x, batch, truth, weights, drop)[0]

    _, gradients = network.gradients(x, batch, truth, weights, drop)
    for parameter, gradient in zip(network.parameters(), gradients, strict=True):
        place = np.unravel_index(np.abs(gradient).argmax(), gradient.shape)
        kept = parameter[place]
        parameter[place] = kept + 1e-2
        above = loss()
        parameter[place] = kept - 1e-2
        below = loss()
        parameter[place] = kept
        assert (above - below) / 2e-2 == pytest.approx(gradient[place], rel=0.05, abs=1e-3)
