from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alumusic.panel import PanelPage
from classifier.models import Category, Comment, Guideline

CALLS = ["cards", "look_alikes", "judge", "skip", "undo", "renew", "give_back", "leave", "progress", "words"]


class Review(PanelPage):
    """The queue; its cards come by `calls`."""

    title = gettext_lazy("Review")
    permissions = {"GET": "classifier.review_comment"}
    menu_order = 10
    template_name = "classifier/review.html"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        guidelines = Guideline.objects.in_bulk()
        categories = [
            {
                "value": category.value,
                "name": category.name.lower(),
                "label": category.label,
                "key": number,
                "guideline": guidelines[category.value].text if category.value in guidelines else "",
            }
            for number, category in enumerate(Category, 1)
        ]
        return self.page(
            categories=categories,
            engines=Comment.objects.engines(),
            setup={"urls": addresses(), "words": words(), "curator": request.user.get_username()},
        )


def addresses() -> dict[str, str]:
    """Where the calls are, by name; the key of a comment is put in place of 0."""
    return {name: reverse(f"admin:review_{name}", args=[0] if name == "look_alikes" else []) for name in CALLS}


def words() -> dict[str, Any]:
    """What the script says, in the reader's language."""
    return {
        "saved": _("All saved"),
        "unsent": _("%(n)s to be sent"),
        "offline": _("No connection: your verdicts are kept here and are sent when it is back."),
        "sessionEnded": _("Your session has ended. Log in again in another tab: your verdicts are kept here."),
        "login": _("Log in"),
        "retry": _("Try again"),
        "notTaken": _("This was not recorded: %(why)s"),
        "insist": _("Use mine: %(category)s"),
        "yours": _("Yours was %(category)s and is not recorded."),
        "same": _("You agree, so nothing is lost."),
        "undone": _("Taken back."),
        "undoneMany": _("Taken back on %(n)s comments."),
        "decidedMany": _("%(n)s comments decided: %(category)s."),
        "leftOut": _("Left out: %(what)s"),
        "revealAgree": _("Blind card: the machine had said %(category)s too."),
        "revealDiffer": _("Blind card: the machine had said %(category)s."),
        "chooseFirst": _("There is no proposal to accept: choose a category."),
        "passedOn": _("This comment went to somebody else while you were away."),
        "noAlike": _("Nothing like it among the recent comments."),
        "alikeLater": _("Not here: this card is decided alone."),
        "alikeChosen": _("%(n)s marked"),
        "alikeNear": _("%(n)s from %(likeness)s on"),
        "undecided": _("not decided"),
        "decidedBy": _("decided by %(who)s"),
        "heldBy": _("before %(who)s"),
        "noTags": _("no tags"),
        "hiddenTags": _("tags hidden"),
        "badTag": _("A tag has the form scope_feature, as in fix_login."),
        "tooManyTags": _("At most 5 tags."),
        "removeTag": _("Remove %(tag)s"),
        "left": _("%(n)s left"),
        "leftMore": _("more than %(n)s left"),
        "today": _("%(n)s today"),
        "pace": _("%(n)s an hour"),
        "agreement": _("%(n)s agreement"),
    }
