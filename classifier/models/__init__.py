from .batch import Batch, BatchItem
from .category import BatchState, Category, CommentState
from .classification import Classification
from .comment import Comment, Label
from .embedding import Embedding
from .review import Review
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
    "Label",
    "Review",
    "Tag",
    "TagsApart",
    "VocabularyAct",
]
