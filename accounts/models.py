import unicodedata
import uuid
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def username_key(username: str) -> str:
    """What two spellings of one name share: NFKC, case folded (UTS #39 would call them confusable)."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", username).casefold())


class AccountManager(UserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username_key=username_key(username or ""))


class User(AbstractUser):
    username_key = models.CharField(max_length=600, unique=True, editable=False)

    objects: ClassVar[AccountManager] = AccountManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        permissions = [("enter_panel", _("May enter the panel"))]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.username_key = username_key(self.username)
        if (fields := kwargs.get("update_fields")) is not None and "username" in fields:
            kwargs["update_fields"] = {*fields, "username_key"}
        super().save(*args, **kwargs)

    def clean(self) -> None:
        super().clean()
        if not self.username:  # a form that refused the name calls this without one
            return
        if User.objects.filter(username_key=username_key(self.username)).exclude(pk=self.pk).exists():
            raise ValidationError({"username": ValidationError(_("This user name is taken."), code="unique")})


class TokenFamilyQuerySet(models.QuerySet["TokenFamily"]):
    def living(self) -> Self:
        return self.filter(revoked_at=None, user__is_active=True)

    def revoke(self) -> None:
        self.filter(revoked_at=None).update(revoked_at=timezone.now())


class TokenFamily(models.Model):
    """All refresh tokens that descend from one login; void together."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="token_families")
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires at"), db_index=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    objects = TokenFamilyQuerySet.as_manager()

    class Meta:
        verbose_name = _("token family")
        verbose_name_plural = _("token families")

    def __str__(self) -> str:
        return str(self.id)

    def revoke(self) -> None:
        TokenFamily.objects.filter(pk=self.pk).revoke()


class RefreshToken(models.Model):
    """One refresh token by its id (`jti`); the token itself is nowhere stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    family = models.ForeignKey(TokenFamily, on_delete=models.CASCADE, related_name="tokens")
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("refresh token")
        verbose_name_plural = _("refresh tokens")

    def __str__(self) -> str:
        return str(self.id)

    def use(self) -> bool:
        """True for the one caller, of however many at once, that has used the token.

        The condition is on this table alone: with a join Django would ask by a subquery, and PostgreSQL, having waited
        for another's lock, doesn't look at a subquery again.
        """
        return RefreshToken.objects.filter(pk=self.pk, used_at=None).update(used_at=timezone.now()) == 1
