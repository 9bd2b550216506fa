"""Which bytes stand for which letters."""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Iterator
from io import TextIOWrapper
from typing import IO

from django.utils.translation import gettext as _

from .records import UnreadableFileError

UTF8 = "utf-8-sig"
WINDOWS = "cp1252"
# Two letters of ASCII in UTF-16, in either order of bytes.
UTF16 = re.compile(rb"[\x09-\x7e]\0[\x09-\x7e]\0|\0[\x09-\x7e]\0[\x09-\x7e]")
PIECE = 65_536


def encoding_of(file: IO[bytes]) -> str:
    """`utf-8-sig`, for UTF-8 with or without byte order mark, or `cp1252`, which has Latin-1's letters.

    A file with bytes that are not UTF-8 is Windows-1252, unless it says that it is UTF-8 or has more of its sequences
    than of such bytes: then few lines are damaged, and all others would be garbled. Reads the file to its end and
    goes back to the start. Raises UnreadableFileError for UTF-16, which would pass for neither.
    """
    start = file.read(4)
    file.seek(0)
    if start.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) or UTF16.match(start):
        raise UnreadableFileError(_("The file is in UTF-16. Save it as CSV in UTF-8."))
    if b"\0" in start:
        raise UnreadableFileError(_("The file is no text."))
    sequences = bad = 0
    for text in _decoded(file):
        if not text.isascii():
            not_utf8 = len(text) - len(text.encode(errors="ignore").decode())
            sequences += len(text) - len(text.encode("ascii", errors="ignore")) - not_utf8
            bad += not_utf8
    file.seek(0)
    return UTF8 if start.startswith(BOM_UTF8) or not bad or sequences > bad else WINDOWS


def _decoded(file: IO[bytes]) -> Iterator[str]:
    """The file as UTF-8, half of a surrogate pair for each byte that is none."""
    decoder = getincrementaldecoder("utf-8")(errors="surrogateescape")
    while piece := file.read(PIECE):
        yield decoder.decode(piece)
    yield decoder.decode(b"", final=True)


def text_of(file: IO[bytes], encoding: str) -> TextIOWrapper:
    """The file's text, line ends as they are.

    A byte that is no UTF-8 becomes half of a surrogate pair, which no reader lets pass. Of Windows-1252's five unused
    bytes each becomes U+FFFD.
    """
    return TextIOWrapper(file, encoding, errors="surrogateescape" if encoding == UTF8 else "replace", newline="")
