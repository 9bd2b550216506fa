"""What is kept of one author is theirs to have and to have erased, and then it is nowhere any more."""

import io
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.groups import ADMINISTRATORS, CURATORS, READERS
from classifier import authors, uploads
from classifier.engines import Verdict
from classifier.engines.llm import memory
from classifier.models import (
    AuthorRequest,
    BatchItem,
    Category,
    Comment,
    DataSet,
    DataSetItem,
    Embedding,
    KnownAnswer,
    LearningSide,
    Relabelling,
    ReviewLease,
    Sitting,
    Step,
    Upload,
)
from classifier.models.learning import Side
from classifier.review import verdicts
from classifier.tests.comments import sent, stored
from classifier.tests.files import send
from classifier.tests.machines import labelled_by_machine
from insights.tests.sent import sent as sent_summaries
from legacy.models import KeptRow
from reports.counting import differing, hour_of, settle, settle_marked
from reports.models import CountedHour, ThemeComment

pytestmark = pytest.mark.django_db

JOANA = "Joana Prado"
WORDS = "xilofonista desafinada de Quixeramobim"
PAGE = "/painel/classifier/autores/"


@pytest.fixture
def ana(make_user):
    return make_user("ana", ADMINISTRATORS)


@pytest.fixture
def browser(ana):
    browser = Client(headers={"Accept": "text/html", "Accept-Language": "en"})
    browser.force_login(ana)
    return browser


def said(response):
    return [str(message) for message in response.context["messages"]]


def lines(*rows):
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


def with_traces_everywhere(ana, api):
    """A comment of Joana's with something in every table that may know of it, and one of somebody else's."""
    key = f"{JOANA.split()[0].lower()}-{WORDS.split()[0]}"
    api.post(
        "/api/comentarios",
        [sent(WORDS, autor=JOANA, origem=WORDS, metadados={"de": JOANA}) | {"id": key}, sent("Amei", autor="Rui")],
        headers={"Prefer": "respond-async"},
    )
    comment = labelled_by_machine(Comment.objects.get(external_id=key), tags=("fix_login",))
    verdicts.correct(comment, reviewer=ana, category=Category.PRAISE, tags=["fix_login"], note=f"de {JOANA}: {WORDS}")
    Embedding.objects.create(comment=comment, model="e5", vector=WORDS.encode())
    memory.keep({memory.key_of(WORDS): labelled()}, engine="llm/x", prompt_version="1")
    Relabelling.objects.create(comment=comment, engine_kind="llm")
    sitting = Sitting.objects.create(curator=ana)
    ReviewLease.objects.create(comment=comment, sitting=sitting, until=timezone.now() + timedelta(minutes=1))
    Step.objects.create(id="7d2f6b0e-0000-4000-8000-000000000001", sitting=sitting, action="pula", comment=comment)
    LogEntry.objects.create(
        user=ana,
        content_type=ContentType.objects.get_for_model(Comment),
        object_id=str(comment.pk),
        object_repr=key,
        action_flag=CHANGE,
    )
    send(api, lines({"texto": WORDS + " 2", "autor": JOANA}, {"texto": "ok"}, {"texto": ""}), name="a.jsonl")
    [summary] = sent_summaries("2025-W31")
    LearningSide.objects.create(comment=comment, side=Side.TRAIN, cluster=comment.pk)
    data_set = DataSet.objects.create(sha256="0" * 64, source=DataSet.Source.CORRECTIONS, name="x", size=1)
    DataSetItem.objects.create(data_set=data_set, position=0, category=Category.PRAISE, comment=comment)
    KeptRow.objects.create(table="comentario", key=key, faults=["tag"], row={"texto": WORDS}, comment=comment)
    ThemeComment.objects.create(theme=summary.themes.all()[0], comment=comment, quoted=True)
    return [comment.pk, stored(f"{WORDS} 3", author=JOANA).pk]


def labelled():
    return Verdict(Category.PRAISE, 0.9, ())


def of_comments() -> list[tuple[type[models.Model], str]]:
    """Each column of each table that points at a comment."""
    return [
        (model, field.attname)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if field.related_model is Comment
    ]


def texts() -> list[str]:
    """Each table that has columns of text, JSON or bytes, as one text; the full-text search too."""
    kinds = (models.CharField, models.TextField, models.JSONField, models.BinaryField)
    found = []
    for model in apps.get_models(include_auto_created=True):
        columns = [f.attname for f in model._meta.concrete_fields if isinstance(f, kinds)]
        for row in model._base_manager.values_list(*columns) if columns else ():
            shown = [bytes(v).decode(errors="replace") if isinstance(v, bytes | memoryview) else str(v) for v in row]
            found.append(f"{model._meta.label}: {' '.join(shown)}")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT words FROM classifier_comment_search WHERE words MATCH 'quixeramobim'")
            found += [f"search: {words}" for (words,) in cursor.fetchall()]
    return found


TRACE = re.compile("joana|xilofonista|quixeramobim", re.IGNORECASE)


def test_after_an_erasure_no_table_knows_the_author_or_a_word_of_theirs(ana, api):
    keys = with_traces_everywhere(ana, api)
    pointing = of_comments()
    before = {model for model, column in pointing if model._base_manager.filter(**{f"{column}__in": keys}).exists()}
    assert before == {model for model, _column in pointing}, "each table had something to lose"

    erased = authors.erase(JOANA, by=ana)
    uploads.expand(limit_seconds=20)

    left = [m._meta.label for m, column in pointing if m._base_manager.filter(**{f"{column}__in": keys}).exists()]
    assert (erased, left) == (2, [])
    assert [text for text in texts() if TRACE.search(text)] == []
    assert KnownAnswer.objects.count() == 0
    assert set(Comment.objects.filter(author__gt="").values_list("author", flat=True)) == {"Rui"}


def test_the_figures_are_then_those_of_what_is_left(ana):
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    for author in (JOANA, JOANA, "Rui"):
        stored("Amei", author=author, moment=noon, tags=("fix_login",))
    settle(noon, noon + timedelta(hours=1))

    authors.erase(JOANA, by=ana)
    settle_marked()

    assert CountedHour.objects.filter(hour=hour_of(noon)).exists()
    assert differing([hour_of(noon)]) == {}


def test_lines_of_an_erased_author_in_a_file_not_yet_read_become_no_comments(ana, api):
    rows = [{"texto": f"{n}", "autor": JOANA if n % 2 else "Rui"} for n in range(1_200)]
    send(api, lines(*rows), name="a.jsonl")
    uploads.expand(limit_seconds=0)

    authors.erase(JOANA, by=ana)
    while uploads.expand(limit_seconds=0):
        pass

    assert Upload.objects.get().state == "expanded"
    assert Comment.objects.filter(author=JOANA).count() == 0
    assert Comment.objects.filter(author="Rui").count() == 600
    assert BatchItem.objects.count() == 600


def test_another_spelling_is_another_author_until_a_person_says_so(browser):
    for author in ("Joana", "joana", "JOANA", "Joana P"):
        stored(author=author)

    found = browser.get(PAGE, {"autor": "joana"}).context["found"]
    assert sorted(each["author"] for each in found) == ["JOANA", "Joana", "joana"]

    browser.post(reverse("admin:author_erase"), {"autor": "joana", "confirmation": "joana"})
    assert sorted(Comment.objects.values_list("author", flat=True)) == ["JOANA", "Joana", "Joana P"]


def test_a_page_shows_what_there_is_and_hands_it_over(browser, ana):
    comment = stored(WORDS, author=JOANA, metadata={"aparelho": "x"}, tags=("fix_login",))
    verdicts.correct(comment, reviewer=ana, category=Category.SPAM, tags=["fix_login"], note="é spam")
    stored("de outro", author="Rui")

    shown = browser.get(PAGE, {"autor": JOANA}).content.decode()
    answer = browser.post(reverse("admin:author_export"), {"autor": JOANA})

    file = json.loads(b"".join(answer.streaming_content))
    [told] = file["comentarios"]
    assert ("1 comment" in shown, WORDS in shown) == (True, True)
    assert answer["Content-Disposition"] == 'attachment; filename="dados_do_autor.json"'
    assert file["autor"] == JOANA
    assert (told["texto"], told["metadados"], told["categoria"]) == (WORDS, {"aparelho": "x"}, "SPAM")
    assert [entry["tipo"] for entry in told["historico"]] == ["corrige"]
    assert "ana" not in {entry["quem"] for entry in told["historico"]}


def test_erasing_takes_the_name_typed_again(browser):
    stored(author=JOANA)
    erase = reverse("admin:author_erase")

    for confirmation in ("", "joana prado", "Joana"):
        told = said(browser.post(erase, {"autor": JOANA, "confirmation": confirmation}, follow=True))
        assert (len(told), Comment.objects.count()) == (1, 1)
    told = said(browser.post(erase, {"autor": JOANA, "confirmation": JOANA}, follow=True))

    assert (told, Comment.objects.count()) == (["1 comment was erased."], 0)


def test_who_did_it_and_when_is_kept_but_not_whose_it_was(browser, ana, caplog):
    stored(author=JOANA)
    browser.post(reverse("admin:author_export"), {"autor": JOANA})
    browser.post(reverse("admin:author_erase"), {"autor": JOANA, "confirmation": JOANA})

    shown = browser.get(PAGE).content.decode()
    acts = AuthorRequest.objects.order_by("pk").values_list("action", "comments", "actor")
    assert list(acts) == [("exporta", 1, ana.pk), ("apaga", 1, ana.pk)]
    assert ("exported" in shown, "erased" in shown, JOANA in shown) == (True, True, False)
    assert [message for message in caplog.messages if JOANA in message] == []
    assert f"data of an author, apaga: 1 comments, by user {ana.pk}" in caplog.messages


@pytest.mark.parametrize("name", ["", "\x00", "a" * 201])
def test_what_is_no_name_finds_and_erases_nothing(browser, name):
    stored(author="")
    stored(author="Rui")

    assert browser.get(PAGE, {"autor": name}).status_code == 200
    browser.post(reverse("admin:author_erase"), {"autor": name, "confirmation": name})
    assert Comment.objects.count() == 2


@pytest.mark.parametrize("group", [READERS, CURATORS])
def test_nobody_but_administrators_may(make_user, group):
    stored(author=JOANA)
    browser = Client(headers={"Accept": "text/html"})
    browser.force_login(make_user("rui", group))
    form = {"autor": JOANA, "confirmation": JOANA}

    asked = [browser.get(PAGE, form), browser.post(reverse("admin:author_export"), form)]
    asked.append(browser.post(reverse("admin:author_erase"), form))

    assert ([each.status_code for each in asked], Comment.objects.count()) == ([403] * 3, 1)


def run(*words: str, **options: Any) -> str:
    written = io.StringIO()
    call_command("author_data", *words, stdout=written, **options)
    return written.getvalue()


def test_the_command_counts_hands_over_and_erases(db):
    stored(WORDS, author=JOANA)
    stored("x", author="joana prado")

    assert (
        run("erase", JOANA) == "1 comments would be erased; run again with --yes. Spelled otherwise: joana prado (1).\n"
    )
    assert json.loads(run("export", JOANA))["comentarios"][0]["texto"] == WORDS
    assert run("erase", JOANA, yes=True) == "1 comments erased\n"
    assert run("erase", JOANA, yes=True) == "0 comments erased\n"
    with pytest.raises(CommandError, match="No comment by this author"):
        run("export", JOANA)
    assert list(Comment.objects.values_list("author", flat=True)) == ["joana prado"]
