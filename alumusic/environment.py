"""What the environment may say, typed and checked once, when the settings are loaded."""

import json
import os
import secrets
from contextlib import suppress
from decimal import Decimal
from email.utils import parseaddr
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ImproperlyConfigured
from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.validators import validate_email
from pydantic import (
    BaseModel,
    Field,
    HttpUrl,
    IPvAnyNetwork,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

BASE_DIR = Path(__file__).resolve().parent.parent

CommaSeparated = Annotated[list[str], NoDecode]
KEY_BYTES = 32


class Price(BaseModel, frozen=True, extra="forbid"):
    """What a model costs, in USD per million tokens. cached: of what the provider's cache held; None: as any input."""

    input: Decimal = Field(ge=0, le=100_000)
    output: Decimal = Field(ge=0, le=100_000)
    cached: Decimal | None = Field(None, ge=0, le=100_000)


class Environment(BaseSettings):
    """The settings an operator may make; `.env.example` describes each."""

    model_config = SettingsConfigDict(extra="ignore", case_sensitive=True, env_ignore_empty=True)

    DEBUG: bool = False
    SECRET_KEY: SecretStr | None = None
    SECRET_KEY_FILE: Path | None = None
    JWT_SIGNING_KEY: SecretStr | None = None
    JWT_SIGNING_KEY_FILE: Path | None = None
    VAR_DIR: Path = BASE_DIR / "var"

    DATABASE_URL: SecretStr | None = None
    DATABASE_URL_FILE: Path | None = None
    DATABASE_CONN_MAX_AGE: int = Field(60, ge=0)
    REDIS_URL: SecretStr | None = None
    REDIS_URL_FILE: Path | None = None
    CELERY_BROKER_URL: SecretStr | None = None
    CELERY_BROKER_URL_FILE: Path | None = None

    ALLOWED_HOSTS: CommaSeparated = []
    CSRF_TRUSTED_ORIGINS: CommaSeparated = []
    HTTPS: bool | None = None
    TRUSTED_PROXY_COUNT: int = Field(0, ge=0, le=5)
    TIME_ZONE: str = "America/Sao_Paulo"
    PUBLIC_URL: HttpUrl | None = None
    ADMIN_PATH: str = Field("painel/", pattern=r"^([a-z0-9_-]+/)+$")
    PANEL_NETWORKS: Annotated[list[IPvAnyNetwork], NoDecode] = []
    LOG_LEVEL: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    LOG_FORMAT: Literal["line", "json"] | None = None
    METRICS_TOKEN: SecretStr | None = None
    SENTRY_DSN: SecretStr | None = None
    SENTRY_DSN_FILE: Path | None = None
    SENTRY_ENVIRONMENT: str = Field("production", pattern=r"^[A-Za-z0-9_.-]{1,64}$")
    METRICS_TOKEN_FILE: Path | None = None

    ACCOUNTS_OPEN_REGISTRATION: bool | None = None
    ACCESS_TOKEN_MINUTES: int = Field(15, ge=1, le=60)
    REFRESH_TOKEN_DAYS: int = Field(14, ge=1, le=90)
    THROTTLE_USER_PER_MINUTE: int = Field(6_000, ge=1)
    THROTTLE_REGISTER_PER_QUARTER: int = Field(20, ge=1)
    THROTTLE_LOGIN_FAILURES_PER_QUARTER: int = Field(10, ge=1)
    THROTTLE_INSIGHTS_PER_MINUTE: int = Field(20, ge=1)
    THROTTLE_PANEL_FAILURES_PER_QUARTER: int = Field(50, ge=1)

    CLASSIFIER_ENGINE: Literal["auto", "embedded", "llm", "cascade"] = "auto"
    UPLOAD_MAX_BYTES: int = Field(50 * 2**20, ge=1_024, le=500 * 2**20)
    CLASSIFY_WAIT_SECONDS: float = Field(20, gt=0, le=120)
    REVIEW_BLIND_SHARE: float = Field(0.10, ge=0, le=1)
    OPENAI_API_KEY: SecretStr | None = None
    OPENAI_API_KEY_FILE: Path | None = None
    OPENAI_BASE_URL: HttpUrl = HttpUrl("https://api.openai.com/v1")
    LLM_MODEL: str = Field("gpt-4o-mini", min_length=1, max_length=100)
    LLM_TIMEOUT_SECONDS: float = Field(15, gt=0, le=45)
    LLM_MAX_CONCURRENCY: int = Field(16, ge=1, le=256)
    LLM_RECLASSIFY: bool = True
    LLM_PRICES: Annotated[dict[str, Price], NoDecode] = {}
    LLM_DAILY_BUDGET_USD: Decimal | None = Field(None, ge=0)
    LLM_MASK_PII: bool = True

    RETENTION_COMMENTS_DAYS: int = Field(0, ge=0, le=36_500)
    RETENTION_BATCHES_DAYS: int = Field(0, ge=0, le=36_500)
    RETENTION_QUESTIONS_DAYS: int = Field(0, ge=0, le=36_500)
    RETENTION_LLM_CALLS_DAYS: int = Field(0, ge=0, le=36_500)
    RETENTION_SITTINGS_DAYS: int = Field(90, ge=0, le=36_500)

    REPORTS_PUBLIC: bool = True
    STAKEHOLDERS_EMAILS: CommaSeparated = []
    EMAIL_HOST: str = ""
    EMAIL_PORT: int = Field(587, ge=1, le=65_535)
    EMAIL_HOST_USER: str = ""
    EMAIL_HOST_PASSWORD: SecretStr | None = None
    EMAIL_HOST_PASSWORD_FILE: Path | None = None
    EMAIL_USE_TLS: bool | None = None
    EMAIL_USE_SSL: bool = False
    EMAIL_TIMEOUT_SECONDS: float = Field(30, gt=0, le=120)
    EMAIL_FROM: str = Field("AluMusic Feedback <feedback@localhost.localdomain>", max_length=200)

    @field_validator("ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "STAKEHOLDERS_EMAILS", "PANEL_NETWORKS", mode="before")
    @classmethod
    def split_at_commas(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @model_validator(mode="before")
    @classmethod
    def secrets_of_files(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Whatever is secret may come in a file of its own: as `SECRET_KEY_FILE`, without its last line end."""
        for name in secret_names():
            path = values.get(f"{name}_FILE")
            if path and values.get(name):
                raise ValueError(f"{name} and {name}_FILE exclude each other")
            if path:
                values[name] = _content(path, name)
        return values

    @field_validator("LLM_PRICES", mode="before")
    @classmethod
    def read_as_json(cls, value: object) -> object:
        return json.loads(value, parse_float=Decimal) if isinstance(value, str) else value

    @field_validator("STAKEHOLDERS_EMAILS")
    @classmethod
    def addresses(cls, value: list[str]) -> list[str]:
        return [_address(each) for each in value]

    @field_validator("EMAIL_FROM")
    @classmethod
    def sender(cls, value: str) -> str:
        _address(parseaddr(value)[1])
        return value

    @field_validator("TIME_ZONE")
    @classmethod
    def known_time_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("not a time zone of the IANA data base")
        return value

    @model_validator(mode="after")
    def fit_together(self) -> Self:
        for name in ("SECRET_KEY", "JWT_SIGNING_KEY"):
            key: SecretStr | None = getattr(self, name)
            if key and len(key.get_secret_value().encode()) < KEY_BYTES:
                raise ValueError(f"{name} must have at least {KEY_BYTES} bytes")
        if self.SECRET_KEY is None and not self.embedded:
            raise ValueError("SECRET_KEY must be set where DATABASE_URL is")
        if self.CLASSIFIER_ENGINE in ("llm", "cascade") and not self.OPENAI_API_KEY:
            raise ValueError(f"CLASSIFIER_ENGINE={self.CLASSIFIER_ENGINE} needs OPENAI_API_KEY")
        if self.EMAIL_USE_TLS and self.EMAIL_USE_SSL:
            raise ValueError("EMAIL_USE_TLS and EMAIL_USE_SSL exclude each other")
        return self

    @property
    def embedded(self) -> bool:
        """True for the embedded default: SQLite under `VAR_DIR` and no server."""
        return self.DATABASE_URL is None

    @property
    def https(self) -> bool:
        return not self.embedded if self.HTTPS is None else self.HTTPS

    @property
    def log_format(self) -> str:
        return self.LOG_FORMAT or ("line" if self.embedded else "json")

    @property
    def open_registration(self) -> bool:
        return self.embedded if self.ACCOUNTS_OPEN_REGISTRATION is None else self.ACCOUNTS_OPEN_REGISTRATION

    @property
    def hosts(self) -> list[str]:
        return self.ALLOWED_HOSTS or (["localhost", "127.0.0.1", "[::1]"] if self.embedded else [])

    @property
    def public_url(self) -> str:
        """Where people reach the server, for links in mail; without a slash at its end."""
        if self.PUBLIC_URL:
            return str(self.PUBLIC_URL).rstrip("/")
        if self.embedded:
            return "http://127.0.0.1:8000"
        host = next((host.lstrip(".") for host in self.hosts if host != "*"), "localhost")
        return f"{'https' if self.https else 'http'}://{host}"

    @property
    def starttls(self) -> bool:
        return not self.EMAIL_USE_SSL if self.EMAIL_USE_TLS is None else self.EMAIL_USE_TLS

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.TIME_ZONE)

    def secret_key(self) -> str:
        """The secret key; the embedded default makes its own on first use and keeps it under `VAR_DIR`."""
        if self.SECRET_KEY:
            return self.SECRET_KEY.get_secret_value()
        path = self.VAR_DIR / "secret_key"
        self.VAR_DIR.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            with NamedTemporaryFile("w", dir=self.VAR_DIR) as file:  # made with mode 600
                file.write(secrets.token_urlsafe(48))
                file.flush()
                with suppress(FileExistsError):  # another process was first, and its key is whole
                    os.link(file.name, path)
        return path.read_text()


def secret_names() -> list[str]:
    """The settings that nobody but the process may read."""
    return [name for name in Environment.model_fields if f"{name}_FILE" in Environment.model_fields]


def _content(path: str, name: str) -> str:
    try:
        content = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{name}_FILE cannot be read: {type(error).__name__}") from None
    if not content:
        raise ValueError(f"{name}_FILE is empty")
    return content


def _address(value: str) -> str:
    try:
        validate_email(value)
    except DjangoValidationError:
        raise ValueError("not an e-mail address") from None
    return value


def load() -> Environment:
    """The environment, over the values of `.env` (or of the file that `ENV_FILE` names; empty for none).

    Raises ImproperlyConfigured naming every variable that is wrong, never its value.
    """
    env_file = os.environ.get("ENV_FILE", str(BASE_DIR / ".env")) or None
    try:
        return Environment(_env_file=env_file)
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, e['loc'])) or 'environment'}: {e['msg']}"
            for e in error.errors(include_input=False, include_url=False)
        )
        raise ImproperlyConfigured(f"The environment is not usable. {wrong}") from None
