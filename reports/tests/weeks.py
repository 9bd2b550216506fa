"""Weeks of comments, and the people who read of them, for tests."""

from datetime import datetime, timedelta
from typing import Any

from alumusic.weeks import Week
from classifier.models import Category, Comment
from classifier.tests.comments import stored
from reports import summaries
from reports.models import Recipient, WeeklySummary

WEEK = Week.parse("2025-W31")
MONDAY_AFTER = WEEK.end + timedelta(hours=8)

PRICE = [
    "O preço subiu demais, assim não dá",
    "Achei o preço absurdo depois do aumento",
    "Esse preço afasta quem é cliente antigo",
    "Com esse preço vou cancelar tudo",
]
LYRICS = [
    "Podiam ter a letra sincronizada no player",
    "Que tal mostrar a letra na tela bloqueada?",
    "Seria ótimo ter a letra traduzida das músicas estrangeiras",
    "Coloquem a letra também nos clipes",
]
PRAISE = ["Que voz linda nesse refrão", "Chorei no ônibus com a faixa quatro", "A produção desse disco é impecável"]


def moment(day: int = 2, hour: int = 12, *, week: Week = WEEK) -> datetime:
    return week.start + timedelta(days=day, hours=hour)


def in_week(text: str, category: Category | None = Category.CRITICISM, *, week: Week = WEEK, **fields: Any) -> Comment:
    return stored(text, category=category, **{"moment": moment(week=week), **fields})


def a_week(week: Week = WEEK) -> list[Comment]:
    """Eleven comments with two themes: the price, which is criticised, and lyrics, which are asked for."""
    found = [in_week(text, week=week, tags=("fix_preco",)) for text in PRICE]
    found += [in_week(text, Category.SUGGESTION, week=week, tags=("feat_letra",)) for text in LYRICS]
    return found + [in_week(text, Category.PRAISE, week=week) for text in PRAISE]


def summary(week: Week = WEEK, **fields: Any) -> WeeklySummary:
    """The summary of a week as it is, of no comments where there are none; fields: as they are to be."""
    made = summaries.make(week)
    WeeklySummary.objects.filter(pk=made.pk).update(**fields)
    return WeeklySummary.objects.with_themes().get(pk=made.pk)


def recipient(email: str = "ana@example.org", **fields: Any) -> Recipient:
    return Recipient.objects.create(**{"email": email, "name": "Ana", **fields})


def sent(week: Week) -> dict[str, Any]:
    """The fields of a summary that is out."""
    return {"queued_at": week.end, "sent_at": week.end}
