from django.utils import timezone
from drf_spectacular.utils import extend_schema
from pydantic import BaseModel, ConfigDict, Field
from rest_framework.request import Request
from rest_framework.response import Response

from alumusic.openapi import one, problems
from alumusic.weeks import iso
from classifier.models import Category
from reports import corrected
from reports.api.public import ReportView
from reports.board import last_days

REASON = "dados insuficientes"


class ShareBody(BaseModel):
    """A parte de uma categoria, em %."""

    contado: float = Field(ge=0, le=100, examples=[41.2], description="Como no relatório.")
    corrigido: float | None = Field(ge=0, le=100, examples=[38.9], description="Sem os erros do classificador.")
    intervalo: tuple[float, float] | None = Field(examples=[[35.1, 42.7]], description="De 95 %.")


class CorrectedBody(BaseModel):
    model_config = ConfigDict(title="CorrectedBody")

    inicio: str = Field(examples=["2025-07-26T00:00:00-03:00"])
    fim: str = Field(examples=["2025-08-02T00:00:00-03:00"])
    comentarios: int = Field(ge=0, examples=[1840], description="Quantos têm categoria.")
    vereditos_as_cegas: int = Field(ge=0, examples=[62], description="Sem 30 deles não há número corrigido.")
    distribuicao_categorias: dict[Category, ShareBody]
    motivo: str | None = Field(examples=[None], description="`dados insuficientes`, ou nulo.")


class CorrectedReport(ReportView):
    @extend_schema(
        operation_id="ver_distribuicao_corrigida",
        summary="A distribuição dos últimos 7 dias sem os erros conhecidos do classificador",
        description=(
            "Estimada só com o que foi revisado às cegas (inferência assistida por predição), com intervalo de 95 %, "
            "ao lado do que o relatório conta. Com menos de 30 vereditos às cegas não há número. Guardado por 60 s."
        ),
        responses={200: one(CorrectedBody), **problems(400, 401, 403, 406, 429, 503)},
    )
    def get(self, request: Request) -> Response:
        span = last_days(timezone.now())
        found = corrected.between(span.start, span.end)
        body = {
            "inicio": iso(found.start),
            "fim": iso(found.end),
            "comentarios": found.labelled,
            "vereditos_as_cegas": found.blind,
            "distribuicao_categorias": {
                each.category.value: {
                    "contado": each.counted,
                    "corrigido": each.corrected,
                    "intervalo": list(each.interval) if each.interval else None,
                }
                for each in found.shares
            },
            "motivo": None if found.enough else REASON,
        }
        return Response(body)
