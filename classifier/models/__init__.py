from .author_request import AuthorRequest
from .batch import Batch, BatchItem
from .category import BatchState, Category, CommentState, FileFormat, UploadState
from .classification import Classification
from .comment import Comment, Label, Standing
from .data_set import DataSet, DataSetItem
from .embedding import Embedding
from .guideline import Guideline
from .known_answer import KnownAnswer
from .learning import Candidate, LearningSide, Promotion, Side, TrainedArtefact
from .relabelling import Relabelling
from .review import Review
from .run import Run, RunAnswer
from .sitting import ReviewLease, Sitting, Step
from .tag import CommentTag, Tag
from .upload import Upload, UploadError, UploadOmission, UploadPiece
from .vocabulary import TagsApart, VocabularyAct

__all__ = [
    "AuthorRequest",
    "Batch",
    "BatchItem",
    "BatchState",
    "Candidate",
    "Category",
    "Classification",
    "Comment",
    "CommentState",
    "CommentTag",
    "DataSet",
    "DataSetItem",
    "Embedding",
    "FileFormat",
    "Guideline",
    "KnownAnswer",
    "Label",
    "LearningSide",
    "Promotion",
    "Relabelling",
    "Review",
    "ReviewLease",
    "Run",
    "RunAnswer",
    "Side",
    "Sitting",
    "Standing",
    "Step",
    "Tag",
    "TagsApart",
    "TrainedArtefact",
    "Upload",
    "UploadError",
    "UploadOmission",
    "UploadPiece",
    "UploadState",
    "VocabularyAct",
]
