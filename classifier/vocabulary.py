"""The tags as a vocabulary: what people do to it, each act recorded, and how the comments follow.

A tag that is merged gives up its name at once: from then on the name means the other tag. Its comments follow in
chunks, each with a new version, and a sweep takes what a worker that was just then writing left behind. A tag that is
renamed is merged into a new one, so there is but one road.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from alumusic.problems import Problem
from classifier import signals, wake
from classifier.models import Comment, CommentTag, Tag, TagsApart, VocabularyAct

CHUNK = 1_000
AT_ONCE = 5_000

Action = VocabularyAct.Action


class NameTaken(Problem):
    slug = "tag-ja-existe"
    status = 409
    title = _("The tag exists")
    explanation = _("Another tag has this name. Merge the two instead.")


class TagGone(Problem):
    slug = "tag-alterada"
    status = 409
    title = _("The tag has changed")
    explanation = _("Somebody merged, renamed or retired this tag meanwhile. Look at it again.")


@dataclass(frozen=True, slots=True)
class Following:
    """How many comments have followed a tag to its new name, and whether all have."""

    moved: int
    complete: bool


def add(name: str, description: str, *, by: User) -> Tag:
    """A new tag. Raises NameTaken for a name that is one, or was one."""
    with transaction.atomic():
        tag, created = Tag.objects.get_or_create(name=name, defaults={"description": description})
        if not created:
            raise NameTaken
        _record(tag, Action.ADD, by, after=name)
    return tag


def describe(tag: Tag, description: str, *, by: User) -> None:
    with transaction.atomic():
        held = _held(tag)
        if held.description != description:
            _record(held, Action.DESCRIBE, by, before=held.description, after=description)
            Tag.objects.filter(pk=held.pk).update(description=description)


def retire(tag: Tag, *, by: User) -> None:
    """The tag is offered and given no more; the comments that have it keep it."""
    with transaction.atomic():
        held = _held(tag)
        if held.retired_at is None:
            _record(held, Action.RETIRE, by, before=held.name)
            Tag.objects.filter(pk=held.pk).update(retired_at=timezone.now())


def restore(tag: Tag, *, by: User) -> None:
    with transaction.atomic():
        held = _held(tag)
        if held.retired_at is not None:
            _record(held, Action.RESTORE, by, after=held.name)
            Tag.objects.filter(pk=held.pk).update(retired_at=None)


def merge(source: Tag, target: Tag, *, by: User) -> Following:
    """From now on the source's name, and its former ones, mean the target. To be called outside of a transaction.

    Raises TagGone where either is no tag of its own any more.
    """
    with transaction.atomic():
        held, into = _both(source, target)
        _give_up(held, into)
        _record(into, Action.MERGE, by, before=held.name, after=into.name)
    return follow(source.pk)


def rename(tag: Tag, name: str, *, by: User) -> tuple[Tag, Following]:
    """The tag under its new name. Raises NameTaken where another tag has it, TagGone where this one is none any more.

    A name that this tag had before is simply taken back. To be called outside of a transaction.
    """
    with transaction.atomic():
        held = _held(tag)
        renamed, created = Tag.objects.select_for_update(of=("self",)).get_or_create(name=name)
        if not (created or renamed.merged_into_id == held.pk):
            raise NameTaken
        renamed.merged_into = None
        renamed.description, renamed.retired_at = held.description, held.retired_at
        renamed.save()
        _give_up(held, renamed)
        _record(renamed, Action.RENAME, by, before=held.name, after=name)
    return renamed, follow(tag.pk)


def tell_apart(first: Tag, second: Tag, *, by: User) -> None:
    low, high = sorted((first, second), key=lambda tag: tag.pk)
    TagsApart.objects.get_or_create(first=low, second=high, defaults={"actor": by})


def follow(former: int, *, most: int = AT_ONCE) -> Following:
    """Moves comments of a merged tag (by key) to what it means today; those beyond `most` are left to a worker."""
    moved = 0
    while moved < most:
        step = _follow_chunk(former)
        if not step:
            return Following(moved, complete=True)
        moved += step
    wake.worker(wake.FOLLOWING)
    return Following(moved, complete=False)


def follow_all() -> int:
    """How many comments followed the tags that were merged; for the sweep."""
    behind = Tag.objects.filter(merged_into__isnull=False, comment_tags__isnull=False).order_by("pk").distinct()
    return sum(follow(pk, most=2**63).moved for pk in behind.values_list("pk", flat=True))


def _follow_chunk(former: int) -> int:
    """How many links of a merged tag were moved, with the versions of their comments.

    The comments are locked before their links, as `adopt` and every verdict do it.
    """
    with transaction.atomic():
        target = Tag.objects.values_list("merged_into_id", flat=True).get(pk=former)
        ids = list(
            CommentTag.objects.filter(tag=former).order_by("comment").values_list("comment_id", flat=True)[:CHUNK]
        )
        comments = Comment.objects.select_for_update().filter(pk__in=ids).order_by("pk")
        held = list(comments.values_list("pk", flat=True))
        links = CommentTag.objects.filter(tag=former, comment__in=held)
        twice = CommentTag.objects.filter(tag=target, comment__in=held).values_list("comment_id", flat=True)
        links.filter(comment__in=list(twice)).delete()
        links.update(tag=target)
        _labels_changed(held)
    return len(held)


def _labels_changed(comments: Collection[int]) -> None:
    """What a label's change asks for, whoever changed it: a new version, and word to those who count labels."""
    changed = Comment.objects.filter(pk__in=comments)
    changed.update(version=F("version") + 1, updated_at=timezone.now())
    signals.tell(changed.only("moment"))


def _give_up(held: Tag, into: Tag) -> None:
    """The one's name, its former names and its history are the other's from now on."""
    Tag.objects.filter(merged_into=held).update(merged_into=into)
    Tag.objects.filter(pk=held.pk).update(merged_into=into, retired_at=None)
    VocabularyAct.objects.filter(tag=held).update(tag=into)
    TagsApart.objects.filter(Q(first=held) | Q(second=held)).delete()


def _held(tag: Tag) -> Tag:
    """The tag, locked. Raises TagGone where it is merged."""
    held = Tag.objects.select_for_update(of=("self",)).standing().filter(pk=tag.pk).first()
    if held is None:
        raise TagGone
    return held


def _both(source: Tag, target: Tag) -> tuple[Tag, Tag]:
    """Both, locked in the order of their keys, so that two who merge them crosswise don't wait for each other."""
    held = {tag.pk: tag for tag in Tag.objects.select_for_update(of=("self",)).standing().filter(
        pk__in=[source.pk, target.pk]).order_by("pk")}  # fmt: skip
    if len(held) < 2:
        raise TagGone
    return held[source.pk], held[target.pk]


def _record(tag: Tag, action: Action, by: User, *, before: str = "", after: str = "") -> None:
    VocabularyAct.objects.create(tag=tag, action=action, actor=by, before=before, after=after)
