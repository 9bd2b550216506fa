"""The summary's text without a language model: the same figures and themes, in sentences that are there already."""

from collections.abc import Sequence

from classifier.models import Category
from reports import vocabulary
from reports.numbers import Numbers, TagCount, TagNumbers
from reports.portuguese import NAMES, comments, listed, of_category, percent, whole
from reports.story import GREETING, SIGNATURE, Story, Topic, span

NAMED = 3


def text(story: Story) -> str:
    """At most 200 words, with greeting and signature. A week without comments gets one line of its own."""
    if not story.numbers.total:
        return empty(story)
    paragraphs = [
        GREETING,
        f"{_volume(story)} {_shares(story.numbers)}",
        _changes(story.numbers),
        _criticism(story),
        _suggestions(story),
        _improvements(story.numbers),
        SIGNATURE,
    ]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def empty(story: Story) -> str:
    return f"{GREETING} Na semana {span(story.week)} não chegou nenhum comentário. {SIGNATURE}"


def _volume(story: Story) -> str:
    numbers = story.numbers
    verb = "chegou" if numbers.total == 1 else "chegaram"
    sentence = f"Na semana {span(story.week)} {verb} {comments(numbers.total)}"
    change = numbers.variacao_percentual
    if change is None:
        return f"{sentence}; na anterior não houve nenhum."
    if change == 0:
        return f"{sentence}, tantos quantos na anterior."
    direction = "a mais" if change > 0 else "a menos"
    return f"{sentence}, {percent(abs(change))} {direction} que na anterior ({whole(numbers.total_anterior)})."


def _shares(numbers: Numbers) -> str:
    present = [(category, of) for category, of in numbers.categorias.items() if of.quantidade]
    if not present:
        return "Nenhum deles foi classificado ainda."
    present.sort(key=lambda pair: -pair[1].quantidade)
    shares = [f"{of_category(of.quantidade, category)} ({percent(of.percentual)})" for category, of in present]
    return f"{'Foi' if present[0][1].quantidade == 1 else 'Foram'} {listed(shares)}."


def _changes(numbers: Numbers) -> str:
    """What rose and fell; nothing where there is no week to compare with."""
    if not numbers.total_anterior:
        return ""
    sentences = []
    if rising := [_moved(numbers, category) for category in numbers.rising()]:
        sentences.append(f"Em alta: {'; '.join(rising)}.")
    if falling := [_moved(numbers, category) for category in numbers.falling()]:
        sentences.append(f"Em queda: {'; '.join(falling)}.")
    if not sentences:
        sentences.append("A proporção entre as categorias ficou estável.")
    for tags, direction in ((numbers.tags_em_alta, "alta"), (numbers.tags_em_queda, "queda")):
        if names := _features(tags):
            sentences.append(f"{'Assunto' if len(names) == 1 else 'Assuntos'} em {direction}: {listed(names)}.")
    return " ".join(sentences)


def _moved(numbers: Numbers, category: Category) -> str:
    of = numbers.categorias[category]
    name = "spam" if category is Category.SPAM else NAMES[category][1]
    return f"{name}, de {percent(of.percentual_anterior)} para {percent(of.percentual)}"


def _features(tags: Sequence[TagNumbers | TagCount]) -> list[str]:
    return list(dict.fromkeys(vocabulary.feature(tag.tag) for tag in tags[:NAMED]))


def _criticism(story: Story) -> str:
    if topics := story.topics_with(Category.CRITICISM)[:NAMED]:
        first, *others = [_told(topic, Category.CRITICISM) for topic in topics]
        more = f" Também se repetem críticas sobre {listed(others)}." if others else ""
        return f"A crítica mais recorrente é sobre {first}.{more}"
    if recurring := _recurring(story.numbers.tags_criticadas):
        return f"As críticas que mais se repetem são sobre {listed([_counted(tag) for tag in recurring])}."
    return "Nenhuma crítica se repetiu." if story.numbers.categorias[Category.CRITICISM].quantidade else ""


def _suggestions(story: Story) -> str:
    if topics := story.topics_with(Category.SUGGESTION)[:NAMED]:
        told = [_told(topic, Category.SUGGESTION) for topic in topics]
        return f"Entre as sugestões, destacam-se as que tratam de {listed(told)}."
    if recurring := _recurring(story.numbers.tags_sugeridas):
        return f"As sugestões mais frequentes são sobre {listed([_counted(tag) for tag in recurring])}."
    if names := _features(story.numbers.tags_sugeridas):
        return f"Houve sugestões sobre {listed(names)}."
    return ""


def _told(topic: Topic, category: Category) -> str:
    return f"“{topic.name}” ({of_category(topic.by_category[category], category)})"


def _recurring(tags: Sequence[TagCount]) -> list[TagCount]:
    return [tag for tag in tags if tag.quantidade > 1]


def _counted(tag: TagCount) -> str:
    return f"{vocabulary.feature(tag.tag)} ({whole(tag.quantidade)})"


def _improvements(numbers: Numbers) -> str:
    """What is to be done: about what recurs, or else about what there is."""
    wanted = [*numbers.tags_criticadas, *numbers.tags_sugeridas]
    wanted = _recurring(wanted) or wanted
    functions = [tag.tag for tag in wanted if not vocabulary.about_experience(tag.tag)]
    usage = [tag.tag for tag in _recurring(numbers.tags_de_uso) or numbers.tags_de_uso]
    sentences = []
    if functions:
        sentences.append(f"Nas funcionalidades, vale {'; '.join(vocabulary.deeds(dict.fromkeys(functions)))}.")
    if usage:
        sentences.append(f"Na experiência de uso (UX), {'; '.join(vocabulary.deeds(usage))}.")
    return " ".join(sentences)
