"""How comments come in: each id once, all of a list or nothing of it."""

import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import TypeAdapter, ValidationError

from accounts.models import User
from alumusic.problems import FieldError, Invalid, Problem
from alumusic.validation import Faults, wire_names
from classifier import claims, labelling, signals, wake
from classifier.engines import Engine
from classifier.incoming import IncomingComment
from classifier.models import Batch, BatchItem, Comment, CommentState
from classifier.models.bulk import among, insert_new
from classifier.models.search import search_words

# How much longer than its wait for an engine a request holds its comments, so that no worker takes them from it.
LEASE_SECONDS = 45

READ_AT_ONCE = 500

many_comments = TypeAdapter(list[IncomingComment])


class OtherText(Problem):
    slug = "id-com-outro-texto"
    status = 409
    title = _("The id has another text")
    explanation = _("A comment with this `id` is stored with another `texto`. What is stored stays; send a new `id`.")


class StoredOtherwise(Invalid):
    """Items of a list whose id is stored with another text."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """comments: as stored, in the order sent. created: the ids among them that this call brought."""

    comments: list[Comment]
    created: set[int]

    @property
    def pending(self) -> bool:
        return any(comment.state == CommentState.PENDING for comment in self.comments)


def read_many(data: list[object]) -> list[IncomingComment]:
    """The comments of a list. Raises Invalid naming every bad item, an id that stands twice included.

    Read in parts: pydantic makes an object of each fault, and a long list may be all faults.
    """
    comments: list[IncomingComment] = []
    faults, known = Faults(), wire_names(IncomingComment)
    for first in range(0, len(data), READ_AT_ONCE):
        part = [faults.trimmed(item, known) for item in data[first : first + READ_AT_ONCE]]
        try:
            comments += many_comments.validate_python(part)
        except ValidationError as error:
            faults.found(error, known, first=first)
    for repeated in _repeated_ids(data):
        faults.add(repeated)
    if faults.listed:
        raise _nothing_stored(faults)
    return comments


def _repeated_ids(data: list[object]) -> Iterator[FieldError]:
    seen: set[str] = set()
    for index, item in enumerate(data):
        sent = item.get("id") if isinstance(item, dict) else None
        if not isinstance(sent, str):
            continue
        if sent in seen:
            yield FieldError(f"/{index}/id", "duplicate", _("The id appears more than once in the list."))
        seen.add(sent)


def _nothing_stored(faults: Faults, problem: type[Invalid] = Invalid) -> Invalid:
    count = len({error.pointer.split("/")[1] for error in faults.listed})
    sentence = (
        _("One comment has an error; nothing was stored.")
        if count == 1
        else _("%(n)s comments have errors; nothing was stored.") % {"n": count}
    )
    return faults.problem(sentence, problem)


def receive(incoming: Sequence[IncomingComment], *, sender: User, engine: Engine | None) -> Receipt:
    """Stores what is new and labels it within `CLASSIFY_WAIT_SECONDS`; what is not done by then stays pending.

    engine: None leaves it all to the background. Raises StoredOtherwise where an id is stored with another text; then
    nothing of the call is stored. The ids of `incoming` are distinct.
    """
    deadline = time.monotonic() + settings.CLASSIFY_WAIT_SECONDS
    token = uuid.uuid4()
    with transaction.atomic():
        stored = store_new(incoming, sender=sender, **_lease(token))
        _refuse_other_texts(incoming, stored)
    ours = [comment for comment in stored.values() if comment.lease_token == token]
    in_vain: list[int] = []
    if engine and ours:
        work = labelling.Work(ours, Q(lease_token=token), deadline, urgent=True)
        in_vain = labelling.label(work, engine).in_vain
    claims.release(ours, token, in_vain=in_vain)
    ids = [comment.pk for comment in stored.values()]
    by_id = {comment.external_id: comment for comment in Comment.objects.filter(pk__in=ids).with_tags()}
    receipt = Receipt([by_id[item.id] for item in incoming], {comment.pk for comment in ours})
    if receipt.pending:
        wake.worker()
    return receipt


def _lease(token: uuid.UUID) -> dict[str, Any]:
    until = timezone.now() + timedelta(seconds=settings.CLASSIFY_WAIT_SECONDS + LEASE_SECONDS)
    return {"lease_token": token, "lease_until": until, "attempts": 1}


def accept(incoming: Sequence[IncomingComment], *, sender: User) -> Batch:
    """Stores what is new, to be labelled in the background, and the batch that follows it.

    Raises StoredOtherwise as `receive` does.
    """
    with transaction.atomic():
        stored = store_new(incoming, sender=sender)
        _refuse_other_texts(incoming, stored)
        batch = batch_of([stored[item.id] for item in incoming], owner=sender)
        wake.worker()
    return batch


def store_new(incoming: Iterable[IncomingComment], *, sender: User, **lease: Any) -> dict[str, Comment]:
    """The stored comments by their id; those that this call brought carry its lease, where it has one.

    Of each there is what tells it from others: id, text, moment and lease. Inserted in the order of their ids, so that
    two calls with the same ids wait for each other and never deadlock. The ids of `incoming` are distinct. To be
    called in a transaction.
    """
    now = timezone.now()
    in_order = sorted(incoming, key=lambda item: item.id)
    insert_new(
        Comment,
        [
            {
                "external_id": item.id,
                "text": item.text,
                "source": item.source,
                "author": item.author,
                "metadata": item.metadata,
                "published_at": item.published_at,
                "moment": item.published_at or now,
                "search_words": search_words(item.text),
            }
            for item in in_order
        ],
        created_at=now,
        updated_at=now,
        created_by_id=sender.pk,
        **lease,
    )
    stored = Comment.objects.filter(external_id__in=among([item.id for item in in_order]))
    comments = list(stored.only("external_id", "text", "moment", "lease_token", "attempts"))
    signals.tell(comments)
    return {comment.external_id: comment for comment in comments}


def _refuse_other_texts(incoming: Sequence[IncomingComment], stored: dict[str, Comment]) -> None:
    faults = Faults()
    for index, item in enumerate(incoming):
        if stored[item.id].text != item.text:
            faults.add(FieldError(f"/{index}/id", "conflict", _("The id is stored with another text.")))
    if faults.listed:
        raise _nothing_stored(faults, StoredOtherwise)


def batch_of(comments: Sequence[Comment], *, owner: User) -> Batch:
    """A new batch with these comments in their order."""
    with transaction.atomic():
        batch = Batch.objects.create(owner=owner)
        insert_new(
            BatchItem,
            [{"position": position, "comment_id": comment.pk} for position, comment in enumerate(comments)],
            batch_id=batch.pk,
        )
    return batch
