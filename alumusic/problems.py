"""Problems as RFC 9457 has them: what an error is, the general ones, and the one place that renders them."""

import json
import logging
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFieldsSent
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from rest_framework import exceptions

from alumusic.requests import request_id

logger = logging.getLogger(__name__)

Text = str | Promise


@dataclass(frozen=True, slots=True)
class FieldError:
    """One fault of what was sent. pointer: a JSON pointer into the body, or `?name` for a query parameter."""

    pointer: str
    code: str
    detail: Text


class Problem(Exception):
    """An error that the one who asked can understand. Subclasses stand beside what raises them."""

    slug: ClassVar[str]
    status: ClassVar[int]
    title: ClassVar[Text]
    explanation: ClassVar[Text]

    def __init__(
        self,
        detail: Text | None = None,
        *,
        errors: Sequence[FieldError] = (),
        omitted: int = 0,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """omitted: how many faults there are beside those of `errors`."""
        super().__init__()
        self.detail = self.explanation if detail is None else detail
        self.errors = errors
        self.omitted = omitted
        self.headers = dict(headers or {})

    def __str__(self) -> str:
        return f"{self.slug}: {self.detail}"

    def response(self) -> HttpResponse:
        body: dict[str, Any] = {
            "type": f"/problemas/{self.slug}",
            "title": str(self.title),
            "status": self.status,
            "detail": str(self.detail),
        }
        if self.omitted:
            more = ngettext("%(n)s more fault is not listed.", "%(n)s more faults are not listed.", self.omitted)
            body["detail"] += " " + more % {"n": self.omitted}
        if self.errors:
            body["errors"] = [{"pointer": e.pointer, "code": e.code, "detail": str(e.detail)} for e in self.errors]
        return HttpResponse(
            json.dumps(body, ensure_ascii=False),
            status=self.status,
            content_type="application/problem+json",
            headers=self.headers,
        )


class Invalid(Problem):
    slug = "validacao"
    status = 400
    title = _("Invalid data")
    explanation = _("What was sent breaks a rule; each entry of `errors` names the place and the reason.")


class Unauthenticated(Problem):
    slug = "nao-autenticado"
    status = 401
    title = _("Not authenticated")
    explanation = _("The call needs a valid access token in the header `Authorization: Bearer …`.")

    def __init__(self, detail: Text | None = None) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": 'Bearer realm="api"'})


class Forbidden(Problem):
    slug = "sem-permissao"
    status = 403
    title = _("Not permitted")
    explanation = _("You are known, but your account lacks the permission for this.")


class NotFound(Problem):
    slug = "nao-encontrado"
    status = 404
    title = _("Not found")
    explanation = _("There is nothing at this address, or nothing that you may see.")


class MethodNotAllowed(Problem):
    slug = "metodo-nao-permitido"
    status = 405
    title = _("Method not allowed")
    explanation = _("This address does not take this method; the header `Allow` names those it takes.")


class NotAcceptable(Problem):
    slug = "formato-nao-aceito"
    status = 406
    title = _("Not acceptable")
    explanation = _("The answer cannot be given in a form that the header `Accept` asks for.")


class LengthRequired(Problem):
    slug = "tamanho-necessario"
    status = 411
    title = _("Length required")
    explanation = _("The body was sent in chunks. Send it whole, with the header `Content-Length`.")


class TooLarge(Problem):
    slug = "grande-demais"
    status = 413
    title = _("Too large")
    explanation = _("The body or the batch is over the limit.")


class UnsupportedMediaType(Problem):
    slug = "tipo-de-midia"
    status = 415
    title = _("Unsupported media type")
    explanation = _("The body must be `application/json` in UTF-8; where a file is sent, `multipart/form-data`.")


class Throttled(Problem):
    slug = "muitas-requisicoes"
    status = 429
    title = _("Too many requests")
    explanation = _("Too many requests in a short time; the header `Retry-After` says when to try again.")

    def __init__(self, wait_seconds: float, detail: Text | None = None) -> None:
        super().__init__(detail, headers={"Retry-After": str(max(1, math.ceil(wait_seconds)))})


class InternalError(Problem):
    slug = "erro-interno"
    status = 500
    title = _("Internal error")
    explanation = _("Something failed on our side. The id in `detail` finds it in the log.")


class Unavailable(Problem):
    slug = "indisponivel"
    status = 503
    title = _("Temporarily unavailable")
    explanation = _("A part that this call needs is down. What was accepted before is kept; try again later.")

    def __init__(self, detail: Text | None = None, *, wait_seconds: int = 5) -> None:
        super().__init__(detail, headers={"Retry-After": str(wait_seconds)})


def every_problem(root: type[Problem] = Problem) -> Iterator[type[Problem]]:
    """Each problem that has a page of its own."""
    for problem in root.__subclasses__():
        if "slug" in vars(problem):
            yield problem
        yield from every_problem(problem)


def problem_of(error: Exception) -> Problem | None:
    """The problem that stands for an error of Django or REST framework; None where the fault is ours."""
    match error:
        case Problem():
            return error
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return Unauthenticated()
        case PermissionDenied() | exceptions.PermissionDenied():
            return Forbidden()
        case Http404() | exceptions.NotFound():
            return NotFound()
        case exceptions.MethodNotAllowed():
            return MethodNotAllowed()
        case exceptions.NotAcceptable():
            return NotAcceptable()
        case exceptions.UnsupportedMediaType():
            return UnsupportedMediaType()
        case exceptions.Throttled():
            return Throttled(getattr(error, "wait", None) or 60)
        case RequestDataTooBig() | TooManyFieldsSent():
            return TooLarge()
        case OperationalError() | InterfaceError():
            logger.error("database unavailable: %s", type(error).__name__, exc_info=error)
            return Unavailable(_("The database does not answer; try again later."))
    return None


def exception_handler(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    problem = problem_of(error)
    if problem is None:
        return None
    response = problem.response()
    if isinstance(problem, MethodNotAllowed):
        response["Allow"] = ", ".join(context["view"].allowed_methods)
    return response


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The problem as JSON for a script, and as a page for a person."""
    if request.path.startswith("/api/") or not request.accepts("text/html"):
        return problem.response()
    response = render(request, "problem.html", {"problem": problem}, status=problem.status)
    for name, value in problem.headers.items():
        response[name] = value
    return response


class ProblemMiddleware:
    """Renders a problem that a page raises; the API's own are rendered by REST framework's handler."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        problem = problem_of(exception)
        return None if problem is None or isinstance(problem, NotFound | Forbidden) else answer(request, problem)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, problem_of(exception) or Invalid(_("The request cannot be read.")))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, Forbidden())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return answer(request, Forbidden(_("The form has expired or came from another site. Open it again and send it.")))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, NotFound())


def server_error(request: HttpRequest) -> HttpResponse:
    return answer(request, InternalError(_("Something failed on our side. Its id is %(id)s.") % {"id": request_id()}))
