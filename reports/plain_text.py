"""The summary's text without a language model: the same figures and themes, in sentences that are there already."""

from collections.abc import Sequence

from classifier.models import Category
from reports import vocabulary
from reports.numbers import Numbers, TagCount, TagNumbers
from reports.portuguese import PLURALS, comments, listed, of_category, percent, whole
from reports.story import GREETING, SIGNATURE, Story, Topic, span

NAMED = 3
DEEDS = 2


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
    changed = [f"{_moved(numbers, category, 'em alta')}" for category in numbers.rising()]
    changed += [f"{_moved(numbers, category, 'em queda')}" for category in numbers.falling()]
    sentences = [f"{listed(changed).capitalize()}." if changed else "A proporção entre as categorias ficou estável."]
    if numbers.tags_em_alta:
        sentences.append(f"{_subjects(numbers.tags_em_alta)} em alta: {_features(numbers.tags_em_alta)}.")
    if numbers.tags_em_queda:
        sentences.append(f"{_subjects(numbers.tags_em_queda)} em queda: {_features(numbers.tags_em_queda)}.")
    return " ".join(sentences)


def _moved(numbers: Numbers, category: Category, direction: str) -> str:
    of = numbers.categorias[category]
    change = f"de {percent(of.percentual_anterior)} para {percent(of.percentual)}"
    return f"{PLURALS[category][1]} {direction}, {change}"


def _subjects(tags: Sequence[TagNumbers]) -> str:
    return "Assunto" if len(tags[:NAMED]) == 1 else "Assuntos"


def _features(tags: Sequence[TagNumbers | TagCount]) -> str:
    return listed(list(dict.fromkeys(vocabulary.feature(tag.tag) for tag in tags[:NAMED])))


def _criticism(story: Story) -> str:
    if topics := story.topics_with(Category.CRITICISM)[:NAMED]:
        first, *others = [_told(topic, Category.CRITICISM) for topic in topics]
        sentence = f"A crítica mais recorrente é sobre {first}"
        return f"{sentence}; também se repetem as sobre {listed(others)}." if others else f"{sentence}."
    recurring = [tag for tag in story.numbers.tags_criticadas if tag.quantidade > 1]
    if recurring:
        return f"As críticas que mais se repetem são sobre {listed([_counted(tag) for tag in recurring])}."
    return ""


def _suggestions(story: Story) -> str:
    if topics := story.topics_with(Category.SUGGESTION)[:NAMED]:
        return f"Entre as sugestões, destacam-se as sobre {listed([_told(t, Category.SUGGESTION) for t in topics])}."
    if tags := story.numbers.tags_sugeridas:
        return f"As sugestões mais frequentes são sobre {listed([_counted(tag) for tag in tags])}."
    return ""


def _told(topic: Topic, category: Category) -> str:
    return f"{topic.name} ({of_category(topic.by_category[category], category)})"


def _counted(tag: TagCount) -> str:
    return f"{vocabulary.feature(tag.tag)} ({whole(tag.quantidade)})"


def _improvements(numbers: Numbers) -> str:
    """What is to be done, from the tags of criticism first and then of suggestions."""
    tags = list(dict.fromkeys(tag.tag for tag in [*numbers.tags_criticadas, *numbers.tags_sugeridas]))
    functions = [vocabulary.deed(tag) for tag in tags if not vocabulary.about_experience(tag)][:NAMED]
    experience = [vocabulary.deed(tag) for tag in tags if vocabulary.about_experience(tag)][:DEEDS]
    sentences = []
    if functions:
        sentences.append(f"Melhorias a fazer nas funcionalidades: {listed(functions)}.")
    if experience:
        sentences.append(f"Na experiência de uso: {listed(experience)}.")
    return " ".join(sentences)
