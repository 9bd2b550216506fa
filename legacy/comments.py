"""The comments, with the labels that they had."""

import math
import re
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from classifier import signals
from classifier.incoming import CLOCK_SKEW, ID_PATTERN, INVISIBLE, RESERVED_IDS
from classifier.models import Category, Classification, Comment, Label
from classifier.models.bulk import among, insert_new
from classifier.models.comment import MAX_TEXT
from classifier.models.search import search_words
from classifier.models.tag import MAX_TAG_LENGTH, MAX_TAGS, TAG_PATTERN
from legacy.keeping import Fault, Tally, keep
from legacy.source import OldComment

ENGINE = "legado"
NAMESPACE = uuid.UUID("0b9d0b2c-5b0c-4a52-9a2e-3f5f6f2d9a11")
TAG = re.compile(TAG_PATTERN)
# PostgreSQL refuses more than a megabyte of words for one row.
MOST_SEARCHED = 50_000
LEASE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Reading:
    """A row as our tables can take it, and what of it they cannot."""

    row: OldComment
    external_id: str
    text: str
    label: Label | None
    created_at: datetime
    updated_at: datetime
    faults: list[Fault]


def take_in(rows: Sequence[OldComment], zone: tzinfo) -> Tally:
    """Stores those that are not here yet, all of the chunk or nothing; one that is here is left as it is.

    zone: that of the times, which say none.
    """
    readings = [read(row, zone) for row in rows]
    storable = {reading.external_id: reading for reading in readings if Fault.EMPTY not in reading.faults}
    with transaction.atomic():
        there = {key: (pk, text) for key, pk, text in _stored(storable).values_list("external_id", "pk", "text")}
        keys = _store([reading for key, reading in sorted(storable.items()) if key not in there])
        for key, (pk, text) in there.items():
            if text != storable[key].text:
                storable[key].faults.append(Fault.OTHER_TEXT)
                keys[key] = pk
        # One that an earlier run stored was kept by that run.
        told = [each for each in readings if each.faults and (each.external_id in keys or Fault.EMPTY in each.faults)]
        kept = keep("comentario", [_as_kept(reading, keys.get(reading.external_id)) for reading in told])
    return Tally(len(rows), len(keys) - kept[Fault.OTHER_TEXT], len(there), kept)


def _as_kept(reading: Reading, comment: int | None) -> tuple[str, list[Fault], dict[str, Any], int | None]:
    row = asdict(reading.row)
    if comment and Fault.OTHER_TEXT not in reading.faults:
        del row["texto"]
    if row["confianca"] is not None and not math.isfinite(row["confianca"]):
        row["confianca"] = str(row["confianca"])  # JSON knows no NaN
    return reading.row.id, reading.faults, row, comment


def read(row: OldComment, zone: tzinfo) -> Reading:
    faults: list[Fault] = []
    good_id = ID_PATTERN.fullmatch(row.id) and row.id not in RESERVED_IDS
    if not good_id:
        faults.append(Fault.ID)
    text = (row.texto or "").strip()
    if INVISIBLE.fullmatch(text):
        faults.append(Fault.EMPTY)
    elif len(text) > MAX_TEXT:
        faults.append(Fault.LONG)
    created, updated = aware(row.created_at, zone), aware(row.updated_at, zone)
    now = timezone.now()
    if created is None:
        faults.append(Fault.TIME)
    elif created > now + CLOCK_SKEW:
        faults.append(Fault.FUTURE)
    moment = created or updated or now
    return Reading(
        row=row,
        external_id=row.id if good_id else str(uuid.uuid5(NAMESPACE, row.id)),
        text=text,
        label=_label(row, faults),
        created_at=moment,
        updated_at=updated or moment,
        faults=faults,
    )


def aware(moment: datetime | None, zone: tzinfo) -> datetime | None:
    return moment.replace(tzinfo=zone) if moment and timezone.is_naive(moment) else moment


def _label(row: OldComment, faults: list[Fault]) -> Label | None:
    """The label that the row had; None where a fault of it, or its lack, leaves the comment to our engine."""
    tags = list(dict.fromkeys(row.tags or []))
    good = [tag for tag in tags if tag and len(tag) <= MAX_TAG_LENGTH and TAG.fullmatch(tag)]
    if good[:MAX_TAGS] != tags:
        faults.append(Fault.TAGS)
    if row.categoria is None:
        return None
    if row.categoria not in Category.values:
        faults.append(Fault.CATEGORY)
        return None
    if row.confianca is None or not (math.isfinite(row.confianca) and 0 <= row.confianca <= 1):
        faults.append(Fault.CONFIDENCE)
        return None
    return Label(Category(row.categoria), row.confianca, ENGINE, good[:MAX_TAGS])


def _stored(storable: dict[str, Reading]) -> Any:
    return Comment.objects.filter(external_id__in=among(list(storable)))


def _store(new: Sequence[Reading]) -> dict[str, int]:
    """The keys of the comments that this made, by their id; another may have been faster with some."""
    if not new:
        return {}
    token = uuid.uuid4()
    insert_new(
        Comment,
        [
            {
                "external_id": reading.external_id,
                "text": reading.text,
                "moment": reading.created_at,
                "created_at": reading.created_at,
                "updated_at": reading.updated_at,
                "search_words": search_words(reading.text[:MOST_SEARCHED]),
            }
            for reading in new
        ],
        lease_token=token,
        lease_until=timezone.now() + LEASE,
    )
    by_id = {reading.external_id: reading for reading in new}
    ours = _stored(by_id).filter(lease_token=token)
    keys: dict[str, int] = dict(ours.values_list("external_id", "pk"))
    labels = {pk: label for key, pk in keys.items() if (label := by_id[key].label)}
    Comment.adopt(labels, Q(lease_token=token))
    Classification.objects.bulk_create(_classification(pk, by_id[key]) for key, pk in keys.items() if pk in labels)
    _give_back(keys, by_id)
    return keys


def _classification(comment: int, reading: Reading) -> Classification:
    label = reading.label
    assert label  # noqa: S101  (for the types)
    return Classification(
        comment_id=comment, engine=ENGINE, category=label.category, confidence=label.confidence,
        tags=list(label.tags), created_at=reading.updated_at,
    )  # fmt: skip


def _give_back(keys: dict[str, int], readings: dict[str, Reading]) -> None:
    """Lets those without a label be labelled, and puts back when each was changed last, which adopting has moved."""
    comments = list(Comment.objects.filter(pk__in=keys.values()))
    for comment in comments:
        comment.updated_at = readings[comment.external_id].updated_at
        comment.lease_token = comment.lease_until = None
    Comment.objects.bulk_create(
        comments,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["updated_at", "lease_token", "lease_until"],
    )
    signals.tell(comments)
