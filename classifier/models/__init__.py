from .batch import Batch, BatchItem
from .category import BatchState, Category, CommentState, FileFormat, UploadState
from .classification import Classification
from .comment import Comment, Label
from .embedding import Embedding
from .known_answer import KnownAnswer
from .relabelling import Relabelling
from .review import Review
from .tag import CommentTag, Tag
from .upload import Upload, UploadError, UploadPiece

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
    "FileFormat",
    "KnownAnswer",
    "Label",
    "Relabelling",
    "Review",
    "Tag",
    "Upload",
    "UploadError",
    "UploadPiece",
    "UploadState",
]
