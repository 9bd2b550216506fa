"""The text of a summary: by the language model where it can be asked and its text holds, else by sentences of ours."""

import logging
import time
from dataclasses import dataclass

from django.conf import settings

from alumusic.llm import Answer, LLMFault
from alumusic.llm.availability import refusal
from reports import plain_text, prompt, proof
from reports.story import GREETING, SIGNATURE, Story

logger = logging.getLogger(__name__)

ASKED = 3
DEADLINE_SECONDS = 90.0
TEMPLATE = "modelo de texto"


@dataclass(frozen=True, slots=True)
class Narrative:
    """engine: `llm/<model>`, or `modelo de texto` where no model wrote it; that has no prompt version."""

    text: str
    engine: str = TEMPLATE
    prompt_version: str = ""


def write(story: Story) -> Narrative:
    """The week's text: at most 200 words, every number of which is one of the story's."""
    text = _by_model(story) if story.numbers.total and refusal() is None else None
    if text is None:
        return plain(story)
    return Narrative(text, f"llm/{settings.LLM_MODEL}", prompt.PROMPT_VERSION)


def plain(story: Story) -> Narrative:
    """As `write`, without asking a model."""
    return Narrative(plain_text.text(story))


def _by_model(story: Story) -> str | None:
    """The model's text once it holds; None where it does not, after it was told what is wrong, or gives none."""
    from alumusic.llm.client import client  # the openai package takes two seconds, which only who asks pays

    deadline = time.monotonic() + DEADLINE_SECONDS
    comments = prompt.shown(story)
    complaints: list[str] = []
    for _attempt in range(ASKED):
        try:
            answer = client().ask(prompt.question(story, complaints), deadline=deadline)
        except LLMFault as fault:
            logger.warning("summary %s without the model: %s", story.week, fault.reason)
            return None
        text = _assembled(answer)
        complaints = proof.faults(text, story, comments) if text else ["a resposta não é o JSON pedido"]
        if text and not complaints:
            return text
        logger.info("summary %s: the model's text does not hold", story.week)
    return None


def _assembled(answer: Answer) -> str | None:
    """The paragraphs between greeting and signature; None where the answer is not in its form."""
    try:
        data = answer.json()
    except ValueError:
        return None
    if not isinstance(data, dict):
        return None
    paragraphs = [data.get(name) for name in prompt.PARAGRAPHS]
    if not all(isinstance(paragraph, str) and paragraph.strip() for paragraph in paragraphs):
        return None
    body = [" ".join(str(paragraph).split()) for paragraph in paragraphs]
    return "\n\n".join([GREETING, *body, SIGNATURE])
