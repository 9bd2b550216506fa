"""What staff are told of the language model: once a day, in the log, by mail and in the panel."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage, get_connection
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from .models import Notice

logger = logging.getLogger(__name__)

MAIL_SECONDS = 10


def of_today() -> QuerySet[Notice]:
    return Notice.objects.filter(day=timezone.localdate()).order_by("pk")


def tell(kind: str, text: Callable[[], str]) -> None:
    """Tells it unless it was told today; the first to store it is the one who tells. text: in the active language."""
    with override(settings.LANGUAGE_CODE):
        notice, first = Notice.objects.get_or_create(kind=kind, day=timezone.localdate(), defaults={"text": text()})
        if first:
            logger.warning("notice to staff: %s", kind)
            _mail(notice)


def _mail(notice: Notice) -> None:
    """To those who may see the ledger. What can't be sent stands in the log and in the panel all the same."""
    readers = get_user_model().objects.with_perm("llm.view_call").exclude(email="")
    addresses = sorted(readers.values_list("email", flat=True))
    if not addresses:
        return
    subject = _("AluMusic Feedback: notice of %(day)s") % {"day": notice.day.isoformat()}
    message = EmailMessage(subject, notice.text, bcc=addresses, connection=get_connection(timeout=MAIL_SECONDS))
    try:
        message.send()
    except OSError as error:  # as all of smtplib's are
        logger.warning("a notice could not be mailed: %s", type(error).__name__)
