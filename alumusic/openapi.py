"""The OpenAPI description: pydantic models as schemas, the contract's errors on every call."""

from http import HTTPStatus
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from pydantic import BaseModel, Field
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from alumusic.api import Query
from alumusic.problems import every_problem


class ErrorEntry(BaseModel):
    pointer: str = Field(description="Ponteiro JSON para o corpo, ou `?nome` de um parâmetro.")
    code: str
    detail: str


class ProblemBody(BaseModel):
    """Um problema, como na RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ErrorEntry] | None = None


_models: dict[str, tuple[type[BaseModel], JsonSchemaMode]] = {}


def one(model: type[BaseModel], mode: JsonSchemaMode = "serialization") -> dict[str, Any]:
    """A reference to the model's schema, which the description will hold. mode: `validation` for what comes in."""
    _models[model.__name__] = (model, mode)
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def sent(model: type[BaseModel]) -> dict[str, Any]:
    return one(model, "validation")


def many(item: dict[str, Any], **limits: int) -> dict[str, Any]:
    return {"type": "array", "items": item, **limits}


def either(*schemas: dict[str, Any]) -> dict[str, Any]:
    return {"oneOf": list(schemas)}


def json_body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": schema}


DESCRIPTIONS = {
    400: "O que foi enviado quebra uma regra; `errors` diz onde.",
    401: "Sem token, ou com um inválido ou vencido.",
    403: "A conta não tem a permissão.",
    404: "Não há nada neste endereço.",
    405: "Método não permitido.",
    406: "Formato não aceito.",
    409: "O `id` está gravado com outro `texto`.",
    411: "O corpo veio em pedaços (chunked), sem `Content-Length`.",
    412: "Alguém alterou o comentário antes.",
    413: "Corpo ou lote acima do limite.",
    414: "O endereço passa de 8 KB.",
    415: "O corpo deve ser `application/json` em UTF-8; para um arquivo, `multipart/form-data`.",
    429: "Requisições demais; `Retry-After` diz quando tentar de novo.",
    503: "Uma parte de que a chamada precisa está fora do ar.",
}


def problems(*statuses: int) -> dict[Any, OpenApiResponse]:
    """The responses for these statuses, in the form that all errors have. Where a body may be too large, 411 too."""
    told = [*statuses, 411] if HTTPStatus.REQUEST_ENTITY_TOO_LARGE in statuses else statuses
    return {
        (status, "application/problem+json"): OpenApiResponse(one(ProblemBody), description=DESCRIPTIONS[status])
        for status in told
    }


def parameters(query: type[Query]) -> list[OpenApiParameter]:
    """The parameters that a view's query model takes."""
    schema = query.model_json_schema()
    found = []
    for name, described in schema["properties"].items():
        options = described.pop("anyOf", [described])
        of_value = next(option for option in options if option.get("type") != "null")
        reference = of_value.get("$ref")
        if reference:
            of_value = schema["$defs"][reference.rsplit("/", 1)[-1]]
        keep = {
            key: value for key, value in {**of_value, **described}.items() if key not in ("title", "default", "$ref")
        }
        description = keep.pop("description", "")
        found.append(OpenApiParameter(name, keep, OpenApiParameter.QUERY, description=description))
    return found


class Schema(AutoSchema):
    """Names the query model's parameters and the tag of each call."""

    def get_override_parameters(self) -> list[Any]:
        query = getattr(self.view, "query", Query)
        return parameters(query) if self.method == "GET" and query is not Query else []

    def get_tags(self) -> list[str]:
        return [self.path.split("/")[2]]


def complete(result: dict[str, Any], **_context: Any) -> dict[str, Any]:
    """Adds what holds for every call: `X-Request-ID`, `Location`, `Retry-After`, 414, the types of problems."""
    _, definitions = models_json_schema(list(_models.values()), ref_template="#/components/schemas/{model}")
    result["components"].setdefault("schemas", {}).update(definitions["$defs"])
    for path in result["paths"].values():
        for operation in path.values():
            if any(parameter["in"] == "query" for parameter in operation.get("parameters", [])):
                # Said by the server before any view, in no form of ours.
                operation["responses"]["414"] = {"description": DESCRIPTIONS[414]}
            for status, response in operation["responses"].items():
                headers = response.setdefault("headers", {})
                headers["X-Request-ID"] = {"schema": {"type": "string"}, "description": "O id da requisição no log."}
                if status in ("429", "503"):
                    headers["Retry-After"] = {"schema": {"type": "integer"}, "description": "Segundos."}
                if status == "202":
                    headers["Location"] = {"schema": {"type": "string"}}
    slugs = sorted(f"/problemas/{problem.slug}" for problem in every_problem())
    result["components"]["schemas"]["ProblemBody"]["properties"]["type"]["examples"] = slugs
    return result
