"""What a worker does when it is woken: claim after claim, until nothing waits or its time is over."""

import logging
import time

from django.db import connection

from classifier import claims, labelling, relabelling, wake
from classifier.engines import engine_in_service
from classifier.models import Batch, BatchItem
from classifier.outages import DATABASE_AWAY, KEEP_SECONDS, outlasted

logger = logging.getLogger(__name__)

# A worker that is told to stop ends what it has begun; so it begins no more than this, and others go on.
RUN_SECONDS = 30.0
CLAIM = 640
# With KEEP_SECONDS shorter than the lease: who may no longer write does not ask either.
ENGINE_SECONDS = 60.0


def label_waiting() -> int:
    """How many waiting comments got their label."""
    claims.set_aside_poison()
    ends = time.monotonic() + RUN_SECONDS
    done = 0
    others_woken = False
    while time.monotonic() < ends and (claim := claims.claim(CLAIM)).comments:
        if len(claim.comments) == CLAIM and not others_woken:
            wake.worker()
            others_woken = True
        labelled = _label(claim)
        done += labelled
        if not labelled:
            break
    Batch.objects.close_finished()
    return done


def _label(claim: claims.Claim) -> int:
    work = labelling.Work(claim.comments, claim.held, deadline=time.monotonic() + ENGINE_SECONDS)
    try:
        done = labelling.label(work, engine_in_service())
    except DATABASE_AWAY as error:
        logger.warning("the database went away under a claim: %s", type(error).__name__)
        connection.close()
        done = labelling.Done(0, [])
    keep_until = work.deadline + KEEP_SECONDS
    outlasted(lambda: claims.release(claim.comments, claim.token, in_vain=done.in_vain), deadline=keep_until)
    batches = BatchItem.objects.filter(comment__in=claim.comments).values_list("batch", flat=True).distinct()[:20]
    said = {"batches": [str(key) for key in batches]}
    logger.info("%s of %s comments labelled", done.labelled, len(claim.comments), extra=said)
    return done.labelled


def relabel() -> int:
    """How many comments were labelled again; none while others wait for their first try."""
    if claims.anything_new():
        return 0
    return relabelling.work(seconds=RUN_SECONDS)
