"""Files of comments, as multipart/form-data."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import IO, Any, cast

from django.conf import settings
from django.core.exceptions import TooManyFilesSent
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.exceptions import ParseError
from rest_framework.parsers import DataAndFiles, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from alumusic.api import View
from alumusic.openapi import one, problems
from alumusic.problems import FieldError, Invalid, TooLarge
from alumusic.validation import Faults, pointer_token
from classifier import uploads
from classifier.api import wire

FILE = "arquivo"

BODY = {
    "type": "object",
    "properties": {
        FILE: {
            "type": "string",
            "format": "binary",
            "description": (
                "CSV (UTF-8 ou Windows-1252; `;`, `,` ou tabulação; a primeira linha nomeia as colunas, entre elas "
                "`texto`) ou JSONL (um objeto por linha, em UTF-8). Até 50 MB."
            ),
        }
    },
    "required": [FILE],
    "additionalProperties": False,
}
ACCEPTED = OpenApiExample(
    "Recebido",
    {
        "id": "0b54a5c1-5f0e-4a38-9d5a-6f0d8b1f4c55",
        "estado": "processando",
        "total": 0,
        "classificados": 0,
        "pendentes": 0,
        "falhas": 0,
        "progresso": 0.0,
        "criado_em": "2026-11-25T10:00:00-03:00",
        "concluido_em": None,
        "erros": [],
    },
    response_only=True,
    status_codes=["202"],
)


class _Counted:
    """A stream that knows how much was read of it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream
        self.length = 0

    def read(self, size: int = -1) -> bytes:
        data = self.stream.read(size)
        self.length += len(data)
        return data


class FileParser(MultiPartParser):
    """Django's, which puts what is large on disk, and which takes a body that breaks off for a whole one."""

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> "DataAndFiles[Any, Any]":
        counted = _Counted(stream)
        try:
            parsed = super().parse(cast("IO[Any]", counted), media_type, parser_context)
        except (ParseError, TooManyFilesSent):
            raise Invalid(_("The body is no sound multipart/form-data with one file.")) from None
        announced = int((parser_context or {})["request"].META.get("CONTENT_LENGTH") or 0)
        if counted.length < announced:
            raise Invalid(_("The body broke off before its announced length."))
        return parsed


class Uploads(View):
    permissions = {"POST": "classifier.add_comment"}
    parser_classes = (FileParser,)

    @extend_schema(
        operation_id="enviar_arquivo",
        summary="Recebe um arquivo de comentários, em CSV ou JSONL, e os classifica em segundo plano",
        description=(
            "O lote diz em `erros` que linhas não viraram comentários, e por quê; as boas seguem. Um `id` que falta é "
            "criado. Colunas além das do envio são recusadas, salvo as que nossos próprios arquivos têm."
        ),
        request={"multipart/form-data": BODY},
        examples=[ACCEPTED],
        responses={
            202: OpenApiResponse(one(wire.BatchBody), description="Guardado; o lote mostra o andamento."),
            **problems(400, 401, 403, 406, 413, 415, 429, 503),
        },
    )
    def post(self, request: Request) -> Response:
        file = sent_file(request)
        batch = uploads.store(cast("IO[bytes]", file.file), name=file.name or FILE, owner=cast(User, request.user))
        return Response(wire.batch_body(batch), HTTPStatus.ACCEPTED, headers={"Location": f"/api/lotes/{batch.pk}"})


def sent_file(request: Request) -> "UploadedFile[bytes]":
    """The one file of the body. Raises Invalid where there is another field or no file, TooLarge over the limit."""
    fields = cast("QueryDict", request.data)
    files: list[UploadedFile[bytes]] = request.FILES.getlist(FILE)
    faults = Faults()
    for name in sorted({*fields} - {FILE}):
        unknown = _("Unknown field. Known: %(known)s.") % {"known": FILE}
        faults.add(FieldError(f"/{pointer_token(name)}", "unknown", unknown))
    if not files:
        faults.add(FieldError(f"/{FILE}", "required", _("A file is required, with its name.")))
    elif len(fields.getlist(FILE)) > 1:
        faults.add(FieldError(f"/{FILE}", "repeated", _("One file at a time.")))
    if faults.listed:
        raise faults.problem()
    if (files[0].size or 0) > settings.UPLOAD_MAX_BYTES:
        most = {"n": settings.UPLOAD_MAX_BYTES // 2**20}
        raise TooLarge(_("A file may have at most %(n)s MB.") % most)
    return files[0]
