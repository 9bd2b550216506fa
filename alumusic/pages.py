from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static

from alumusic.problems import every_problem


def home(request: HttpRequest) -> HttpResponse:
    return redirect("admin:index")


def icon(request: HttpRequest) -> HttpResponse:
    return redirect(static("alumusic/icon.svg"))


def problem(request: HttpRequest, slug: str) -> HttpResponse:
    """The page that explains a type of problem."""
    found = next((each for each in every_problem() if each.slug == slug), None)
    if found is None:
        raise Http404
    return render(request, "problem_type.html", {"problem": found})
