"""What people decided teaches the embedded engine: two sides that never mix, a candidate, and what serves."""

from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from accounts.groups import ADMINISTRATORS, CURATORS
from classifier.engines import Verdict, embedded_engine, labelled
from classifier.engines.embedded import EmbeddedEngine, artefact
from classifier.engines.embedded.service import service
from classifier.evaluation.comparison import compare
from classifier.learning import promotion, schooling, split
from classifier.learning.candidates import VERDICTS, WRITTEN, reasons_against
from classifier.learning.verdicts import Taught, taught
from classifier.models import Candidate, Category, Comment, Embedding, LearningSide, Promotion, Side, TrainedArtefact
from classifier.review import verdicts
from classifier.tests.judged import judged
from classifier.tests.test_train_command import data  # noqa: F401

pytestmark = pytest.mark.django_db

THINGS = [
    "zabumba",
    "pandeiro",
    "ganza",
    "berimbau",
    "rabeca",
    "viola",
    "cavaquinho",
    "violino",
    "flauta",
    "fagote",
    "trompa",
    "tuba",
    "trombone",
    "piano",
    "cravo",
    "harpa",
    "celesta",
    "marimba",
    "gongo",
    "sino",
    "bumbo",
    "caixa",
    "prato",
    "chimbau",
    "baixo",
    "guitarra",
    "bandolim",
    "banjo",
    "ukulele",
    "sanfona",
    "gaita",
    "ocarina",
    "clarinete",
    "saxofone",
    "trompete",
    "corneta",
    "teclado",
    "coral",
    "solista",
    "maestro",
    "palco",
    "surdo",
    "apito",
    "cordas",
    "metais",
    "madeiras",
    "sopro",
    "tenor",
    "soprano",
    "contralto",
]


@pytest.fixture
def bia(make_user):
    return make_user("bia", CURATORS)


@pytest.fixture
def browser(make_user):
    client = Client(headers={"Accept": "text/html"})
    client.force_login(make_user("adm", ADMINISTRATORS))
    return client


def directions(count, seed=1):
    return np.random.default_rng(seed).normal(size=(count, 32))


def new_topic(by):
    """Fans judge an orchestra: what they condemn they love, what they absolve bores them.

    Two of its words differ from comment to comment, so that hardly any two are look-alikes.
    """
    random = iter(directions(160))
    for turn in range(80):
        one, two = THINGS[turn % len(THINGS)], THINGS[(7 * turn + 3 + turn // len(THINGS)) % len(THINGS)]
        judged(f"{one} {two} culpa", Category.PRAISE, by, said=Category.CRITICISM, vector=next(random))
        judged(f"absolvo {two} {one}", Category.CRITICISM, by, said=Category.PRAISE, vector=next(random))


class Interrupted(StringIO):
    """A page that something else happens in the middle of, once."""

    def __init__(self, meanwhile):
        super().__init__()
        self.meanwhile = meanwhile

    def write(self, line):
        happening, self.meanwhile = self.meanwhile, None
        if happening:
            happening()
        return super().write(line)


def train(data, meanwhile=None):  # noqa: F811
    out = Interrupted(meanwhile)
    call_command("train", "--with-corrections", "--data", str(data), stdout=out)
    return out.getvalue()


def a_second_training_is_refused():
    with pytest.raises(CommandError, match="em andamento"):
        train(None)


def motor_of(text):
    [said] = labelled(embedded_engine(), [text], deadline=float("inf"))
    assert isinstance(said.result, Verdict)
    return said.engine, said.result.category


def shipped():
    return f"embedded/{artefact.load().version}"


def kept(**figures):
    """A candidate whose model is the one that ships but for a note, so that its bytes are others."""
    base = artefact.load()
    about = {**base.about, "of": Candidate.objects.count()}
    bytes_of = artefact.dumped(artefact.Artefact(base.full, base.plain, base.encoder, base.tuned, about))
    row = TrainedArtefact.objects.keep(bytes_of)
    return Candidate.objects.create(
        artefact=row, version=f"1-{row.sha256[:8]}", against_version=base.version, learnt=100, tested=40,
        last_review=1, figures={}, seconds=1, **figures,
    )  # fmt: skip


def test_a_training_learns_a_new_topic_serves_at_once_and_is_rolled_back_by_one_click(bia, browser, data):  # noqa: F811
    new_topic(bia)
    assert motor_of("absolvo naipe")[0] == shipped()

    printed = train(data, meanwhile=a_second_training_is_refused)

    candidate = Candidate.objects.get()
    assert candidate.reasons == []
    assert "macro-F1" in printed
    assert f"embedded/{candidate.version} is in service" in printed or "em serviço" in printed
    service.look_again()
    assert motor_of("absolvo naipe") == (f"embedded/{candidate.version}", Category.CRITICISM)
    assert motor_of("naipe culpa") == (f"embedded/{candidate.version}", Category.PRAISE)
    assert Promotion.objects.get().by is None

    page = browser.post("/painel/aprendizado/", {"act": "roll_back", "seen": Promotion.objects.get().pk}, follow=True)

    assert page.status_code == 200
    service.look_again()
    assert motor_of("absolvo naipe")[0] == shipped()
    newest = Promotion.objects.order_by("-pk").first()
    assert newest is not None
    assert newest.by is not None
    assert (newest.candidate, newest.by.username) == (None, "adm")


def test_without_enough_verdicts_the_command_says_how_many_it_takes(bia, data):  # noqa: F811
    judged("amei", Category.PRAISE, bia)

    with pytest.raises(CommandError, match="20"):
        train(data)
    assert not Candidate.objects.exists()


def test_the_weekly_training_is_off_and_does_nothing_without_new_verdicts(db):
    assert PeriodicTask.objects.get(task="classifier.learn_from_verdicts").enabled is False
    schooling.weekly()
    assert not Candidate.objects.exists()


def in_store(texts, vectors, *, judged_as=Category.PRAISE):
    """Verdicts on comments that have a vector."""
    comments = Comment.objects.bulk_create(
        Comment(external_id=f"{text}-{judged_as}", text=text, moment=timezone.now()) for text in texts
    )
    units = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype("<f2")
    Embedding.objects.bulk_create(
        Embedding(comment=comment, model=EmbeddedEngine.embedding_model, vector=unit.tobytes())
        for comment, unit in zip(comments, units, strict=True)
    )
    return [Taught(comment.pk, comment.text, judged_as, 1.0) for comment in comments]


def words(count, seed):
    """Texts that have nothing in common."""
    random = np.random.default_rng(seed)
    return ["".join(random.choice(list("abcdefghijlmnopqrstuvxz"), 12)) for _ in range(count)]


def test_look_alikes_stand_on_one_side_and_about_three_in_ten_test():
    vectors = directions(300)
    found = [*in_store(words(300, 1), vectors), *in_store(words(300, 2), vectors, judged_as=Category.SPAM)]

    sides = split.sides_of(found)

    pairs = [(sides[one.comment], sides[two.comment]) for one, two in zip(found[:300], found[300:], strict=True)]
    assert all((one.side, one.cluster) == (two.side, two.cluster) for one, two in pairs)
    assert 0.2 < sum(one.side == Side.TEST for one, _two in pairs) / 300 < 0.4


def test_a_comment_once_in_test_never_trains_whatever_comes_later():
    vectors = directions(80)
    old = in_store(words(80, 1), vectors)
    before = {key: row.side for key, row in split.sides_of(old).items()}
    new = in_store(words(80, 2), vectors, judged_as=Category.SPAM)

    after = split.sides_of([*old, *new])

    assert {key: after[key].side for key in before} == before
    assert [after[each.comment].side for each in new] == [after[each.comment].side for each in old]


def test_what_is_like_both_sides_stands_on_neither():
    def towards(degrees):
        angle = np.radians(degrees)
        return np.array([[np.cos(angle), np.sin(angle)]])

    [first], [second] = in_store(["bombardino"], towards(0)), in_store(["contrabaixos"], towards(40))
    LearningSide.objects.create(comment_id=first.comment, side=Side.TRAIN, cluster=first.comment)
    LearningSide.objects.create(comment_id=second.comment, side=Side.TEST, cluster=second.comment)
    [bridge] = in_store(["xilofone"], towards(20))

    sides = split.sides_of([first, second, bridge])

    assert sides[bridge.comment].side == Side.NEITHER


def test_a_blind_verdict_outranks_an_open_one_and_a_confirmation_counts_half(bia, make_user):
    blind = judged("a", Category.SPAM, bia, drawn=0.01)
    verdicts.correct(blind, reviewer=make_user("leo", CURATORS), category=Category.PRAISE, as_read=False)
    judged("b", Category.PRAISE, bia)
    judged("c", Category.CRITICISM, bia)

    found = [(each.text, each.category, each.weight) for each in taught()]

    assert found == [("a", Category.SPAM, 1.0), ("b", Category.PRAISE, 0.5), ("c", Category.CRITICISM, 1.0)]


def compared(*pairs):
    """Counts of (truth, said before, said after)."""
    truth, before, after = ([pair[at] for pair in pairs for _ in range(pair[3])] for at in range(3))
    return compare(truth, before, after, categories=5)


def test_only_what_is_better_beyond_chance_and_nowhere_clearly_worse_is_promoted():
    same = [(kind, kind, kind, 60) for kind in range(5)]
    better = compared(*same, (0, 1, 0, 40))
    lucky = compared(*same, (0, 1, 0, 3))
    worse_at_spam = compared(*same, (4, 4, 0, 60))

    assert reasons_against({VERDICTS: better, WRITTEN: compared(*same)}) == []
    assert [each["code"] for each in reasons_against({VERDICTS: lucky})] == ["not_better"]
    found = reasons_against({VERDICTS: better, WRITTEN: worse_at_spam})
    assert [(each["code"], each["set"], each["category"]) for each in found][-1] == ("fell", "escritos", "SPAM")


def test_a_person_promotes_by_one_click_and_the_page_says_who_and_when(browser):
    candidate = kept(
        reasons=[{"code": "not_better", "outcome": "dados_insuficientes", "value": 0.01, "interval": [-0.02, 0.04]}]
    )
    page = browser.get("/painel/aprendizado/").content.decode()
    assert candidate.version in page

    told = browser.post("/painel/aprendizado/", {"act": "promote", "candidate": candidate.pk, "seen": ""}, follow=True)

    service.look_again()
    assert motor_of("amei")[0] == f"embedded/{candidate.version}"
    assert "adm" in told.content.decode()


def test_the_slower_of_two_who_click_is_told(browser):
    first, second = kept(), kept()
    browser.post("/painel/aprendizado/", {"act": "promote", "candidate": first.pk, "seen": ""})

    told = browser.post("/painel/aprendizado/", {"act": "promote", "candidate": second.pk, "seen": ""}, follow=True)

    assert Promotion.objects.get().candidate == first
    assert "alert" in told.content.decode() or "error" in told.content.decode()


def test_a_curator_sees_the_candidates_and_changes_nothing(bia):
    client = Client()
    client.force_login(bia)
    candidate = kept()

    assert client.get("/painel/aprendizado/").status_code == 200
    assert client.post("/painel/aprendizado/", {"act": "promote", "candidate": candidate.pk}).status_code == 403
    assert not Promotion.objects.exists()


def test_a_model_of_another_release_never_serves(caplog):
    base = artefact.load()
    other = artefact.Artefact(base.full, base.plain, base.encoder, "0" * 64, base.about)
    row = TrainedArtefact.objects.keep(artefact.dumped(other))
    candidate = kept()
    Candidate.objects.filter(pk=candidate.pk).update(artefact=row)
    candidate.refresh_from_db()

    with pytest.raises(promotion.DoesNotFit), transaction.atomic():
        promotion.promote(candidate, by=None, instead_of=None)
    Promotion.objects.create(candidate=candidate)
    service.look_again()
    assert motor_of("amei")[0] == shipped()


def test_which_model_serves_is_asked_once_however_much_is_labelled(django_assert_num_queries, monkeypatch):
    monkeypatch.setattr("classifier.engines.embedded.service.LOOK_SECONDS", 3600)
    motor_of("amei")
    service.look_again()

    with django_assert_num_queries(1):
        for _ in range(3):
            motor_of("amei")
