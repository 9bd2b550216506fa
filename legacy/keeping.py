"""Rows that break a rule of ours: kept as they were, and listed."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from legacy.models import MAX_KEY, KeptRow


class Fault(StrEnum):
    """What a row has that we do not take, and what became of it instead."""

    ID = "id"  # stored under a UUID made of the old id
    EMPTY = "texto vazio"  # no comment, no summary
    LONG = "texto longo"  # stored whole
    OTHER_TEXT = "outro texto"  # the stored one stays
    CATEGORY = "categoria"  # stored without a label, which our engine then gives
    CONFIDENCE = "confianca"  # likewise
    TAGS = "tags"  # the good ones are stored, five at most
    TIME = "data"  # a comment is stored with the time of the import
    FUTURE = "data futura"  # stored with it: the zone may be wrong
    WEEK_TAKEN = "semana ocupada"  # a later summary, or one of ours, is the week's
    USERNAME = "nome"  # no account
    NAME_TAKEN = "nome ocupado"  # no account: another spelling of the name has one
    PASSWORD = "senha"  # an account that nobody can log in to until it is given a password  # noqa: S105


@dataclass
class Tally:
    """What became of a table's rows. kept: those that broke a rule, whether they were stored or not."""

    read: int = 0
    new: int = 0
    here: int = 0
    kept: Counter[Fault] = field(default_factory=Counter)

    def __iadd__(self, other: "Tally") -> "Tally":
        self.read, self.new, self.here = self.read + other.read, self.new + other.new, self.here + other.here
        self.kept += other.kept
        return self


def keep(table: str, rows: Sequence[tuple[str, list[Fault], dict[str, Any], int | None]]) -> Counter[Fault]:
    """Keeps rows by id, faults, content and comment, each once; how often each fault is in them."""
    KeptRow.objects.bulk_create(
        (KeptRow(table=table, key=_short(key), faults=faults, row=row, comment_id=pk) for key, faults, row, pk in rows),
        update_conflicts=True,
        unique_fields=["table", "key"],
        update_fields=["faults", "row", "comment"],
    )
    return Counter(fault for _key, faults, _row, _comment in rows for fault in faults)


def _short(key: str) -> str:
    """The key, or what stands for one that no index could hold; the row has it whole."""
    return key if len(key) <= MAX_KEY else str(uuid.uuid5(uuid.NAMESPACE_OID, key))
