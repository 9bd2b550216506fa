from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from reports.unsubscribing import recipient_of


@csrf_exempt  # a mail program posts without having seen a form (RFC 8058); the link's signature says that it may
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a page with a button, since scanners follow links; only POST takes the recipient off the list."""
    recipient = recipient_of(token)
    if recipient is None:
        raise Http404
    if request.method == "POST":
        recipient.unsubscribe()
    return render(request, "reports/unsubscribe.html", {"recipient": recipient})
