"""The bodies of the account calls."""

from pydantic import BaseModel, Field

from alumusic.api import Body


class Credentials(Body):
    username: str = Field(min_length=1, max_length=150, json_schema_extra={"example": "ana"})
    password: str = Field(min_length=1, max_length=256, json_schema_extra={"example": "um-segredo-comprido"})


class RefreshBody(Body):
    refresh: str = Field(min_length=1, max_length=4096)


class NewAccount(BaseModel):
    id: int
    username: str


class TokenPair(BaseModel):
    access: str
    refresh: str


class Me(BaseModel):
    id: int
    username: str
    grupos: list[str]
    permissoes: list[str]
