"""The link by which a recipient leaves: signed, good for as long as the address is theirs, and acting by POST alone."""

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from reports.models import Recipient


def path(recipient: Recipient) -> str:
    return reverse("unsubscribe", args=[_signer(recipient).sign(str(recipient.pk))])


def recipient_of(token: str) -> Recipient | None:
    """Whose link it is; None for one that we did not sign, or signed for another address."""
    key, _separator, _signature = token.partition(":")
    if not key.isascii() or not key.isdecimal() or len(key) > 18:
        return None
    recipient = Recipient.objects.filter(pk=int(key)).first()
    if recipient is None:
        return None
    try:
        _signer(recipient).unsign(token)
    except BadSignature:
        return None
    return recipient


def _signer(recipient: Recipient) -> Signer:
    return Signer(salt=f"reports.unsubscribe {recipient.email.lower()}")
