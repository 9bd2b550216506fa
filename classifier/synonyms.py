"""Which tags are probably the same: few and good guesses, for a person to decide."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from django.utils.translation import gettext_lazy as _

from alumusic.problems import Text
from classifier.models import Comment, CommentTag, Tag, TagsApart
from classifier.models.search import stem

LOOKED_AT = 5_000
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


def probably_the_same(tags: Sequence[Tag], uses: Callable[[Tag], int]) -> list[Pair]:
    """Pairs of one scope, without those that a person told apart. uses: how often a tag is used. Two queries."""
    apart = set(TagsApart.objects.values_list("first_id", "second_id"))
    together = _always_together(tags)
    pairs = []
    for one, other in combinations(sorted(tags, key=lambda tag: tag.pk), 2):
        if (one.pk, other.pk) in apart or _scope(one) != _scope(other):
            continue
        why = _alike(_words(one), _words(other)) or together.get((one.pk, other.pk))
        if why:
            rare, common = sorted((one, other), key=uses)
            pairs.append(Pair(rare, common, why))
    return pairs


def _alike(one: list[str], other: list[str]) -> Text | None:
    if sorted(one) == sorted(other) or "".join(one) == "".join(other):
        return _("the same words")
    if sorted(map(stem, one)) == sorted(map(stem, other)):
        return _("the same root")
    first, second = "_".join(one), "_".join(other)
    shortest = min(len(first), len(second))
    if shortest >= SHORTEST and edits(first, second, most=2 if shortest >= LONG else 1) is not None:
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
    return row[-1] if row[-1] <= most else None


def _always_together(tags: Collection[Tag]) -> dict[tuple[int, int], Text]:
    """The pairs, by key, that most of the newest comments which have either have both of."""
    newest = Comment.objects.order_by("-moment", "-id").values("pk")[:LOOKED_AT]
    links = CommentTag.objects.filter(comment__in=newest, tag__in=[tag.pk for tag in tags]).values_list(
        "comment", "tag"
    )
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


def _scope(tag: Tag) -> str:
    return tag.name.split("_", 1)[0]


def _words(tag: Tag) -> list[str]:
    return tag.name.split("_")[1:]
