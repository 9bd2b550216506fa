from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts import tokens
from accounts.models import User
from alumusic.problems import Unauthenticated


def bearer_token(request: Request) -> str | None:
    """The token of the header `Authorization`; None where it is absent, empty or of another scheme."""
    scheme, *parts = request.headers.get("Authorization", "").split() or [""]
    if scheme.lower() != "bearer":
        return None
    if len(parts) != 1:
        raise Unauthenticated(_("The header must be `Authorization: Bearer …` with one token."))
    return parts[0]


class BearerAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[User, None] | None:
        raw = bearer_token(request)
        return None if raw is None else (tokens.user_of(raw), None)

    def authenticate_header(self, request: Request) -> str:
        return Unauthenticated().headers["WWW-Authenticate"]


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the authentication to the OpenAPI generator, which finds it by being a subclass."""

    target_class = BearerAuthentication
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
