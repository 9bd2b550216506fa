"""What the server says when it is asked about weekly summaries: with sources, or inventing them on purpose."""

import json
from typing import Any

from .messages import Reply, Request, Step
from .steps import completion


def summaries(request: Request) -> list[dict[str, Any]]:
    """The summaries in the prompt, the first fence of which they are."""
    found: list[dict[str, Any]] = json.JSONDecoder().raw_decode(request.prompt, request.prompt.index("{"))[0]["resumos"]
    return found


def statement(week: str, quote: str, text: str | None = None) -> dict[str, str]:
    return {"semana": week, "trecho": quote, "afirmacao": text or quote}


def stating(*statements: dict[str, str]) -> Step:
    return lambda request: completion(request, stated(*statements))


def stated(*statements: dict[str, str]) -> str:
    return json.dumps({"afirmacoes": statements}, ensure_ascii=False)


def inventing() -> Step:
    """Whatever is asked: made-up quotes, weeks, numbers, names and denials, among them some that look real."""

    def step(request: Request) -> Reply:
        first, second, *_rest = summaries(request)
        week, other = first["semana"], second["semana"]
        quote = max(first["texto"].split("\n\n")[3].split(". "), key=len).strip(". ")
        return completion(
            request,
            stated(
                statement(week, "os ouvintes odeiam a nova cor do botão de tocar"),
                statement(other, quote),
                statement("2031-W01", quote),
                statement("", quote),
                statement(week, quote, f"{quote}, segundo 9.731 pessoas."),
                statement(week, quote, f"Metade diz: {quote}."),
                statement(week, quote, f"No aparelho da Xilofonia, {quote}."),
                statement(week, quote, "O vocalista vai se casar em breve."),
                statement(week, f"{quote} e também o mundo inteiro reclamou do resto todo ontem à noite"),
                statement(week, "Olá!"),
                statement(week, "Feedbacks por IA"),
                statement(week, ""),
                statement(week, quote, f"<b>{quote}</b>"),
            ),
        )

    return step
