from typing import Any, Literal
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from pydantic import Field

from alumusic.api import Query
from insights.answers import EXTRACTS
from reports import document
from reports.models import WeeklySummary


class PageQuery(Query):
    question: UUID | None = Field(None, alias="pergunta")
    everybody: Literal["1"] | None = Field(None, alias="todas")
    cursor: str | None = Field(None, max_length=200)


def summary_body(summary: WeeklySummary, *, themes: bool) -> dict[str, Any]:
    """themes: whether their comments may be seen."""
    return {
        "semana": summary.week,
        "titulo": document.title(summary),
        "texto": summary.text,
        "temas": [
            {
                "nome": theme.name,
                "contagem": document.told(theme),
                "url": reverse("admin:reports_theme_change", args=[theme.pk]) if themes else None,
            }
            for theme in summary.themes.all()
        ],
    }


def words() -> dict[str, Any]:
    """What the script says, in the reader's language."""
    return {
        "asking": _("Reading the summaries…"),
        "checked": _("Each sentence is shown once its source was checked."),
        "restarted": _("The model was interrupted; asking again."),
        "done": _("Answered."),
        "cancelled": _("Cancelled. The question stays in your history."),
        "failed": _("No answer came. The question stays in your history."),
        "pending": _("This question is being answered, or was interrupted."),
        "lost": _("The connection was lost. The question stays in your history."),
        "session": _("Your session has ended. Log in again in another tab, then ask once more."),
        "cached": _("Answered before: same question, same summaries."),
        "byModel": _("Written by %(engine)s from the summaries; every quote checked."),
        "byExtracts": _("Sentences of the summaries, word for word; no language model was asked."),
        "extracts": EXTRACTS,
        "base": _("Based on %(weeks)s."),
        "source": _("Source: %(week)s"),
        "noSource": _("The summary could not be fetched."),
        "themes": _("Comments behind it"),
        "thanks": _("Noted, thank you."),
        "notNoted": _("Your vote was not noted."),
    }
