"""The panel's pages as one signed-in curator gets them, against the filled database that DATABASE_URL names.

python benchmarks/fill.py 1000000
python manage.py collectstatic
python benchmarks/panel.py
"""

import os
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alumusic.settings")
os.environ["HTTPS"] = "false"
os.environ["ALLOWED_HOSTS"] = "testserver"

import django  # noqa: E402

django.setup()

from django.contrib.auth.models import Group  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from accounts.groups import CURATORS  # noqa: E402
from accounts.models import User  # noqa: E402
from classifier.models import Comment  # noqa: E402

REPEAT = 20
LIST = "/painel/classifier/comment/"
FILTERS = [
    "", "categoria=SPAM", "estado=pendente", "estado=falhou", "revisado=true", "revisado=false", "tag=fix_login",
    "motor=llm/gpt-4o-mini", "substituido=true", "faixa=baixa", "faixa=media", "faixa=alta", "faixa=maxima",
    "desde=2026-11-01", "desde=2026-11-01&ate=2026-11-08", "ordem=asc", "ordem=desc", "ordem=antigos", "q=musica",
    "q=nao gostei", "q=sanfona", "q=xilofone", "revisado=false&desde=2026-11-23&ordem=asc", "tag=fix_login&ordem=asc",
    "categoria=CRÍTICA&revisado=true&faixa=baixa", "q=musica&categoria=SPAM&ordem=asc", "revisado=true&tag=fix_login",
]  # fmt: skip
COUNTS = ["", "q=musica", "tag=fix_login", "revisado=true&faixa=baixa"]


def curator() -> Client:
    user, _created = User.objects.get_or_create(username="benchmark-curator")
    user.groups.set(Group.objects.filter(name=CURATORS))
    browser = Client(headers={"Accept": "text/html"})
    browser.force_login(user)
    return browser


def show(browser: Client, path: str) -> None:
    times = []
    for _ in range(REPEAT + 1):
        start = time.perf_counter()
        response = browser.get(path)
        times.append(1000 * (time.perf_counter() - start))
        assert response.status_code == 200, (path, response.status_code)
    times = sorted(times[1:])
    print(f"{path:85} {statistics.median(times):6.0f} {times[int(0.95 * REPEAT)]:6.0f}")


if __name__ == "__main__":
    browser = curator()
    middle = Comment.objects.order_by("pk")[Comment.objects.count() // 2].pk
    print(f"{connection.vendor}, {Comment.objects.count():,} comments; p50 and p95 in ms\n")
    show(browser, "/painel/")
    for query in FILTERS:
        show(browser, f"{LIST}?{query}")
    for query in COUNTS:
        show(browser, f"{LIST}contagem/?{query}")
    show(browser, f"{LIST}{middle}/change/")
    show(browser, "/painel/classifier/tag/")
