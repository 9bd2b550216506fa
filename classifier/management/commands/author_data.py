from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from classifier import authors
from classifier.api import author_file
from classifier.models import AuthorRequest


class Command(BaseCommand):
    help = "Hands over (export, as JSON) or deletes (erase) all comments under one author's name, as it was sent."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("act", choices=["export", "erase"])
        parser.add_argument("name", metavar="NAME", help="as in `autor`")
        parser.add_argument("--yes", action="store_true", help="erases; without it the comments are only counted")

    def handle(self, *args: Any, **options: Any) -> None:
        name, count = options["name"], authors.comments_of(options["name"]).count()
        if not count and options["act"] == "export":
            raise CommandError(f"No comment by this author.{self._others(name)}")
        if options["act"] == "export":
            for part in author_file.json_stream(name):
                self.stdout.write(part, ending="")
            authors.record(AuthorRequest.Action.EXPORT, count, by=None)
        elif options["yes"]:
            self.stdout.write(f"{authors.erase(name, by=None)} comments erased")
        else:
            self.stdout.write(f"{count} comments would be erased; run again with --yes.{self._others(name)}")

    @staticmethod
    def _others(name: str) -> str:
        found = [each for each in authors.spellings(name) if each["author"] != name]
        others = [f"{each['author']} ({each['comments']})" for each in found]
        return f" Spelled otherwise: {', '.join(others)}." if others else ""
