"""The embedded engine: no key, no network, nothing fetched at run time."""

import hashlib
import logging
import threading
import time
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import numpy as np

from classifier.engines.base import Failure, Part, Result, Verdict
from classifier.models import Category

from . import artefact
from .artefact import Artefact, ArtefactBroken, proved
from .encoder import Encoder
from .service import SHIPPED, Service
from .tagging import tags
from .tuned import loaded
from .weights import EncoderMissing, Floats, encoder_path, read

logger = logging.getLogger(__name__)

CATEGORIES = tuple(Category)
CHUNK = 16
# Enough for the longest list that somebody waits for to be one part; a backlog comes in several.
CHUNKS_A_PART = 32


class EmbeddedEngine:
    """Labels texts with the trained artefact. Everything heavy is loaded by the first call, after any fork.

    Where the encoder's package is missing, or not the one that the artefact was trained with, that is logged once and
    the engine works on words, letters and plain counts alone, less well.

    service: what says which artefact serves; None for the one at `path`, always. Another one is taken up between two
    calls of `label`, and only where it was trained with the encoder that is here.
    """

    embedding_model = "multilingual-e5-small"

    def __init__(
        self, path: Path = artefact.SHIPPED, *, weights: Path | None = None, service: Service | None = None
    ) -> None:
        self._path = path
        self._weights = weights
        self._service = service
        self._lock = threading.Lock()
        self._own: Artefact | None = None
        self._serving = SHIPPED
        self._artefact: Artefact | None = None
        self._encoder: Encoder | None = None

    @property
    def name(self) -> str:
        return f"embedded/{self._loaded().version}"

    @property
    def thresholds(self) -> dict[Category, float]:
        """The least confidence, a category, at which a verdict is right often enough to need no second engine."""
        return {Category(name): least for name, least in self._loaded().about.get("thresholds", {}).items()}

    def label(self, texts: Sequence[str], *, deadline: float, urgent: bool = True) -> Iterator[Part]:
        """A result a text, in parts; a text is a Failure only where the deadline passed before its turn."""
        trained = self._loaded()
        chunks = list(_chunks(texts))
        for start in range(0, len(chunks), CHUNKS_A_PART):
            results: dict[int, Result] = {}
            for places in chunks[start : start + CHUNKS_A_PART]:
                if time.monotonic() >= deadline:
                    results |= dict.fromkeys(places, Failure("deadline"))
                else:
                    verdicts = self._verdicts(trained, [texts[place] for place in places])
                    results |= zip(places, verdicts, strict=True)
            yield Part(f"embedded/{trained.version}", "", results)

    def embed(self, texts: Sequence[str]) -> list[bytes | None]:
        """Each text's vector as an embedding row keeps it; None where there is no encoder.

        Labelling doesn't make them: what tells categories apart is not what tells meanings apart.
        """
        self._loaded()
        vectors: list[bytes | None] = [None] * len(texts)
        if self._encoder is not None:
            chunks = list(_chunks(texts))
            made = self._encoder.embed([texts[place] for place in places] for places in chunks)
            for place, vector in zip(chain(*chunks), chain(*made), strict=True):
                vectors[place] = vector.astype("<f2").tobytes()
        return vectors

    def _verdicts(self, trained: Artefact, texts: list[str]) -> list[Verdict]:
        if self._encoder is None:
            return [_verdict(text, trained.plain.probabilities(text)) for text in texts]
        reading = self._encoder.read(texts)
        read = zip(texts, reading.middle, reading.logits, strict=True)
        return [_verdict(text, trained.full.probabilities(text, middle, logits)) for text, middle, logits in read]

    def _loaded(self) -> Artefact:
        wanted = self._service.checksum() if self._service else None
        with self._lock:
            if self._own is None or self._artefact is None:
                trained = artefact.load(self._path)
                self._encoder = _encoder(self._weights, self._path.with_name(artefact.TUNED.name), trained)
                self._own = self._artefact = trained
            if wanted is not None and wanted != self._serving:
                self._artefact = self._followed(wanted, self._own)
            return self._artefact

    def _followed(self, wanted: str, own: Artefact) -> Artefact:
        """The artefact of this checksum, the engine's own where it does not fit what is installed here."""
        data = None if wanted == SHIPPED or self._service is None else self._service.data(wanted)
        if data is None and wanted != SHIPPED:
            return self._artefact or own
        self._serving = wanted
        return own if data is None else _fitting(data, wanted, own)


def _fitting(data: bytes, checksum: str, own: Artefact) -> Artefact:
    try:
        trained = artefact.loaded(data)
        if trained.checksum != checksum:
            raise ArtefactBroken("the artefact is not what its checksum says")
        if not trained.fits(own):
            raise ArtefactBroken("it was trained with another encoder than this release has; train again")
    except ArtefactBroken as error:
        logger.warning("the model that ships serves instead of %s: %s", checksum[:8], error)
        return own
    return trained


def _encoder(weights: Path | None, tuned: Path, trained: Artefact) -> Encoder | None:
    try:
        encoder, checksum = encoder_of(weights or encoder_path(), tuned)
        if (checksum, encoder.tuned.checksum) != (trained.encoder, trained.tuned):
            raise EncoderMissing("the encoder is not the one that the artefact was trained with")
    except (EncoderMissing, ArtefactBroken, OSError) as error:
        logger.warning("embedded engine without its encoder: %s; labels will be less good", error)
        return None
    return encoder


def encoder_of(weights: Path, tuned: Path) -> tuple[Encoder, str]:
    """The encoder with its tuned layers, and the SHA-256 of its weights' file."""
    data = weights.read_bytes()
    came = read(data)
    return Encoder(came, loaded(proved(tuned), came.layers)), hashlib.sha256(data).hexdigest()


def _chunks(texts: Sequence[str]) -> Iterator[list[int]]:
    """The places of the texts, CHUNK at a time, those of like length together: padding is what costs."""
    order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
    for start in range(0, len(order), CHUNK):
        yield order[start : start + CHUNK]


def _verdict(text: str, probabilities: Floats) -> Verdict:
    best = int(np.argmax(probabilities))
    return Verdict(
        category=CATEGORIES[best],
        confidence=float(probabilities[best]),
        tags=tags(text, CATEGORIES[best]),
        probabilities=tuple(map(float, probabilities)),
    )
