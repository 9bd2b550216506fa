from .author_request import AuthorRequest
from .batch import Batch, BatchItem
from .category import BatchState, Category, CommentState, FileFormat, UploadState
from .classification import Classification
from .comment import Comment, Label, Standing
from .embedding import Embedding
from .guideline import Guideline
from .known_answer import KnownAnswer
from .relabelling import Relabelling
from .review import Review
from .sitting import ReviewLease, Sitting, Step
from .tag import CommentTag, Tag
from .upload import Upload, UploadError, UploadOmission, UploadPiece
from .vocabulary import TagsApart, VocabularyAct

__all__ = [
    "AuthorRequest",
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
    "Guideline",
    "KnownAnswer",
    "Label",
    "Relabelling",
    "Review",
    "ReviewLease",
    "Sitting",
    "Standing",
    "Step",
    "Tag",
    "TagsApart",
    "Upload",
    "UploadError",
    "UploadOmission",
    "UploadPiece",
    "UploadState",
    "VocabularyAct",
]
