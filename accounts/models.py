import unicodedata
import uuid
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _


def username_key(username: str) -> str:
    """What two spellings of one name share: NFKC, case folded (UTS #39 would call them confusable)."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", username).casefold())


class AccountQuerySet(models.QuerySet["User"]):
    def update(self, **values: Any) -> int:
        """As Django's; who is deactivated so loses what they were logged in with, as by `save`."""
        if values.get("is_active") is False:
            values["credential_version"] = F("credential_version") + 1
        return super().update(**values)

    update.alters_data = True  # type: ignore[attr-defined]

    def log_out_everywhere(self) -> int:
        """How many there are; every session and token of theirs that is out is void."""
        return self.update(credential_version=F("credential_version") + 1)


class AccountManager(UserManager["User"].from_queryset(AccountQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, username: str | None) -> "User":
        user: User = self.get(username_key=username_key(username or ""))
        return user


class User(AbstractUser):
    """Sessions of the panel and tokens of the API are good for one password and one `credential_version`.

    So a deactivation ends them for good: who is activated again logs in again.
    """

    username_key = models.CharField(max_length=600, unique=True, editable=False)
    credential_version = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    objects: ClassVar[AccountManager] = AccountManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        permissions = [("enter_panel", _("May enter the panel"))]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.username_key = username_key(self.username)
        fields = kwargs.get("update_fields")
        if fields is not None and "username" in fields:
            kwargs["update_fields"] = {*fields, "username_key"}
        if self.pk and not self.is_active and (fields is None or "is_active" in fields):
            self._leave()
            kwargs["update_fields"] = fields and {*kwargs["update_fields"], "credential_version"}
        super().save(*args, **kwargs)

    def _leave(self) -> None:
        """Counts on where the row still says active, so that saving a deactivated user again changes nothing."""
        was = User.objects.filter(pk=self.pk).values("is_active", "credential_version").first()
        if was:
            self.credential_version = was["credential_version"] + was["is_active"]

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """As Django's, of which sessions and tokens carry the result, but also of the version, once there is one."""
        if not self.credential_version:
            return str(super()._get_session_auth_hash(secret))  # type: ignore[misc]
        bound = f"{self.password} {self.credential_version}"
        return salted_hmac("accounts.User.session", bound, secret=secret, algorithm="sha256").hexdigest()

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
