"""How often the 95 % intervals of an evaluation hold: sets drawn from a known truth, thousands of times.

python benchmarks/intervals.py [--sets 2000] [--sizes 200 800]
"""

import argparse
import os
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alumusic.settings")
import django

django.setup()

from classifier.evaluation import intervals, metrics  # noqa: E402
from classifier.evaluation.comparison import compare  # noqa: E402
from classifier.evaluation.metrics import Confusion  # noqa: E402

K = 5
EVEN, SKEWED = [0.2] * K, [0.35, 0.3, 0.15, 0.1, 0.1]
TIMES = 400


def answers(random, right):
    """How often an engine says what of each category; it has no answer to 1 %."""
    table = np.zeros((K, K + 1))
    for place, share in enumerate(right):
        others = random.dirichlet(np.full(K, 0.7))
        others[place] = 0
        table[place, :K] = others / others.sum() * (1 - share - 0.01)
        table[place, place], table[place, K] = share, 0.01
    return table


def figures(matrix):
    found = {"accuracy": [intervals.accuracy(matrix)], "macro-F1": [intervals.macro_f1(matrix, times=TIMES)]}
    for name in ("precision", "recall", "f1"):
        found[f"{name} of a category"] = [getattr(intervals, name)(matrix, each) for each in range(K)]
    return found


def differences(table):
    truth, first, second = np.unravel_index(np.repeat(np.arange(table.size), table.ravel()), table.shape)
    found = compare(truth, first, second, categories=K, times=TIMES)
    return {"accuracy": [found.accuracy], "macro-F1": [found.macro_f1], "f1 of a category": list(found.f1)}


def held(random, truth, of_counts, wanted, *, size, sets):
    """The share of the intervals that have the true figure in them, by kind."""
    hits, seen = defaultdict(int), defaultdict(int)
    for counts in random.multinomial(size, truth.ravel() / truth.sum(), size=sets):
        for name, found in of_counts(counts.reshape(truth.shape)).items():
            for figure, value in zip(found, wanted[name], strict=True):
                if figure.interval is not None:
                    seen[name] += 1
                    hits[name] += figure.interval.low <= value <= figure.interval.high
    return {name: hits[name] / seen[name] for name in seen}


def values(found):
    return {name: [figure.value for figure in each] for name, each in found.items()}


def show(title, shares):
    print(f"{title:44}" + "  ".join(f"{name} {share:.1%}" for name, share in shares.items()), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=2_000)
    parser.add_argument("--sizes", type=int, nargs="+", default=[200, 800])
    options = parser.parse_args()
    random = np.random.default_rng(1)
    for size in options.sizes:
        for right, prior in (([0.9] * K, EVEN), ([0.97] * K, EVEN), ([0.8, 0.7, 0.9, 0.95, 0.97], SKEWED)):
            truth = answers(random, right) * np.array(prior)[:, None]
            whole = Confusion((truth * 1e9).round().astype(np.int64))
            wanted = {"accuracy": [metrics.accuracy(whole).value], "macro-F1": [metrics.macro_f1(whole).value]}
            for name in ("precision", "recall", "f1"):
                wanted[f"{name} of a category"] = [getattr(metrics, name)(whole, each).value for each in range(K)]
            told = held(random, truth, lambda c: figures(Confusion(c)), wanted, size=size, sets=options.sets)
            show(f"{size} comments, {np.mean(right):.2f} right", told)
        for one, two, alike, prior in ((0.9, 0.9, 0.5, EVEN), (0.85, 0.9, 0.5, EVEN), (0.8, 0.9, 0.3, SKEWED)):
            first, second = answers(random, [one] * K), answers(random, [two] * K)
            truth = np.stack(
                [
                    share * ((1 - alike) * np.outer(a, b) + alike * np.diag((a + b) / 2))
                    for share, a, b in zip(prior, first, second, strict=True)
                ]
            )
            whole = (truth * 1e9).round().astype(np.int64)
            before, after = Confusion(whole.sum(2)), Confusion(whole.sum(1))
            wanted = {
                "accuracy": [metrics.accuracy(after).value - metrics.accuracy(before).value],
                "macro-F1": [metrics.macro_f1(after).value - metrics.macro_f1(before).value],
                "f1 of a category": [metrics.f1(after, e).value - metrics.f1(before, e).value for e in range(K)],
            }
            told = held(random, truth, differences, wanted, size=size, sets=options.sets // 2)
            show(f"{size} comments, difference of {one} and {two}", told)


if __name__ == "__main__":
    main()
