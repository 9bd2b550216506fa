"""The smallest run that has everything: a right comment, a wrong one and one without an answer."""

from collections.abc import Sequence

from classifier.evaluation import runs
from classifier.evaluation.asking import Answer, Asked, Cost
from classifier.evaluation.data_sets import Example, Examples
from classifier.evaluation.runs import Sheet
from classifier.models import Category, Comment, DataSet, Run

ENGINE = "embedded/test"
ANSWERS = (
    Answer(Category.CRITICISM, 0.9, ENGINE),
    Answer(Category.PRAISE, 0.8, ENGINE),
    Answer(None, None, ENGINE, "deadline"),
)


def evaluated(comment: Comment, answers: Sequence[Answer] = ANSWERS) -> Run:
    """A run on the comment, which is CRÍTICA, and two more of a file's."""
    items = [
        Example(comment.text, Category.CRITICISM, comment.pk, blind=True),
        Example("Toca sem parar", Category.CRITICISM),
        Example("Quando sai?", Category.QUESTION),
    ]
    sheet = Sheet(
        Examples(DataSet.Source.CORRECTIONS, "vereditos", items), Asked("embedded", ENGINE, "", answers, Cost(0.3))
    )
    return runs.keep(sheet, sheet.measured(), [])
