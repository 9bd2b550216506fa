"""What a browser is told of every answer, beside what Django's and django-csp's middleware say."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from alumusic.requests import Respond


class PermissionsMiddleware:
    """No answer of ours needs a device, and none may be drawn into another site's page."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response
        self.policy = ", ".join(f"{feature}=()" for feature in settings.PERMISSIONS_POLICY_NONE)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", self.policy)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response
