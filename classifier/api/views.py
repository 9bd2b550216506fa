from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from alumusic.api import View
from alumusic.openapi import either, json_body, many, one, problems, sent
from alumusic.problems import FieldError, Invalid, TooLarge
from alumusic.validation import read_body
from alumusic.weeks import iso
from classifier import intake
from classifier.api import etags, wire
from classifier.api.attachment import attachment
from classifier.api.history import history
from classifier.api.links import page_response
from classifier.api.renderers import AnyText, JsonLines
from classifier.api.selection import order_of, selected
from classifier.engines import engine_in_service
from classifier.incoming import ID_PATTERN, IncomingComment
from classifier.models import Batch, Comment
from classifier.paging import AS_SENT, page
from classifier.review import verdicts

MAX_ANSWERED_AT_ONCE = 500
MAX_IN_A_CALL = 10_000

IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="A ETag que você leu.")
PREFER = OpenApiParameter(
    "Prefer", str, OpenApiParameter.HEADER, description="`respond-async`: responde antes de classificar."
)
COMMENT = one(wire.CommentBody)
COMMENTS = many(COMMENT)
READ_ERRORS = problems(400, 401, 403, 406, 429, 503)
WRITE_ERRORS = problems(400, 401, 403, 406, 413, 415, 429, 503)


class Comments(View):
    query = wire.ListQuery
    permissions = {"GET": "classifier.view_comment", "POST": "classifier.add_comment"}

    @extend_schema(
        operation_id="listar_comentarios",
        summary="Lista comentários, por cursor",
        description="As páginas seguinte e anterior estão no cabeçalho `Link` (RFC 8288).",
        responses={200: COMMENTS, **READ_ERRORS},
    )
    def get(self, request: Request) -> Response:
        query: wire.ListQuery = self.parameters
        found = page(selected(query).with_tags(), order_of(query), cursor=query.cursor, limit=query.limit)
        return page_response(request, found, wire.comment_body)

    @extend_schema(
        operation_id="enviar_comentarios",
        summary="Recebe um comentário ou uma lista de até 10.000 e os classifica",
        description=(
            "Uma lista entra inteira ou não entra; o mesmo `id` de novo não é classificado de novo. Até 500 esperam "
            "pela resposta; mais, ou `Prefer: respond-async`, seguem em segundo plano: 202 e o lote."
        ),
        parameters=[PREFER],
        request=json_body(either(sent(IncomingComment), many(sent(IncomingComment), minItems=1))),
        responses={
            200: OpenApiResponse(COMMENT, description="O mesmo `id` com o mesmo `texto`, como está gravado."),
            201: either(COMMENT, COMMENTS),
            202: OpenApiResponse(
                either(COMMENT, COMMENTS, one(wire.BatchBody)),
                description="Gravado; a classificação segue em segundo plano.",
            ),
            **problems(409),
            **WRITE_ERRORS,
        },
    )
    def post(self, request: Request) -> Response:
        if isinstance(request.data, list):
            return self.post_many(request, request.data)
        sender = cast(User, request.user)
        incoming = read_body(IncomingComment, request.data)
        engine = None if wants_background(request) else engine_in_service()
        try:
            receipt = intake.receive([incoming], sender=sender, engine=engine)
        except intake.StoredOtherwise:
            raise intake.OtherText from None
        [comment] = receipt.comments
        body = wire.comment_body(comment)
        if not receipt.created:
            return Response(body)
        location = f"/api/comentarios/{comment.external_id}"
        status = HTTPStatus.ACCEPTED if receipt.pending else HTTPStatus.CREATED
        return Response(body, status, headers={"Location": location})

    def post_many(self, request: Request, data: list[object]) -> Response:
        sender = cast(User, request.user)
        if not data:
            empty = _("The list is empty.")
            raise Invalid(empty, errors=[FieldError("", "empty", empty)])
        if len(data) > MAX_IN_A_CALL:
            raise TooLarge(_("A list may have at most %(n)s comments.") % {"n": MAX_IN_A_CALL})
        incoming = intake.read_many(data)
        if len(data) > MAX_ANSWERED_AT_ONCE or wants_background(request):
            batch = intake.accept(incoming, sender=sender)
            return Response(wire.batch_body(batch), HTTPStatus.ACCEPTED, headers=location_of(batch))
        receipt = intake.receive(incoming, sender=sender, engine=engine_in_service())
        body = [wire.comment_body(comment) for comment in receipt.comments]
        if not receipt.pending:
            return Response(body, HTTPStatus.CREATED)
        batch = intake.batch_of(receipt.comments, owner=sender)
        return Response(body, HTTPStatus.ACCEPTED, headers=location_of(batch))


def wants_background(request: Request) -> bool:
    """True where `Prefer` (RFC 7240) asks for an answer before the work is done."""
    preferences = request.headers.get("Prefer", "").lower().split(",")
    return any(preference.partition(";")[0].strip() == "respond-async" for preference in preferences)


def location_of(batch: Batch) -> dict[str, str]:
    return {"Location": f"/api/lotes/{batch.pk}"}


def stored_comment(external_id: str) -> Comment:
    """The comment of this id, with its tags. Raises Http404, also for what is no id: PostgreSQL refuses a NUL."""
    if not ID_PATTERN.fullmatch(external_id):
        raise Http404
    return get_object_or_404(Comment.objects.with_tags(), external_id=external_id)


class OneComment(View):
    permissions = {"GET": "classifier.view_comment", "PATCH": "classifier.review_comment"}

    @extend_schema(
        operation_id="ver_comentario",
        summary="Um comentário, com seu histórico",
        responses={200: one(wire.CommentDetailBody), **problems(404), **READ_ERRORS},
    )
    def get(self, request: Request, external_id: str) -> Response:
        comment = stored_comment(external_id)
        return self.detail(request, comment)

    @extend_schema(
        operation_id="corrigir_comentario",
        summary="Corrige ou confirma o rótulo de um comentário",
        parameters=[IF_MATCH],
        request=json_body(sent(wire.Correction)),
        responses={200: one(wire.CommentDetailBody), **problems(404, 412), **WRITE_ERRORS},
    )
    def patch(self, request: Request, external_id: str) -> Response:
        correction = read_body(wire.Correction, request.data)
        comment = stored_comment(external_id)
        if not etags.matches(request, comment):
            raise verdicts.ChangedMeanwhile.told(comment)
        verdicts.correct(
            comment,
            reviewer=cast(User, request.user),
            category=correction.category,
            tags=correction.tags,
            note=correction.note,
            as_read="If-Match" in request.headers,
        )
        return self.detail(request, Comment.objects.with_tags().get(pk=comment.pk))

    @staticmethod
    def detail(request: Request, comment: Comment) -> Response:
        body = wire.comment_body(comment) | {
            "origem": comment.source or None,
            "autor": comment.author or None,
            "publicado_em": iso(comment.published_at) if comment.published_at else None,
            "metadados": comment.metadata,
            "historico": history(comment, with_names=request.user.has_perm("classifier.review_comment")),
        }
        return Response(body, headers={"ETag": etags.etag(comment)})


class Export(View):
    query = wire.ExportQuery
    permissions = {"GET": "classifier.export_comment"}
    renderer_classes = (AnyText, JsonLines)

    @extend_schema(
        operation_id="exportar_comentarios",
        summary="Todos os comentários do filtro, em CSV ou em linhas de JSON",
        responses={
            (200, "text/csv"): str,
            (200, "application/x-ndjson"): str,
            **READ_ERRORS,
        },
    )
    def get(self, request: Request) -> HttpResponseBase:
        query: wire.ExportQuery = self.parameters
        comments = selected(query).order_by(*order_of(query).expressions())
        return attachment(request, comments, form=query.format, raw=query.raw == "1")


class OneBatch(View):
    throttle_classes = ()

    @extend_schema(
        operation_id="ver_lote",
        summary="O andamento de um lote",
        responses={200: one(wire.BatchBody), **problems(404), **READ_ERRORS},
    )
    def get(self, request: Request, batch_id: UUID) -> Response:
        batch = own_batch(request, batch_id)
        if batch.completed_at is None and Batch.objects.filter(pk=batch.pk).close_finished():
            batch = own_batch(request, batch_id)
        return Response(wire.batch_body(batch))


class BatchComments(View):
    query = wire.PageQuery

    @extend_schema(
        operation_id="ver_comentarios_do_lote",
        summary="Os comentários de um lote, na ordem enviada",
        responses={200: COMMENTS, **problems(404), **READ_ERRORS},
    )
    def get(self, request: Request, batch_id: UUID) -> Response:
        query: wire.PageQuery = self.parameters
        items = own_batch(request, batch_id).items.with_comments()
        found = page(items, AS_SENT, cursor=query.cursor, limit=query.limit)
        return page_response(request, found, lambda item: wire.comment_body(item.comment))


def own_batch(request: Request, batch_id: UUID) -> Batch:
    """The batch, where the reader sent it or may see all. Raises Http404 otherwise."""
    batch = Batch.objects.select_related("upload").filter(pk=batch_id).first()
    user: Any = request.user
    if batch is None or not (batch.owner_id == user.pk or user.has_perm("classifier.view_batch")):
        raise Http404
    return batch
