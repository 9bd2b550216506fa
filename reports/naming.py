"""What a theme is called: the words that its comments share and the rest of the week's do not, as people write them."""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from classifier.models.search import fold, stem
from reports.vocabulary import SPELLED

WORD = re.compile(r"[^\W\d_]{3,40}")
SENTENCE_START = re.compile(r"(?:^|[.!?…:]\s+|[\"“«(]\s*|\n\s*)$")

# Folded words that say nothing of a subject: function words, greetings, measures of time, verbs of every day.
STOP_WORDS = frozenset(
    """
    abraco acabar acordo acabei acabou acha achando achei acho agora aguardo ainda alem algo alguem algum alguma algumas alguns
    ali alumusic amanha amei amo ando ano anos ante antes aparece apareceu aquela aquelas aquele aqueles aquilo aqui
    assim ate atras atraves aviso bastante bem boa boas bom bons bonita bonito bora bota botar botou cada cade caso cerca certa certo
    chega chegou coisa coisas com comigo como comeca comecou conheci consegue consigo consegui conseguiram conta contra
    continua contudo creio cuja cujo daqui dar das deixa deixar deixem deixou dela delas dele deles demais dentro depois
    desde dessa desse desta deste devia deviam deu dia dias disse disso dois dos duas durante ela elas ele eles entao
    entre era eram essa essas esse esses esta estao estar estava estavam este estes esteve estou eta eu faca facam fala
    falar falou falta faltou faz fazem fazendo fazer favor fez fica ficar fico ficou fiquei foi fora foram funciona funcionou forma fosse
    fui gente gosta gostar gostaria gostei gosto grande hoje hora horas houve inteira inteiro isso isto jamais jeito
    lado lhe logo longe lugar maior mais mal mandar mas mae meia meio melhor menos mes meses mesma mesmas mesmo mesmos
    meu meus mim minha minhas minuto minutos momento mostra muita muitas muito muitos musica musicas nada nao naquele negocio nem nenhum
    nenhuma ninguem noite nos normal nossa nosso nova novas novo novos num numa nunca obrigada obrigado oi ola onde ontem ora
    ouco outra outras outro outros ouve ouvi ouvia ouvindo ouvir ouviu pai para parabens parece parte passa passado
    passar passei passou pela pelas pelo pelos pena perdi pessoa pessoal pessoas pode podem poderia poderiam podia podiam
    ponho pois por porem porque posso pouca pouco poucos precisa preciso pra praquela pras precisava primeira
    primeiro principalmente pro problema proximo qual qualquer quais quando quanta quanto quarta quase que quem quer
    querem queria quero quinta realmente sabado sabe sabem saber saiu sao segunda segundo seja sem semana semanas sempre
    sendo ser sera seria sexta sei seu seus sido simplesmente sinto sob sobre so sou sua suas tal talvez tambem tanta toca tocar
    tanto tao tarde tava tem tempo tenho tentar tentei ter terca teria teve tinha tive toda todas todo todos tomara total
    trabalho tres tu tudo ultima ultimo uma umas uns usar uso vai vamos vao varias varios veio vejo vem ver vez vezes vim
    viram virou vir vira vi voces voce volta voltar volte voltem voltou voltaram vou
    about all and are but can for from get has have her his how its just like not now off one out she still than that
    the their them then there they this too was what when where which will with you your
    ahora como con cuando del desde donde ella ellos esta este hay las los mas muy nada pero porque puede que ser sin
    son todo una unos
    """.split()
)

VERBAL = re.compile(r"(?:ando|endo|indo|ou|ei|aram|eram|iram)$")
FEATURE_WEIGHT = 1.5
MOST_WORDS = 2
SHARE_OF_WORD = 0.25
SCORE_OF_WORD = 0.4


@dataclass(frozen=True, slots=True)
class Words:
    """What a comment is about: its stems, in order, with the form that each has in it; and its tags' features."""

    forms: Mapping[str, str]
    features: frozenset[str]

    @property
    def terms(self) -> set[str]:
        """The stems, and the features with a mark before them that no stem has."""
        return set(self.forms) | {f"#{feature}" for feature in self.features}


def words_of(text: str, tags: Iterable[str]) -> Words:
    forms: dict[str, str] = {}
    for match in WORD.finditer(text):
        folded = fold(match[0])
        if len(folded) > 2 and folded not in STOP_WORDS:
            forms.setdefault(stem(folded), _form(match[0], starts=bool(SENTENCE_START.search(text[: match.start()]))))
    return Words(forms, frozenset(tag.partition("_")[2] for tag in tags))


def _form(word: str, *, starts: bool) -> str:
    """The word as it would stand in mid-sentence: a capital there is a name's."""
    return word if word[1:].islower() and word[0].isupper() and not starts else word.lower()


@dataclass(frozen=True, slots=True)
class Name:
    """text: to read. covers: how much of the comments, in 0..1, has what the name begins with."""

    text: str
    words: tuple[str, ...]
    covers: float


def name(members: Sequence[Words], everywhere: Mapping[str, int], total: int) -> Name | None:
    """The name of a theme of these comments; None where they share no word.

    everywhere: in how many of the week's `total` comments each term is. A word that stands in one comment only names
    nothing, and so nobody: what is in a name was written by at least two.
    """
    inside = Counter(term for words in members for term in words.terms)
    scores = {
        term: _weight(term) * count / len(members) * math.log((total + 1) / everywhere[term])
        for term, count in inside.items()
        if count > 1
    }
    ranked = sorted(scores, key=lambda term: (-scores[term], term))
    if not ranked:
        return None
    chosen = _distinct(ranked, scores, inside, len(members))
    first, *others = [_shown(term, members) for term in chosen]
    shown = [first, *(form for form in others if not VERBAL.search(form))]
    text = ", ".join(shown[:-1]) + f" e {shown[-1]}" if len(shown) > 1 else shown[0]
    first = _roots(chosen[0])
    covered = sum(any(_related(first, _roots(term)) for term in words.terms) for words in members)
    return Name(text[0].upper() + text[1:], tuple(shown), covered / len(members))


def _weight(term: str) -> float:
    return FEATURE_WEIGHT if term.startswith("#") else 1.0


def _distinct(ranked: list[str], scores: Mapping[str, float], inside: Mapping[str, int], size: int) -> list[str]:
    """The best terms, none of them another's double: a feature and the word it is made of are one."""
    chosen: list[str] = []
    seen: set[str] = set()
    for term in ranked:
        roots = _roots(term)
        weak = inside[term] / size < SHARE_OF_WORD or scores[term] < SCORE_OF_WORD * scores[ranked[0]]
        if (chosen and weak) or _related(roots, seen):
            continue
        chosen.append(term)
        seen |= roots
        if len(chosen) == MOST_WORDS:
            break
    return chosen


def _roots(term: str) -> set[str]:
    """The stems that a term is read as: of a feature, those of its name and of the words that stand for it."""
    if not term.startswith("#"):
        return {term}
    words = [*term[1:].split("_"), *fold(SPELLED.get(term[1:], "")).split()]
    return {stem(word) for word in words if len(word) > 2}


def _related(some: Set[str], others: Set[str]) -> bool:
    """True where one of these stems is a beginning of one of those: `pag` and `pagament` are about one thing."""
    return any(one.startswith(other) or other.startswith(one) for one in some for other in others)


def _shown(term: str, members: Collection[Words]) -> str:
    """A feature as it is spelled; a stem as it is written most, rather a noun than `parando` or `parou`."""
    if term.startswith("#"):
        return SPELLED.get(term[1:], term[1:].replace("_", " "))
    forms = Counter(words.forms[term] for words in members if term in words.forms)
    return min(forms, key=lambda form: (bool(VERBAL.search(form)), -forms[form], -len(form), form))
