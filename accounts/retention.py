from collections.abc import Iterator
from datetime import datetime

from django.contrib.sessions.models import Session

from accounts import tokens
from alumusic.retention import delete_in_batches


def purge(now: datetime) -> Iterator[tuple[str, int]]:
    """Logins that can't come back: of the API and of the panel."""
    yield "token families", tokens.purge_expired(now)
    yield "sessions", delete_in_batches(Session.objects.filter(expire_date__lt=now))
