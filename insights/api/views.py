from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import F
from django.http import Http404
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from alumusic.api import View
from alumusic.openapi import json_body, many, one, problems, sent
from alumusic.validation import read_body
from classifier.api.links import page_response
from classifier.paging import Order, page
from insights import answers
from insights.api import wire
from insights.models import Question
from insights.wire import EVENT_STREAM, finished_body, question_body, streaming_response

ASK = "insights.ask_question"


def _parse_key(values: list[Any]) -> list[Any] | None:
    match values:
        case [int(pk)]:
            return [pk]
    return None


NEWEST: Order[Question] = Order(
    "i", keys=(F("id"),), descending=True, values=lambda question: [question.pk], parse=_parse_key
)
EXAMPLE = OpenApiExample("Respondida", wire.EXAMPLE, response_only=True, status_codes=["200"])


class EventStream(BaseRenderer):
    """Takes part in the negotiation; the events are written by the response itself."""

    media_type = EVENT_STREAM
    format = "sse"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> Any:
        return data


class Ask(View):
    permissions: ClassVar[dict[str, str]] = {"POST": ASK}
    renderer_classes = (JSONRenderer, EventStream)

    @extend_schema(
        operation_id="perguntar",
        summary="Pergunta aos últimos resumos semanais enviados",
        description=(
            "Cada afirmação da resposta vem com as palavras do resumo que a sustentam; o que os resumos não dizem, a "
            "resposta diz que não sabe. Com `Accept: text/event-stream` a resposta vem aos poucos: eventos `inicio`, "
            "`afirmacao` (uma por afirmação já verificada), `recomeco` (o que veio antes não vale) e, por fim, `fim` "
            "com o corpo inteiro, que é o que vale, ou `erro` com o problema. Fechar a conexão cancela a pergunta."
        ),
        request=json_body(sent(wire.Asked)),
        examples=[EXAMPLE],
        responses={
            (200, "application/json"): OpenApiResponse(one(wire.QuestionBody), description="A resposta."),
            (200, EVENT_STREAM): OpenApiResponse({"type": "string"}, description="A resposta, evento por evento."),
            **problems(400, 401, 403, 404, 406, 413, 415, 429, 503),
        },
    )
    def post(self, request: Request) -> HttpResponseBase:
        asked = read_body(wire.Asked, request.data)
        steps = answers.ask(asked.question, weeks=asked.weeks, owner=request.user)
        if request.accepted_renderer.format == EventStream.format:
            return streaming_response(steps)
        return Response(finished_body(steps))


class Questions(View):
    query = wire.QuestionsQuery
    permissions: ClassVar[dict[str, str]] = {"GET": ASK}

    @extend_schema(
        operation_id="listar_perguntas",
        summary="As próprias perguntas, a mais nova primeiro",
        description="As páginas seguinte e anterior estão no cabeçalho `Link` (RFC 8288).",
        responses={200: many(one(wire.QuestionBody)), **problems(400, 401, 403, 406, 429, 503)},
    )
    def get(self, request: Request) -> Response:
        query: wire.QuestionsQuery = self.parameters
        own = Question.objects.of(request.user).with_answers()
        return page_response(request, page(own, NEWEST, cursor=query.cursor, limit=query.limit), question_body)


class OneQuestion(View):
    permissions: ClassVar[dict[str, str]] = {"GET": ASK, "PATCH": ASK}

    @extend_schema(
        operation_id="ver_pergunta",
        summary="Uma pergunta e a sua resposta",
        examples=[EXAMPLE],
        responses={200: one(wire.QuestionBody), **problems(400, 401, 403, 404, 406, 429, 503)},
    )
    def get(self, request: Request, public_id: UUID) -> Response:
        found = Question.objects.seen_by(request.user).with_answers().filter(public_id=public_id).first()
        if found is None:
            raise Http404
        return Response(question_body(found))

    @extend_schema(
        operation_id="avaliar_resposta",
        summary="Diz se a resposta serviu",
        request=json_body(sent(wire.Rated)),
        examples=[EXAMPLE],
        responses={200: one(wire.QuestionBody), **problems(400, 401, 403, 404, 406, 413, 415, 429, 503)},
    )
    def patch(self, request: Request, public_id: UUID) -> Response:
        rated = read_body(wire.Rated, request.data)
        found = Question.objects.of(request.user).with_answers().filter(public_id=public_id).first()
        if found is None:
            raise Http404
        found.rate(**rated.changes())
        return Response(question_body(found))
