"""The bodies and parameters of the comment calls, in the contract's words."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from alumusic.api import Body, Query
from alumusic.validation import StorableText, fault
from alumusic.weeks import iso, parse_moment_or_day
from classifier.models import Batch, BatchState, Category, Comment, CommentState, Upload
from classifier.models.search import stems
from classifier.models.tag import MAX_TAG_LENGTH, MAX_TAGS, TAG_PATTERN

MOST_ERRORS = 1_000


def _moment(value: object) -> datetime | None:
    if value is None:
        return None
    moment = parse_moment_or_day(value) if isinstance(value, str) else None
    if moment is None:
        raise fault(
            "moment", _("Must be a day, or a time in ISO 8601 with an offset, as in 2025-08-01T13:00:00-03:00.")
        )
    return moment


def _words(value: str) -> str:
    if not stems(value):
        raise fault("words", _("Must hold a word."))
    return value


def _tag(value: str) -> str:
    if not re.fullmatch(TAG_PATTERN, value) or len(value) > MAX_TAG_LENGTH:
        raise fault("pattern", _("Must have the form scope_feature, as in fix_login."))
    return value


Moment = Annotated[datetime | None, BeforeValidator(_moment)]
TagName = Annotated[
    str, AfterValidator(_tag), Field(json_schema_extra={"pattern": TAG_PATTERN, "maxLength": MAX_TAG_LENGTH})
]
YesNo = Literal["true", "false"]


class Filters(Query):
    """Which comments, and in which order."""

    category: Category | None = Field(None, alias="categoria")
    tag: TagName | None = None
    order: Literal["asc", "desc"] | None = Field(
        None, alias="ordem", description="Pela confiança; sem ela, o momento mais novo primeiro."
    )
    q: Annotated[StorableText, AfterValidator(_words)] | None = Field(
        None, max_length=200, description="Palavras, em português, com ou sem acento; todas têm de estar no texto."
    )
    state: CommentState | None = Field(None, alias="estado")
    reviewed: YesNo | None = Field(None, alias="revisado")
    engine: StorableText | None = Field(None, alias="motor", max_length=120)
    confidence_min: float | None = Field(None, alias="confianca_min", ge=0, le=1, allow_inf_nan=False)
    confidence_max: float | None = Field(None, alias="confianca_max", ge=0, le=1, allow_inf_nan=False)
    since: Moment = Field(None, alias="desde", description="Dia ou momento, inclusive.")
    until: Moment = Field(None, alias="ate", description="Dia ou momento, exclusive.")


class ListQuery(Filters):
    limit: int = Field(100, alias="limite", ge=1, le=1_000)
    cursor: str | None = Field(None, max_length=200, description="Dos links do cabeçalho `Link`.")


class ExportQuery(Filters):
    format: Literal["csv", "jsonl"] = Field("csv", alias="formato")
    raw: Literal["0", "1"] = Field("0", alias="bruto", description="`1` deixa as células como estão.")


class PageQuery(Query):
    limit: int = Field(100, alias="limite", ge=1, le=1_000)
    cursor: str | None = Field(None, max_length=200, description="Dos links do cabeçalho `Link`.")


class Correction(Body):
    """A reviewer's decision; what is left out stays as it is."""

    category: Annotated[Category, BeforeValidator(lambda value: _category(value))] | None = Field(
        None, alias="categoria"
    )
    tags: list[TagName] | None = Field(None, alias="tags_funcionalidades", max_length=MAX_TAGS)
    note: StorableText = Field("", alias="observacao", max_length=2_000)


def _category(value: object) -> Category:
    if value not in Category.values:
        raise fault("choice", _("Must be one of: %(choices)s.") % {"choices": ", ".join(Category.values)})
    return Category(value)


class CommentBody(BaseModel):
    """Um comentário como a API o devolve."""

    id: str
    texto: str
    categoria: Category | None
    tags_funcionalidades: list[str]
    confianca: float | None
    created_at: datetime
    updated_at: datetime
    estado: CommentState
    motor: str | None
    revisado: bool


class HistoryEntry(BaseModel):
    """Uma classificação de um motor ou um ato de uma pessoa."""

    tipo: Literal["classificacao", "confirma", "corrige", "desfaz"]
    quem: str | None = Field(description="O motor, ou a pessoa (só para a Curadoria).")
    quando: datetime
    categoria: Category | None
    tags_funcionalidades: list[str]
    confianca: float | None = None
    observacao: str | None = None


class CommentDetailBody(CommentBody):
    origem: str | None
    autor: str | None
    publicado_em: datetime | None
    metadados: dict[str, Any]
    historico: list[HistoryEntry]


class BatchError(BaseModel):
    """Uma linha do arquivo que não virou comentário."""

    linha: int | None = Field(description="A partir de 1; null na última entrada, que conta as que não cabem.")
    detail: str


class BatchBody(BaseModel):
    """O andamento de um lote."""

    id: str
    estado: Literal["processando", "concluido"]
    total: int = Field(description="Os comentários do lote; enquanto um arquivo é lido, os lidos até agora.")
    classificados: int
    pendentes: int
    falhas: int
    progresso: float = Field(description="0 a 1")
    criado_em: datetime
    concluido_em: datetime | None
    erros: list[BatchError] = Field(max_length=MOST_ERRORS + 1)


def comment_body(comment: Comment) -> dict[str, Any]:
    """The comment on the wire; no query where its tags were fetched ahead."""
    return {
        "id": comment.external_id,
        "texto": comment.text,
        "categoria": comment.category,
        "tags_funcionalidades": comment.tag_names,
        "confianca": None if comment.confidence is None else round(comment.confidence, 2),
        "created_at": iso(comment.created_at),
        "updated_at": iso(comment.updated_at),
        "estado": comment.state,
        "motor": comment.engine or None,
        "revisado": comment.reviewed,
    }


def batch_body(batch: Batch) -> dict[str, Any]:
    """A batch's progress, counted afresh from its comments and from how far its file, if it has one, is read."""
    progress = batch.progress()
    upload: Upload | None = getattr(batch, "upload", None)
    share = upload.share_read if upload else 1.0
    return {
        "id": str(batch.pk),
        "estado": BatchState.DONE if batch.completed_at else BatchState.RUNNING,
        "total": progress.total,
        "classificados": progress.classified,
        "pendentes": progress.pending,
        "falhas": progress.failed,
        "progresso": round(share * (1 - progress.pending / progress.total), 4) if progress.total else float(share),
        "criado_em": iso(batch.created_at),
        "concluido_em": iso(batch.completed_at) if batch.completed_at else None,
        "erros": batch_errors(upload) if upload else [],
    }


def batch_errors(upload: Upload) -> list[dict[str, Any]]:
    """The first `MOST_ERRORS` lines of the file that became no comment, and how many more there are."""
    found = upload.errors.order_by("line").values_list("line", "detail")
    errors: list[dict[str, Any]] = [{"linha": line, "detail": detail} for line, detail in found[: MOST_ERRORS + 1]]
    if len(errors) > MOST_ERRORS:
        more = found.count() - MOST_ERRORS
        sentence = ngettext("%(n)s more line has an error.", "%(n)s more lines have errors.", more) % {"n": more}
        errors[-1] = {"linha": None, "detail": sentence}
    return errors
