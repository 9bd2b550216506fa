"""The themes of a week: comments grouped by what they mean, say and are tagged with; what fits nowhere is left out.

Meaning alone groups short comments by their tone and length; words and tags alone tear apart what is said in two ways.
So a comment is one vector of three parts, and how near two comments are is the sum of how near their parts are.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from django.db.models import Exists, OuterRef
from numpy.typing import NDArray
from sklearn.cluster import AgglomerativeClustering

from alumusic.weeks import Week
from classifier import embeddings
from classifier.models import Category, Comment, CommentState, Embedding
from classifier.models.search import fold
from reports.naming import Name, Words, name, words_of
from reports.space import Space

SAMPLE = 2_000
CHUNK = 1_000
SEED = 31
FARTHEST = 0.7
SMALLEST = 3
LEAST_COVER = 0.6
MOST_THEMES = 8
QUOTES = 2
GOOD_TO_READ = range(25, 281)

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Record:
    """A comment as it is compared; vector: None where it has none yet."""

    pk: int
    text: str
    category: Category
    tags: tuple[str, ...]
    words: Words
    vector: bytes | None


@dataclass(slots=True)
class FoundTheme:
    """comments, quotes: keys; the quotes are those that say it best."""

    name: Name
    quotes: list[int]
    comments: list[int] = field(default_factory=list)
    by_category: Counter[Category] = field(default_factory=Counter)
    by_tag: Counter[str] = field(default_factory=Counter)

    def take(self, record: Record) -> None:
        self.comments.append(record.pk)
        self.by_category[record.category] += 1
        self.by_tag.update(record.tags)

    @property
    def category(self) -> Category:
        """The most frequent; of several, the first in the order of the policy."""
        return max(Category, key=lambda category: self.by_category[category])


@dataclass(frozen=True, slots=True)
class Grouping:
    """The themes, the largest first. outside: the comments that fit none; spam is not compared, nor counted here."""

    themes: list[FoundTheme]
    outside: int

    @property
    def inside(self) -> int:
        return sum(len(theme.comments) for theme in self.themes)


def themes_of(week: Week) -> Grouping:
    """The week's themes as of now; the same comments give the same themes.

    Found in a sample of at most 2,000 comments. Of a larger week, the rest is then read in pieces, and each comment
    goes to the nearest theme, or to none: memory and time stay within bounds however many there are.
    """
    labelled = Comment.objects.filter(state=CommentState.CLASSIFIED, moment__gte=week.start, moment__lt=week.end)
    keys = list(labelled.exclude(category=Category.SPAM).order_by("pk").values_list("pk", flat=True))
    sample = _sample(keys)
    _embed(sample)
    records = list(_records(sample))
    if len(records) < SMALLEST:
        return Grouping([], len(keys))
    space = Space([record.words for record in records], _reference(sample))
    vectors = space.vectors([record.words for record in records], [record.vector for record in records])
    groups = _named(records, _groups(vectors))
    found = [FoundTheme(name, _quotes([records[n] for n in members], vectors[members])) for members, name in groups]
    if len(sample) == len(keys):
        for theme, (members, _name) in zip(found, groups, strict=True):
            for n in members:
                theme.take(records[n])
    elif found:
        _spread(keys, space, found, np.stack([vectors[members].mean(axis=0) for members, _name in groups]))
    found.sort(key=lambda theme: -len(theme.comments))
    return Grouping(found, len(keys) - sum(len(theme.comments) for theme in found))


def _sample(keys: list[int]) -> list[int]:
    if len(keys) <= SAMPLE:
        return keys
    chosen = np.random.default_rng(SEED).choice(len(keys), SAMPLE, replace=False)
    return [keys[n] for n in sorted(chosen)]


def _embed(keys: Sequence[int]) -> None:
    """Makes the vectors that the background job has not come to yet."""
    without = ~Exists(Embedding.objects.filter(comment=OuterRef("pk")))
    for start in range(0, len(keys), CHUNK):
        missing = Comment.objects.filter(without, pk__in=keys[start : start + CHUNK]).order_by("pk")
        embeddings.embed(list(missing))


def _records(keys: Sequence[int]) -> Iterator[Record]:
    for start in range(0, len(keys), CHUNK):
        comments = Comment.objects.filter(pk__in=keys[start : start + CHUNK]).order_by("pk")
        for comment in comments.select_related("embedding").with_tags():
            vector = getattr(comment, "embedding", None)
            tags = tuple(comment.tag_names)
            yield Record(
                pk=comment.pk,
                text=comment.text,
                category=Category(str(comment.category)),
                tags=tags,
                words=words_of(comment.text, tags),
                vector=bytes(vector.vector) if vector and vector.model == embeddings.model_name() else None,
            )


def _reference(keys: Sequence[int]) -> list[bytes]:
    """Vectors of the sample and of the newest comments: what a week is about shows against what others are about."""
    ours = Embedding.objects.filter(model=embeddings.model_name())
    newest = ours.order_by("-pk").values_list("pk", "vector")[:SAMPLE]
    found = {pk: bytes(vector) for pk, vector in newest}
    for start in range(0, len(keys), CHUNK):
        sample = ours.filter(pk__in=keys[start : start + CHUNK]).values_list("pk", "vector")
        found |= {pk: bytes(vector) for pk, vector in sample}
    return [found[pk] for pk in sorted(found)]


def _groups(vectors: Floats) -> list[list[int]]:
    """Places of the vectors that belong together, the largest group first."""
    distances = np.clip(1 - vectors @ vectors.T, 0, None)
    np.fill_diagonal(distances, 0)
    clustering = AgglomerativeClustering(
        n_clusters=None, distance_threshold=FARTHEST, metric="precomputed", linkage="average"
    )
    groups: dict[int, list[int]] = {}
    for place, label in enumerate(clustering.fit_predict(distances)):
        groups.setdefault(label, []).append(place)
    return sorted(groups.values(), key=lambda group: (-len(group), group[0]))


def _named(records: Sequence[Record], groups: Sequence[list[int]]) -> list[tuple[list[int], Name]]:
    """The groups that are large enough, and whose comments share a word or a feature of their own."""
    everywhere = Counter(term for record in records for term in record.words.terms)
    smallest = max(SMALLEST, math.isqrt(len(records)) // 2)
    found: list[tuple[list[int], Name]] = []
    for members in groups:
        if len(members) < smallest or len(found) == MOST_THEMES:
            break
        named = name([records[n].words for n in members], everywhere, len(records))
        if named and named.covers >= LEAST_COVER:
            found.append((members, named))
    return found


def _quotes(members: Sequence[Record], vectors: Floats) -> list[int]:
    """The keys of the members that are nearest to the middle of all, of a length to read, no two with one text."""
    nearness = vectors @ vectors.mean(axis=0)
    order = sorted(range(len(members)), key=lambda n: (len(members[n].text) not in GOOD_TO_READ, -nearness[n], n))
    chosen: dict[str, int] = {}
    for n in order:
        chosen.setdefault(fold(members[n].text), members[n].pk)
        if len(chosen) == QUOTES:
            break
    return list(chosen.values())


def _spread(keys: Sequence[int], space: Space, found: Sequence[FoundTheme], middles: Floats) -> None:
    """Gives each comment to the theme that it is nearest to on average, as the grouping does, or to none."""
    for start in range(0, len(keys), CHUNK):
        records = list(_records(keys[start : start + CHUNK]))
        vectors = space.vectors([record.words for record in records], [record.vector for record in records])
        nearness = vectors @ middles.T
        for record, row in zip(records, nearness, strict=True):
            best = int(row.argmax())
            if row[best] >= 1 - FARTHEST:
                found[best].take(record)
