"""The platform's features as words to read: a tag's name is folded and has no spaces."""

from collections.abc import Iterable, Mapping

from reports.portuguese import listed

SPELLED: Mapping[str, str] = {
    "aleatorio": "ordem aleatória",
    "anuncio": "anúncios",
    "app": "aplicativo",
    "assistente_voz": "assistente de voz",
    "atualizacao": "atualização",
    "audio": "áudio",
    "avaliacao": "avaliação",
    "bateria": "consumo de bateria",
    "catalogo": "catálogo",
    "comentarios": "comentários",
    "compartilhamento": "compartilhamento",
    "dados_moveis": "dados móveis",
    "download": "downloads",
    "fila": "fila de reprodução",
    "historico": "histórico",
    "ingresso": "ingressos",
    "integracao": "integração",
    "karaoke": "karaokê",
    "letra": "letras",
    "musica": "músicas",
    "notificacao": "notificações",
    "ordenacao": "ordenação",
    "plano_estudante": "plano de estudante",
    "plano_familia": "plano família",
    "playlist": "playlists",
    "preco": "preço",
    "promocao": "promoções",
    "qualidade_audio": "qualidade de áudio",
    "radio": "rádio",
    "recomendacao": "recomendações",
    "relogio": "relógio",
    "tela_bloqueio": "tela de bloqueio",
    "tela_inicial": "tela inicial",
    "traducao": "tradução",
    "transicao": "transição entre faixas",
    "transmissao": "transmissão",
    "tv": "TV",
    "usuario": "usuário",
    "video": "vídeos",
}
DEEDS: Mapping[str, str] = {
    "fix": "corrigir falhas em",
    "perf": "melhorar o desempenho em",
    "feat": "atender aos pedidos sobre",
    "ui": "facilitar o uso em",
    "doc": "dar explicações sobre",
    "sec": "reforçar a segurança em",
    "api": "ampliar a integração com",
    "test": "rever os testes de",
}
EXPERIENCE = ("ui", "doc")


def feature(tag: str) -> str:
    """`fix_qualidade_audio` as `qualidade de áudio`."""
    name = tag.partition("_")[2]
    return SPELLED.get(name, name.replace("_", " "))


def deeds(tags: Iterable[str]) -> list[str]:
    """What is to be done about the tags, one entry a scope: `corrigir falhas em login e player`."""
    features: dict[str, list[str]] = {}
    for tag in tags:
        features.setdefault(tag.partition("_")[0], []).append(feature(tag))
    return [f"{DEEDS[scope]} {listed(names)}" for scope, names in features.items()]


def about_experience(tag: str) -> bool:
    """True where the tag is about how the product is used, rather than what it does."""
    return tag.partition("_")[0] in EXPERIENCE
