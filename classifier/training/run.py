"""One training, from the data folder to the artefact."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from classifier.engines.embedded import artefact
from classifier.engines.embedded.artefact import Artefact, proved, write
from classifier.engines.embedded.encoder import Encoder
from classifier.engines.embedded.model import softmax
from classifier.engines.embedded.tuned import dumped, loaded
from classifier.engines.embedded.weights import Weights, encoder_path, read

from . import dataset
from .dataset import CATEGORIES, Example
from .estimates import figures, out_of_fold
from .fitting import Material, fit, material
from .held_back import HeldBack

# How many times the tuned layers' logits count beside those of the linear model.
TUNED_WEIGHT = 1.0
# Used where there is nothing to estimate them from.
TEMPERATURE = 2.8
PLAIN_TEMPERATURE = 0.7


class TorchMissing(Exception):
    """The tuning needs torch, which is not among what the product needs."""


@dataclass(frozen=True, slots=True)
class Training:
    """folder: of the data. output: of the artefact. tell: where progress goes, line by line."""

    folder: Path
    output: Path
    tell: Callable[[str], None]

    def run(self, *, estimate: bool, encoder: bool, further: bool = False) -> str:
        """The checksum of the artefact written.

        encoder: tune the encoder's upper layers anew first, which takes long; else those that ship serve.
        further: tune these first, by one more pass over all comments.
        estimate: leave voices out in turn, to tell how the linear model fares on writers that it has not seen.
        """
        examples, neutral = dataset.voices(self.folder), dataset.neutral(self.folder)
        self.tell(f"{len(examples)} comments by {len({example.voice for example in examples})} voices")
        data = encoder_path().read_bytes()
        weights = read(data)
        if encoder or further:
            self.tune(weights, examples, neutral, further=further)
        reader = self.encoder(weights)
        rows = material(examples, neutral)
        plain = replace(fit(rows), temperature=PLAIN_TEMPERATURE)
        # The mean of the middle has no say yet: it is there for what people's verdicts teach.
        middle = np.zeros((weights.width, len(CATEGORIES)), np.float32)
        full = replace(plain, middle=middle, tuned=TUNED_WEIGHT, temperature=TEMPERATURE)
        about: dict[str, Any] = {"comments": len(examples)}
        if estimate:
            about["voices left out"] = self.estimated(rows, len(examples))
        held = HeldBack.read(self.folder)
        if held is not None:
            full, plain, told = held.measured(full, plain, reader, tell=self.tell)
            about |= told
        made = Artefact(full, plain, hashlib.sha256(data).hexdigest(), reader.tuned.checksum, about)
        return artefact.save(made, self.output / artefact.SHIPPED.name)

    def encoder(self, weights: Weights) -> Encoder:
        """The encoder with the tuned layers that stand beside the output; those that ship where none do."""
        beside = self.output / artefact.TUNED.name
        if not beside.exists():
            write(proved(artefact.TUNED), beside)
        return Encoder(weights, loaded(proved(beside), weights.layers))

    def tune(self, weights: Weights, examples: list[Example], neutral: list[str], *, further: bool) -> None:
        """Writes the tuned layers; raises TorchMissing."""
        try:
            from . import upper  # torch is heavy, and only this needs it
        except ModuleNotFoundError as error:
            raise TorchMissing(str(error)) from error
        self.tell("tuning the encoder's upper layers")
        learner = self.encoder(weights) if further else upper.untuned(weights)
        course = upper.FURTHER if further else upper.ANEW
        made = upper.tuned(learner, examples, neutral, course, tell=self.tell)
        came = weights.layers[len(weights.layers) - len(made.layers) :]
        write(dumped(made, came), self.output / artefact.TUNED.name)

    def estimated(self, rows: Material, count: int) -> dict[str, Any]:
        self.tell("the linear model, one voice left out in turn")
        found, _ = out_of_fold(rows, self.tell)
        told = figures(softmax(found[:count] / PLAIN_TEMPERATURE), rows.categories[:count])
        self.tell(f"voices left out, without the encoder: {told}")
        return asdict(told)
