"""The bodies of the report calls, in the contract's words; they describe what `reports.recent` writes."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field

Share = Field(ge=0, le=100, examples=[41.2])
Mean = Field(ge=0, le=1, examples=[0.91])
Count = Field(ge=0, examples=[3])


class Shares(BaseModel):
    ELOGIO: float = Share
    CRÍTICA: float = Share
    SUGESTÃO: float = Share
    DÚVIDA: float = Share
    SPAM: float = Share


class Means(BaseModel):
    ELOGIO: float = Mean
    CRÍTICA: float = Mean
    SUGESTÃO: float = Mean
    DÚVIDA: float = Mean
    SPAM: float = Mean


class Day(BaseModel):
    data: date
    ELOGIO: int = Count
    CRÍTICA: int = Count
    SUGESTÃO: int = Count
    DÚVIDA: int = Count
    SPAM: int = Count


class TagCount(BaseModel):
    tag: str = Field(examples=["fix_login"])
    frequencia: int = Field(ge=1, examples=[12])


class HourCount(BaseModel):
    hora: datetime = Field(examples=["2025-08-01T13:00:00-03:00"])
    quantidade: int = Count


class Series(BaseModel):
    distribuicao_categorias: Shares = Field(description="% dos últimos 7 dias; a soma é exatamente 100, ou tudo 0.")
    evolucao_temporal: list[Day] = Field(min_length=7, max_length=7, description="Os últimos 7 dias, hoje incluído.")
    top_tags_48h: list[TagCount] = Field(max_length=10, description="As mais frequentes das últimas 48 horas.")
    confianca_media_por_categoria: Means = Field(description="0.0 onde não há comentário a medir.")
    comentarios_por_hora: list[HourCount] = Field(
        min_length=24, max_length=24, description="As últimas 24 horas, a atual incluída; pendentes também contam."
    )


class ReportBody(BaseModel):
    model_config = ConfigDict(title="ReportBody")

    relatorios: Series
    reload: bool = Field(description="Se foi calculado por esta chamada, e não lido do cache de 60 s.")
