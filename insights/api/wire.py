from datetime import datetime
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from pydantic import AfterValidator, BaseModel, Field

from alumusic.api import Body, Query
from alumusic.validation import StorableText, fault
from insights.models import MAX_QUESTION, QuestionState, Vote
from insights.sources import FEWEST, MOST

FEWEST_CHARACTERS = 3


def _asked(value: str) -> str:
    """Trimmed; a question must hold a letter or digit."""
    value = value.strip()
    if len(value) < FEWEST_CHARACTERS or not any(char.isalnum() for char in value):
        raise fault("min_length", _("The question needs at least 3 characters, a letter or digit among them."))
    return value


class Asked(Body):
    """Uma pergunta aos resumos semanais enviados."""

    question: Annotated[StorableText, AfterValidator(_asked)] = Field(
        alias="pergunta",
        min_length=FEWEST_CHARACTERS,
        max_length=MAX_QUESTION,
        examples=["O que mais incomodou quem usa o Android?"],
    )
    weeks: int = Field(FEWEST, alias="semanas", ge=FEWEST, le=MOST, description="Quantos resumos são a base.")


class Rated(Body):
    """Se a resposta serviu; o que fica de fora permanece."""

    vote: Literal["bom", "ruim"] | None = Field(None, alias="voto", description="`null` retira o voto.")
    note: StorableText = Field("", alias="observacao", max_length=1_000)

    def changes(self) -> dict[str, str]:
        """What was sent, by the names of the model."""
        given = {"vote": self.vote or "", "note": self.note}
        return {name: value for name, value in given.items() if name in self.model_fields_set}


class QuestionsQuery(Query):
    limit: int = Field(50, alias="limite", ge=1, le=200)
    cursor: str | None = Field(None, max_length=200, description="Dos links do cabeçalho `Link`.")


class Citation(BaseModel):
    """Uma afirmação da resposta e as palavras do `texto` da semana que a sustentam, letra por letra."""

    afirmacao: str
    semana: str = Field(examples=["2025-W31"])
    trecho: str


class QuestionBody(BaseModel):
    """Uma pergunta e a sua resposta."""

    id: str
    pergunta: str
    resposta: str | None = Field(description="Até 150 palavras; null enquanto não há, ou onde não veio.")
    semanas: list[str] = Field(description="Os resumos da base, o mais novo primeiro.")
    citacoes: list[Citation] = Field(description="Vazia quando a resposta é que não se sabe.")
    estado: QuestionState
    motor: str | None = Field(description="`llm/<modelo>`, ou `trechos dos resumos`.")
    do_cache: bool = Field(description="A mesma pergunta sobre os mesmos resumos já tinha resposta.")
    criada_em: datetime
    voto: Vote | None
    observacao: str


EXAMPLE: dict[str, Any] = {
    "id": "6f1b4f0e-0d62-4b1c-9b5e-2f6a3f1f4a77",
    "pergunta": "O que mais incomodou quem usa o Android?",
    "resposta": "O aplicativo fecha sozinho no Android (38 críticas).",
    "semanas": ["2025-W31", "2025-W30", "2025-W29"],
    "citacoes": [
        {
            "afirmacao": "O aplicativo fecha sozinho no Android (38 críticas).",
            "semana": "2025-W29",
            "trecho": "o aplicativo que fecha sozinho no Android (38 críticas)",
        }
    ],
    "estado": "respondida",
    "motor": "llm/gpt-4o-mini",
    "do_cache": False,
    "criada_em": "2025-08-04T09:12:00-03:00",
    "voto": None,
    "observacao": "",
}
