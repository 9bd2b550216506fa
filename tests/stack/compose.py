"""What docker-compose.yml and the Dockerfile say of each service that runs by default."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
VARIABLE = re.compile(r"\$(?:(\$)|\{(\w+)(?::([-?])([^}]*))?\})")


@dataclass(frozen=True, slots=True)
class Service:
    """A service as an engine would run it. health: the arguments of its check; after: what must be well before it.

    completes: it runs once, and the others wait for its end.
    """

    name: str
    command: list[str]
    environment: dict[str, str]
    after: dict[str, str]
    health: list[str] | None
    stop_signal: str
    stop_seconds: float
    completes: bool


def services(env: dict[str, str], file: Path = ROOT / "docker-compose.yml") -> list[Service]:
    """In the order of the file. env: the variables of `.env`. Raises KeyError naming one that must be set."""
    document = _interpolated(yaml.safe_load(file.read_text()), env)
    return [_service(name, body, env) for name, body in document["services"].items() if "profiles" not in body]


def _service(name: str, body: dict[str, Any], env: dict[str, str]) -> Service:
    image = _image(body["build"]["target"]) if "build" in body else {}
    command = [*body.get("entrypoint", image.get("ENTRYPOINT", [])), *body.get("command", image.get("CMD", []))]
    environment = (env if "env_file" in body else {}) | body.get("environment", {})
    return Service(
        name=name,
        command=command,
        environment={key: str(value) for key, value in environment.items()},
        after={other: needed["condition"] for other, needed in body.get("depends_on", {}).items()},
        health=_health(body.get("healthcheck", {"test": image.get("HEALTHCHECK")})),
        stop_signal=body.get("stop_signal", "SIGTERM"),
        stop_seconds=float(body.get("stop_grace_period", "10s").removesuffix("s")),
        completes=body.get("restart") == "no",
    )


def _health(check: dict[str, Any]) -> list[str] | None:
    match check.get("test"):
        case ["CMD", *arguments]:
            return arguments
        case ["CMD-SHELL", line]:
            return ["/bin/sh", "-c", line]
    return None


def _image(target: str) -> dict[str, list[str]]:
    """ENTRYPOINT, CMD and HEALTHCHECK of a stage of the Dockerfile, all in their JSON form."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", "")
    [stage] = [part for part in re.split(r"^FROM ", text, flags=re.MULTILINE) if re.match(rf"\S+ AS {target}\n", part)]
    found = {key: json.loads(value) for key, value in re.findall(r"^(ENTRYPOINT|CMD) (\[.*\])$", stage, re.MULTILINE)}
    if check := re.search(r"^HEALTHCHECK .*?CMD (\[.*\])$", stage, re.MULTILINE):
        found["HEALTHCHECK"] = ["CMD", *json.loads(check[1])]
    return found


def _interpolated(value: Any, env: dict[str, str]) -> Any:
    match value:
        case dict():
            return {key: _interpolated(each, env) for key, each in value.items()}
        case list():
            return [_interpolated(each, env) for each in value]
        case str():
            return VARIABLE.sub(lambda found: _value(found, env), value)
    return value


def _value(found: re.Match[str], env: dict[str, str]) -> str:
    escaped, name, kind, words = found.groups()
    if escaped:
        return "$"
    if kind == "?" and not env.get(name):
        raise KeyError(f"{name}: {words}")
    return env.get(name) or (words if kind == "-" else "")
