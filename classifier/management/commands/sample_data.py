import csv
import sys
import uuid
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from tqdm import tqdm

from accounts.groups import CURATORS
from accounts.models import User
from classifier import intake
from classifier.engines import embedded_engine
from classifier.incoming import IncomingComment
from classifier.models import Category, Comment
from classifier.review import verdicts

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample.csv"
NAMESPACE = uuid.UUID("6f1d7a52-6a34-4a0c-9a43-0f2f6c1a5b10")
CHUNK = 100


class Command(BaseCommand):
    help = "Loads invented comments of the last eight weeks, some of them corrected, into an empty database."

    def handle(self, *args: Any, **options: Any) -> None:
        if Comment.objects.exists():
            return
        curator = User.objects.filter(groups__name=CURATORS).first()
        if curator is None:
            curator = User.objects.create_user("curadoria")
        with SAMPLE.open(encoding="utf-8", newline="") as file:
            records = list(csv.DictReader(file))
        comments = self.load(records, curator)
        self.correct(records, comments, curator)
        self.stdout.write(f"{len(comments)} comments")

    def load(self, records: list[dict[str, str]], sender: User) -> list[Comment]:
        now = timezone.now()
        incoming = [incoming_comment(record, now) for record in records]
        comments: list[Comment] = []
        for start in tqdm(range(0, len(incoming), CHUNK), file=sys.stderr, disable=None):
            chunk = incoming[start : start + CHUNK]
            comments += intake.receive(chunk, sender=sender, engine=embedded_engine()).comments
        return comments

    def correct(self, records: list[dict[str, str]], comments: list[Comment], curator: User) -> None:
        for record, comment in zip(records, comments, strict=True):
            if record["correcao"]:
                verdicts.correct(comment, reviewer=curator, category=Category(record["correcao"]))


def incoming_comment(record: dict[str, str], now: datetime) -> IncomingComment:
    """The record as a comment of as many weeks ago; what of this week would be to come is moved into the last hours."""
    today = timezone.localdate(now)
    monday = today - timedelta(days=today.weekday())
    day: date = monday - timedelta(weeks=int(record["semanas_atras"])) + timedelta(days=int(record["dia"]))
    moment = timezone.make_aware(datetime.combine(day, time.fromisoformat(record["hora"])))
    if moment > now:
        moment = now - timedelta(minutes=uuid.uuid5(NAMESPACE, record["texto"]).int % (12 * 60))
    return IncomingComment.model_validate(
        {
            "id": str(uuid.uuid5(NAMESPACE, record["texto"])),
            "texto": record["texto"],
            "autor": record["autor"],
            "origem": record["origem"],
            "publicado_em": moment.isoformat(),
        }
    )
