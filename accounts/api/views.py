from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import registration, tokens
from accounts.api import wire
from accounts.api.authentication import bearer_token
from accounts.models import User
from alumusic.api import View
from alumusic.openapi import json_body, one, problems, sent
from alumusic.problems import Forbidden, Unauthenticated
from alumusic.requests import client_address
from alumusic.throttling import Limit
from alumusic.validation import read_body

HOW_TO_SEND = (
    "O token vem no cabeçalho `Authorization: Bearer <refresh>` ou no corpo; havendo os dois, vale o do corpo."
)


class OpenView(View):
    """A door for who has no token yet, or shows another one than an access token."""

    authentication_classes = ()
    permission_classes = (AllowAny,)


class RegistrationClosed(Forbidden):
    slug = "cadastro-fechado"
    title = _("Registration is closed")
    explanation = _("New accounts are made by the administration.")


class Register(OpenView):
    @extend_schema(
        operation_id="registrar",
        summary="Cria uma conta de cliente da API",
        request=json_body(sent(wire.Credentials)),
        responses={201: one(wire.NewAccount), **problems(400, 403, 413, 415, 429)},
    )
    def post(self, request: Request) -> Response:
        if not settings.ACCOUNTS_OPEN_REGISTRATION:
            raise RegistrationClosed
        credentials = read_body(wire.Credentials, request.data)
        Limit("register").take(client_address(request))
        user = registration.register(credentials.username, credentials.password)
        return Response({"id": user.pk, "username": user.username}, status=201)


class Login(OpenView):
    @extend_schema(
        operation_id="entrar",
        summary="Troca nome e senha por um par de tokens",
        request=json_body(sent(wire.Credentials)),
        responses={200: one(wire.TokenPair), **problems(400, 401, 413, 415, 429)},
    )
    def post(self, request: Request) -> Response:
        credentials = read_body(wire.Credentials, request.data)
        failures, address = Limit("login", _("Too many failed logins from this address.")), client_address(request)
        failures.check(address)
        user = authenticate(request, username=credentials.username, password=credentials.password)
        if not isinstance(user, User):
            failures.take(address)
            raise Unauthenticated(_("User name or password is wrong."))
        return pair_response(tokens.issue(user))


class Refresh(OpenView):
    @extend_schema(
        operation_id="renovar",
        summary="Troca um refresh token por um par novo",
        description=HOW_TO_SEND,
        request=json_body(sent(wire.RefreshBody)),
        responses={200: one(wire.TokenPair), **problems(400, 401, 413, 415, 429)},
    )
    def post(self, request: Request) -> Response:
        return pair_response(tokens.rotate(sent_refresh_token(request)))


class Logout(OpenView):
    @extend_schema(
        operation_id="sair",
        summary="Invalida um refresh token e a família dele",
        description=HOW_TO_SEND,
        request=json_body(sent(wire.RefreshBody)),
        responses={204: None, **problems(400, 401, 413, 415, 429)},
    )
    def post(self, request: Request) -> Response:
        tokens.end(sent_refresh_token(request))
        return Response(status=204)


class Me(View):
    @extend_schema(
        operation_id="quem_sou",
        summary="Quem eu sou e o que posso",
        responses={200: one(wire.Me), **problems(400, 401, 406, 429)},
    )
    def get(self, request: Request) -> Response:
        user: Any = request.user
        groups = user.groups.order_by("name").values_list("name", flat=True)
        return Response(
            {
                "id": user.pk,
                "username": user.username,
                "grupos": list(groups),
                "permissoes": sorted(user.get_all_permissions()),
            }
        )


def pair_response(pair: tokens.Pair) -> Response:
    return Response({"access": pair.access, "refresh": pair.refresh}, headers={"Cache-Control": "no-store"})


def sent_refresh_token(request: Request) -> str:
    """The refresh token of the body where there is one, else of the header, where many clients show an access token."""
    if request.data:
        return read_body(wire.RefreshBody, request.data).refresh
    token = bearer_token(request)
    if token is None:
        raise Unauthenticated(_("Send the refresh token in the header `Authorization: Bearer …` or as `refresh`."))
    return token
