"""A run or a comparison for people and for machines: plain text, Markdown, JSON, JUnit.

A comment of the database is told by its id, never by its text: a file outlasts the erasure of its author.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
from django.utils.translation import gettext as _
from sklearn.metrics import classification_report

from .comparison import Comparison
from .data_sets import Example
from .measuring import CATEGORIES, Measured, as_json, figure_as_json, places
from .metrics import Bin, Figure
from .runs import Flip, Sheet
from .thresholds import Check

WORST = 10
PER = 1_000
SHOWN = 100
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Mistake:
    """said: None where there was no answer."""

    example: Example
    said: str | None
    confidence: float | None
    failure: str

    def as_json(self) -> dict[str, Any]:
        return {
            **named(self.example),
            "categoria": self.example.category.value,
            "dita": self.said,
            "confianca": self.confidence,
            "falha": self.failure or None,
        }


def named(example: Example) -> dict[str, Any]:
    return {"texto": example.text} if example.comment is None else {"comentario": example.comment}


def shown(example: Example) -> str:
    """One line of it."""
    if example.comment is not None:
        return _("comment %(id)s of the panel") % {"id": example.comment}
    line = " ".join(UNPRINTABLE.sub(" ", example.text).split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"


def worst(sheet: Sheet, most: int = WORST) -> list[Mistake]:
    """The mistakes of which the engine was most sure; then what it had no answer to."""
    wrong = [
        Mistake(example, answer.category.value if answer.category else None, answer.confidence, answer.failure)
        for example, answer in zip(sheet.examples.items, sheet.asked.answers, strict=True)
        if answer.category != example.category
    ]
    return sorted(wrong, key=lambda mistake: -1 if mistake.confidence is None else mistake.confidence, reverse=True)[
        :most
    ]


def run_as_json(sheet: Sheet, found: Measured, checks: Sequence[Check]) -> dict[str, Any]:
    cost = sheet.asked.cost
    return {
        "execucao": sheet.run.pk if sheet.run else None,
        "motor": sheet.asked.kind,
        "modelo": sheet.asked.model,
        "versao_prompt": sheet.asked.prompt_version or None,
        "dados": {
            "nome": sheet.examples.name,
            "origem": sheet.examples.source.value,
            "sha256": sheet.examples.sha256,
            "as_cegas": sum(item.blind for item in sheet.examples.items),
        },
        **as_json(found),
        "limiares": [check.as_json() for check in checks],
        "passou": all(check.met for check in checks) if checks else None,
        "segundos": cost.seconds,
        "segundos_por_mil": cost.seconds * PER / found.matrix.n,
        "tokens": {"entrada": cost.prompt_tokens, "saida": cost.completion_tokens},
        "custo_usd": None if cost.usd is None else float(cost.usd),
        "custo_usd_por_mil": None if cost.usd is None else float(cost.usd) * PER / found.matrix.n,
        "piores_erros": [mistake.as_json() for mistake in worst(sheet)],
    }


def run_as_text(sheet: Sheet, found: Measured, checks: Sequence[Check]) -> str:
    parts = [
        _heading(sheet, found),
        _scikit_learns(sheet),
        _table(_category_rows(found)),
        _table(_matrix_rows(found)),
        "\n".join(_overall(found)),
        _table(_bin_rows(_("reliability"), found.reliability)),
        _table(_bin_rows(_("confidence"), found.bands)),
        _cost(sheet, found),
        _mistakes(sheet),
        "\n".join(map(str, checks)),
    ]
    return "\n\n".join(part for part in parts if part)


def run_as_markdown(sheet: Sheet, found: Measured, checks: Sequence[Check]) -> str:
    marks = "\n".join(f"- {check}" for check in checks)
    mistakes = [[_("comment"), _("is"), _("said"), _("confidence")]]
    mistakes += [
        [_cell(shown(m.example)), m.example.category.value, m.said or m.failure, _number(m.confidence, 2)]
        for m in worst(sheet)
    ]
    parts = [
        f"## {_cell(_heading(sheet, found))}",
        marks,
        _markdown(_category_rows(found)),
        "\n".join(f"- {line}" for line in _overall(found)),
        "### " + _("Confusion matrix"),
        _markdown(_matrix_rows(found)),
        "### " + _("Accuracy by confidence"),
        _markdown(_bin_rows(_("confidence"), found.bands)),
        _cost(sheet, found),
        "### " + _("The worst mistakes") if len(mistakes) > 1 else "",
        _markdown(mistakes) if len(mistakes) > 1 else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def as_junit(sheet: Sheet, checks: Sequence[Check]) -> str:
    """A test case a threshold."""
    missed = [check for check in checks if not check.met]
    suite = ET.Element(
        "testsuite",
        name=UNPRINTABLE.sub(" ", f"evals {sheet.asked.model} {sheet.examples.name}"),
        tests=str(len(checks)),
        failures=str(len(missed)),
        errors="0",
        time=f"{sheet.asked.cost.seconds:.3f}",
    )
    for check in checks:
        threshold = check.threshold
        name = f"{threshold.category.value} {threshold.bound.value} {threshold.metric}"
        case = ET.SubElement(suite, "testcase", classname="evals", name=name)
        if not check.met:
            ET.SubElement(case, "failure", message=str(check))
    return ET.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def comparison_as_json(result: Comparison, flips: Sequence[Flip]) -> dict[str, Any]:
    return {
        "resultado": result.outcome.value,
        "n": result.n,
        "diferenca": {
            "acuracia": figure_as_json(result.accuracy),
            "macro_f1": figure_as_json(result.macro_f1),
            "f1": {
                category.value: figure_as_json(figure) for category, figure in zip(CATEGORIES, result.f1, strict=True)
            },
        },
        "mcnemar": {"so_primeiro": result.only_first, "so_segundo": result.only_second, "p": result.p},
        "mudaram": [
            {
                **named(flip.example),
                "categoria": flip.example.category.value,
                "primeiro": flip.first.category.value if flip.first.category else None,
                "segundo": flip.second.category.value if flip.second.category else None,
                "melhorou": flip.mended,
            }
            for flip in flips
        ],
    }


def comparison_as_text(first: Sheet, second: Sheet, result: Comparison, flips: Sequence[Flip]) -> str:
    names = {"first": first.asked.model, "second": second.asked.model, "n": result.n}
    lines = [
        _("%(second)s against %(first)s on %(n)s comments: ") % names + str(result.outcome.label).upper(),
        _("difference of macro-F1 %(figure)s") % {"figure": told(result.macro_f1, signed=True)},
        _("difference of accuracy %(figure)s") % {"figure": told(result.accuracy, signed=True)},
        *(f"  F1 {category.value} {told(figure, signed=True)}" for category, figure in
          zip(CATEGORIES, result.f1, strict=True)),
        _("right only in the first: %(first)s, only in the second: %(second)s; McNemar's exact p = %(p)s")
        % {"first": result.only_first, "second": result.only_second, "p": f"{result.p:.4f}"},
    ]  # fmt: skip
    changed = [[_("comment"), _("is"), _("first"), _("second"), ""]]
    changed += [
        [
            shown(flip.example), flip.example.category.value, _said(flip.first), _said(flip.second),
            "+" if flip.mended else "-",
        ]
        for flip in flips
    ]  # fmt: skip
    return "\n".join(lines) + (f"\n\n{_table(changed)}" if flips else "")


def comparison_as_markdown(first: Sheet, second: Sheet, result: Comparison, flips: Sequence[Flip]) -> str:
    return f"```\n{comparison_as_text(first, second, result, flips).replace('```', '’’’')}\n```\n"


def told(figure: Figure, *, signed: bool = False) -> str:
    """The number with its interval, or why there is none."""
    if figure.value is None:
        return f"– ({figure.missing.label if figure.missing else ''})"
    number = f"{figure.value:+.3f}" if signed else f"{figure.value:.3f}"
    if not figure.interval:
        return number
    low, high = (f"{end:+.3f}" if signed else f"{end:.3f}" for end in figure.interval)
    return f"{number} [{low}, {high}]"


def _said(answer: Any) -> str:
    return str(answer.category.value if answer.category else answer.failure)


def _heading(sheet: Sheet, found: Measured) -> str:
    asked = sheet.asked
    prompt = ", " + _("prompt") + f" {asked.prompt_version}" if asked.prompt_version else ""
    words = {"model": asked.model, "prompt": prompt, "name": sheet.examples.name, "n": found.matrix.n}
    return _("%(model)s%(prompt)s on %(name)s, %(n)s comments") % words + f" (sha256 {sheet.examples.sha256[:8]})"


def _scikit_learns(sheet: Sheet) -> str:
    """What is undefined is 0.00 there; the table below it says why."""
    return str(
        classification_report(
            places(sheet.truth),
            places(sheet.said),
            labels=np.arange(len(CATEGORIES)),
            target_names=[category.value for category in CATEGORIES],
            digits=3,
            zero_division=0,
        )
    ).rstrip()


def _category_rows(found: Measured) -> list[list[str]]:
    rows = [[_("category"), "precision", "recall", "F1", "n"]]
    for category, figures in zip(CATEGORIES, found.of_categories, strict=True):
        told_figures = [told(each) for each in (figures.precision, figures.recall, figures.f1)]
        rows.append([category.value, *told_figures, str(figures.n)])
    return rows


def _matrix_rows(found: Measured) -> list[list[str]]:
    names = [category.value for category in CATEGORIES]
    rows = [[_("is \\ said"), *names, _("no answer")]]
    return rows + [[name, *map(str, counts)] for name, counts in zip(names, found.matrix.counts.tolist(), strict=True)]


def _overall(found: Measured) -> list[str]:
    matrix = found.matrix
    covered = {"figure": told(found.coverage), "answered": matrix.answered, "n": matrix.n}
    return [
        f"macro-F1 {told(found.macro_f1)}",
        _("accuracy %(figure)s") % {"figure": told(found.accuracy)},
        _("coverage %(figure)s: %(answered)s of %(n)s have an answer; the others count as wrong") % covered,
        f"kappa {told(found.kappa)}",
        _("ECE %(figure)s over bins of equal mass, %(fixed)s of equal width")
        % {"figure": told(found.ece), "fixed": told(found.ece_fixed)},
    ]


def _bin_rows(title: str, bins: Sequence[Bin]) -> list[list[str]]:
    rows = [[title, "n", _("right"), _("mean confidence"), _("accuracy")]]
    return rows + [
        [f"{b.low:.2f}–{b.high:.2f}", str(b.count), str(b.right), _number(b.confidence), _number(b.accuracy)]
        for b in bins
    ]


def _number(value: float | None, digits: int = 3) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _cost(sheet: Sheet, found: Measured) -> str:
    cost, n = sheet.asked.cost, found.matrix.n
    words = {
        "seconds": f"{cost.seconds:.1f}",
        "per": f"{cost.seconds * PER / n:.1f}",
        "prompt": cost.prompt_tokens,
        "completion": cost.completion_tokens,
        "usd": _("no price known") if cost.usd is None else f"US$ {cost.usd:.4f}",
    }
    return ", ".join(
        [
            _("%(seconds)s s, which is %(per)s s per 1,000 comments") % words,
            _("%(prompt)s prompt and %(completion)s completion tokens") % words,
            str(words["usd"]),
        ]
    )


def _mistakes(sheet: Sheet) -> str:
    rows = [
        [_number(m.confidence, 2), m.example.category.value, m.said or m.failure, shown(m.example)]
        for m in worst(sheet)
    ]
    title = [_("sure"), _("is"), _("said"), _("the worst mistakes")]
    return _table([title, *rows]) if rows else ""


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _markdown(rows: Sequence[Sequence[str]]) -> str:
    head, *body = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([head, "|" + " --- |" * len(rows[0]), *body])


def _cell(text: str) -> str:
    """As plain words in a Markdown table, whatever they are."""
    return re.sub(r"([\\`*_{}\[\]<>|#~&])", r"\\\1", text)
