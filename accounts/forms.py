from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from accounts.models import User, username_key
from alumusic.requests import client_address
from alumusic.throttling import Limit


class PanelLoginForm(AuthenticationForm):
    """Lets in whoever may enter the panel, staff or not.

    Failures are counted for the pair of name and address, so that nobody can lock another out, and for the address
    alone, with more room, so that nobody can try name after name.
    """

    required_css_class = "required"
    error_messages = {
        **AuthenticationForm.error_messages,
        "no_entry": _("This account may not enter the panel."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields["username"]
        name.validators.append(MaxLengthValidator(User.username.field.max_length))

    def clean(self) -> dict[str, Any]:
        for limit, ident in self._counted():
            limit.check(ident)
        return super().clean()

    def get_invalid_login_error(self) -> ValidationError:
        for limit, ident in self._counted():
            limit.take(ident)
        return super().get_invalid_login_error()

    def confirm_login_allowed(self, user: User) -> None:
        super().confirm_login_allowed(user)
        if not user.has_perm("accounts.enter_panel"):
            raise ValidationError(self.error_messages["no_entry"], code="no_entry")

    def _counted(self) -> list[tuple[Limit, str]]:
        address = client_address(self.request) if self.request else ""
        pair = f"{address} {username_key(self.cleaned_data.get('username', ''))}"
        return [
            (Limit("panel_address", _("Too many failed logins from your network. Wait a few minutes.")), address),
            (Limit("login", _("Too many failed logins with this name. Wait a few minutes and try again.")), pair),
        ]
