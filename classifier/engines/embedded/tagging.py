"""What of the platform a comment is about: features by a lexicon, the scope by category and wording."""

import csv
import re
from functools import cache
from pathlib import Path

from classifier.models import Category

from .features import folded, trimmed

LEXICON = Path(__file__).parent / "lexicon.csv"
MOST = 5
GENERAL = "app"
WEAK = frozenset(
    f"{GENERAL} conta playlist pagamento preco assinatura navegador player biblioteca atualizacao acessibilidade letra"
    " dados_moveis catalogo".split()
)
SECURITY = frozenset({"conta", "senha", "login", "privacidade", "perfil", "cadastro", "suporte"})

DANGER = re.compile(
    r"\b(?:hack\w*|invadi\w*|invadid\w*|roub\w+|golpe\w*|fraud\w*|clon\w+|vaz(?:ou|ando|amento|aram)\w*|fals[oa]s?"
    r"|suspeit\w+|desconhecid\w+|scam\w*|leak\w*|stolen|estafa|privacidade|privad[oa]|privacy|private|dois fatores|2fa"
    r"|alguem (?:entrou|usando|ouv\w+)|phishing|sigilo|exclu\w+ (?:a |minha )?conta|apagar meus dados|lgpd)\b"
)
SLOW = re.compile(
    r"\b(?:lent\w+|demor\w+|slow\w*|pesad\w*|trav(?:a|ando|ou|ava|adinho|adao|am)?|engasg\w+|lag\w*|arrast\w+|carreg\w+"
    r"|bateria|battery|esquent\w+|ferv\w+|aquec\w+|dados|memoria|espaco|storage|consom\w+|gast\w+|eterni\w+|rodinha"
    r"|buffer\w*|rapid\w+|veloz|voando|levez\w+|leve|levinh\w+|instantane\w+|fast|quick\w*|light|ventoinha|forever|ages"
    r"|tarda|liger\w+|fluid\w+|nunca (?:cai|trav)\w*|nao trav\w+|cut out|hiccup\w*)\b"
)
LOOKS = re.compile(
    r"\b(?:feio|feia|bonit\w+|lind[oa] (?:tela|visual)|visual|layout|design|icones?|cor(?:es)?|botoes|botao (?:grande"
    r"|maior|pequen\w+)|botaozao|botoezinhos|maior(?:es)?|fonte|escondid\w+|escond\w+|cliques|toques|menu|confus\w+|poluid\w+"
    r"|organizad\w+|arrumad\w+|interface|tela cheia|simples|intuitiv\w+|dificil de|facil de|labirinto|bagunc\w+|fundo"
    r"|contraste|easy|ugly|cleaner|clean|looks?|clut\w+|visib\w+|pequen\w+|letrinha|minuscul\w+|legivel|dedo|achar o"
    r"|modo escuro|dark mode|tema|redesign|elegante|enxut\w+|colorid\w+)\b"
)
MISSING = re.compile(
    r"\b(?:falta|faltam|faltou|nao tem|nao existe|nem tem|sem opcao|nao da pra|nao deixa|tiraram|removeram|acabaram com"
    r"|car[oa]|carissim\w+|preco|aument\w+|limite|so tem|no (?:option|way)|missing|no hay|poucas?|poucos?|cade"
    r"|nao aceita\w*|cobr\w+ a mais|pra que|expensive)\b"
)
BROKEN = re.compile(
    r"\b(?:nao (?:abre|funciona|toca|carrega|entra|aparece|vai|roda|baixa|conecta|consigo|chega|reconhece|salva|sai"
    r"|atualiza|instala|acha|deixa|pega|responde)|bug\w*|erro|error|parou|sumi\w*|quebr\w+|trav\w+|crash\w*|fecha\w*|caiu"
    r"|cai|doesn'?t|won'?t|not working|stopped|broken|no (?:funciona|abre|carga)|some|desaparec\w+|duas vezes|sozinh\w+"
    r"|errad[oa]s?|bloquead[oa]|apag(?:ou|aram)|recusad\w+|keeps|wrong|fail\w*|tela (?:preta|branca)|deslog\w+)\b"
)
BETA = re.compile(r"\b(?:beta|testers?|versao de teste|programa de testes?)\b")
DEVELOPERS = re.compile(r"\b(?:api|webhooks?|last ?fm|scrobbl\w+|discord|obs|twitch|overlay|strava|csv|sdk)\b")


@cache
def lexicon() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """(feature, pattern over folded text), the more telling first."""
    with LEXICON.open(encoding="utf-8", newline="") as file:
        return tuple((row["feature"], re.compile(rf"\b(?:{row['pattern']})\b")) for row in csv.DictReader(file))


def tags(text: str, category: Category) -> tuple[str, ...]:
    """At most MOST tags, sorted; none for spam and for what speaks of music, artists and shows alone."""
    if category == Category.SPAM:
        return ()
    low = folded(trimmed(text))
    found = _features(low)
    return tuple(sorted({f"{_scope(low, category, feature)}_{feature}" for feature in found}))


def _features(low: str) -> list[str]:
    """What the text names, in its order. What often comes along with another feature counts only alone."""
    places = [(match.start(), feature) for feature, pattern in lexicon() if (match := pattern.search(low))]
    named = [feature for _, feature in sorted(places)]
    strong = [feature for feature in named if feature not in WEAK]
    if strong:
        return strong[:MOST]
    return sorted(named, key=lambda feature: feature == GENERAL)[:1]


def _scope(low: str, category: Category, feature: str) -> str:
    if feature == "beta" or BETA.search(low):
        return "test"
    if feature in SECURITY and DANGER.search(low):
        return "sec"
    if feature == "integracao" and DEVELOPERS.search(low):
        return "api"
    if category == Category.QUESTION:
        return "fix" if BROKEN.search(low) else "doc"
    if feature in {"bateria", "dados_moveis"} and category != Category.SUGGESTION:
        return "perf"
    if category == Category.SUGGESTION:
        return "ui" if LOOKS.search(low) else "feat"
    if category == Category.PRAISE:
        return "perf" if SLOW.search(low) else "ui" if LOOKS.search(low) else "feat"
    return _scope_of_criticism(low)


def _scope_of_criticism(low: str) -> str:
    if SLOW.search(low) and not re.search(r"\bfech\w+|crash\w*|bug\w*\b", low):
        return "perf"
    if BROKEN.search(low):
        return "fix"
    if MISSING.search(low):
        return "feat"
    return "ui" if LOOKS.search(low) else "fix"
