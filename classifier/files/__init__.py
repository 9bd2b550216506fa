"""Comments in files as people save them: from a spreadsheet, an old system, or our own export."""

from .encoding import encoding_of, text_of
from .form import Form, form_of, lines_of
from .records import BadLine, Line, UnreadableFileError
from .separated import read_csv

__all__ = [
    "BadLine",
    "Form",
    "Line",
    "UnreadableFileError",
    "encoding_of",
    "form_of",
    "lines_of",
    "read_csv",
    "text_of",
]
