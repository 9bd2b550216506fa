"""A rise or a fall is told only where it is not chance."""

import numpy as np
import pytest
from scipy import stats

from reports.changes import Share, changes, p_value


@pytest.mark.parametrize(
    ("before", "now"),
    [((2, 40), (7, 35)), ((0, 25), (6, 900)), ((1, 500), (9, 450)), ((20, 20), (15, 20)), ((0, 30), (0, 40))],
)
def test_low_counts_are_tested_exactly(before, now):
    table = [[before[0], before[1] - before[0]], [now[0], now[1] - now[0]]]

    assert p_value(Share(*before), Share(*now)) == pytest.approx(stats.fisher_exact(table).pvalue)


def test_high_counts_are_tested_as_two_proportions():
    table = [[400, 9_600], [300, 9_700]]

    expected = stats.chi2_contingency(table, correction=False).pvalue
    assert p_value(Share(400, 10_000), Share(300, 10_000)) == pytest.approx(expected)


def test_where_nothing_changed_hardly_ever_is_a_change_told():
    rng = np.random.default_rng(11)
    shares = {f"feat_{n}": rng.beta(1, 12) for n in range(60)}
    false_alarms = 0
    for _ in range(200):
        before, now = ({n: int(rng.binomial(150, p)) for n, p in shares.items()} for _ in range(2))
        false_alarms += bool(changes({"tag": (before, now)}, base_before=150, base=150))

    assert false_alarms <= 20  # 5 % of 200 are 10


def test_a_rise_and_a_fall_are_told_the_larger_first():
    found = changes(
        {
            "category": ({"CRÍTICA": 200, "ELOGIO": 500}, {"CRÍTICA": 300, "ELOGIO": 490}),
            "tag": ({"fix_login": 60, "ui_player": 30}, {"fix_login": 10, "ui_player": 31}),
        },
        base_before=1_000,
        base=1_000,
    )

    assert [(change.name, round(change.points, 1)) for change in found] == [("CRÍTICA", 10.0), ("fix_login", -5.0)]


@pytest.mark.parametrize("bases", [(19, 1_000), (1_000, 19), (0, 0)])
def test_of_too_few_comments_nothing_is_said(bases):
    before, now = bases

    assert changes({"tag": ({"fix_login": before}, {"fix_login": 0})}, base_before=before, base=now) == []


def test_what_the_shown_decimal_hides_is_left_out():
    found = changes({"tag": ({"fix_login": 5_000_000}, {"fix_login": 5_004_000})}, base_before=10**7, base=10**7)

    assert found == []
