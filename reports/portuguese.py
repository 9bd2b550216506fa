"""Numbers and lists as Portuguese writes them."""

from collections.abc import Mapping, Sequence

from classifier.models import Category

NAMES: Mapping[Category, tuple[str, str]] = {
    Category.PRAISE: ("elogio", "elogios"),
    Category.CRITICISM: ("crítica", "críticas"),
    Category.SUGGESTION: ("sugestão", "sugestões"),
    Category.QUESTION: ("dúvida", "dúvidas"),
    Category.SPAM: ("mensagem de spam", "mensagens de spam"),
}


def whole(number: int) -> str:
    """`12.345`."""
    return f"{number:,}".replace(",", ".")


def decimal(number: float, places: int = 1) -> str:
    """`1.234,5`; a zero after the comma is left out."""
    text = f"{number:,.{places}f}".translate(str.maketrans(",.", ".,"))
    return text.rstrip("0").rstrip(",") if "," in text else text


def percent(number: float) -> str:
    return f"{decimal(number)}%"


def counted(number: int, singular: str, plural: str) -> str:
    return f"{whole(number)} {singular if number == 1 else plural}"


def comments(number: int) -> str:
    return counted(number, "comentário", "comentários")


def of_category(number: int, category: Category) -> str:
    return counted(number, *NAMES[category])


def listed(items: Sequence[str]) -> str:
    """`a, b e c`."""
    return " e ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)
