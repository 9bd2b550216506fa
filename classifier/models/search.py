"""Portuguese full-text search: one column of folded stems, matched by the database's own index."""

import re
import threading
import unicodedata
from functools import lru_cache
from itertools import filterfalse
from typing import Any

import snowballstemmer
from django.db import models
from django.db.models import Lookup

WORD = re.compile(r"[^\W_]+")
MAX_QUERY_WORDS = 20
MAX_WORD = 40


def fold(text: str) -> str:
    """The text in lower case and without accents, compatibility forms made plain."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(filterfalse(unicodedata.combining, decomposed))


# Accents that a Portuguese ending must have carried, given back after folding so that the stemmer knows it again.
ACCENTED_ENDINGS = {
    "coes": "ções",
    "cao": "ção",
    "soes": "sões",
    "sao": "são",
    "avel": "ável",
    "aveis": "áveis",
    "ivel": "ível",
    "iveis": "íveis",
    "encia": "ência",
    "encias": "ências",
    "ancia": "ância",
    "ancias": "âncias",
}
# Plurals that the stemmer leaves apart from their singular: botões, canais, papéis.
PLURAL_ENDINGS = {"oes": "ao", "aes": "ao", "ais": "al", "eis": "el", "ois": "ol"}
PLURAL = re.compile(r"(?<=..)(oes|aes|ais|eis|ois)$")
NO_PLURALS = {"mais", "demais", "jamais", "depois", "dois", "pois", "seis", "reis", "pais"}
ENDING = re.compile(f"({'|'.join(ACCENTED_ENDINGS)})$")

_local = threading.local()


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The folded stem of one folded word. The stemmer keeps state while it works, so each thread has its own."""
    if word.isdigit():
        return word
    if not hasattr(_local, "stemmer"):
        _local.stemmer = snowballstemmer.stemmer("portuguese")
    if word not in NO_PLURALS:
        word = PLURAL.sub(lambda ending: PLURAL_ENDINGS[ending.group()], word)
    accented = ENDING.sub(lambda ending: ACCENTED_ENDINGS[ending.group()], word)
    return fold(_local.stemmer.stemWord(accented))


def stems(text: str) -> list[str]:
    """The stem of each word, in order. Stop words stay: `não gostei` needs both.

    Folding comes first, so that `avaliacao`, `avaliação` and `AVALIAÇÕES` meet in one stem.
    """
    return [stem(word[:MAX_WORD]) for word in WORD.findall(fold(text))]


def search_words(text: str) -> str:
    return " ".join(dict.fromkeys(stems(text)))


class SearchWordsField(models.TextField[str, str]):
    """A column of stems; `__matches=text` finds the rows that hold every word of the text."""


@SearchWordsField.register_lookup
class Matches(Lookup[Any]):
    lookup_name = "matches"
    prepare_rhs = False

    def words(self) -> list[str]:
        return stems(str(self.rhs))[:MAX_QUERY_WORDS]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        raise NotImplementedError(f"no full-text search on {connection.vendor}")

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        alias = connection.ops.quote_name(self.lhs.alias)
        query = " & ".join(f"'{word}'" for word in self.words())
        return f"{alias}.search_vector @@ to_tsquery('simple', %s)", [query]

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        alias = connection.ops.quote_name(self.lhs.alias)
        query = " AND ".join(f'"{word}"' for word in self.words())
        return f"{alias}.id IN (SELECT rowid FROM classifier_comment_search WHERE words MATCH %s)", [query]  # noqa: S608
