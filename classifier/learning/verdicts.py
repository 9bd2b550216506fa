"""What people's verdicts teach: one a comment, and how much it counts."""

from dataclasses import dataclass

from classifier.models import Category, Comment, Review
from classifier.review.acts import Act, acts_by_comment, deciding

# Who sees a proposal tends to accept it, so that a confirmation says less than a verdict given blind.
CONFIRMED = 0.5
CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Taught:
    """What people say of one comment. weight: 1 where a person judged it blind or against what was proposed."""

    comment: int
    text: str
    category: Category
    weight: float


def taught() -> list[Taught]:
    """Of every comment that a person decided, in the order of the comments."""
    decided = {
        comment: (Category(act.category), weight_of(act))
        for comment, acts in acts_by_comment(Review.objects.all())
        if (act := deciding(acts)) and act.category
    }
    found = []
    keys = sorted(decided)
    for start in range(0, len(keys), CHUNK):
        texts = Comment.objects.filter(pk__in=keys[start : start + CHUNK]).order_by("pk").values_list("pk", "text")
        found += [Taught(comment, text, *decided[comment]) for comment, text in texts]
    return found


def weight_of(act: Act) -> float:
    return 1.0 if act.blind or act.category != act.said else CONFIRMED
