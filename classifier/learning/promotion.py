"""Which trained model serves: put into service and taken back, each an act that is kept."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from alumusic.problems import NotFound, Problem
from classifier.engines.embedded import artefact
from classifier.engines.embedded.artefact import Artefact, ArtefactBroken
from classifier.engines.embedded.service import service
from classifier.models import Candidate, Promotion


class DoesNotFit(Problem):
    slug = "modelo-de-outra-versao"
    status = 409
    title = _("A model of another release")
    explanation = _("This model was trained with an encoder that this release does not have. Train again.")


class AlreadyServes(Problem):
    slug = "modelo-ja-em-servico"
    status = 409
    title = _("Already in service")
    explanation = _("This model is in service already, or somebody else has just changed which one is.")


def in_service() -> Candidate | None:
    """The candidate that serves; None for the model that ships."""
    newest = Promotion.objects.newest_first().first()
    return newest.candidate if newest else None


def artefact_of(candidate: Candidate | None) -> Artefact:
    """The model; raises ArtefactBroken where it is not what its checksum says."""
    if candidate is None:
        return artefact.load()
    found = artefact.loaded(bytes(candidate.artefact.data))
    if found.checksum != candidate.artefact_id:
        raise ArtefactBroken(f"{candidate.version} is not what its checksum says")
    return found


def promote(candidate: Candidate | None, *, by: User | None, instead_of: int | None) -> Promotion:
    """Puts the candidate into service, the model that ships where it is None; all processes follow in seconds.

    instead_of: the id of the newest act that the one who decides has seen, None where there was none. Raises
    AlreadyServes where it is not the newest any more, or the candidate serves; DoesNotFit.
    """
    if candidate is not None and not artefact_of(candidate).fits(artefact.load()):
        raise DoesNotFit
    with transaction.atomic():
        newest = Promotion.objects.select_for_update(of=("self",)).order_by("-pk").first()
        serving = newest.candidate_id if newest else None
        seen = newest.pk if newest else None
        if seen != instead_of or serving == (candidate.pk if candidate else None):
            raise AlreadyServes
        made = Promotion.objects.create(candidate=candidate, by=by)
        transaction.on_commit(service.look_again)
    return made


def before_the_present() -> Promotion | None:
    """The act that put the present model's predecessor into service; None where that was the one that ships."""
    return Promotion.objects.newest_first()[1:2].first()


def roll_back(*, by: User, instead_of: int | None) -> Promotion:
    """Puts the model into service that served before the present one. Raises NotFound where there was none."""
    if not Promotion.objects.exists():
        raise NotFound
    before = before_the_present()
    return promote(before.candidate if before else None, by=by, instead_of=instead_of)
