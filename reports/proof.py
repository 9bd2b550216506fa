"""Whether a text that a language model wrote may go out: its numbers, its length, and whose words it uses."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from classifier.models.search import WORD, fold
from reports.story import GREETING, MONTHS, SIGNATURE, Story

MOST_WORDS = 200
COPIED_WORDS = 7

NUMBER = re.compile(r"(\d{1,3}(?:\.\d{3})+(?!\d)|\d+)(?:,(\d+))?")
DIGITS = re.compile(r"\d+")
MONTH = rf"(?: de (?:{'|'.join(MONTHS)}))"
YEAR = r"(?: de \d{4})"
DATE = re.compile(
    rf"\b\d{{1,2}}º?{MONTH}?{YEAR}? a \d{{1,2}}º?{MONTH}{YEAR}?|\b\d{{1,2}}º?{MONTH}{YEAR}?"
    r"|\b\d{1,2}/\d{1,2}(?:/\d{4})?\b|\b\d{4}-W\d{2}\b|\bsemana \d{1,2}\b",
    re.IGNORECASE,
)
NAMES_A_WEEK = re.compile(r"W|semana", re.IGNORECASE)
SHARE = re.compile(r"(?:,\d+)?\s*(?:%|por cento\b|pontos?\b|p\. ?p\.|pp\b)")
FOREIGN = re.compile(r"https?:|www\.|[<>`{}\[\]@]|\*\*")

# In the order of what they are worth; `um` is an article too, and claims nothing.
UNITS = """zero . dois tres quatro cinco seis sete oito nove dez
    onze doze treze quatorze quinze dezesseis dezessete dezoito dezenove"""
TENS = "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa"
HUNDREDS = "cem duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos novecentos"
SPELLED: dict[str, int] = {
    **{word: value for value, word in enumerate(UNITS.split()) if word != "."},
    **{word: 20 + 10 * place for place, word in enumerate(TENS.split())},
    **{word: 100 + 100 * place for place, word in enumerate(HUNDREDS.split())},
    "duas": 2,
    "catorze": 14,
    "cento": 100,
    "duzentas": 200,
    "trezentas": 300,
    "mil": 1000,
}
SPELLED_NUMBER = re.compile(rf"\b(?:{'|'.join(SPELLED)})(?:(?: e)? (?:{'|'.join(SPELLED)}))*\b")
AMOUNTS = """
    metade dobro dobrou dobraram triplo triplicou triplicaram terco tercos quintos duzia duzias dezena dezenas
    centena centenas milhar milhares milhao milhoes bilhao bilhoes"""
UNPROVABLE = frozenset(AMOUNTS.split())
UNPROVABLE_PHRASES = ("um em cada", "uma em cada", "um quarto", "tres quartos")


@dataclass(frozen=True, slots=True)
class Claim:
    """A number in a text. written: as it stands. places: the digits after its comma. share: in per cent or points."""

    written: str
    value: float
    places: int
    share: bool


def faults(text: str, story: Story, comments: Iterable[str]) -> list[str]:
    """Why the text may not go out, in words that the model can mend it by; none where it may.

    comments: the texts that the model was shown.
    """
    found = []
    if not text.startswith(GREETING[:3]) or not text.endswith(SIGNATURE):
        found.append(f"o texto deve começar com {GREETING} e terminar com {SIGNATURE}")
    if len(text.split()) > MOST_WORDS:
        found.append(f"o texto passa de {MOST_WORDS} palavras")
    if wrong := unproven(text, story):
        found.append(f"números que não estão nos dados: {'; '.join(wrong)}")
    if FOREIGN.search(text):
        found.append("o texto não pode ter endereços, marcação nem colchetes")
    if copied(text, comments):
        found.append("o texto repete as palavras de um comentário; conte com as suas")
    return found


def unproven(text: str, story: Story) -> list[str]:
    """The numbers of the text, as written, that are none of the story's.

    What is said in per cent or points must be one of its shares or changes, to the tenth or rounded; anything else one
    of its counts, and a date one of its days. Amounts that no figure can prove, such as `metade`, are named too.
    """
    shares, counts = _shares(story), _counts(story)
    wrong, text = _wrong_dates(text, story), DATE.sub(" ", text)
    wrong += [
        claim.written
        for claim in claims(text)
        if not (_rounds(claim, shares) if claim.share else claim.value in counts)
    ]
    words = fold(text)
    wrong += sorted(UNPROVABLE & set(WORD.findall(words)))
    return wrong + [phrase for phrase in UNPROVABLE_PHRASES if phrase in words]


def _wrong_dates(text: str, story: Story) -> list[str]:
    """The dates and weeks that are named and are not the story's."""
    days = story.week.days
    year, week, _weekday = story.week.monday.isocalendar()
    in_dates = {number for day in days for number in (day.day, day.month, day.year)}
    wrong = []
    for match in DATE.finditer(text):
        known = {year, week} if NAMES_A_WEEK.search(match[0]) else in_dates
        if not known.issuperset(map(int, DIGITS.findall(match[0]))):
            wrong.append(match[0])
    return wrong


def claims(text: str) -> Iterator[Claim]:
    """The numbers of the text: in digits, and in words but for `um` and `uma`, which are articles too."""
    for match in NUMBER.finditer(text):
        value = float(match[1].replace(".", "") + "." + (match[2] or "0"))
        yield Claim(match[0].strip(), value, len(match[2] or ""), share=_is_share(text[match.end(1) :]))
    for phrase, value, rest in _spelled(text):
        yield Claim(phrase, value, 0, share=_is_share(rest))


def _is_share(what_follows: str) -> bool:
    return bool(SHARE.match(fold(what_follows)))


def _spelled(text: str) -> Iterator[tuple[str, int, str]]:
    """Each run of number words joined by `e`, its value, and what follows: `vinte e tres`, 23."""
    words = fold(text)
    for match in SPELLED_NUMBER.finditer(words):
        parts = [part for part in match[0].split() if part != "e"]
        thousands = parts.index("mil") if "mil" in parts else None
        if thousands is None:
            value = sum(SPELLED[part] for part in parts)
        else:
            before, after = parts[:thousands], parts[thousands + 1 :]
            value = 1000 * (sum(SPELLED[part] for part in before) or 1) + sum(SPELLED[part] for part in after)
        yield match[0], value, words[match.end() :]


def _rounds(claim: Claim, shares: set[float]) -> bool:
    """True where one of the shares, rounded to as many places as the claim has, is what it says."""
    return any(abs(share - claim.value) <= 0.5 * 10**-claim.places + 1e-9 for share in shares)


def _shares(story: Story) -> set[float]:
    numbers = story.numbers
    found = {numbers.variacao_percentual, numbers.percentual_revisado, 100.0}
    if numbers.confianca_media is not None:
        found.add(100 * numbers.confianca_media)
    for of in numbers.categorias.values():
        found |= {of.percentual, of.percentual_anterior, abs(of.diferenca_pontos)}
    return {abs(value) for value in found if value is not None}


def _counts(story: Story) -> set[float]:
    numbers = story.numbers
    found: set[float] = {numbers.total, numbers.total_anterior, abs(numbers.total - numbers.total_anterior)}
    found |= {numbers.sem_rotulo, numbers.revisados, numbers.em_temas, numbers.fora_de_temas, len(story.topics)}
    for of in numbers.categorias.values():
        found |= {of.quantidade, of.quantidade_anterior}
    for tag in [*numbers.tags, *numbers.tags_em_alta, *numbers.tags_em_queda]:
        found |= {tag.quantidade, tag.quantidade_anterior}
    found |= {tag.quantidade for tag in [*numbers.tags_criticadas, *numbers.tags_sugeridas, *numbers.tags_de_uso]}
    for topic in story.topics:
        found |= {topic.size, *topic.by_category.values()}
    for counts in numbers.por_dia.values():
        found |= {sum(counts.values()), *counts.values()}
    if numbers.confianca_media is not None:
        found.add(numbers.confianca_media)
    return found


def copied(text: str, comments: Iterable[str]) -> bool:
    """True where seven words in a row are a comment's: quotes have their own place, from which they can vanish."""
    runs = _runs(text)
    return any(not runs.isdisjoint(_runs(comment)) for comment in comments)


def _runs(text: str) -> set[tuple[str, ...]]:
    words = WORD.findall(fold(text))
    return {tuple(words[place : place + COPIED_WORDS]) for place in range(len(words) - COPIED_WORDS + 1)}
