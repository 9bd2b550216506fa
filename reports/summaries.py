"""Weekly summaries: each made once, when its week is over, and sent; later too, where a pause has left one out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from alumusic.weeks import Week
from classifier.models import Category, Comment, CommentState
from reports import delivery, document, narrative, quotes
from reports.models import Theme, ThemeComment, WeeklySummary
from reports.narrative import Narrative
from reports.numbers import measured
from reports.portuguese import listed
from reports.story import Story, Topic

if TYPE_CHECKING:
    from reports.themes import FoundTheme, Grouping

Writer = Callable[[Story], Narrative]

WEEKS_BACK = 4
SAMPLES = 4
SAMPLED = (Category.CRITICISM, Category.SUGGESTION, Category.QUESTION, Category.PRAISE)
CHUNK = 2_000
MAX_NAME = 120


class NotOver(Exception):
    """The week still runs: its numbers would change after they were sent."""

    def __str__(self) -> str:
        return _("The week is not over yet.")


@dataclass(frozen=True, slots=True)
class Draft:
    """A summary that is not stored."""

    story: Story
    grouping: "Grouping"
    narrative: Narrative


def recent() -> list[Week]:
    """The last four weeks that are over, the newest first."""
    weeks = [Week.present().previous]
    while len(weeks) < WEEKS_BACK:
        weeks.append(weeks[-1].previous)
    return weeks


def due() -> list[Week]:
    """The recent weeks without a summary, the oldest first.

    Weeks before the first summary are none of them: a first deployment makes that of the last week alone.
    """
    known = set(WeeklySummary.objects.values_list("week", flat=True))
    if not known:
        return recent()[:1]
    return [week for week in reversed(recent()) if str(week) not in known and str(week) > min(known)]


def send_due() -> int:
    """How many mails were taken: makes the summaries that are due, prepares the mail of the recent ones that have none
    yet, and sends. Safe to run many times, and at once.
    """
    for week in due():
        make(week)
    for summary in WeeklySummary.objects.filter(week__in=[str(week) for week in recent()], queued_at=None):
        delivery.queue(summary)
    return delivery.deliver_due()


def make(week: Week, *, write: Writer = narrative.write) -> WeeklySummary:
    """The week's summary, made now where there is none yet; of several who make it at once, one row is kept.

    Raises NotOver.
    """
    stored = WeeklySummary.objects.filter(week=str(week)).first()
    if stored:
        return stored
    draft = compose(week, write=write)
    try:
        return _store(draft)
    except IntegrityError:  # somebody else was faster
        return WeeklySummary.objects.get(week=str(week))


def compose(week: Week, *, write: Writer = narrative.write) -> Draft:
    """What the week's summary would be, if it were made now. Raises NotOver."""
    from reports.themes import themes_of  # scikit-learn takes a second, which only who makes a summary pays

    if week >= Week.present():
        raise NotOver
    grouping = themes_of(week)
    story = Story(
        week=week,
        numbers=measured(week, in_themes=grouping.inside, outside=grouping.outside),
        topics=[_topic(theme) for theme in grouping.themes],
        samples=_samples(week),
    )
    return Draft(story, grouping, write(story))


def _topic(theme: "FoundTheme") -> Topic:
    keys = list(dict.fromkeys([*theme.quotes, *theme.comments]))[:SAMPLES]
    found = quotes.by_key(Comment.objects.filter(pk__in=keys))
    return Topic(
        name=listed(theme.name.words),
        by_category={category: theme.by_category[category] for category in Category if theme.by_category[category]},
        samples=[found[key] for key in keys if key in found],
    )


def _samples(week: Week) -> list[str]:
    """The newest comments of each category but spam, as they may be shown."""
    labelled = Comment.objects.filter(state=CommentState.CLASSIFIED, moment__gte=week.start, moment__lt=week.end)
    newest = labelled.order_by("-moment", "-pk")
    return [quotes.words(comment) for category in SAMPLED for comment in newest.filter(category=category)[:SAMPLES]]


def _store(draft: Draft) -> WeeklySummary:
    """Writes the summary, its themes and their comments, all or nothing. Raises IntegrityError where there is one."""
    with transaction.atomic():
        summary = WeeklySummary.objects.create(
            week=str(draft.story.week),
            text=draft.narrative.text,
            figures=draft.story.numbers.model_dump(mode="json"),
            engine=draft.narrative.engine,
            prompt_version=draft.narrative.prompt_version,
        )
        themes = [_store_theme(summary, place, theme) for place, theme in enumerate(draft.grouping.themes)]
        summary.html = document.html(summary, themes)
        summary.save(update_fields=["html"])
    return summary


def _store_theme(summary: WeeklySummary, place: int, found: "FoundTheme") -> Theme:
    theme = Theme.objects.create(
        summary=summary,
        position=place,
        name=found.name.text[:MAX_NAME],
        size=len(found.comments),
        category=found.category,
        by_category=found.by_category,
        words=list(found.name.words),
        tags=[tag for tag, _count in found.by_tag.most_common(5)],
    )
    quoted = set(found.quotes)
    ThemeComment.objects.bulk_create(
        (ThemeComment(theme=theme, comment_id=key, quoted=key in quoted) for key in found.comments), batch_size=CHUNK
    )
    return theme
