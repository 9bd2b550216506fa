"""Comments as a summary quotes them: by key where it is stored, by their words, masked, where it is shown."""

import re
from collections.abc import Iterable, Mapping

from django.utils.html import escape
from django.utils.text import Truncator

from alumusic.llm.masking import masked
from classifier.models import Comment

LENGTH = 280
PLACE = re.compile(r'(<blockquote\b[^>]*?) ?data-comment="(\d+)"([^>]*>)\s*(</blockquote>)')


def words(comment: Comment) -> str:
    """What is shown of a comment: masked, in one line, at most 280 characters."""
    return Truncator(" ".join(masked(comment.text).split())).chars(LENGTH)


def by_key(comments: Iterable[Comment]) -> dict[int, str]:
    return {comment.pk: words(comment) for comment in comments}


def put_in(html: str, quoted: Mapping[int, str]) -> str:
    """The document with the words of each comment quoted; the place of one that is not there any more is taken out."""

    def shown(place: re.Match[str]) -> str:
        start, key, rest, end = place.groups()
        said = quoted.get(int(key))
        return "" if said is None else f"{start}{rest}“{escape(said)}”{end}"

    return PLACE.sub(shown, html)
