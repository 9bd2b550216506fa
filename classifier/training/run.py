"""One training, from the data folder to the artefact."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from classifier.engines.embedded import artefact
from classifier.engines.embedded.artefact import Artefact, proved, write
from classifier.engines.embedded.encoder import Encoder
from classifier.engines.embedded.model import Head, softmax
from classifier.engines.embedded.tuned import dumped, loaded
from classifier.engines.embedded.weights import Weights, encoder_path, read

from . import certainty, dataset
from .dataset import Example
from .estimates import Figures, best_temperature, by_idea, figures, logits, out_of_fold
from .fitting import Material, copies, fit, material, measured
from .upper import tuned, untuned

# Between what ordinary comments held back ask for (2.5) and hard ones (3.2); used where a training estimates nothing.
TEMPERATURE = 2.8
PLAIN_TEMPERATURE = 0.7
HELD_OUT = 5
WAYS: Mapping[str, Callable[[str], str]] = {"as typed": str, "in capitals": str.upper, "bare": dataset.bare}


@dataclass(frozen=True, slots=True)
class Training:
    """folder: of the data. output: of the artefact. tell: where progress goes, line by line."""

    folder: Path
    output: Path
    tell: Callable[[str], None]

    def run(self, *, estimate: bool, encoder: bool) -> str:
        """The checksum of the artefact written.

        encoder: tune the encoder's upper layers first, which takes long; else those that ship serve.
        estimate: leave voices and ideas out in turn, to calibrate and to tell how good the model is.
        """
        examples, neutral = dataset.voices(self.folder), dataset.neutral(self.folder)
        self.tell(f"{len(examples)} comments by {len({example.voice for example in examples})} voices")
        data = encoder_path().read_bytes()
        weights = read(data)
        if encoder:
            self.tune(weights, examples, neutral, estimate=estimate)
        reader = self.encoder(weights)
        self.tell("reading the comments")
        rows = material(examples, neutral, reader)
        without = replace(rows, reading=None)
        full = replace(fit(rows), temperature=reader.tuned.about.get("temperature", TEMPERATURE))
        plain = replace(fit(without), temperature=PLAIN_TEMPERATURE)
        about: dict[str, Any] = {"comments": len(examples), "held_out": reader.tuned.about.get("held_out")}
        if estimate:
            about |= self.estimates(rows, examples)
            plain, about["plain"] = self.calibrated(plain, without, len(examples))
        files = [file for file in dataset.EVALUATION if (self.folder / file).exists()]
        for file in files:
            about[file] = self.evaluated(full, plain, reader, file)
        if files:
            about |= self.certainty(full, reader, files)
        made = Artefact(full, plain, hashlib.sha256(data).hexdigest(), reader.tuned.checksum, about)
        return artefact.save(made, self.output / artefact.SHIPPED.name)

    def encoder(self, weights: Weights) -> Encoder:
        """The encoder with the tuned layers that stand beside the output; those that ship where none do."""
        beside = self.output / artefact.TUNED.name
        if not beside.exists():
            write(proved(artefact.TUNED), beside)
        return Encoder(weights, loaded(proved(beside), weights.layers))

    def tune(self, weights: Weights, examples: list[Example], neutral: list[str], *, estimate: bool) -> None:
        """Writes the tuned layers; with `estimate` after a first tuning without some voices, which calibrates."""
        about: dict[str, Any] = {}
        if estimate:
            held = set(sorted({example.voice for example in examples})[::HELD_OUT])
            self.tell(f"tuning without {', '.join(sorted(held))}")
            rest = [example for example in examples if example.voice not in held]
            learner = untuned(weights)
            tuned(learner, rest, neutral, tell=self.tell)
            about = self.held_out(learner, rest, neutral, [example for example in examples if example.voice in held])
        self.tell("tuning on all voices")
        learner = untuned(weights)
        made = tuned(learner, examples, neutral, tell=self.tell)
        made = replace(made, about={**made.about, **about})
        came = weights.layers[len(weights.layers) - len(made.layers) :]
        write(dumped(made, came), self.output / artefact.TUNED.name)

    def held_out(
        self, learner: Encoder, examples: Sequence[Example], neutral: Sequence[str], unseen: Sequence[Example]
    ) -> dict[str, Any]:
        """The temperature that voices ask for which neither the layers nor the linear model saw, and how they fare."""
        head = fit(material(examples, neutral, learner))
        rows = [measured([replace(e, text=change(e.text)) for e in unseen], learner) for change in WAYS.values()]
        found = [logits(head, each) for each in rows]
        temperature = best_temperature(np.concatenate(found), np.concatenate([each.categories for each in rows]))
        told = {
            way: figures(softmax(logit / temperature), each.categories)
            for way, logit, each in zip(WAYS, found, rows, strict=True)
        }
        self.show("voices held out", told)
        return {"temperature": temperature, "held_out": {way: asdict(each) for way, each in told.items()}}

    def estimates(self, rows: Material, examples: Sequence[Example]) -> dict[str, Any]:
        """The linear model alone on voices, then on ideas, that it did not see: the tuned layers saw them all."""
        count = len(examples)
        originals = np.arange(len(rows.texts)) < count
        about = {}
        ideas = {text: example.idea for text, example in copies(examples)}
        ideas |= {example.text: example.idea for example in examples}
        folds = {"voice": rows.voices, "idea": list(by_idea([ideas.get(text, "") for text in rows.texts]))}
        for name, fold in folds.items():
            self.tell(f"the linear model alone, one {name} left out in turn")
            found, _ = out_of_fold(rows, fold, self.tell, tuned=False)
            temperature = best_temperature(found[originals], rows.categories[originals])
            told = figures(softmax(found[originals] / temperature), rows.categories[originals])
            self.show(f"{name}s left out", {"as typed": told})
            about[f"linear_by_{name}"] = asdict(told)
        return about

    def calibrated(self, head: Head, rows: Material, count: int) -> tuple[Head, dict[str, Any]]:
        """The head that works without the encoder, at the temperature that voices left out ask for."""
        self.tell("without the encoder, one voice left out in turn")
        found, told = out_of_fold(rows, rows.voices, self.tell, tuned=False)
        temperature = best_temperature(found[told], rows.categories[told])
        left_out = figures(softmax(found[:count] / temperature), rows.categories[:count])
        self.show("without the encoder", {"as typed": left_out})
        return replace(head, temperature=temperature), asdict(left_out)

    def evaluated(self, full: Head, plain: Head, encoder: Encoder, file: str) -> dict[str, Any]:
        """The figures on comments held back: as typed, in capitals, without accents and punctuation, and so on."""
        examples = dataset.read(self.folder / file)
        told: dict[str, Figures] = {}
        for way, change in WAYS.items():
            rows = measured([replace(example, text=change(example.text)) for example in examples], encoder)
            told[way] = figures(softmax(logits(full, rows) / full.temperature), rows.categories)
        rows = measured(examples, None)
        told["without the encoder"] = figures(softmax(logits(plain, rows) / plain.temperature), rows.categories)
        self.show(file, told)
        return {way: asdict(each) for way, each in told.items()}

    def certainty(self, full: Head, encoder: Encoder, files: Sequence[str]) -> dict[str, Any]:
        """From which confidence on the first stage of a cascade keeps its verdicts, and what then stays with it."""
        rows = measured([example for file in files for example in dataset.read(self.folder / file)], encoder)
        probabilities = softmax(logits(full, rows) / full.temperature)
        least = certainty.thresholds(probabilities, rows.categories)
        expected = certainty.cross_fitted(probabilities, rows.categories)
        self.tell(f"cascade: {expected}, from confidence " + ", ".join(f"{n} {v:.3f}" for n, v in least.items()))
        return {"thresholds": least, "cascade": asdict(expected)}

    def show(self, what: str, told: Mapping[str, Figures]) -> None:
        for way, each in told.items():
            self.tell(f"{what}, {way}: {each}")
