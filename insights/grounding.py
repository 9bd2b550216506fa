"""Whether a statement stands on a summary's own words; what does not, is not said."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from alumusic.weeks import Week
from classifier.models.search import fold
from insights.retrieval import shared, subject, unknown_names
from insights.sources import Source
from reports.proof import DATE, DIGITS, FOREIGN, UNPROVABLE, UNPROVABLE_PHRASES, claims
from reports.story import MONTHS, SIGNATURE

MOST_WORDS = 150
MOST_WORDS_OF_ONE = 60
FEWEST_WORDS_OF_QUOTE = 3
FEWEST_WORDS_OF_NEAR_QUOTE = 5
NEAR = 0.8

SPACES = r"[^\S\n]+"
TOKEN = re.compile(r"\S+")
QUOTE_MARKS = "“”\"'‘’«»… \n\t"
EDGES = QUOTE_MARKS + ".,;:!?()[]"
NAMED_DAY = re.compile(rf"(\d{{1,2}})º? de ({'|'.join(MONTHS)})")
SLASHED_DAY = re.compile(r"(\d{1,2})/(\d{1,2})")
NEGATIONS = frozenset(["nao", "nunca", "nem", "nenhum", "nenhuma", "ninguem", "sem", "jamais"])
UP = re.compile(r"\b(?:aument|cresc|subi|sobe|alta\b|mais que)")
DOWN = re.compile(r"\b(?:diminu|ca[ií]|cai|reduz|queda\b|desc|menos que)")


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a model says, as it says it."""

    text: str
    week: str
    quote: str


@dataclass(frozen=True, slots=True)
class Grounded:
    """A statement, and the words of its source that carry it, letter for letter."""

    text: str
    source: Source
    quote: str


def grounded(claimed: Claimed, sources: Iterable[Source]) -> Grounded | None:
    """The statement with its source's own words; None where it does not stand.

    It stands where its quote is in the text of its week, is about the same, and has every number, amount, negation and
    direction of the statement's, and the week every name. A quote that is nearly there is replaced by what is there.
    """
    source = next((source for source in sources if str(source.week) == claimed.week.strip()), None)
    text = " ".join(claimed.text.split())
    if source is None or not text or len(text.split()) > MOST_WORDS_OF_ONE or FOREIGN.search(text):
        return None
    quote = located(claimed.quote, source.text)
    if quote is None or foreign_numbers(text, quote, source.week) or unknown_names(text, [source]):
        return None
    if not shared(subject(text), subject(quote)) or _turned_round(fold(text), fold(quote)):
        return None
    return Grounded(text, source, quote)


def fitting(statements: Iterable[Grounded]) -> list[Grounded]:
    """The statements, each once, as many as 150 words have room for."""
    chosen: list[Grounded] = []
    room = MOST_WORDS
    for statement in statements:
        length = len(statement.text.split())
        if length <= room and all(statement.text != other.text for other in chosen):
            chosen.append(statement)
            room -= length
    return chosen


def located(quote: str, text: str) -> str | None:
    """The words of the text that the quote repeats, but for spaces, or nearly repeats; None where there are none.

    Nearly: four words of five, in order, within a paragraph; with the same numbers and negations.
    """
    words = quote.strip(QUOTE_MARKS).split()
    if len(words) < FEWEST_WORDS_OF_QUOTE or " ".join(words) in SIGNATURE:
        return None
    pattern = SPACES.join(map(re.escape, words))
    if exact := re.search(rf"(?<!\w){pattern}(?!\w)", text):
        return exact[0]
    if len(words) < FEWEST_WORDS_OF_NEAR_QUOTE:
        return None
    found = (_nearly([_plain(word) for word in words], paragraph) for paragraph in text.split("\n\n"))
    score, near = max(found, default=(0.0, ""))
    return near if score >= NEAR else None


def _nearly(words: Sequence[str], paragraph: str) -> tuple[float, str]:
    """The run of the paragraph's words that is most like these, and how like, in 0..1."""
    tokens = list(TOKEN.finditer(paragraph))
    plain = [_plain(token[0]) for token in tokens]
    bag, best = Counter(words), (0.0, "")
    for length in range(max(1, len(words) - 2), len(words) + 3):
        for start in range(len(plain) - length + 1):
            run = plain[start : start + length]
            if 2 * (bag & Counter(run)).total() < NEAR * (len(words) + length) or _kernel(run) != _kernel(words):
                continue
            score = SequenceMatcher(None, words, run, autojunk=False).ratio()
            if score > best[0]:
                best = score, paragraph[tokens[start].start() : tokens[start + length - 1].end()].strip(QUOTE_MARKS)
    return best


def _kernel(words: Iterable[str]) -> list[str]:
    """What must not differ in the least."""
    return sorted(word for word in words if word in NEGATIONS or DIGITS.search(word))


def _plain(word: str) -> str:
    return fold(word).strip(EDGES)


def foreign_numbers(text: str, quote: str, week: Week) -> list[str]:
    """The numbers and amounts of the text, as written, that the quote does not have; its week's days are known."""
    known = {(claim.value, claim.share) for claim in claims(quote)}
    dates = [found[0] for found in DATE.finditer(text)]
    wrong = [date for date in dates if fold(date) not in fold(quote) and not _of_week(date, week)]
    wrong += [claim.written for claim in claims(DATE.sub(" ", text)) if (claim.value, claim.share) not in known]
    told, carried = fold(text), fold(quote)
    amounts = [*(UNPROVABLE & set(re.findall(r"\w+", told))), *(p for p in UNPROVABLE_PHRASES if p in told)]
    return wrong + [amount for amount in amounts if amount not in carried]


def _of_week(date: str, week: Week) -> bool:
    """True where each day, month and year that is named is one of the week's, or its number and year are the week's."""
    year, number, _weekday = week.monday.isocalendar()
    numbers = set(map(int, DIGITS.findall(date)))
    if "semana" in date.lower() or "W" in date:
        return numbers <= {year, number}
    days = {day.day for day in week.days} | {day.year for day in week.days}
    named = {(int(day), month) for day, month in NAMED_DAY.findall(date.lower())}
    named |= {(int(day), MONTHS[int(month) - 1]) for day, month in SLASHED_DAY.findall(date) if 1 <= int(month) <= 12}
    numbers -= {int(month) for _day, month in SLASHED_DAY.findall(date)}
    return numbers <= days and named <= {(day.day, MONTHS[day.month - 1]) for day in week.days}


def _turned_round(text: str, quote: str) -> bool:
    """True where the text denies what the quote does not, or lets rise what there falls."""
    if NEGATIONS & set(re.findall(r"\w+", text)) and not NEGATIONS & set(re.findall(r"\w+", quote)):
        return True
    up, down = UP.search(quote), DOWN.search(quote)
    if bool(up) == bool(down):
        return False
    return bool(DOWN.search(text) and not UP.search(text)) if up else bool(UP.search(text) and not DOWN.search(text))
