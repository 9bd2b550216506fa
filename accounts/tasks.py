from celery import shared_task
from django.utils import timezone

from accounts import tokens


@shared_task(name="accounts.purge_tokens")
def purge_tokens() -> int:
    return tokens.purge_expired(timezone.now())
