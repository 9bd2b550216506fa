"""The one thing that comments tell the apps to their right."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.dispatch import Signal

if TYPE_CHECKING:
    from classifier.models import Comment

# Sent once a batch with `moments` (comment id → moment), inside the transaction that stored, labelled or deleted them.
labels_changed = Signal()


def tell(comments: Iterable["Comment"]) -> None:
    """Sends `labels_changed` for them. To be called in the transaction that wrote them; nothing is sent for none."""
    if moments := {comment.pk: comment.moment for comment in comments}:
        labels_changed.send(sender=None, moments=moments)
