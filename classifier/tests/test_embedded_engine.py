"""The engine that needs no key and no network: any text gets a verdict, in order, in time, and honestly unsure."""

import hashlib
import math
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from classifier.engines import Failure, Verdict, labelled
from classifier.engines.embedded import EmbeddedEngine, artefact
from classifier.engines.embedded.artefact import ArtefactBroken
from classifier.engines.embedded.engine import encoder_of
from classifier.engines.embedded.weights import encoder_path
from classifier.models import Category

PLAIN = [
    ("que música maravilhosa, chorei do começo ao fim", Category.PRAISE),
    ("péssimo, travou a noite inteira e ninguém resolve", Category.CRITICISM),
    ("podiam colocar um timer de sono no aplicativo", Category.SUGGESTION),
    ("quando sai o próximo álbum?", Category.QUESTION),
    ("ganhe 5 mil reais por semana sem sair de casa, link na bio", Category.SPAM),
]
ODD = [
    ".",
    "🔥🔥🔥",
    "\x00",
    "oi\x00que hino",
    "\u200b\u200d\ufeff",
    "مرحبا أغنية جميلة",
    "\u202eolleh",
    "\ud83d",
    "a" * 5000,
    "que hino " * 555,
    "\n\t \r",
    "ﬁ ½ Å",
]


@pytest.fixture(scope="module")
def engine() -> EmbeddedEngine:
    return EmbeddedEngine()


def soon() -> float:
    return time.monotonic() + 60


def verdicts(engine: EmbeddedEngine, texts: list[str]) -> list[Verdict]:
    results = [said.result for said in labelled(engine, texts, deadline=soon())]
    assert [type(result) for result in results] == [Verdict] * len(texts)
    return [result for result in results if isinstance(result, Verdict)]


def test_plain_comments_get_the_category_that_anyone_would_give(engine: EmbeddedEngine) -> None:
    labelled = verdicts(engine, [text for text, _ in PLAIN])

    assert [verdict.category for verdict in labelled] == [category for _, category in PLAIN]


def test_capitals_change_nothing(engine: EmbeddedEngine) -> None:
    texts = [text for text, _ in PLAIN]
    quiet, loud = verdicts(engine, texts), verdicts(engine, [text.upper() for text in texts])

    assert [verdict.probabilities for verdict in loud] == [verdict.probabilities for verdict in quiet]


def test_results_come_in_the_order_asked_however_the_texts_are_batched(engine: EmbeddedEngine) -> None:
    texts = [text * times for times in (1, 7, 2, 5, 3, 6, 4) for text, _ in PLAIN]
    together, alone = verdicts(engine, texts), [verdicts(engine, [text])[0] for text in texts]

    assert [verdict.category for verdict in together] == [verdict.category for verdict in alone]
    np.testing.assert_allclose([v.confidence for v in together], [v.confidence for v in alone], atol=1e-3)


def test_a_verdict_is_whole(engine: EmbeddedEngine) -> None:
    for verdict in verdicts(engine, ODD + [text for text, _ in PLAIN]):
        assert verdict.probabilities is not None
        assert math.isclose(sum(verdict.probabilities), 1, abs_tol=1e-5)
        assert verdict.confidence == max(verdict.probabilities)
        assert list(Category)[int(np.argmax(verdict.probabilities))] == verdict.category


@pytest.mark.parametrize("text", ["hmm", "...", "terça-feira", "tenho 34 anos", "ouvindo agora", "\u200b"])
def test_of_what_has_no_tone_the_engine_is_not_sure(engine: EmbeddedEngine, text: str) -> None:
    assert verdicts(engine, [text])[0].confidence < 0.6


def test_what_the_deadline_left_undone_is_a_failure_that_may_pass(engine: EmbeddedEngine) -> None:
    found = labelled(engine, ["que hino", "não abre"], deadline=time.monotonic() - 1)

    assert [said.result for said in found] == [Failure("deadline")] * 2


def test_an_embedding_is_a_unit_vector_in_half_precision(engine: EmbeddedEngine) -> None:
    (vector,) = engine.embed(["que hino"])

    assert vector is not None
    assert math.isclose(float(np.linalg.norm(np.frombuffer(vector, "<f2").astype(float))), 1, abs_tol=1e-3)


def test_threads_share_one_engine() -> None:
    engine = EmbeddedEngine()
    found: dict[int, list[Category]] = {}

    def work(number: int) -> None:
        found[number] = [verdict.category for verdict in verdicts(engine, [text for text, _ in PLAIN])]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert list(found.values()) == [[category for _, category in PLAIN]] * 4


FORKS = """
import os, sys, time
import django; django.setup()
from classifier.engines.embedded import EmbeddedEngine
engine = EmbeddedEngine()
list(engine.label(["que hino"] * 40, deadline=time.monotonic() + 60))
child = os.fork()
if child == 0:
    list(engine.label(["que hino"] * 40, deadline=time.monotonic() + 60))
    os._exit(0)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_child_forked_after_the_engine_worked_can_use_it() -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run([sys.executable, "-c", FORKS], env=environment, timeout=100, check=False)  # noqa: S603

    assert done.returncode == 0


def test_without_the_encoder_the_engine_says_so_once_and_still_labels(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine = EmbeddedEngine(weights=tmp_path / "absent.bin")
    first, second = verdicts(engine, ["ganhe dinheiro em casa, link na bio"]), verdicts(engine, ["quando sai?"])

    assert [verdict.category for verdict in first + second] == [Category.SPAM, Category.QUESTION]
    assert engine.embed(["que hino"]) == [None]
    assert len(caplog.records) == 1


def test_weights_other_than_those_trained_with_are_not_used(tmp_path: Path) -> None:
    other = tmp_path / "other.bin"
    other.write_bytes(encoder_path().read_bytes() + b"\0")

    assert EmbeddedEngine(weights=other).embed(["que hino"]) == [None]


def test_the_name_says_which_artefact_speaks(engine: EmbeddedEngine) -> None:
    checksum = hashlib.sha256(artefact.SHIPPED.read_bytes()).hexdigest()

    assert engine.name == f"embedded/1-{checksum[:8]}"


def test_an_artefact_that_is_not_what_its_checksum_says_is_refused(tmp_path: Path) -> None:
    changed = tmp_path / "embedded.npz"
    changed.write_bytes(artefact.SHIPPED.read_bytes()[:-1])
    beside = artefact.SHIPPED.with_name("embedded.npz.sha256")
    (tmp_path / "embedded.npz.sha256").write_text(beside.read_text())

    with pytest.raises(ArtefactBroken):
        verdicts(EmbeddedEngine(changed), ["que hino"])


def test_an_artefact_survives_being_written_and_read(tmp_path: Path) -> None:
    shipped = artefact.load()
    checksum = artefact.save(shipped, tmp_path / "again.npz")

    assert checksum == shipped.checksum


def test_long_texts_are_read_at_both_ends() -> None:
    encoder, _ = encoder_of(encoder_path(), artefact.TUNED)
    start, middle, end = "que hino ", "la " * 1500, "mas trava"
    tokens = encoder.tokens(start + middle + end)

    assert tokens[:5] == encoder.tokens(start)[:5]
    assert tokens[-3:] == encoder.tokens(end)[-3:]
    assert len(tokens) <= 72
