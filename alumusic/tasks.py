from celery import shared_task
from django.utils import timezone

from alumusic import retention


@shared_task(name="alumusic.purge")
def purge() -> dict[str, int]:
    return dict(retention.purge(timezone.now()))
