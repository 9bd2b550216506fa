import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from alumusic.environment import BASE_DIR
from classifier.engines.embedded import artefact
from classifier.engines.embedded.weights import EncoderMissing
from classifier.learning.candidates import NothingToLearn, Schooling
from classifier.learning.reasons import points, told
from classifier.training import dataset
from classifier.training.run import TorchMissing, Training

DATA = Path("classifier/data")


class Command(BaseCommand):
    help = "Trains the embedded engine from the comments under classifier/data, or from the verdicts of people."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--data", type=Path, default=BASE_DIR / DATA, help="folder of comments_*.csv")
        parser.add_argument("--output", type=Path, default=artefact.SHIPPED.parent, help="folder of the artefact")
        parser.add_argument(
            "--with-corrections",
            action="store_true",
            help="learn from the verdicts of people in the database instead: the candidate is kept there, and put into "
            "service if it is better than the one in service beyond chance",
        )
        parser.add_argument("--no-cv", action="store_true", help="skip the estimates on voices left out")
        parser.add_argument(
            "--encoder",
            action="store_true",
            help="tune the encoder's upper layers anew first, which takes long and needs requirements/train.txt",
        )
        parser.add_argument(
            "--further", action="store_true", help="tune those that stand beside the artefact by one more pass instead"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        try:
            if options["with_corrections"]:
                self.learn(Schooling(options["data"], tell=self.tell))
            else:
                training = Training(options["data"], options["output"], tell=self.tell)
                checksum = training.run(
                    estimate=not options["no_cv"], encoder=options["encoder"], further=options["further"]
                )
                self.tell(f"sha256 {checksum}")
        except NothingToLearn as why:
            raise CommandError(str(why)) from why
        except (dataset.DataBroken, artefact.ArtefactBroken) as error:
            raise CommandError(str(error)) from error
        except EncoderMissing as error:
            raise CommandError(_("Training needs the encoder: %(error)s") % {"error": error}) from error
        except TorchMissing as error:
            raise CommandError(
                _("Tuning the encoder needs torch: pip install -r requirements/train.txt (%(error)s)")
                % {"error": error}
            ) from error
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error
        self.tell(_("Done in %(seconds)d s.") % {"seconds": time.monotonic() - started})

    def learn(self, schooling: Schooling) -> None:
        """Says what came of it; that a candidate is not promoted is no failure."""
        candidate = schooling.run()
        self.tell(f"sha256 {candidate.artefact_id}")
        for name, figures in candidate.figures.items():
            before, after = (figures[which]["macro_f1"] for which in ("before", "after"))
            change = points(figures["macro_f1"]["interval"])
            self.tell(f"{name} (n {figures['n']}): macro-F1 {before:.3f} -> {after:.3f}, {change}")
        for reason in candidate.reasons:
            self.tell(told(reason))
        served = _("embedded/%(version)s is in service now.") if not candidate.reasons else _("It was not promoted.")
        self.tell(served % {"version": candidate.version})

    def tell(self, line: str) -> None:
        self.stdout.write(line)
        sys.stdout.flush()
