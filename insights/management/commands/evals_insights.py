import time
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from alumusic.llm import LLMFault
from alumusic.llm.availability import refusal
from insights import answers, evaluation
from insights.sources import Source


class Command(BaseCommand):
    help = "Answers a set of questions over fixture summaries, and prints how many answers are right and sourced."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--motor",
            choices=["trechos", "llm"],
            default="trechos",
            help="trechos: without a language model; llm: by the one that is set, which costs money",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["motor"] == "llm" and (reason := refusal()):
            raise CommandError(f"the language model must not be asked now: {reason}")
        answer = _by_model if options["motor"] == "llm" else answers.from_extracts
        for half, result in evaluation.by_half(answer):
            mean = result.weeks / max(1, result.answerable)
            self.stdout.write(
                f"{half}: {result.right}/{result.answerable} answerable got a right passage "
                f"({result.right_share:.0%}), "
                f'{result.refused}/{result.unanswerable} unanswerable a "não sei" ({result.refused_share:.0%}); '
                f"{result.statements} statements, {result.unsourced} unsourced; "
                f"longest answer {result.longest} words; {mean:.1f} weeks cited per answerable question"
            )
            for question in result.wrong:
                self.stdout.write(f"  not as it should: {question}")


def _by_model(question: str, base: Sequence[Source]) -> answers.Composed:
    try:
        return answers.by_model(question, base, deadline=time.monotonic() + answers.DEADLINE_SECONDS)
    except LLMFault as fault:
        raise CommandError(f"the language model gave no answer: {fault.reason}") from None
    except ValueError:
        return answers.Composed([])
