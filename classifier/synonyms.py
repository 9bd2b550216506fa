"""Which tags are probably the same: few and good guesses, for a person to decide."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, groupby

from django.utils.translation import gettext_lazy as _

from alumusic.problems import Text
from classifier.models import Comment, CommentTag, Tag, TagsApart
from classifier.models.search import stem

LOOKED_AT = 2_000
TOGETHER = 0.6
TOGETHER_LEAST = 10
LONG = 8
SHORTEST = 5


@dataclass(frozen=True, slots=True)
class Pair:
    """rare: the tag that would be merged; common: the one that more comments have."""

    rare: Tag
    common: Tag
    why: Text


@dataclass(frozen=True, slots=True)
class _Read:
    """A tag with all that it is compared by, read once."""

    tag: Tag
    scope: str
    words: tuple[str, ...]
    roots: tuple[str, ...]
    joined: str


def probably_the_same(tags: Sequence[Tag], uses: Callable[[Tag], int]) -> list[Pair]:
    """Pairs of one scope, without those that a person told apart. uses: how often a tag is used. Two queries."""
    apart = set(TagsApart.objects.values_list("first_id", "second_id"))
    together = _always_together()
    pairs = []
    by_scope = groupby(sorted(map(_read, tags), key=lambda each: (each.scope, each.tag.pk)), lambda each: each.scope)
    for one, other in chain.from_iterable(combinations(group, 2) for _scope, group in by_scope):
        key = (one.tag.pk, other.tag.pk)
        if key not in apart and (why := _alike(one, other) or together.get(key)):
            rare, common = sorted((one.tag, other.tag), key=uses)
            pairs.append(Pair(rare, common, why))
    return pairs


def _read(tag: Tag) -> _Read:
    scope, *words = tag.name.split("_")
    return _Read(tag, scope, tuple(sorted(words)), tuple(sorted(map(stem, words))), "".join(words))


def _alike(one: _Read, other: _Read) -> Text | None:
    if one.words == other.words or one.joined == other.joined:
        return _("the same words")
    if one.roots == other.roots:
        return _("the same root")
    shortest = min(len(one.joined), len(other.joined))
    most = 2 if shortest >= LONG else 1
    if shortest >= SHORTEST and edits(one.joined, other.joined, most=most) is not None:
        return _("almost the same letters")
    return None


def edits(one: str, other: str, *, most: int) -> int | None:
    """How many letters must be put in, taken out or changed to make one of the other; None where more than `most`."""
    if abs(len(one) - len(other)) > most:
        return None
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        above, row = row, [i]
        for j, opposite in enumerate(other, 1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != opposite)))
        if min(row) > most:
            return None
    return row[-1] if row[-1] <= most else None


def _always_together() -> dict[tuple[int, int], Text]:
    """The pairs, by key, that most of the newest comments which have either have both of."""
    newest = Comment.objects.order_by("-moment", "-id").values("pk")[:LOOKED_AT]
    links = CommentTag.objects.filter(comment__in=newest).values_list("comment", "tag")
    alone, both = Counter[int](), Counter[tuple[int, int]]()
    for its in _by_comment(links):
        alone.update(its)
        both.update(combinations(sorted(its), 2))
    return {
        pair: _("almost always together")
        for pair, count in both.items()
        if count >= TOGETHER_LEAST and count / (alone[pair[0]] + alone[pair[1]] - count) >= TOGETHER
    }


def _by_comment(links: Iterable[tuple[int, int]]) -> Iterable[list[int]]:
    grouped: dict[int, list[int]] = {}
    for comment, tag in links:
        grouped.setdefault(comment, []).append(tag)
    return grouped.values()
