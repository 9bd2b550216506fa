"""The training of the week, off unless the panel's schedule is switched on."""

import logging

from alumusic.environment import BASE_DIR
from classifier.engines.embedded.artefact import ArtefactBroken
from classifier.engines.embedded.weights import EncoderMissing
from classifier.learning.candidates import NothingToLearn, Schooling
from classifier.models import Candidate, Review
from classifier.training.dataset import DataBroken

logger = logging.getLogger(__name__)

DATA = BASE_DIR / "classifier" / "data"


def weekly() -> None:
    """Makes a candidate where people have judged anything since the last one; why there is none is logged."""
    newest = Candidate.objects.order_by("-pk").values_list("last_review", flat=True).first() or 0
    if not Review.objects.filter(pk__gt=newest).exists():
        logger.info("nothing to learn: no verdict since the last training")
        return
    try:
        candidate = Schooling(DATA, tell=logger.info).run()
    except (NothingToLearn, DataBroken, ArtefactBroken, EncoderMissing) as why:
        logger.warning("no model was trained: %s", why)
        return
    logger.info("%s: %s", candidate.version, "in service" if not candidate.reasons else "not promoted")
