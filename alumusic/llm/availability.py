"""Whether the language model may be asked now."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from . import budget
from .breaker import Admission, Breaker, Passage, breaker
from .faults import NotAsked

# The words of `refusal`, for people.
REFUSALS = {
    "no_key": _("no key is set"),
    "budget": _("today's budget is used up"),
    "breaker": _("it failed several times in a row and is being given a pause"),
    "unauthorized": _("the provider refuses the key"),
    "forbidden": _("the provider forbids the call"),
    "unknown_model": _("the provider does not know the model"),
    "quota": _("the provider's account has no credit left"),
}


def refusal() -> str | None:
    """Why it must not be asked, in one word; None where it may be. Takes nothing, so anybody may look.

    `no_key`; `budget`: today's is used up; `breaker`: it failed repeatedly; `unauthorized`, `forbidden`,
    `unknown_model`, `quota`: a person must mend something.
    """
    if not settings.OPENAI_API_KEY:
        return "no_key"
    if budget.used_up():
        return "budget"
    return breaker().look().reason or None


def admit(to: Breaker) -> Admission:
    """The passage to ask with, as of `Breaker.admit`. Raises NotAsked where there is none."""
    if budget.used_up():
        budget.watch()
        raise NotAsked("budget")
    admission = to.admit()
    if admission.passage is Passage.OPEN:
        raise NotAsked(admission.reason)
    return admission
