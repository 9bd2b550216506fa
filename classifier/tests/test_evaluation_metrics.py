"""The figures of an evaluation: scikit-learn's and the textbooks', and never NaN."""

import json
import math
import warnings
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn import metrics as sklearn
from sklearn.calibration import calibration_curve

from classifier.evaluation import intervals, metrics
from classifier.evaluation.comparison import Outcome, compare, mcnemar
from classifier.evaluation.metrics import NOT_ANSWERED, Confusion, Missing

K = 5
LABELS = list(range(K))
PAIRS = st.lists(st.tuples(st.integers(0, K - 1), st.integers(NOT_ANSWERED, K - 1)), max_size=60)
CONFIDENCES = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=60)


def matrix(pairs):
    return Confusion.of([truth for truth, _ in pairs], [said for _, said in pairs], categories=K)


def same(ours, theirs):
    """theirs: NaN where ours has no value."""
    return math.isnan(theirs) if ours is None else ours == pytest.approx(theirs, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(PAIRS.filter(bool))
def test_precision_recall_and_f1_are_scikit_learns(pairs):
    found = matrix(pairs)
    truth, said = zip(*pairs, strict=True)
    theirs = sklearn.precision_recall_fscore_support(truth, said, labels=LABELS, zero_division=np.nan)

    for ours, each in ((metrics.precision, theirs[0]), (metrics.recall, theirs[1]), (metrics.f1, theirs[2])):
        assert all(same(ours(found, place).value, each[place]) for place in LABELS)
    assert [found.support(place) for place in LABELS] == theirs[3].tolist()
    assert same(metrics.accuracy(found).value, sklearn.accuracy_score(truth, said))
    macro = sklearn.f1_score(truth, said, labels=LABELS, average="macro", zero_division=np.nan)
    assert same(metrics.macro_f1(found).value, macro)
    theirs_of_all = sklearn.confusion_matrix(truth, said, labels=[*LABELS, NOT_ANSWERED])
    assert found.counts.tolist() == theirs_of_all[:K].tolist()


@settings(max_examples=60, deadline=None)
@given(PAIRS.filter(bool))
def test_kappa_is_scikit_learns(pairs):
    truth, said = zip(*pairs, strict=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = sklearn.cohen_kappa_score(truth, said)

    assert same(metrics.kappa(matrix(pairs)).value, theirs)


@settings(max_examples=60, deadline=None)
@given(CONFIDENCES.filter(bool))
def test_the_reliability_curve_is_scikit_learns_with_the_empty_bins_too(pairs):
    confidence, correct = map(list, zip(*pairs, strict=True))
    bins = metrics.reliability(confidence, correct)
    accuracy, mean = calibration_curve(correct, confidence, n_bins=10)
    filled = [each for each in bins if each.count]

    assert len(bins) == 10
    assert [each.accuracy for each in filled] == pytest.approx(accuracy, abs=1e-9)
    assert [each.confidence for each in filled] == pytest.approx(mean, abs=1e-9)
    assert sum(each.count for each in bins) == len(pairs)


def test_full_certainty_lies_in_the_last_bin_and_empty_bins_stay():
    bins = metrics.reliability([1.0, 1.0, 0.0], [True, False, False])

    assert [each.count for each in bins] == [1, 0, 0, 0, 0, 0, 0, 0, 0, 2]
    assert (bins[9].right, bins[9].confidence, bins[9].accuracy) == (1, 1.0, 0.5)
    assert bins[4].confidence is bins[4].accuracy is None


def test_kappa_of_the_textbooks_tables():
    """Wikipedia, "Cohen's kappa": the fifty grant proposals, and the two tables of equal agreement."""
    tables = {0.40: [[20, 5], [10, 15]], 0.1304: [[45, 15], [25, 15]], 0.2593: [[25, 35], [5, 35]]}

    for kappa, table in tables.items():
        counts = np.array([[*row, 0] for row in table])
        assert metrics.kappa(Confusion(counts)).value == pytest.approx(kappa, abs=5e-5)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilsons_interval_is_newcombes_table(successes, n, low, high):
    """Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3."""
    found = intervals.wilson(successes, n)

    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)
    theirs = binomtest(successes, n).proportion_ci(method="wilson")
    assert found == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_mcnemars_exact_p_is_the_published_one():
    """Fay, "Exact McNemar's Test and Matching Confidence Intervals" (R, exact2x2): 9 against 2, p = 0.06543."""
    assert round(mcnemar(9, 2), 5) == 0.06543
    assert mcnemar(2, 9) == mcnemar(9, 2)
    assert (mcnemar(0, 0), mcnemar(5, 5)) == (1.0, 1.0)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 200), st.integers(0, 200))
def test_mcnemars_exact_p_is_the_binomials(first, second):
    if first + second:
        assert mcnemar(first, second) == pytest.approx(binomtest(first, first + second).pvalue, abs=1e-9)


def test_the_calibration_error_of_the_worked_example():
    """Pavlovic, "Understanding Model Calibration" (ICLR Blogposts 2025): nine samples, five bins, 0.10444."""
    confidence = [0.78, 0.64, 0.92, 0.58, 0.51, 0.85, 0.70, 0.63, 0.83]
    correct = [True, True, False, True, False, True, True, False, True]
    bins = metrics.by_confidence(confidence, correct, [0, 0.2, 0.4, 0.6, 0.8, 1])

    assert metrics.fixed_width_calibration_error(bins).value == pytest.approx(0.10444, abs=5e-6)


def test_the_calibration_error_over_bins_of_equal_mass():
    confidence = [0.5] * 10 + [0.9] * 10
    correct = [True] * 5 + [False] * 5 + [True] * 10

    assert metrics.expected_calibration_error(confidence, correct, 2).value == pytest.approx(0.05, abs=1e-12)


def every_figure(found):
    return {
        "accuracy": intervals.accuracy(found),
        "coverage": metrics.coverage(found),
        "macro_f1": intervals.macro_f1(found, times=50),
        "kappa": metrics.kappa(found),
        **{f"{name} {k}": getattr(intervals, name)(found, k) for name in ("precision", "recall", "f1") for k in LABELS},
    }


@settings(max_examples=60, deadline=None)
@given(PAIRS)
def test_each_figure_has_a_number_in_its_interval_or_a_reason_and_is_valid_json(pairs):
    figures = every_figure(matrix(pairs))
    said = [said for _, said in pairs]
    compared = compare([truth for truth, _ in pairs], said, said[::-1], categories=K, times=50)
    changes = [compared.accuracy, compared.macro_f1, *compared.f1]

    for figure in [*figures.values(), *changes]:
        assert (figure.value is None) == (figure.missing is not None)
        assert figure.value is not None or figure.interval is None
    for figure in figures.values():
        if figure.interval:
            assert 0 <= figure.interval.low <= figure.value <= figure.interval.high <= 1
    json.dumps([asdict(figure) for figure in [*figures.values(), *changes]], allow_nan=False)


def test_an_empty_set_and_one_of_a_single_category_say_what_is_missing():
    empty, single = matrix([]), matrix([(0, 0)] * 8)

    assert {name: figure.missing for name, figure in every_figure(empty).items() if "0" in name or " " not in name} == {
        "accuracy": Missing.EMPTY, "coverage": Missing.EMPTY, "macro_f1": Missing.EMPTY, "kappa": Missing.EMPTY,
        "precision 0": Missing.NEVER_SAID, "recall 0": Missing.NONE_OF_IT, "f1 0": Missing.ABSENT,
    }  # fmt: skip
    assert metrics.kappa(single).missing is Missing.ONE_CATEGORY
    assert (metrics.macro_f1(single).value, metrics.f1(single, 1).missing) == (1.0, Missing.ABSENT)
    assert metrics.expected_calibration_error([], []).missing is Missing.EMPTY
    assert metrics.expected_calibration_error([0.5], [True]).missing is Missing.TOO_FEW
    assert metrics.fixed_width_calibration_error(metrics.reliability([], [])).missing is Missing.EMPTY


def test_a_comment_without_an_answer_is_wrong_and_lowers_coverage():
    found = matrix([(0, 0), (0, NOT_ANSWERED), (1, 1), (1, 1)])

    assert metrics.coverage(found).value == 0.75
    assert metrics.accuracy(found).value == 0.75
    assert (metrics.recall(found, 0).value, metrics.precision(found, 0).value) == (0.5, 1.0)


def with_pairs(both, only_first, only_second, neither):
    truth = np.zeros(both + only_first + only_second + neither, int)
    truth[::2] = 1
    first, second = truth.copy(), truth.copy()
    first[both + only_first :] ^= 1
    second[both : both + only_first] ^= 1
    second[both + only_first + only_second :] ^= 1
    return truth, first, second


@pytest.mark.parametrize(
    ("pairs", "outcome"),
    [
        ((150, 5, 40, 5), Outcome.BETTER),
        ((150, 40, 5, 5), Outcome.WORSE),
        ((150, 22, 23, 5), Outcome.UNDECIDED),
        ((10, 0, 3, 1), Outcome.UNDECIDED),
        ((10, 0, 0, 0), Outcome.UNDECIDED),
    ],
)
def test_better_is_said_only_beyond_chance(pairs, outcome):
    found = compare(*with_pairs(*pairs), categories=2)

    assert (found.outcome, found.only_first, found.only_second) == (outcome, pairs[1], pairs[2])
    assert found.accuracy.value == pytest.approx((pairs[2] - pairs[1]) / sum(pairs))


def test_the_same_comparison_gives_the_same_interval():
    pairs = with_pairs(100, 5, 20, 5)

    assert compare(*pairs, categories=2) == compare(*pairs, categories=2)


def test_a_stratified_bootstrap_keeps_the_size_of_each_category():
    counts = np.array([[30, 5, 0], [10, 60, 5]])
    sizes = intervals.resampled(counts, lambda tables: tables.sum(2), times=20, strata=0)

    assert (sizes == counts.sum(1)).all()


def test_a_set_of_two_hundred_is_covered_as_often_as_promised():
    """800 sets of 200 comments from a known truth; `benchmarks/intervals.py` does more of it."""
    random = np.random.default_rng(7)
    shares = np.array(
        [
            [0.90, 0.07, 0.01, 0.01, 0.00, 0.01],
            [0.10, 0.84, 0.04, 0.01, 0.00, 0.01],
            [0.02, 0.03, 0.93, 0.02, 0.00, 0.00],
            [0.01, 0.01, 0.01, 0.97, 0.00, 0.00],
            [0.01, 0.00, 0.02, 0.00, 0.97, 0.00],
        ]
    )
    shares /= shares.sum()
    true = Confusion((shares * 1_000_000).round().astype(np.int64))
    wanted: dict[str, Any] = {
        "accuracy": metrics.accuracy(true).value, "macro_f1": metrics.macro_f1(true).value,
        "f1": metrics.f1(true, 1).value,
    }  # fmt: skip
    hits = dict.fromkeys(wanted, 0)
    for drawn in random.multinomial(200, shares.ravel(), size=800):
        found = Confusion(drawn.reshape(shares.shape))
        figures = {
            "accuracy": intervals.accuracy(found), "macro_f1": intervals.macro_f1(found, times=60),
            "f1": intervals.f1(found, 1),
        }  # fmt: skip
        for name, figure in figures.items():
            assert figure.interval is not None
            hits[name] += figure.interval.low <= wanted[name] <= figure.interval.high

    assert {name: hit / 800 for name, hit in hits.items()} == {name: pytest.approx(0.95, abs=0.02) for name in hits}
