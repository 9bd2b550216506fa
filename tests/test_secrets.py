"""Secrets come from the environment or from files, never from both, and never get into an error."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from pydantic import SecretStr

from alumusic import environment
from alumusic.environment import Environment, secret_names

SECRET = "postgres://u:segredo@db/x?" + 40 * "k"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch):
    for name in secret_names():
        monkeypatch.delenv(name, raising=False)


def secret_file(tmp_path, content, name="secret"):
    path = tmp_path / name
    path.write_bytes(content)
    return str(path)


def test_every_secret_setting_may_come_in_a_file():
    secrets = [name for name, field in Environment.model_fields.items() if "SecretStr" in str(field.annotation)]

    assert secret_names() == secrets
    assert {"SECRET_KEY", "JWT_SIGNING_KEY", "DATABASE_URL", "REDIS_URL", "OPENAI_API_KEY"} <= set(secrets)


@pytest.mark.parametrize("name", secret_names())
def test_a_file_is_read_without_its_last_line_end(monkeypatch, tmp_path, name):
    monkeypatch.setenv("SECRET_KEY", 40 * "s")
    monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(f"{name}_FILE", secret_file(tmp_path, SECRET.encode() + b"\r\n"))

    value = getattr(environment.load(), name)

    assert value == SecretStr(SECRET)
    assert "segredo" not in repr(environment.load())


@pytest.mark.parametrize("name", secret_names())
def test_a_secret_in_both_places_stops_the_start(monkeypatch, tmp_path, name):
    monkeypatch.setenv(name, SECRET)
    monkeypatch.setenv(f"{name}_FILE", secret_file(tmp_path, SECRET.encode()))

    with pytest.raises(ImproperlyConfigured, match=f"{name} and {name}_FILE exclude each other") as refusal:
        environment.load()
    assert "segredo" not in str(refusal.value)


@pytest.mark.parametrize(("content", "told"), [(b"\n", "is empty"), (b"\xff\xfe", "cannot be read")])
def test_a_file_that_holds_no_secret_stops_the_start(monkeypatch, tmp_path, content, told):
    monkeypatch.setenv("SECRET_KEY_FILE", secret_file(tmp_path, content))

    with pytest.raises(ImproperlyConfigured, match=f"SECRET_KEY_FILE {told}"):
        environment.load()


def test_a_file_that_is_not_there_stops_the_start(monkeypatch, tmp_path):
    monkeypatch.setenv("OPENAI_API_KEY_FILE", str(tmp_path / "nada"))

    with pytest.raises(ImproperlyConfigured, match="OPENAI_API_KEY_FILE cannot be read: FileNotFoundError"):
        environment.load()


def test_a_short_key_in_a_file_is_refused_like_any(monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY_FILE", secret_file(tmp_path, b"k" * 31))

    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY must have at least 32 bytes"):
        environment.load()


def test_the_file_may_be_named_in_dotenv(monkeypatch, tmp_path):
    dotenv = tmp_path / ".env"
    dotenv.write_text(f"SECRET_KEY_FILE={secret_file(tmp_path, b'k' * 40)}\n")
    monkeypatch.setenv("ENV_FILE", str(dotenv))

    assert environment.load().secret_key() == "k" * 40
