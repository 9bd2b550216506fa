"""The two sides of people's verdicts: most teach, the rest test, and comments that are alike stand on one side."""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import HashingVectorizer

from classifier import embeddings
from classifier.engines.embedded.features import folded, trimmed
from classifier.learning.verdicts import Taught
from classifier.models import Comment, Embedding, LearningSide, Side
from classifier.review.window import decoded

# Of meaning (e5's cosine, where two comments at random have 0.84), and of letters where a comment has no vector.
ALIKE = 0.93
ALIKE_IN_LETTERS = 0.6
SAME_LETTERS = 0.95
TESTED_PERCENT = 30
BLOCK = 512

Floats = NDArray[np.float32]


def sides_of(verdicts: Sequence[Taught]) -> dict[int, LearningSide]:
    """The side of each comment, by its id; those that have none yet get theirs, for good."""
    known = LearningSide.objects.in_bulk([each.comment for each in verdicts])
    new = [each for each in verdicts if each.comment not in known]
    if new:
        embeddings.embed(list(Comment.objects.filter(pk__in=[each.comment for each in new], embedding=None)))
        old = [each for each in verdicts if each.comment in known]
        rows = _assigned(new, old, known)
        LearningSide.objects.bulk_create(rows, ignore_conflicts=True)
        known |= LearningSide.objects.in_bulk([each.comment for each in new])
    return known


def _assigned(new: Sequence[Taught], old: Sequence[Taught], known: dict[int, LearningSide]) -> list[LearningSide]:
    """A row for each new comment: the side of what is like it, or one of its own; neither where they disagree."""
    links = _alike(new, [*new, *old])
    among, towards = links[:, : len(new)], links[:, len(new) :]
    _count, labels = connected_components(among, directed=False)
    rows = []
    for label in np.unique(labels):
        members = [int(place) for place in np.flatnonzero(labels == label)]
        like = [known[old[int(place)].comment] for place in np.unique(towards[members].indices)]
        side, cluster = _side(like, min(new[place].comment for place in members))
        rows += [LearningSide(comment_id=new[place].comment, side=side, cluster=cluster) for place in members]
    return rows


def _side(like: Sequence[LearningSide], first: int) -> tuple[Side, int]:
    bound = [each for each in like if each.side != Side.NEITHER]
    cluster = min([each.cluster for each in bound], default=first)
    sides = {each.side for each in bound}
    if len(sides) > 1:
        return Side.NEITHER, cluster
    if bound:
        return Side(bound[0].side), cluster
    draw = int.from_bytes(hashlib.sha256(str(first).encode()).digest()[:4])
    return (Side.TEST if draw % 100 < TESTED_PERCENT else Side.TRAIN), first


def _alike(rows: Sequence[Taught], columns: Sequence[Taught]) -> sparse.csr_matrix:
    """Which are alike, (rows, columns)."""
    vectors = _vectors([each.comment for each in columns])
    letters = _letters([each.text for each in columns])
    has = np.asarray(vectors.any(axis=1))
    blocks = []
    for start in range(0, len(rows), BLOCK):
        part = slice(start, min(start + BLOCK, len(rows)))
        both = has[part, None] & has
        meaning = vectors[part] @ vectors.T >= ALIKE
        spelled = (letters[part] @ letters.T).toarray()
        # Short texts share letters without being alike, and would chain: what has a vector is judged by it.
        alike = np.where(both, meaning | (spelled >= SAME_LETTERS), spelled >= ALIKE_IN_LETTERS)
        blocks.append(sparse.csr_matrix(alike))
    return sparse.vstack(blocks).tocsr()


def _vectors(ids: Sequence[int]) -> Floats:
    """A row a comment, of unit length; zeros where it has none. `columns` begin with `rows`, so both share them."""
    stored = Embedding.objects.filter(model=embeddings.model_name(), comment__in=list(ids))
    found = {key: decoded(vector) for key, vector in stored.values_list("comment_id", "vector")}
    width = len(next(iter(found.values()), ()))
    return np.array([found.get(key, np.zeros(width, np.float32)) for key in ids], np.float32).reshape(len(ids), width)


def _letters(texts: Sequence[str]) -> sparse.csr_matrix:
    counted = HashingVectorizer(analyzer="char_wb", ngram_range=(3, 4), lowercase=False, dtype=np.float32)
    matrix: sparse.csr_matrix = counted.transform([folded(trimmed(text)) for text in texts])
    return matrix
