"""The product's settings as the suite runs them: no `.env`, no key, quick password hashes.

DATABASE_URL and REDIS_URL stay what the environment says, so that one suite serves both databases.
"""

import os
import tempfile

for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "CLASSIFIER_ENGINE", "DEBUG", "HTTPS", "ADMIN_PATH", "EMAIL_HOST"):
    os.environ.pop(name, None)
os.environ["ENV_FILE"] = ""
os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="alumusic-tests-")
os.environ["SECRET_KEY"] = "only-for-tests-" + 32 * "x"
os.environ["HTTPS"] = "false"
os.environ["ALLOWED_HOSTS"] = "testserver,localhost,127.0.0.1"
os.environ["ACCOUNTS_OPEN_REGISTRATION"] = "true"

if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    # Each of the suite's processes empties its cache between tests, so each has a Redis database of its own.
    address, _slash, number = os.environ.get("REDIS_URL", "").rpartition("/")
    if address:
        os.environ["REDIS_URL"] = f"{address}/{int(number) + int(worker.removeprefix('gw'))}"

from alumusic.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
if DATABASES["default"]["ENGINE"] == "alumusic.sqlite3":
    # In memory, threads would share one connection's locks and fail where a file makes them wait.
    DATABASES["default"]["TEST"] = {"NAME": VAR_DIR / "test.sqlite3"}
CELERY_BROKER_URL = "memory://localhost"
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
