"""The encoder's upper layers as training tuned them: kept as 4-bit differences from the layers that came.

A difference is small, so that its rounding hardly shows, and the file is a sixth of the size of its numbers.
"""

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .weights import BLOCK, BLOCK_BYTES, Floats, Layer, dequantised

PARTS = tuple(field.name for field in fields(Layer))


@dataclass(frozen=True, slots=True)
class Tuned:
    """head_w, head_b: a linear head over the mean of a text's tokens. about: what training noted."""

    layers: list[Layer]
    head_w: Floats
    head_b: Floats
    about: Mapping[str, Any]
    checksum: str = ""


def dumped(tuned: Tuned, came: list[Layer]) -> bytes:
    """The file's bytes. came: the encoder's upper layers, as many as were tuned."""
    arrays: dict[str, Any] = {"head_w": tuned.head_w, "head_b": tuned.head_b}
    arrays["notes"] = np.frombuffer(json.dumps(dict(tuned.about), sort_keys=True).encode(), np.uint8)
    for number, (layer, base) in enumerate(zip(tuned.layers, came, strict=True)):
        for part in PARTS:
            difference = getattr(layer, part) - getattr(base, part)
            arrays[f"{number}.{part}"] = quantised(difference) if difference.ndim > 1 else difference.astype(np.float16)
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def loaded(data: bytes, layers: Sequence[Layer]) -> Tuned:
    """The tuned layers in a file's bytes, atop the encoder's own; raises ValueError, KeyError or OSError."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        count = sum(name.endswith(".qkv_w") for name in arrays)
        upper = [_tuned(layers[number - count], arrays, number) for number in range(count)]
        about = json.loads(arrays["notes"].tobytes())
        return Tuned(upper, arrays["head_w"], arrays["head_b"], about, hashlib.sha256(data).hexdigest())


def _tuned(base: Layer, arrays: Mapping[str, NDArray[Any]], number: int) -> Layer:
    return Layer(*(_applied(getattr(base, part), arrays[f"{number}.{part}"]) for part in PARTS))


def _applied(base: Floats, difference: NDArray[Any]) -> Floats:
    if difference.dtype == np.uint8:
        return base + dequantised(difference).reshape(base.shape)
    return base + difference.astype(np.float32)


def quantised(values: Floats) -> NDArray[np.uint8]:
    """The values as Q4_0 blocks, which `dequantised` reads."""
    rows = values.reshape(-1, BLOCK)
    extreme = rows[np.arange(len(rows)), np.abs(rows).argmax(1)]
    scale = (extreme / -8).astype(np.float16)
    steps = scale.astype(np.float32)[:, None]
    codes = np.where(steps == 0, 8, rows / np.where(steps == 0, 1, steps) + 8.5)
    codes = np.clip(codes, 0, 15).astype(np.uint8)
    blocks = np.empty((len(rows), BLOCK_BYTES), np.uint8)
    blocks[:, :2] = scale.view(np.uint8).reshape(-1, 2)
    blocks[:, 2:] = codes[:, : BLOCK // 2] | codes[:, BLOCK // 2 :] << 4
    return blocks
