"""A comment as it lies before a curator: what the machines say of it and why it is here; if blind, neither."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from classifier.models import Category, Classification, Comment, ReviewLease
from classifier.models.comment import ReviewReason


@dataclass(frozen=True, slots=True)
class Opinions:
    """What the machines said of one comment. current: whose label stands; other: the other kind of engine's."""

    current: Classification | None = None
    other: Classification | None = None

    @property
    def probabilities(self) -> dict[str, float] | None:
        """Of all five, from whichever engine knows them."""
        for opinion in (self.current, self.other):
            if opinion and opinion.probabilities:
                return opinion.probabilities
        return None


@dataclass(frozen=True, slots=True)
class Card:
    """opinions is None for a blind card: nothing that a machine said may reach the curator before the decision."""

    comment: Comment
    reasons: list[str]
    opinions: Opinions | None = None

    @property
    def blind(self) -> bool:
        return self.opinions is None


def kind(engine: str) -> str:
    """`embedded` or `llm`."""
    return engine.partition("/")[0]


def opinions_on(comments: Sequence[Comment]) -> dict[int, Opinions]:
    """The newest word of each kind of engine on each comment, by its id: one query."""
    spoken: dict[int, dict[str, Classification]] = {comment.pk: {} for comment in comments}
    for said in Classification.objects.filter(comment__in=list(spoken)).order_by("id"):
        spoken[said.comment_id][kind(said.engine)] = said
    found = {}
    for comment in comments:
        by_kind = spoken[comment.pk]
        current = by_kind.pop(kind(comment.engine), None)
        found[comment.pk] = Opinions(current, next(iter(by_kind.values()), None))
    return found


def cards(leases: Sequence[ReviewLease]) -> list[Card]:
    """A card a lease, in order; their comments have their tags fetched. One query."""
    open_ones = [lease.comment for lease in leases if not lease.blind]
    opinions = opinions_on(open_ones) if open_ones else {}
    return [
        Card(lease.comment, [_("random sample, blind")])
        if lease.blind
        else Card(lease.comment, reasons(lease.comment, opinions[lease.comment_id]), opinions[lease.comment_id])
        for lease in leases
    ]


def reasons(comment: Comment, opinions: Opinions) -> list[str]:
    """Why the comment is in the queue where it is, in words, what weighs most first."""
    refused = _("the LLM gave no label: %(why)s") % {"why": comment.refusal}
    return [*([refused] if comment.fallback_reason else []), *_of_score(comment, opinions)]


def _of_score(comment: Comment, opinions: Opinions) -> list[str]:
    match comment.review_reason:
        case ReviewReason.FAILED:
            return [_("no engine gave a label")]
        case ReviewReason.DISAGREEMENT:
            return [_("the engine and the LLM disagree"), *_both(opinions)]
        case ReviewReason.CORRECTED:
            return [_("people corrected comments like this one"), *_shares(opinions)]
        case ReviewReason.NOVEL:
            return [_("new subject"), *_shares(opinions)]
        case ReviewReason.UNCERTAIN | ReviewReason.SURE:
            return _shares(opinions) or [_("the engine gives no probabilities")]
    return [_("just in; not scored yet"), *_shares(opinions)]


def _shares(opinions: Opinions) -> list[str]:
    """The two likeliest categories, or the one that stands far above the rest."""
    if not opinions.probabilities:
        return []
    ordered = sorted(opinions.probabilities.items(), key=lambda pair: -pair[1])
    told = [_said(category, share) for category, share in ordered[:2] if share >= 0.1]
    return [", ".join(told)]


def _both(opinions: Opinions) -> list[str]:
    names = {"embedded": _("engine"), "llm": _("LLM")}
    told = [
        f"{names[kind(opinion.engine)]}: {_said(opinion.category, opinion.confidence)}"
        for opinion in (opinions.current, opinions.other)
        if opinion and kind(opinion.engine) in names
    ]
    return [" · ".join(told)]


def _said(category: str, share: float) -> str:
    return f"{share:.0%} {Category(category).value}".replace("%", " %")
