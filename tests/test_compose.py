"""What docker-compose.yml and nginx promise of every service, whichever is added."""

import re

import yaml

from alumusic.environment import BASE_DIR
from tests.stack.compose import Service, services

COMPOSE = yaml.safe_load((BASE_DIR / "docker-compose.yml").read_text())
NGINX = (BASE_DIR / "nginx" / "nginx.conf").read_text()
ENV = {"ALLOWED_HOSTS": "feedback.example.com", "POSTGRES_PASSWORD": "letters", "SECRET_KEY": "x" * 32}
MEGABYTE = 2**20


def named(name: str) -> Service:
    return next(service for service in services(ENV) if service.name == name)


def test_no_service_may_write_to_its_root_or_gain_rights():
    bodies = COMPOSE["services"].items()

    assert [name for name, body in bodies if body.get("read_only") is not True] == []
    assert [name for name, body in bodies if body.get("cap_drop") != ["ALL"]] == []
    assert [name for name, body in bodies if body.get("security_opt") != ["no-new-privileges:true"]] == []


def test_every_service_has_a_limit_of_memory_and_processes():
    limits = {name: body["deploy"]["resources"]["limits"].keys() for name, body in COMPOSE["services"].items()}

    assert [name for name, found in limits.items() if not {"memory", "pids"} <= found] == []


def test_every_service_that_stays_is_checked_for_its_health_and_started_again():
    staying = [service for service in services(ENV) if not service.completes]

    assert [service.name for service in staying if service.health is None] == []
    assert [name for name, body in COMPOSE["services"].items() if body["restart"] != "unless-stopped"] == ["migrate"]


def test_only_nginx_is_reached_from_outside():
    ports = {name: body["ports"] for name, body in COMPOSE["services"].items() if "ports" in body}
    outside = [name for name, found in ports.items() if not all(port.startswith("127.0.0.1:") for port in found)]

    assert outside == ["nginx"]


def test_the_database_and_redis_have_no_way_out():
    networks = {name: COMPOSE["services"][name]["networks"] for name in ("db", "redis", "beat", "migrate")}

    assert COMPOSE["networks"]["backend"] == {"internal": True}
    assert set(map(tuple, networks.values())) == {("backend",)}


def test_migrations_run_before_whatever_needs_the_database():
    assert {name: named(name).after["migrate"] for name in ("web", "worker", "beat")} == dict.fromkeys(
        ("web", "worker", "beat"), "service_completed_successfully"
    )
    assert named("nginx").after == {"web": "service_healthy"}


def test_a_service_that_is_told_to_stop_gets_the_time_that_it_needs(settings):
    [graceful] = re.findall(r"^graceful_timeout = (\d+)", (BASE_DIR / "gunicorn.conf.py").read_text(), re.MULTILINE)
    [nginx] = re.findall(r"worker_shutdown_timeout (\d+)s;", NGINX)

    assert named("web").stop_seconds > int(graceful)
    assert named("worker").stop_seconds > settings.CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT
    assert (named("nginx").stop_signal, named("nginx").stop_seconds > int(nginx)) == ("SIGQUIT", True)


def test_nginx_lets_through_what_the_product_accepts_and_little_more(settings):
    limits = dict(re.findall(r"location (?:= )?(\S+) \{\s+client_max_body_size (\d+)m;", NGINX))

    assert int(limits["/api/"]) * MEGABYTE == settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert int(limits["/api/lotes"]) * MEGABYTE == settings.UPLOAD_MAX_BYTES + MEGABYTE


def test_nginx_words_its_problems_as_the_product_does(client):
    from django.utils.translation import override

    from alumusic.problems import NotFound, TooLarge, Unavailable

    for language, pattern in (("pt-br", r"default '(\{.*\})'"), ("en", r"en\" '(\{.*\})'")):
        said = re.findall(pattern, NGINX)
        with override(language):
            for problem in (NotFound(), TooLarge(), Unavailable()):
                assert problem.response().content.decode() in said


def test_every_variable_of_the_compose_file_is_described():
    used = set(re.findall(r"\$\{(\w+)", re.sub(r"\$\$\{\w+", "", (BASE_DIR / "docker-compose.yml").read_text())))
    described = set(re.findall(r"^#? ?([A-Z][A-Z0-9_]+)=", (BASE_DIR / ".env.example").read_text(), re.MULTILINE))

    assert sorted(used - described) == []


def test_no_image_is_of_any_version():
    lines = [*re.findall(r"image: (\S+)", (BASE_DIR / "docker-compose.yml").read_text())]
    lines += re.findall(r"_IMAGE=(\S+)", (BASE_DIR / "Dockerfile").read_text())

    assert [line for line in lines if ":" not in line or line.endswith(":latest")] == []


def test_every_app_of_ours_goes_into_the_image(settings):
    let_in = set(re.findall(r"^!(\w+)/$", (BASE_DIR / ".dockerignore").read_text(), re.MULTILINE))
    ours = {name.partition(".")[0] for name in settings.INSTALLED_APPS}

    assert sorted(name for name in ours - let_in if (BASE_DIR / name / "__init__.py").exists()) == []
