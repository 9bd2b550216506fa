"""What the comments held back say of a trained head: its temperature, its figures, and where it is sure enough."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from classifier.engines.embedded.encoder import Encoder
from classifier.engines.embedded.model import Head, softmax
from classifier.engines.embedded.weights import Floats

from . import certainty, dataset
from .dataset import Example
from .estimates import best_temperature, figures, logits
from .fitting import measured

# Capitals need no turn: the model does not see them.
WAYS: Mapping[str, Callable[[str], str]] = {"as typed": str, "bare": dataset.bare}


@dataclass(frozen=True, slots=True)
class HeldBack:
    """files: which file each comment stands in. A comment's voice is who wrote it, and the first voice comes first."""

    examples: list[Example]
    files: list[str]

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """All of a folder; None where it has none. Raises DataBroken."""
        found = [
            (example, file)
            for file in dataset.EVALUATION
            if (folder / file).exists()
            for example in dataset.read(folder / file)
        ]
        return cls([example for example, _ in found], [file for _, file in found]) if found else None

    def measured(
        self, full: Head, plain: Head, encoder: Encoder, *, tell: Callable[[str], None]
    ) -> tuple[Head, Head, dict[str, Any]]:
        """Both heads at their temperatures, and what the artefact notes of them.

        The first writer's comments choose the temperatures; of the others' they know nothing.
        """
        changed = {
            way: [replace(each, text=change(each.text)) for each in self.examples] for way, change in WAYS.items()
        }
        rows = {way: measured(examples, encoder) for way, examples in changed.items()}
        truth = rows["as typed"].categories
        found = {way: logits(full, each) for way, each in rows.items()}
        without = logits(plain, replace(rows["as typed"], reading=None))
        full = replace(full, temperature=self._temperature(list(found.values()), truth))
        plain = replace(plain, temperature=self._temperature([without], truth))
        told = {way: softmax(each / full.temperature) for way, each in found.items()}
        told["without the encoder"] = softmax(without / plain.temperature)
        about = self._figures(told, truth, tell)
        about |= self._certainty(told["as typed"], truth, tell)
        return full, plain, about

    def _temperature(self, found: Sequence[Floats], truth: NDArray[np.int64]) -> float:
        first = np.array([example.voice == self.examples[0].voice for example in self.examples])
        return best_temperature(np.concatenate([each[first] for each in found]), np.tile(truth[first], len(found)))

    def _parts(self) -> dict[str, NDArray[np.bool_]]:
        """The comments by file and writer."""
        names = [f"{file} by {example.voice}" for file, example in zip(self.files, self.examples, strict=True)]
        return {name: np.array(names) == name for name in dict.fromkeys(names)}

    def _figures(
        self, told: Mapping[str, Floats], truth: NDArray[np.int64], tell: Callable[[str], None]
    ) -> dict[str, Any]:
        about: dict[str, Any] = {}
        for name, part in self._parts().items():
            each = {way: figures(probabilities[part], truth[part]) for way, probabilities in told.items()}
            about[name] = {way: asdict(figure) for way, figure in each.items()}
            for way, figure in each.items():
                tell(f"{name}, {way}: {figure}")
        return about

    def _certainty(
        self, probabilities: Floats, truth: NDArray[np.int64], tell: Callable[[str], None]
    ) -> dict[str, Any]:
        """From which confidence on the first stage of a cascade keeps its verdicts, and what then stays with it.

        Hard comments choose it where there are any: what is right on these is right on ordinary ones all the more.
        """
        hard = np.array([file == dataset.HARD for file in self.files])
        telling = hard if hard.any() else ~hard
        least = certainty.thresholds(probabilities[telling], truth[telling])
        tell("cascade: from confidence " + ", ".join(f"{name} {value:.3f}" for name, value in least.items()))
        voices = np.array([example.voice for example in self.examples])
        about: dict[str, Any] = {}
        for name, part in self._parts().items():
            others = telling & (voices != voices[part][0])
            by_others = certainty.thresholds(probabilities[others], truth[others])
            stays = certainty.kept(probabilities[part], truth[part], by_others)
            tell(f"cascade, {name}, by thresholds that the other writer's chose: {stays}")
            about[name] = asdict(stays)
        return {"thresholds": least, "cascade": about}
