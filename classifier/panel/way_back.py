from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


def way_back(request: HttpRequest) -> str:
    """The page that the form names as the one it was sent from, if it is one of ours; else the list of comments."""
    url = request.POST.get("next", "")
    local = url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return url if local and url.startswith("/") else reverse("admin:classifier_comment_changelist")
