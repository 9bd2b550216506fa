from datetime import date, datetime
from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from pydantic import BaseModel, Field
from rest_framework.request import Request
from rest_framework.response import Response

from alumusic.api import Query, View
from alumusic.openapi import many, one, problems
from alumusic.weeks import Week, iso
from classifier.models import Category
from reports import document, quotes
from reports.models import Theme, WeeklySummary
from reports.numbers import Numbers

PERMISSION = "reports.view_weeklysummary"


class SummariesQuery(Query):
    limit: int = Field(12, alias="limite", ge=1, le=100, description="As semanas mais novas primeiro.")
    before: str | None = Field(
        None, alias="antes_de", pattern=r"^\d{4}-W\d{2}$", description="Só semanas anteriores a esta, como 2025-W31."
    )


class Quote(BaseModel):
    """Um comentário citado: sem dados pessoais, até 280 caracteres; some quando o comentário é apagado."""

    id: str
    texto: str


class ThemeBody(BaseModel):
    """Um tema. `quantidade` é a do dia em que o resumo foi feito; `url` é a página com todos os comentários."""

    nome: str
    quantidade: int
    categoria: Category = Field(description="A mais frequente.")
    por_categoria: dict[Category, int]
    tags: list[str]
    citacoes: list[Quote] = Field(max_length=2)
    url: str


class SummaryBody(BaseModel):
    """O resumo de uma semana ISO."""

    semana: str = Field(examples=["2025-W31"])
    inicio: date
    fim: date = Field(description="O domingo, inclusive.")
    texto: str = Field(description="Até 200 palavras; começa com “Olá”.")
    numeros: Numbers
    temas: list[ThemeBody]
    enviado_em: datetime | None


def summary_body(summary: WeeklySummary) -> dict[str, Any]:
    """The summary on the wire; no query where its themes were fetched ahead."""
    days = summary.iso_week.days
    return {
        "semana": summary.week,
        "inicio": days[0].isoformat(),
        "fim": days[-1].isoformat(),
        "texto": summary.text,
        "numeros": summary.figures,
        "temas": [theme_body(theme) for theme in summary.themes.all()],
        "enviado_em": iso(summary.sent_at) if summary.sent_at else None,
    }


def theme_body(theme: Theme) -> dict[str, Any]:
    return {
        "nome": theme.name,
        "quantidade": theme.size,
        "categoria": theme.category,
        "por_categoria": theme.by_category,
        "tags": theme.tags,
        "citacoes": [{"id": comment.external_id, "texto": quotes.words(comment)} for comment in theme.quotes],
        "url": document.theme_url(theme),
    }


class Summaries(View):
    query = SummariesQuery
    permissions = {"GET": PERMISSION}

    @extend_schema(
        operation_id="listar_resumos",
        summary="Os resumos semanais, o mais novo primeiro",
        responses={200: many(one(SummaryBody)), **problems(400, 401, 403, 406, 429, 503)},
    )
    def get(self, request: Request) -> Response:
        query: SummariesQuery = self.parameters
        summaries = WeeklySummary.objects.with_themes()
        if query.before:
            summaries = summaries.filter(week__lt=query.before)
        return Response([summary_body(summary) for summary in summaries[: query.limit]])


class OneSummary(View):
    permissions = {"GET": PERMISSION}

    @extend_schema(
        operation_id="ver_resumo",
        summary="O resumo de uma semana",
        responses={200: one(SummaryBody), **problems(400, 401, 403, 404, 406, 429, 503)},
    )
    def get(self, request: Request, week: str) -> Response:
        try:
            name = str(Week.parse(week))
        except ValueError:
            raise Http404 from None
        summary = WeeklySummary.objects.with_themes().filter(week=name).first()
        if summary is None:
            raise Http404
        return Response(summary_body(summary))
