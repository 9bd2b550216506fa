from collections.abc import Iterator, Mapping, Sequence

from django.conf import settings

from alumusic.llm import availability
from alumusic.llm.client import client
from classifier.engines.base import Failure, Part, Remedy, Result, Verdict
from classifier.outages import KEEP_SECONDS, outlasted

from . import memory
from .job import Job
from .prompt import PROMPT_VERSION


class LLMEngine:
    """The language model at `OPENAI_BASE_URL`. Cheap to make: what lasts is the process's client.

    Its failures say what is to be done: WAIT where the provider may do better later; REPLACE where it said no to the
    text for good (`refusal`, `content_filter`, `context_length`, `truncated`, `invalid_answer`, `rejected`); STAND_IN
    where it is out of service (`breaker`, `budget`) or a person has to mend something (`unauthorized`, `forbidden`,
    `unknown_model`, `quota`).

    fresh: asks also about texts that were answered before.
    """

    def __init__(self, *, fresh: bool = False) -> None:
        self._fresh = fresh

    @property
    def name(self) -> str:
        return f"llm/{settings.LLM_MODEL}"

    def label(self, texts: Sequence[str], *, deadline: float, urgent: bool = True) -> Iterator[Part]:
        """A result a text, in parts as the calls come back; whatever the provider does, by the deadline."""
        plain = [memory.plain(text) for text in texts]
        places: dict[str, list[int]] = {}
        for place, text in enumerate(plain):
            places.setdefault(memory.key(text), []).append(place)
        told = {} if self._fresh else memory.known(places, engine=self.name, prompt_version=PROMPT_VERSION)
        if told:
            yield self._part(told, places)
        missing = [key for key in places if key not in told]
        for results in self._ask([plain[places[key][0]] for key in missing], deadline, urgent=urgent):
            named = {missing[item]: result for item, result in results.items()}
            self._keep({key: result for key, result in named.items() if isinstance(result, Verdict)}, deadline)
            yield self._part(named, places)

    def _part(self, results: Mapping[str, Result], places: Mapping[str, list[int]]) -> Part:
        """The results with all the places where their texts stand."""
        spread = {place: result for key, result in results.items() for place in places[key]}
        return Part(self.name, PROMPT_VERSION, spread)

    def _ask(self, texts: Sequence[str], deadline: float, *, urgent: bool) -> Iterator[Mapping[int, Result]]:
        if not texts:
            return
        if reason := availability.refusal():
            yield dict.fromkeys(range(len(texts)), Failure(reason, Remedy.STAND_IN))
            return
        yield from Job(texts, client(), deadline, urgent=urgent).run()

    def _keep(self, verdicts: Mapping[str, Verdict], deadline: float) -> None:
        if verdicts:
            outlasted(
                lambda: memory.keep(verdicts, engine=self.name, prompt_version=PROMPT_VERSION),
                deadline=deadline + KEEP_SECONDS,
            )
