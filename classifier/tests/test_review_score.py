"""The score: what makes a comment more worth a look, and how it is kept."""

from datetime import timedelta

import numpy as np
import pytest
from django.utils import timezone

from accounts.groups import CURATORS
from classifier import tasks
from classifier.engines import embedded_engine
from classifier.models import Category, Comment, CommentState
from classifier.review import score
from classifier.review.score import Signals
from classifier.review.window import Window
from classifier.tests.comments import stored
from classifier.tests.desk import Desk, embed, said, to_review

pytestmark = pytest.mark.django_db


def scored(comment):
    return Comment.objects.values_list("review_score", "review_reason").get(pk=comment.pk)


def test_an_unsure_label_scores_higher_than_a_sure_one():
    unsure, sure = stored("a", category=Category.CRITICISM), stored("b", category=Category.PRAISE)
    said(unsure, 0.08, 0.46, 0.41, 0.03, 0.02)
    said(sure, 0.97, 0.01, 0.01, 0.005, 0.005)
    for comment in (unsure, sure):
        embed(comment, 1, 0)

    assert tasks.score_for_review() == 2

    assert scored(unsure) == (pytest.approx(0.54), "incerto")
    assert scored(sure) == (pytest.approx(0.03), "seguro")


def test_what_the_llm_labelled_gets_the_engines_second_opinion_which_is_not_adopted():
    comment = stored("quando sai o disco novo?", category=Category.SPAM, engine="llm/x", confidence=0.9)
    said(comment, 0, 0, 0, 0, 0.9, engine="llm/x")
    embed(comment, 1, 0)

    tasks.score_for_review()

    opinion = comment.classifications.get(engine=embedded_engine().name)
    value, reason = scored(comment)
    comment.refresh_from_db()
    assert (opinion.category, comment.category, comment.engine) == ("DÚVIDA", "SPAM", "llm/x")
    assert (reason, value > 0.9) == ("discordam", True)


def test_the_second_opinion_is_asked_for_once():
    comment = stored("quando sai?", category=Category.QUESTION, engine="llm/x")
    embed(comment, 1, 0)
    tasks.score_for_review()
    Comment.objects.update(review_week=None, review_score=None)

    tasks.score_for_review()

    assert comment.classifications.count() == 1


def test_a_new_subject_scores_higher_than_a_known_one():
    known = [stored(f"a{n}") for n in range(2)]
    new = stored("b")
    for comment in [*known, new]:
        said(comment, 0.95, 0.05, 0, 0, 0)
    embed(known[0], 1, 0)
    embed(known[1], 1, 0.1)
    embed(new, 0, 1)

    tasks.score_for_review()

    assert scored(new)[1] == "novo"
    assert scored(new)[0] > scored(known[0])[0]


def test_what_no_engine_could_label_comes_first():
    failed = stored("a", category=None, state=CommentState.FAILED)

    tasks.score_for_review()

    assert scored(failed) == (1.0, "sem_rotulo")


def test_a_correction_brings_its_look_alikes_to_the_top(make_user):
    wrong, alike = stored("o app fecha", category=Category.PRAISE), stored("o app fechou", category=Category.PRAISE)
    for comment in (wrong, alike):
        said(comment, 0.9, 0.1, 0, 0, 0)
    embed(wrong, 1, 0)
    embed(alike, 1, 0.1)
    tasks.score_for_review()
    before = scored(alike)
    desk = Desk(make_user("curadora", CURATORS))
    desk.judge({"id": wrong.pk, "versao": 1}, "CRÍTICA")

    tasks.score_for_review()

    assert scored(alike)[1] == "corrigidos"
    assert scored(alike)[0] > before[0] + 0.5


def test_a_label_waits_for_its_vector_but_not_for_ever():
    stored("a")
    late = stored("b", updated_at=timezone.now() - timedelta(hours=1))

    assert tasks.score_for_review() == 1
    assert scored(late)[0] is not None


def test_a_run_is_bounded_and_takes_the_newest_first():
    now = timezone.now()
    comments = [stored(f"c{n}", moment=now - timedelta(hours=n)) for n in range(3)]
    for comment in comments:
        embed(comment, 1, 0)

    assert score.score_waiting(most=2) == 2
    assert [scored(comment)[0] is None for comment in comments] == [False, False, True]


def test_a_new_label_of_a_machine_asks_for_a_new_score():
    comment = to_review(category=Category.PRAISE)
    Comment.objects.filter(pk=comment.pk).update(state=CommentState.PENDING, category=None)

    tasks.label_waiting()

    assert scored(comment) == (None, "")


def test_what_was_reviewed_gets_no_score():
    embed(stored(reviewed=True), 1, 0)

    assert tasks.score_for_review() == 0


@pytest.mark.parametrize(
    ("signals", "expected"),
    [
        (Signals(doubt=0.0), 0.0),
        (Signals(doubt=1.0, novelty=1.0, corrected=1.0), 1.0),
        (Signals(doubt=0.5), 0.5),
        (Signals(doubt=0.0, novelty=1.0), 0.3),
        (Signals(doubt=0.0, corrected=1.0), 0.6),
    ],
)
def test_the_signals_make_one_number(signals, expected):
    assert signals.score == pytest.approx(expected)


def test_the_window_keeps_the_newest_and_forgets_what_is_gone():
    comments = [stored(f"c{n}") for n in range(5)]
    for n, comment in enumerate(comments):
        embed(comment, 1, n)
    window = Window(size=3)
    probe = np.eye(1, 8, dtype=np.float32)

    assert set(window.nearest(probe, most=9)[0][0].tolist()) == {comment.pk for comment in comments[2:]}

    late = stored("c5")
    embed(late, 1, 0)
    assert window.nearest(probe, most=1)[0].tolist() == [[late.pk]]
    assert len(window.nearest(probe, most=9)[0][0]) == 3
