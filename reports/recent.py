"""The five series of the last days and hours, as the contract has them, and ready to be sent."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from alumusic import single_flight
from alumusic.weeks import iso, start_of
from reports import figures
from reports.counting import HOUR, hour_of
from reports.figures import percentages

KEY = "report:recent"
SECONDS = 60
DAYS = 7
HOURS = 24
TAG_HOURS = 48
MOST_TAGS = 10


@dataclass(frozen=True, slots=True)
class Encoded:
    """An answer in bytes, as it came from the cache and as it is for the one who computed it."""

    etag: str
    from_cache: bytes
    computed: bytes


def series(now: datetime) -> dict[str, Any]:
    """The five series: seven calendar days, today whole; 24 and 48 hours, the present one whole."""
    today = timezone.localdate(now)
    past_hour = hour_of(now) + HOUR
    start, end = start_of(today - timedelta(days=DAYS - 1)), start_of(today + timedelta(days=1))
    week = figures.between(start, end, with_tags=False)
    tags = figures.tags_between(past_hour - TAG_HOURS * HOUR, past_hour)
    hours = [(hour, count) for hour, count in week.by_hour.items() if past_hour - HOURS * HOUR <= hour < past_hour]
    return {
        "distribuicao_categorias": percentages(week.by_category),
        "evolucao_temporal": [{"data": day.isoformat(), **counts} for day, counts in week.by_day.items()],
        "top_tags_48h": [
            {"tag": tag, "frequencia": sum(counts.values())} for tag, counts in list(tags.items())[:MOST_TAGS]
        ],
        "confianca_media_por_categoria": {
            category: round(mean or 0.0, 2) for category, mean in week.mean_confidence.items()
        },
        "comentarios_por_hora": [{"hora": iso(hour), "quantidade": count} for hour, count in hours],
    }


def encode(found: Mapping[str, Any]) -> Encoded:
    body = json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
    from_cache, computed = (b'{"relatorios":' + body + b',"reload":' + said + b"}" for said in (b"false", b"true"))
    return Encoded(f'W/"{hashlib.sha256(body).hexdigest()[:32]}"', from_cache, computed)


def answer() -> single_flight.Answer[Encoded]:
    return single_flight.answer(KEY, lambda: encode(series(timezone.now())), seconds=SECONDS)
