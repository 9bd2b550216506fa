"""The one thing that comments tell the apps to their right."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol

from django.dispatch import Signal

# Sent once a batch with `moments` (comment id → moment), inside the transaction that stored, labelled or deleted them.
labels_changed = Signal()


class WithMoment(Protocol):
    """A comment, or as much of it as is needed here."""

    pk: Any
    moment: datetime


def tell(comments: Iterable[WithMoment]) -> None:
    """Sends `labels_changed` for them. To be called in the transaction that wrote them; nothing is sent for none."""
    if moments := {comment.pk: comment.moment for comment in comments}:
        labels_changed.send(sender=None, moments=moments)
