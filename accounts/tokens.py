"""Pairs of tokens, and the families that refresh tokens form.

A refresh token is good for one use. One used again later than `REPLAY_GRACE` after its use is taken for stolen: its
whole family is void. An access token is good while its family is.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework_simplejwt import tokens as jwt
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings

from accounts.models import RefreshToken, TokenFamily, User
from alumusic.problems import Unauthenticated
from alumusic.retention import delete_in_batches

security_log = logging.getLogger("alumusic.security")

REPLAY_GRACE = timedelta(seconds=10)
FAMILY_CLAIM = "family"
PASSWORD_CLAIM = "pwd"  # noqa: S105  (the claim's name)


@dataclass(frozen=True, slots=True)
class Pair:
    access: str
    refresh: str


@dataclass(frozen=True, slots=True)
class _Claims:
    id: UUID
    family: UUID
    password: str


def issue(user: User) -> Pair:
    """A first pair, and with it a new family."""
    with transaction.atomic():
        family = TokenFamily.objects.create(user=user, expires_at=timezone.now() + _lifetime())
        return _next_pair(family)


def user_of(access: str) -> User:
    """Whose access token it is. Raises Unauthenticated where it is not ours, or they may not come in any more."""
    claims = _read(jwt.AccessToken, access)
    family = claims and TokenFamily.objects.living().select_related("user").filter(pk=claims.family).first()
    if not claims or not family or claims.password != _password_mark(family.user):
        raise Unauthenticated(_("The access token is not valid, or not any more."))
    return family.user


def rotate(refresh: str) -> Pair:
    """The pair that follows on a refresh token, which is void from then on.

    Raises Unauthenticated for one that is not ours, has expired, was used, or whose user may not come in any more.
    """
    token = _living(refresh)
    with transaction.atomic():
        if token.use():
            TokenFamily.objects.filter(pk=token.family_id).update(expires_at=timezone.now() + _lifetime())
            return _next_pair(token.family)
    raise _replayed(token)


def end(refresh: str) -> None:
    """Voids the family of a refresh token. Raises Unauthenticated as `rotate` does."""
    token = _living(refresh)
    if not token.use():
        raise _replayed(token)
    token.family.revoke()


def purge_expired(now: datetime) -> int:
    """How many families were deleted because no token of theirs can live any more.

    Of those that live on, the tokens go that were used so long ago that they have expired since.
    """
    delete_in_batches(RefreshToken.objects.filter(used_at__lt=now - _lifetime()))
    return delete_in_batches(TokenFamily.objects.filter(expires_at__lt=now))


def _password_mark(user: User) -> str:
    """Changes whenever the password does, and tells nothing of it (a keyed hash)."""
    return user.get_session_auth_hash()[:32]


def _lifetime() -> timedelta:
    lifetime: timedelta = api_settings.REFRESH_TOKEN_LIFETIME
    return lifetime


def _next_pair(family: TokenFamily) -> Pair:
    row = RefreshToken.objects.create(family=family)
    refresh = jwt.RefreshToken.for_user(family.user)
    refresh[api_settings.JTI_CLAIM] = str(row.pk)
    refresh[FAMILY_CLAIM] = str(family.pk)
    refresh[PASSWORD_CLAIM] = _password_mark(family.user)
    return Pair(access=str(refresh.access_token), refresh=str(refresh))


def _read(kind: type[jwt.Token], raw: str) -> _Claims | None:
    """What a token of this kind claims; None where it was not signed by us, has expired, or is of another make."""
    try:
        token = kind(raw)  # type: ignore[arg-type]
        return _Claims(UUID(token[api_settings.JTI_CLAIM]), UUID(token[FAMILY_CLAIM]), str(token[PASSWORD_CLAIM]))
    except (TokenError, KeyError, AttributeError, TypeError, ValueError):
        return None


def _living(refresh: str) -> RefreshToken:
    """The token's row, used or not, where its family lives and the password is the same."""
    claims = _read(jwt.RefreshToken, refresh)
    if claims is None:
        raise _refused()
    tokens = RefreshToken.objects.select_related("family__user").filter(family__in=TokenFamily.objects.living())
    token = tokens.filter(pk=claims.id, family=claims.family).first()
    if token is None or claims.password != _password_mark(token.family.user):
        raise _refused()
    return token


def _replayed(token: RefreshToken) -> Unauthenticated:
    """The refusal of a used token; its family is void where nobody can have sent it twice by accident."""
    if token.used_at and timezone.now() - token.used_at > REPLAY_GRACE:
        token.family.revoke()
        security_log.warning(
            "refresh token used again: family %s of user %s is void", token.family_id, token.family.user_id
        )
    return _refused()


def _refused() -> Unauthenticated:
    return Unauthenticated(_("The refresh token is not valid, or not any more. Log in again."))
