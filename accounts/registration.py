import unicodedata

from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.groups import API_CLIENT
from accounts.models import User
from alumusic.problems import FieldError, Invalid


def register(username: str, password: str) -> User:
    """A new account in the group of API clients. Raises Invalid for a name that is taken or a weak password.

    What the group may do is the administration's to say; where they deleted it, it comes back with no permission.
    """
    user = User(username=unicodedata.normalize("NFKC", username))
    errors = _faults(user, password)
    if errors:
        raise Invalid(errors[0].detail if len(errors) == 1 else None, errors=errors)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
            user.groups.add(Group.objects.get_or_create(name=API_CLIENT)[0])
    except IntegrityError:
        taken = _("This user name is taken.")
        raise Invalid(taken, errors=[FieldError("/username", "unique", taken)]) from None
    return user


def _faults(user: User, password: str) -> list[FieldError]:
    errors = []
    try:
        user.clean_fields(exclude=["password", "email", "username_key"])
        user.clean()
    except ValidationError as error:
        errors += [FieldError("/username", e.code or "invalid", e.messages[0]) for e in error.error_dict["username"]]
    try:
        validate_password(password, user)
    except ValidationError as error:
        errors += [FieldError("/password", e.code or "invalid", e.messages[0]) for e in error.error_list]
    return errors
