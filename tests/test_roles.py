"""Every page of the panel and every act on it, for every group: by a table, so that a new page must say who may."""

import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, reverse
from django.utils import timezone
from django_celery_beat import models as beat

from accounts import tokens
from accounts.groups import ADMINISTRATORS, API_CLIENT, CURATORS, READERS
from accounts.models import TokenFamily, User
from alumusic.llm.models import Call
from classifier.models import Batch, Category, Comment, Guideline, Review, Tag, Upload, VocabularyAct
from classifier.tests.comments import stored
from classifier.tests.evaluated import evaluated
from insights.models import Question
from insights.tests.sent import sent
from reports import summaries
from reports.models import Delivery, Recipient, Theme

pytestmark = pytest.mark.django_db

# L: Leitura, C: Curadoria, A: Administração. Who may open the page, who may send its form; None: it takes no such.
LETTERS = {READERS: "L", CURATORS: "C", ADMINISTRATORS: "A"}
ALL, REVIEW, RULE, NOBODY = "LCA", "CA", "A", ""
TABLE: dict[str, tuple[str | None, str | None]] = {
    "index": (ALL, ALL),
    "password_change": (ALL, ALL),
    "password_change_done": (ALL, ALL),
    "jsi18n": (ALL, ALL),
    "autocomplete": (NOBODY, None),
    "app_list accounts": (RULE, RULE),
    "app_list auth": (RULE, RULE),
    "app_list classifier": (ALL, ALL),
    "comment_count": (ALL, None),
    "comment_export": (REVIEW, None),
    "comment_bulk_correct": (None, REVIEW),
    "comment_bulk_undo": (None, REVIEW),
    "comment_relabel": (None, REVIEW),
    "relabelling": (RULE, None),
    "authors": (RULE, None),
    "author_export": (None, RULE),
    "author_erase": (None, RULE),
    "comment_look_alikes": (ALL, None),
    "run_compare": (ALL, None),
    "classifier_run_changelist": (ALL, None),
    "classifier_run_change": (ALL, None),
    "classifier_run_add": (NOBODY, NOBODY),
    "classifier_run_history": (ALL, ALL),
    "classifier_run_delete": (RULE, RULE),
    "review": (REVIEW, None),
    "review_words": (REVIEW, None),
    **{
        f"review_{call}": (None, REVIEW)
        for call in (
            "cards",
            "look_alikes",
            "judge",
            "skip",
            "undo",
            "renew",
            "give_back",
            "leave",
            "progress",
        )
    },
    "learning": (ALL, RULE),
    "accuracy": (ALL, None),
    "insights": (ALL, None),
    "insights_ask": (None, ALL),
    "insights_rate": (None, ALL),
    "insights_summary": (ALL, None),
    "app_list insights": (ALL, None),  # the page itself: the admin gives its address to the app of this name
    "classifier_guideline_changelist": (ALL, ALL),
    "classifier_guideline_change": (ALL, RULE),
    "classifier_guideline_add": (NOBODY, NOBODY),
    "classifier_guideline_history": (ALL, ALL),
    "classifier_guideline_delete": (NOBODY, NOBODY),
    "classifier_comment_changelist": (ALL, None),
    "classifier_comment_change": (ALL, REVIEW),
    "classifier_comment_add": (NOBODY, NOBODY),
    "classifier_comment_history": (ALL, ALL),
    "classifier_comment_delete": (RULE, RULE),
    "classifier_tag_changelist": (ALL, REVIEW),
    "classifier_tag_change": (ALL, REVIEW),
    "classifier_tag_add": (NOBODY, NOBODY),
    "classifier_tag_history": (ALL, ALL),
    "classifier_tag_delete": (NOBODY, NOBODY),
    **{
        f"{model}_{page}": (RULE if page in ("changelist", "change", "history") else NOBODY,) * 2
        for model in ("classifier_batch", "classifier_upload", "insights_question", "llm_call")
        for page in ("changelist", "add", "change", "history", "delete")
    },
    "app_list llm": (RULE, RULE),
    "app_list reports": (ALL, ALL),
    "app_list django_celery_beat": (RULE, RULE),
    **{
        f"{model}_{page}": (who if page in ("changelist", "change", "history") else NOBODY,) * 2
        for model, who in (
            ("reports_weeklysummary", ALL),
            ("reports_theme", ALL),
            ("reports_delivery", RULE),
            ("django_celery_beat_periodictask", RULE),
            ("django_celery_beat_intervalschedule", NOBODY),
            ("django_celery_beat_solarschedule", NOBODY),
            ("django_celery_beat_clockedschedule", NOBODY),
        )
        for page in ("changelist", "add", "change", "history", "delete")
    },
    "reports_weeklysummary_preview": (ALL, ALL),
    "reports_weeklysummary_send_to_me": (None, RULE),
    "reports_weeklysummary_send_again": (None, RULE),
    **{f"reports_recipient_{page}": (RULE, RULE) for page in ("changelist", "add", "change", "history", "delete")},
    **{
        f"django_celery_beat_crontabschedule_{page}": (RULE, RULE)
        for page in ("changelist", "add", "change", "history")
    },
    "django_celery_beat_crontabschedule_delete": (NOBODY, NOBODY),
    "auth_user_password_change": (RULE, RULE),
    "accounts_tokenfamily_add": (NOBODY, NOBODY),
    **{
        f"{model}_{page}": (RULE, RULE)
        for model in ("accounts_user", "auth_group", "accounts_tokenfamily")
        for page in ("changelist", "add", "change", "history", "delete")
        if (model, page) != ("accounts_tokenfamily", "add")
    },
}
OPEN = {"login", "logout", "view_on_site"}


@pytest.fixture
def objects(make_user):
    """One of each thing, by the model's name, for the addresses that name one."""
    comment = stored("Não consigo entrar", tags=("fix_login",))
    target = make_user("alvo")
    tokens.issue(target)
    batch = Batch.objects.create(owner=target)
    Upload.objects.create(batch=batch, name="lote.csv", format="csv", encoding="utf-8", size=1, lines=1, sha256="0")
    question = Question.keep("A busca funciona bem?", [each.pk for each in sent("2025-W31")], owner=target)
    call = Call.objects.create(purpose="classification", model="m", outcome="ok", items=1, latency_ms=1)
    summary = summaries.make(summaries.recent()[0])
    theme = Theme.objects.create(
        summary=summary, position=1, name="x", size=1, category="ELOGIO", by_category={}, words=[], tags=[]
    )
    recipient = Recipient.objects.create(email="ana@example.com")
    delivery = Delivery.objects.create(summary=summary, recipient=recipient, give_up_at=timezone.now())
    return {
        **schedules(),
        "weeklysummary": summary.pk,
        "theme": theme.pk,
        "recipient": recipient.pk,
        "delivery": delivery.pk,
        "run": evaluated(comment).pk,
        "batch": batch.pk,
        "upload": batch.pk,
        "call": call.pk,
        "comment": comment.pk,
        "tag": Tag.objects.get().pk,
        "guideline": Guideline.objects.get_or_create(category=Category.PRAISE)[0].pk,
        "user": target.pk,
        "group": Group.objects.get(name=API_CLIENT).pk,
        "tokenfamily": TokenFamily.objects.get().pk,
        "question": question.pk,
        "rate": question.public_id,
        "summary": question.summaries.get().week,
    }


def schedules():
    every = beat.IntervalSchedule.objects.create(every=1, period="days")
    made = [
        every,
        beat.CrontabSchedule.objects.create(),
        beat.ClockedSchedule.objects.create(clocked_time=timezone.now()),
        beat.SolarSchedule.objects.create(event="sunset", latitude=0, longitude=0),
        beat.PeriodicTask.objects.create(name="tarefa", interval=every),
    ]
    return {row._meta.model_name: row.pk for row in made}


def names():
    found: list[URLPattern | URLResolver] = []
    for each in admin.site.get_urls():
        found += each.url_patterns if isinstance(each, URLResolver) else [each]
    return [pattern.name for pattern in found if isinstance(pattern, URLPattern) and pattern.name]


def answers(allowed, group):
    """What may come of it for a member of the group. allowed: a cell of the table."""
    if allowed is None:
        return {405}
    return {200, 302} if LETTERS[group] in allowed else {403, 404}


def addresses(objects):
    """Each address of the panel with its name in the table."""
    for name in sorted(set(names()) - OPEN - {"app_list"}):
        yield name, address(name, objects)
    for app in re.findall(r"app_list (\w+)", " ".join(TABLE)):
        yield f"app_list {app}", reverse("admin:app_list", kwargs={"app_label": app})


def address(name, objects):
    try:
        return reverse(f"admin:{name}")
    except NoReverseMatch:
        return reverse(f"admin:{name}", args=[objects[model_of(name)]])


def model_of(name):
    if name.endswith("look_alikes"):
        return "comment"
    if name.startswith("reports_weeklysummary"):
        return "weeklysummary"
    if name == "relabelling":
        return "batch"
    return re.sub(r"_(change|delete|history)$", "", name.removesuffix("_password_change")).rpartition("_")[2]


def forged(name, objects):
    """What somebody would send who may not."""
    if name == "comment_bulk_correct":
        return {"chosen": f"{objects['comment']}-1", "category": "SPAM"}
    if name.startswith("classifier_comment_change"):
        return {"category": "SPAM", "seen_version": 1, "seen_at": "2026-01-01T00:00:00Z"}
    if name == "classifier_tag_change":
        return {"act": "retire"}
    if name == "classifier_tag_changelist":
        return {"name": "fix_forjada"}
    return {"post": "yes", "username": "forjado", "name": "forjado"}


def state():
    """All that a forged form might change."""
    return (
        list(Comment.objects.values_list("pk", "version", "category")),
        list(Tag.objects.values_list("name", "retired_at", "merged_into")),
        [Review.objects.count(), VocabularyAct.objects.count(), TokenFamily.objects.count()],
        sorted(User.objects.values_list("username", "password", "is_superuser")),
        sorted(Group.objects.values_list("name", flat=True)),
    )


def test_every_address_of_the_panel_stands_in_the_table(objects):
    assert {name for name, _url in addresses(objects)} == set(TABLE)


@pytest.mark.parametrize("group", [READERS, CURATORS, ADMINISTRATORS])
def test_a_page_opens_for_whom_the_table_says_and_for_nobody_else(objects, make_user, group):
    browser = Client(headers={"Accept": "text/html"})
    browser.force_login(make_user("ana", group))

    opened = {name: browser.get(url).status_code for name, url in addresses(objects)}

    wrong = {name: status for name, status in opened.items() if status not in answers(TABLE[name][0], group)}
    assert wrong == {}


@pytest.mark.parametrize("group", [READERS, CURATORS, ADMINISTRATORS])
def test_a_forged_form_is_refused_and_changes_nothing(objects, make_user, group):
    browser = Client(headers={"Accept": "text/html"})
    browser.force_login(make_user("ana", group))
    refused = {name: url for name, url in addresses(objects) if not answers(TABLE[name][1], group) & {200, 302}}
    before = state()

    statuses = {name: browser.post(url, forged(name, objects)).status_code for name, url in refused.items()}

    wrong = {name: status for name, status in statuses.items() if status not in answers(TABLE[name][1], group)}
    assert wrong == {}
    assert state() == before


@pytest.mark.parametrize("group", [CURATORS, ADMINISTRATORS])
def test_the_acts_that_a_group_may_do_work(objects, make_user, group):
    browser = Client(headers={"Accept": "text/html"})
    browser.force_login(make_user("ana", group))
    mine = ["comment_bulk_correct", "classifier_tag_change", "classifier_tag_changelist"]

    statuses = [browser.post(address(name, objects), forged(name, objects)).status_code for name in mine]

    assert statuses == [302, 302, 302]
    assert Comment.objects.get().category == "SPAM"
    assert list(VocabularyAct.objects.order_by("pk").values_list("action", flat=True)) == ["aposenta", "acrescenta"]


@pytest.mark.parametrize("group", [None, API_CLIENT])
def test_who_may_not_enter_the_panel_is_led_to_its_door_from_everywhere(objects, make_user, group):
    browser = Client(headers={"Accept": "text/html"})
    if group:
        browser.force_login(make_user("ana", group))
    before = state()

    for name, url in addresses(objects):
        for response in (browser.get(url), browser.post(url, forged(name, objects))):
            assert (name, response.status_code) == (name, 302)
            assert response["Location"].startswith("/painel/login/?next=/painel/")
    assert state() == before


def test_a_script_whose_session_has_ended_is_told_so(objects):
    browser = Client(headers={"Accept": "application/json"})

    response = browser.post(reverse("admin:comment_bulk_correct"), {})

    assert (response.status_code, response.json()["type"]) == (401, "/problemas/sessao-encerrada")


def test_a_form_from_another_site_is_refused_everywhere(objects, make_user):
    browser = Client(headers={"Accept": "text/html"}, enforce_csrf_checks=True)
    browser.force_login(make_user("ana", ADMINISTRATORS))
    before = state()

    forms = [(name, url) for name, url in addresses(objects) if RULE in (TABLE[name][1] or "")]

    assert {browser.post(url, forged(name, objects)).status_code for name, url in forms} == {403}
    assert state() == before


def test_a_superuser_may_all(objects):
    browser = Client(headers={"Accept": "text/html"})
    browser.force_login(User.objects.create_superuser("raiz", password="x"))

    assert {browser.get(url).status_code for name, url in addresses(objects) if "changelist" in name} == {200}
