"""Weeks of the evaluation's fixture as summaries that were sent, for tests."""

from datetime import timedelta
from typing import Any

from insights import evaluation
from insights.sources import Source
from reports.models import Theme, WeeklySummary

WEEKS = ["2025-W31", "2025-W30", "2025-W29"]
QUOTE = "o preço da assinatura familiar (71 críticas)"
ANDROID = "o aplicativo que fecha sozinho no Android (38 críticas)"


def sent(*weeks: str, **fields: Any) -> list[WeeklySummary]:
    """The summaries of these weeks, with their themes; without any, of three."""
    return [_sent(source, fields) for source in evaluation.summaries() if str(source.week) in (weeks or WEEKS)]


def _sent(source: Source, fields: dict[str, Any]) -> WeeklySummary:
    moment = source.week.end + timedelta(hours=8)
    usual: dict[str, Any] = {"text": source.text, "html": "", "figures": {}, "engine": "modelo de texto"}
    usual |= {"created_at": moment, "queued_at": moment, "sent_at": moment}
    summary = WeeklySummary.objects.create(week=str(source.week), **{**usual, **fields})
    for position, theme in enumerate(source.themes):
        Theme.objects.create(
            summary=summary, position=position, name=theme.name, size=theme.size, category=theme.category,
            by_category={theme.category: theme.size}, words=[], tags=[],
        )  # fmt: skip
    return summary
