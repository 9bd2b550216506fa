"""What is known of a text without the encoder: its words, its letters, and plain counts."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np

from .weights import Floats

WORD = re.compile(r"\w+|[?!]")
CHARACTERS = 1500

MARKS: dict[str, str] = {
    "asks first": r"^\W*(?:quando|como|onde|qual|quais|quem|quant[oa]s?|por ?que|pq|cade|sera|alguem|algm|tem como"
    r"|da pra|what|when|where|who|how|why|which|is|are|do|does|did|has|can|cuando|donde|quien|cual|cuanto|hay"
    r"|se puede)\b",
    "asks": r"\b(?:quando|como|onde|qual|quais|quem|quant[oa]s?|por ?que|pq|cade|sera que|alguem|algm|duvida"
    r"|gostaria de saber|queria saber|saber se|tem como|anyone know|how do i|when|where|cuando|donde|sabe)\b",
    "could": r"\b(?:podia[ms]?|podiamos|poderia[ms]?|deveria[ms]?|devia[ms]?|could|should|would be|podria[ns]?"
    r"|deberia[ns]?|que tal|bem que)\b",
    "orders": r"\b(?:coloca|coloquem?|botem|bota|poe|ponham|facam|faz|faca|tragam?|traz|lancem|lanca|deixem?|deixa"
    r"|adicion\w+|cria|criem|permitam|liberem|libera|melhorem|aumentem|add|bring|let us|make|please|pongan|agreguen"
    r"|hagan|venham|incluam|tirem|mudem)\b",
    "wishes": r"\b(?:sugestao|sugiro|sugestoes|seria bom|seria legal|seria otimo|ia ser|queria|gostaria|falta|faltou"
    r"|fica a dica|ideia|wish|pls|pfv|por favor|quero)\b",
    "denies": r"\b(?:nao|nunca|jamais|nem|sem|nenhum|nenhuma|ninguem|no|not|never|n|ngm)\b",
    "turns": r"\b(?:mas|porem|pena que|so que|but|pero|entretanto|infelizmente|unfortunately|although|lastima)\b",
    "bad": r"\b(?:pessim[oa]|horrivel|lixo|ruim|trava|travando|bug|bugado|erro|lent[oa]|odei\w+|decep\w+|frac[oa]"
    r"|chat[oa]|car[oa]|absurdo|vergonha|desist\w+|cancel\w+|piorou|pior|enjoado|cansativo|sem graca|boring|awful"
    r"|worst|broken|crash\w*|peor|mal[oa]|feio)\b",
    "good": r"\b(?:amo|amei|lind[oa]|perfeit[oa]|maravilh\w+|incrivel|obrigad[oa]|melhor|hino|top|lenda|genial|parabens"
    r"|demais|adoro|adorei|love|amazing|great|best|beautiful|increible|hermosa|genio|chorei|arrepi\w+|excelente"
    r"|otim[oa]|sensacional|foda|show|viciad[oa]|viciei)\b",
    "address": r"https?:|www\.|\.com|bit\.ly|\.net|\.br\b|@\w",
    "promotes": r"\b(?:link|bio|perfil|canal|inscrev\w+|segue|sigam|sigo|seguidores|zap|whats|whatsapp|direct|dm|chama"
    r"|pix|gratis|ganhe|ganhar|renda|emprestimo|cupom|desconto|promo\w*|vendo|compre|aposta|bet|cassino|tigrinho"
    r"|subscribe|follow|followers|channel|free|earn|click|clique|telegram|loja|frete|consulta|sorteio|pv|privado|curso"
    r"|metodo|grana|dinheiro|lucr\w+|cash|money|inbox)\b",
    "number": r"\b\d{4,5}[- ]?\d{4}\b|\(\d\d\)",
    "money": r"r\$|\breais\b|\$\d|\bmil\b",
    "laughs": r"kkk+|haha|rsrs|jaja|lol",
    "platform": r"\b(?:app|aplicativo|tela|playlist|botao|login|senha|assinatura|premium|anuncios?|propaganda"
    r"|notificac\w+|download|baixar|busca|player|celular|atualizac\w+|versao|bluetooth|carro|fila|perfil)\b",
    "thanks": r"\b(?:obrigad[oa]|valeu|vlw|brigad[oa]|thanks|thank you|gracias)\b",
    "first": r"^\W*(?:primeir[oa]+|first|segund[oa]|1o|primero)\W*$",
    "rhetoric": r"\b(?:quem aprovou|quem foi o genio|como pode|como que pode|precisava|pra que|serio que|jura"
    r"|ate quando)\b",
    "stretched": r"(.)\1\1",
}
PATTERNS = [re.compile(pattern) for pattern in MARKS.values()]
SHAPES: dict[str, Callable[[str], float]] = {
    "question mark": lambda text: float("?" in text),
    "ends in a question mark": lambda text: float(text.rstrip().endswith("?")),
    "exclamation marks": lambda text: min(3, text.count("!")),
    "words": lambda text: float(np.log1p(len(text.split()))),
    "characters": lambda text: float(np.log1p(len(text))),
    "at most two words": lambda text: float(len(text.split()) <= 2),
    "ellipsis": lambda text: float("..." in text),
    "digits": lambda text: _share(list(text), str.isdigit),
    "pictures": lambda text: float(any(c > "\u2190" for c in text)),
    "variety": lambda text: len(set(text)) / max(1, len(text)),
}
NAMES = (*MARKS, *SHAPES)


def _share(characters: list[str], test: Callable[[str], bool]) -> float:
    return sum(map(test, characters)) / max(1, len(characters))


def trimmed(text: str) -> str:
    """The text, or the beginning and the end of a long one; cheaper than all of it and as telling."""
    half = CHARACTERS // 2
    return text if len(text) <= CHARACTERS else f"{text[:half]} {text[-half:]}"


def unaccented(text: str) -> str:
    """Without accents and invisible characters."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if unicodedata.category(c) not in {"Mn", "Cf", "Cc"} or c.isspace())


def folded(text: str) -> str:
    """Lower case, without accents and invisible characters."""
    return unaccented(text).lower()


def plain(text: str) -> Floats:
    """One number a name in NAMES; of the folded text, so that capitals change nothing."""
    low = folded(text)
    counts = [min(3, sum(1 for _ in pattern.finditer(low))) for pattern in PATTERNS]
    return np.array([*counts, *(shape(low) for shape in SHAPES.values())], np.float32)


def words(text: str) -> Counter[str]:
    """The words of a folded text and its pairs of neighbours."""
    found = WORD.findall(text)
    return Counter([*found, *(f"{a} {b}" for a, b in pairwise(found))])


def letters(text: str) -> Counter[str]:
    """The runs of 2 to 5 characters inside the words of a folded text, a space at each word's edges."""
    return Counter(_runs(text))


def _runs(text: str) -> Iterator[str]:
    for word in text.split():
        padded = f" {word} "
        for size in range(2, 6):
            yield from (padded[at : at + size] for at in range(max(1, len(padded) - size + 1)))
