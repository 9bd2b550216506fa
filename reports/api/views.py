from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request

from alumusic.openapi import one, problems
from reports import recent
from reports.api import conditional, wire
from reports.api.public import ReportView


class WeekReport(ReportView):
    """The door of the long road; `short_road` answers most of what comes."""

    throttle_classes = ()

    @extend_schema(
        operation_id="ver_relatorio_da_semana",
        summary="As cinco séries dos últimos dias e horas",
        description=(
            "Público, a menos que `REPORTS_PUBLIC` esteja desligado; sem limite de requisições. Guardado por 60 s: "
            "`Cache-Control` diz quantos faltam, e `If-None-Match` com a `ETag` dá 304."
        ),
        parameters=[
            OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description="A ETag que você tem.")
        ],
        responses={
            200: one(wire.ReportBody),
            304: OpenApiResponse(description="Nada mudou desde a `ETag` enviada."),
            **problems(400, 401, 403, 406, 503),
        },
    )
    def get(self, request: Request) -> HttpResponse:
        answer = recent.answer()
        headers = conditional.headers(answer)
        if conditional.unchanged(request.headers.get("If-None-Match"), answer):
            return HttpResponse(status=304, headers=headers)
        body = answer.value.computed if answer.computed else answer.value.from_cache
        return HttpResponse(body, content_type="application/json", headers=headers)
