from .batch import Batch, BatchItem
from .category import BatchState, Category, CommentState
from .classification import Classification
from .comment import Comment, Label, Standing
from .embedding import Embedding
from .guideline import Guideline
from .review import Review
from .sitting import ReviewLease, Sitting, Step
from .tag import CommentTag, Tag
from .vocabulary import TagsApart, VocabularyAct

__all__ = [
    "Batch",
    "BatchItem",
    "BatchState",
    "Category",
    "Classification",
    "Comment",
    "CommentState",
    "CommentTag",
    "Embedding",
    "Guideline",
    "Label",
    "Review",
    "ReviewLease",
    "Sitting",
    "Standing",
    "Step",
    "Tag",
    "TagsApart",
    "VocabularyAct",
]
