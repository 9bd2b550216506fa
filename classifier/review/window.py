"""The meanings of the newest comments in memory, for exact search by dot product: one window a process."""

import threading
import time
from collections.abc import Iterable

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray

from classifier.engines.embedded import EmbeddedEngine
from classifier.models import Embedding

SIZE = 50_000
BLOCK = 1_024
LISTED_SECONDS = 600

Floats = NDArray[np.float32]
Keys = NDArray[np.int64]


def decoded(vector: bytes | memoryview) -> Floats:
    """The vector of an embedding row."""
    return np.frombuffer(bytes(vector), dtype="<f2").astype(np.float32)


class Window:
    """Up to `size` vectors, as the upper halves of float32: 38 MB for 50,000, and quicker to widen than float16.

    What that costs in precision is below 0.0005 of a cosine; who needs it exact asks the rows for the few it found.
    Each search first takes in what is new. Vectors that were made late, and comments that are gone, are noticed when
    the keys are listed again, every ten minutes.
    """

    def __init__(self, size: int = SIZE) -> None:
        self._size = size
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self._keys: Keys = np.zeros(0, dtype=np.int64)
        self._halves: NDArray[np.uint16] = np.zeros((0, 0), dtype=np.uint16)
        self._count = self._next = self._newest = 0
        self._listed = float("-inf")

    def nearest(self, vectors: Floats, *, most: int) -> tuple[Keys, Floats]:
        """The keys of the comments nearest to each vector, best first, and their cosines; both (n, up to `most`).

        vectors: shape (n, dimensions), of unit length. A comment is its own nearest.
        """
        with self._lock:
            self._refresh()
            cosines = self._cosines(vectors)
            keys = self._keys[: self._count]
            width = min(most, self._count)
            if not width:
                return np.zeros((len(vectors), 0), np.int64), np.zeros((len(vectors), 0), np.float32)
            best = np.argpartition(-cosines, width - 1, axis=1)[:, :width]
            order = np.argsort(-np.take_along_axis(cosines, best, axis=1), axis=1, kind="stable")
            best = np.take_along_axis(best, order, axis=1)
            return keys[best], np.take_along_axis(cosines, best, axis=1)

    def _cosines(self, vectors: Floats) -> Floats:
        found = np.empty((len(vectors), self._count), dtype=np.float32)
        if not self._count:
            return found
        wide = np.zeros((BLOCK, self._halves.shape[1]), dtype=np.uint32)
        for start in range(0, self._count, BLOCK):
            halves = self._halves[start : min(start + BLOCK, self._count)]
            np.left_shift(halves, 16, out=wide[: len(halves)], dtype=np.uint32)
            found[:, start : start + len(halves)] = vectors @ wide.view(np.float32)[: len(halves)].T
        return found

    def _refresh(self) -> None:
        rows = self._rows()
        if not self._count:
            oldest = rows.order_by("-comment_id").values_list("comment_id", flat=True)[self._size - 1 : self._size]
            first = next(iter(oldest), 0)
            # By their keys: a cursor outlives a transaction on one connection only, and a pooler gives another.
            while block := list(rows.filter(comment_id__gte=first).order_by("comment_id")[:BLOCK]):
                self._take(block)
                first = block[-1][0] + 1
            self._listed = time.monotonic()
            return
        self._take(rows.filter(comment_id__gt=self._newest).order_by("comment_id"))
        if time.monotonic() - self._listed > LISTED_SECONDS:
            self._list_again()

    @staticmethod
    def _rows() -> "QuerySet[Embedding, tuple[int, bytes | memoryview]]":
        return Embedding.objects.filter(model=EmbeddedEngine.embedding_model).values_list("comment_id", "vector")

    def _list_again(self) -> None:
        there = np.fromiter(
            self._rows().order_by("-comment_id").values_list("comment_id", flat=True)[: self._size], dtype=np.int64
        )
        known = self._keys[: self._count]
        kept = np.isin(known, there)
        late = np.setdiff1d(there, known)
        if not kept.all():
            self._count = self._next = int(kept.sum())
            self._keys[: self._count] = known[kept]
            self._halves[: self._count] = self._halves[: len(kept)][kept]
        for start in range(0, len(late), BLOCK):
            chunk = late[start : start + BLOCK].tolist()
            self._take(self._rows().filter(comment_id__in=chunk))
        self._listed = time.monotonic()

    def _take(self, rows: Iterable[tuple[int, bytes | memoryview]]) -> None:
        for key, vector in rows:
            values = decoded(vector)
            if not self._halves.size:
                self._keys = np.zeros(self._size, dtype=np.int64)
                self._halves = np.zeros((self._size, len(values)), dtype=np.uint16)
            place = self._next % self._size
            self._keys[place] = key
            self._halves[place] = (values.view(np.uint32) + 0x8000) >> 16
            self._next = place + 1
            self._count = max(self._count, self._next)
            self._newest = max(self._newest, key)


window = Window()
