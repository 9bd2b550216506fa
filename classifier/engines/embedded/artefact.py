"""The trained artefact: plain numbers and text in one .npz file, its SHA-256 beside it.

The same numbers give the same bytes, so that two trainings can be compared by checksum.
"""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .model import Head, Sparse, Terms

FORMAT = 1
SHIPPED = Path(__file__).parent / "artefact" / "embedded.npz"
TUNED = SHIPPED.with_name("tuned.npz")
HEADS = ("full", "plain")
BLOCKS = ("words", "letters", "taught_words", "taught_letters")


class ArtefactBroken(Exception):
    """The artefact is missing, or not what its checksum says, or of another format."""


@dataclass(frozen=True, slots=True)
class Artefact:
    """full: with the encoder. plain: without. about: what training noted.

    encoder, tuned: SHA-256 of the encoder's file and of its tuned layers', with which `full` was trained.
    """

    full: Head
    plain: Head
    encoder: str
    tuned: str
    about: Mapping[str, Any]
    checksum: str = ""

    @property
    def version(self) -> str:
        return f"{FORMAT}-{self.checksum[:8]}"

    def fits(self, other: "Artefact") -> bool:
        """Whether both were trained with the same encoder and the same tuned layers."""
        return (self.encoder, self.tuned) == (other.encoder, other.tuned)


def dumped(artefact: Artefact) -> bytes:
    """The file's bytes."""
    notes = {
        "format": FORMAT,
        "encoder": artefact.encoder,
        "tuned": artefact.tuned,
        "about": dict(artefact.about),
    }
    arrays: dict[str, Any] = {"notes": _text(json.dumps(notes, sort_keys=True, ensure_ascii=False))}
    for name in HEADS:
        arrays |= {f"{name}.{key}": values for key, values in _arrays(getattr(artefact, name)).items()}
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def loaded(data: bytes) -> Artefact:
    """The artefact in a file's bytes; raises ArtefactBroken."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            notes = json.loads(arrays["notes"].tobytes())
            if notes["format"] != FORMAT:
                raise ArtefactBroken(f"format {notes['format']}, not {FORMAT}")
            known: dict[str, Sparse] = {}
            heads = {name: _head(arrays, name, known) for name in HEADS}
    except (ValueError, KeyError, OSError) as error:
        raise ArtefactBroken(str(error)) from error
    checksum = hashlib.sha256(data).hexdigest()
    return Artefact(**heads, encoder=notes["encoder"], tuned=notes["tuned"], about=notes["about"], checksum=checksum)


def save(artefact: Artefact, path: Path) -> str:
    """The checksum of what was written."""
    return write(dumped(artefact), path)


def write(data: bytes, path: Path) -> str:
    """The checksum of the data; it stands beside the file, as `sha256sum` writes it."""
    checksum = hashlib.sha256(data).hexdigest()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    _beside(path).write_text(f"{checksum}  {path.name}\n")
    return checksum


def load(path: Path = SHIPPED) -> Artefact:
    """The artefact in a file; raises ArtefactBroken."""
    return loaded(proved(path))


def proved(path: Path) -> bytes:
    """A file's bytes, once its checksum has been proved; raises ArtefactBroken."""
    try:
        data, said = path.read_bytes(), _beside(path).read_text().split()[0]
    except (OSError, IndexError) as error:
        raise ArtefactBroken(f"{path.name}: {error}") from error
    if hashlib.sha256(data).hexdigest() != said:
        raise ArtefactBroken(f"{path.name} is not what its checksum says")
    return data


def _beside(path: Path) -> Path:
    return path.with_name(path.name + ".sha256")


def _text(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode(), np.uint8)


def _arrays(head: Head) -> dict[str, NDArray[Any]]:
    scalars = np.array([head.tuned, head.temperature], np.float32)
    arrays: dict[str, NDArray[Any]] = {"plain": head.plain, "bias": head.bias, "scalars": scalars}
    if head.middle is not None:
        arrays["middle"] = head.middle
    for block in BLOCKS:
        sparse: Sparse | None = getattr(head, block)
        if sparse is None:
            continue
        arrays[f"{block}.terms"] = _text("\n".join(sparse.terms.columns))
        arrays[f"{block}.idf"] = sparse.terms.idf
        arrays[f"{block}.weights"] = sparse.weights.astype(np.float16)
    return arrays


def _head(arrays: Mapping[str, NDArray[Any]], name: str, known: dict[str, Sparse]) -> Head:
    """known: what was read before, by its checksum; both heads mostly have the same terms, which are kept once."""

    def block(key: str) -> Sparse:
        terms, idf, weights = (arrays[f"{name}.{key}.{part}"] for part in ("terms", "idf", "weights"))
        checksum = hashlib.sha256(terms.tobytes() + idf.tobytes() + weights.tobytes()).hexdigest()
        if checksum not in known:
            columns = {term: place for place, term in enumerate(terms.tobytes().decode().split("\n"))}
            known[checksum] = Sparse(Terms(columns, idf), weights.astype(np.float32))
        return known[checksum]

    taught = {key: block(key) for key in BLOCKS if key.startswith("taught_") and f"{name}.{key}.terms" in arrays}
    tuned, temperature = arrays[f"{name}.scalars"].tolist()
    return Head(
        words=block("words"),
        letters=block("letters"),
        plain=arrays[f"{name}.plain"],
        middle=arrays.get(f"{name}.middle"),
        bias=arrays[f"{name}.bias"],
        tuned=tuned,
        temperature=temperature,
        **taught,
    )
