"""Django's settings; what an operator may choose comes from `environment`."""

from datetime import timedelta
from typing import Any

import dj_database_url
import django_stubs_ext
from csp.constants import NONE, SELF
from django.urls import reverse_lazy

from alumusic import environment
from alumusic.environment import BASE_DIR

django_stubs_ext.monkeypatch()

ENV = environment.load()
VAR_DIR = ENV.VAR_DIR
VAR_DIR.mkdir(parents=True, exist_ok=True)

DEBUG = ENV.DEBUG
SECRET_KEY = ENV.secret_key()
ALLOWED_HOSTS = ENV.hosts
CSRF_TRUSTED_ORIGINS = ENV.CSRF_TRUSTED_ORIGINS
TRUSTED_PROXY_COUNT = ENV.TRUSTED_PROXY_COUNT

INSTALLED_APPS = [
    "alumusic.apps.AlumusicConfig",
    "alumusic.llm",
    "accounts",
    "classifier",
    "reports",
    "insights",
    "legacy",
    "alumusic.apps.PanelConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.forms",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "csp",
]

MIDDLEWARE = [
    "alumusic.requests.RequestIdMiddleware",
    "alumusic.traffic.RouteMiddleware",
    # What protects an answer comes before what may answer by itself: static files, redirects, refusals.
    "alumusic.headers.PermissionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "alumusic.api.ApiMiddleware",
    "alumusic.bodies.BodyMiddleware",
    "django.middleware.common.CommonMiddleware",
    "alumusic.allow_list.PanelNetworksMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "alumusic.problems.ProblemMiddleware",
]

ROOT_URLCONF = "alumusic.urls"
WSGI_APPLICATION = "alumusic.wsgi.application"
SHORT_ROADS = ["reports.api.short_road.ShortRoad"]
APPEND_SLASH = False
ADMIN_PATH = ENV.ADMIN_PATH
PANEL_NETWORKS = ENV.PANEL_NETWORKS

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]


def database() -> dict[str, Any]:
    if ENV.DATABASE_URL is None:
        return {
            "ENGINE": "alumusic.sqlite3",
            "NAME": VAR_DIR / "alumusic.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
                    "PRAGMA cache_size=-32000; PRAGMA mmap_size=268435456;"
                ),
            },
        }
    return dict(
        dj_database_url.parse(
            ENV.DATABASE_URL.get_secret_value(),
            conn_max_age=ENV.DATABASE_CONN_MAX_AGE,
            conn_health_checks=True,
        )
    )


DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

if ENV.REDIS_URL is None:
    CACHES: dict[str, Any] = {
        "default": {
            "BACKEND": "alumusic.cache.SharedFileCache",
            "LOCATION": VAR_DIR / "cache",
            "TIMEOUT": 3600,
            "OPTIONS": {"MAX_ENTRIES": 10_000},
        }
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": ENV.REDIS_URL.get_secret_value(),
            "OPTIONS": {
                "SOCKET_CONNECT_TIMEOUT": 1,
                "SOCKET_TIMEOUT": 1,
                # More threads than connections wait for one; the plain pool would tell them that Redis is down.
                "CONNECTION_POOL_CLASS": "redis.BlockingConnectionPool",
                "CONNECTION_POOL_KWARGS": {"max_connections": 50, "timeout": 5},
            },
        }
    }
SESSION_ENGINE = "django.contrib.sessions.backends.db"

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = reverse_lazy("admin:login")
LOGIN_REDIRECT_URL = reverse_lazy("admin:index")
# New passwords are kept by the first; the second reads those that `import_legacy` brought, until their owners log in.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "accounts.hashers.RoomyScryptPasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
ACCOUNTS_OPEN_REGISTRATION = ENV.open_registration

LANGUAGE_CODE = "pt-br"
LANGUAGES = [("pt-br", "Português"), ("en", "English")]
LANGUAGE_COOKIE_AGE = 60 * 60 * 24 * 365
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
# The second is for a library that brings no Portuguese of its own.
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "django_celery_beat"]
TIME_ZONE = ENV.TIME_ZONE
USE_TZ = True
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG

MEGABYTE = 2**20
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * MEGABYTE
UPLOAD_MAX_BYTES = ENV.UPLOAD_MAX_BYTES

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["alumusic.permissions.HasPermission"],
    "DEFAULT_THROTTLE_CLASSES": ["alumusic.throttling.UserThrottle"],
    "DEFAULT_PARSER_CLASSES": ["alumusic.json_input.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "alumusic.openapi.Schema",
    "EXCEPTION_HANDLER": "alumusic.problems.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "DEFAULT_METADATA_CLASS": None,
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
THROTTLES = {
    "user": (ENV.THROTTLE_USER_PER_MINUTE, 60),
    "register": (ENV.THROTTLE_REGISTER_PER_QUARTER, 900),
    "login": (ENV.THROTTLE_LOGIN_FAILURES_PER_QUARTER, 900),
    "insights": (ENV.THROTTLE_INSIGHTS_PER_MINUTE, 60),
    "panel_address": (ENV.THROTTLE_PANEL_FAILURES_PER_QUARTER, 900),
}

SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=ENV.ACCESS_TOKEN_MINUTES),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=ENV.REFRESH_TOKEN_DAYS),
    "ALGORITHM": "HS256",
    "SIGNING_KEY": ENV.JWT_SIGNING_KEY.get_secret_value() if ENV.JWT_SIGNING_KEY else SECRET_KEY,
    "UPDATE_LAST_LOGIN": False,
}

CELERY_BROKER_URL = next(
    (url.get_secret_value() for url in (ENV.CELERY_BROKER_URL, ENV.REDIS_URL) if url), "filesystem://"
)
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {"visibility_timeout": 600}
if CELERY_BROKER_URL == "filesystem://":
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(VAR_DIR / "queue"),
        "data_folder_out": str(VAR_DIR / "queue"),
        "control_folder": str(VAR_DIR / "queue-control"),
    }
    for folder in ("queue", "queue-control"):
        (VAR_DIR / folder).mkdir(exist_ok=True)
elif CELERY_BROKER_URL.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS |= {"socket_connect_timeout": 1, "socket_timeout": 2}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
SWEEP = timedelta(seconds=20)
# What beat has sent is written down at once: after a kill it sends nothing twice, and its health check sees it work.
CELERY_BEAT_SYNC_EVERY = 1
CELERY_BEAT_SCHEDULE = {
    "label what waits": {"task": "classifier.label_waiting", "schedule": SWEEP, "options": {"expires": SWEEP.seconds}},
    "label again": {"task": "classifier.relabel", "schedule": SWEEP, "options": {"expires": SWEEP.seconds}},
    "read files": {"task": "classifier.expand_uploads", "schedule": SWEEP, "options": {"expires": SWEEP.seconds}},
    "embed what has no vector": {"task": "classifier.embed_missing", "schedule": timedelta(minutes=5)},
    "count the hours that changed": {"task": "reports.settle_figures", "schedule": timedelta(minutes=1)},
    "send the mail that waits": {
        "task": "reports.deliver_mail",
        "schedule": SWEEP,
        "options": {"expires": SWEEP.seconds},
    },
    "score what is to be reviewed": {"task": "classifier.score_for_review", "schedule": timedelta(minutes=2)},
    "comments follow merged tags": {"task": "classifier.follow_tags", "schedule": timedelta(minutes=10)},
    "purge what is over its time": {"task": "alumusic.purge", "schedule": timedelta(hours=24)},
    "purge expired tokens": {"task": "accounts.purge_tokens", "schedule": timedelta(hours=6)},
}
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 100
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE

CLASSIFIER_ENGINE = ENV.CLASSIFIER_ENGINE
CLASSIFY_WAIT_SECONDS = ENV.CLASSIFY_WAIT_SECONDS
REVIEW_BLIND_SHARE = ENV.REVIEW_BLIND_SHARE
OPENAI_API_KEY = ENV.OPENAI_API_KEY.get_secret_value() if ENV.OPENAI_API_KEY else ""
OPENAI_BASE_URL = str(ENV.OPENAI_BASE_URL)
LLM_MODEL = ENV.LLM_MODEL
LLM_TIMEOUT_SECONDS = ENV.LLM_TIMEOUT_SECONDS
LLM_MAX_CONCURRENCY = ENV.LLM_MAX_CONCURRENCY
LLM_RECLASSIFY = ENV.LLM_RECLASSIFY
LLM_PRICES = ENV.LLM_PRICES
LLM_DAILY_BUDGET_USD = ENV.LLM_DAILY_BUDGET_USD
LLM_MASK_PII = ENV.LLM_MASK_PII

# What the apps bring to the panel, by name: modules of URLs, sections of the home page in their order, notices.
PANEL_URLS = [
    "classifier.panel.review.urls",
    "classifier.panel.learning.urls",
    "classifier.panel.urls",
    "insights.panel.urls",
]
PANEL_SECTIONS = [
    "classifier.panel.home.waiting",
    "reports.home.week",
    "classifier.panel.home.engine",
    "reports.home.last_summary",
]
PANEL_PLACES = ["reports.home.charts"]
PANEL_NOTICES = ["classifier.panel.home.notices", "reports.home.notices"]

SENTRY_DSN = ENV.SENTRY_DSN.get_secret_value() if ENV.SENTRY_DSN else ""
SENTRY_ENVIRONMENT = ENV.SENTRY_ENVIRONMENT
METRICS_TOKEN = ENV.METRICS_TOKEN.get_secret_value() if ENV.METRICS_TOKEN else ""
METRICS = [
    "classifier.metrics.families",
    "alumusic.llm.metrics.families",
    "reports.metrics.families",
    "alumusic.metrics.building",
]

RETENTION = [
    "accounts.retention.purge",
    "alumusic.llm.retention.purge",
    "classifier.retention.purge",
    "insights.retention.purge",
    "legacy.retention.purge",
]
RETENTION_COMMENTS_DAYS = ENV.RETENTION_COMMENTS_DAYS
RETENTION_BATCHES_DAYS = ENV.RETENTION_BATCHES_DAYS
RETENTION_QUESTIONS_DAYS = ENV.RETENTION_QUESTIONS_DAYS
RETENTION_LLM_CALLS_DAYS = ENV.RETENTION_LLM_CALLS_DAYS
RETENTION_SITTINGS_DAYS = ENV.RETENTION_SITTINGS_DAYS

REPORTS_PUBLIC = ENV.REPORTS_PUBLIC
STAKEHOLDERS_EMAILS = ENV.STAKEHOLDERS_EMAILS
PUBLIC_URL = ENV.public_url

EMAIL_BACKEND = "reports.smtp.Backend" if ENV.EMAIL_HOST else "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_HOST = ENV.EMAIL_HOST
EMAIL_PORT = ENV.EMAIL_PORT
EMAIL_HOST_USER = ENV.EMAIL_HOST_USER
EMAIL_HOST_PASSWORD = ENV.EMAIL_HOST_PASSWORD.get_secret_value() if ENV.EMAIL_HOST_PASSWORD else ""
EMAIL_USE_TLS = ENV.starttls
EMAIL_USE_SSL = ENV.EMAIL_USE_SSL
EMAIL_TIMEOUT = ENV.EMAIL_TIMEOUT_SECONDS
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENV.EMAIL_FROM

READINESS_PROBES = [
    "alumusic.health.database",
    "alumusic.health.migrations",
    "alumusic.health.cache_server",
    "alumusic.health.broker",
    "alumusic.llm.readiness.llm",
]

HTTPS = ENV.https
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 60 * 60 * 12
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "alumusic.problems.csrf_failure"
X_FRAME_OPTIONS = "DENY"
PERMISSIONS_POLICY_NONE = [
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media", "geolocation",
    "gyroscope", "magnetometer", "microphone", "midi", "payment", "picture-in-picture", "publickey-credentials-get",
    "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
]  # fmt: skip
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "alumusic.requests.RequestIdFilter"}},
    "formatters": {
        "line": {
            "()": "alumusic.logs.LineFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s",
        },
        "json": {"()": "alumusic.logs.JSONFormatter"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": ENV.log_format, "filters": ["request_id"]},
    },
    "root": {"handlers": ["console"], "level": ENV.LOG_LEVEL},
    "loggers": {
        "httpx2": {"level": "WARNING"},
        "httpcore2": {"level": "WARNING"},
        "django.db.backends": {"level": "INFO"},  # at DEBUG it writes down every statement with its values
        "openai": {"level": "WARNING"},  # at DEBUG it writes down what is asked, comments and all
        "django.server": {"handlers": ["console"], "propagate": False},
    },
}

SPECTACULAR_SETTINGS = {
    "TITLE": "AluMusic Feedback Classifier",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "alumusic.openapi.complete",
    ],
}
