"""Honest accuracy and corrected shares: what they promise, proven on streams whose truth is known."""

import numpy as np
import pytest

from classifier.honesty.estimates import LEAST, Known, accuracy, share

KINDS = 5
STREAMS = 200


def stream(seed, *, size=1_500, wrong=0.12, judged=0.4, blind_each=6):
    """A machine's labels, their truth, and what curators decided: doubtful ones first, every sixth drawn at chance."""
    random = np.random.default_rng(seed)
    truth = random.choice(KINDS, size, p=[0.4, 0.25, 0.15, 0.12, 0.08])
    errs = random.random(size) < wrong
    said = np.where(errs, (truth + random.integers(1, KINDS, size)) % KINDS, truth)
    queue = np.argsort(-random.random(size) - 0.8 * errs)  # the queue finds errors
    gone, at, known = np.zeros(size, bool), 0, []
    for turn in range(int(size * judged)):
        if turn % blind_each == 0:
            urn = np.flatnonzero(~gone)
            chosen, drawn = urn[random.integers(len(urn))], 1 / len(urn)
        else:
            while gone[queue[at]]:
                at += 1
            chosen, drawn = queue[at], None
        gone[chosen] = True
        known.append(Known(int(said[chosen]), int(truth[chosen]), drawn))
    return said, truth, known


def ends(told):
    assert told.interval is not None
    return told.interval


def value(told):
    assert told.value is not None
    return told.value


def covers(told, true):
    return ends(told).low <= true <= ends(told).high


def test_accuracy_covers_the_truth_95_times_in_100_though_doubtful_comments_leave_the_urn_first():
    inside, differences, naive = 0, [], []
    for seed in range(STREAMS):
        said, truth, known = stream(seed, size=400, judged=0.75)
        true, told = float((said == truth).mean()), accuracy(known, len(said))
        inside += covers(told, true)
        differences.append(value(told) - true)
        naive.append(np.mean([each.said == each.truth for each in known if each.drawn]) - true)

    assert 0.93 <= inside / STREAMS <= 0.99
    assert abs(np.mean(differences)) < 0.005
    assert np.mean(naive) > 0.02  # the plain mean of the blind verdicts flatters


def test_a_share_covers_the_truth_and_is_nearer_to_it_than_the_count_is():
    inside, counted_off, told_off = 0, [], []
    for seed in range(STREAMS):
        random = np.random.default_rng(seed)
        truth = random.choice(KINDS, 3_000, p=[0.3, 0.3, 0.2, 0.12, 0.08])
        said = np.where((truth == 1) & (random.random(3_000) < 0.3), 0, truth)  # criticism taken for praise
        drawn = random.choice(3_000, 200, replace=False)
        known = [Known(int(said[each]), int(truth[each]), 1 / (3_000 - n)) for n, each in enumerate(drawn)]
        true, counted = float((truth == 0).mean()), int((said == 0).sum())
        told = share(known, 3_000, 0, counted)
        inside += covers(told, true)
        counted_off.append(counted / 3_000 - true)
        told_off.append(value(told) - true)

    assert 0.93 <= inside / STREAMS <= 0.985
    assert np.mean(counted_off) > 0.07
    assert abs(np.mean(told_off)) < 0.004


def test_a_draw_from_a_large_urn_counts_more_than_one_from_a_small_one():
    right = [Known(0, 0, 1 / 1_000)] * 40
    wrong = [Known(0, 1, 1 / 100)] * 40

    told = accuracy([*right, *wrong], 1_000_000)

    assert told.value == pytest.approx(1_000 / 1_100, abs=1e-3)  # by Hájek; by counting heads it would be a half


def test_what_people_decided_openly_is_known_and_not_estimated():
    openly = [Known(0, 1)] * 500
    blind = [Known(0, 0, 1 / 500)] * 100

    told = accuracy([*openly, *blind], 1_000)

    assert told.value == pytest.approx(0.5)
    assert ends(told).high == pytest.approx(0.5)
    assert 0.46 < ends(told).low < 0.5


@pytest.mark.parametrize("drawn", [0, 1, LEAST - 1])
def test_with_too_few_blind_verdicts_there_is_no_number(drawn):
    known = [Known(0, 0)] * 50 + [Known(0, 0, 0.01)] * drawn

    assert (accuracy(known, 500).value, accuracy(known, 500).interval) == (None, None)
    assert (share(known, 500, 0, 400).value, share(known, 500, 0, 400).blind) == (None, drawn)


def test_no_mistake_among_thirty_does_not_promise_that_there_is_none():
    known = [Known(0, 0, 0.001)] * LEAST

    assert ends(accuracy(known, 1_000)).low == pytest.approx(0.88, abs=0.01)
    assert ends(share(known, 1_000, 1, 0)).high > 0.05


def test_the_corrected_shares_add_up():
    said, _truth, known = stream(7)
    told = [value(share(known, len(said), kind, int((said == kind).sum()))) for kind in range(KINDS)]

    assert sum(told) == pytest.approx(1)
