"""What the server can be made to do: each function gives a step, which answers one call."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from .messages import Reply, Request, Step

Row = dict[str, Any]

CONFIDENCE = 0.9
RULES = {
    "SPAM": ("http", "clique", "cupom", "meu canal"),
    "DÚVIDA": ("?", "alguém sabe"),
    "SUGESTÃO": ("podia", "poderia", "que tal"),
    "CRÍTICA": ("não", "trava", "ruim", "péssim"),
}
TAGS = {"login": "fix_login", "playlist": "feat_playlist", "player": "fix_player"}


def category_of(text: str) -> str:
    low = text.lower()
    return next((name for name, words in RULES.items() if any(word in low for word in words)), "ELOGIO")


def tags_of(text: str) -> list[str]:
    return [] if category_of(text) == "SPAM" else [tag for word, tag in TAGS.items() if word in text.lower()]


def row(comment: dict[str, Any]) -> Row:
    text = comment["m"]
    return {"i": comment["i"], "c": category_of(text), "t": tags_of(text), "p": CONFIDENCE}


def content(request: Request, edit: Callable[[list[Row]], Any] = lambda rows: rows) -> str:
    return json.dumps({"r": edit([row(comment) for comment in request.comments])}, ensure_ascii=False)


def completion(
    request: Request, text: str | None, *, finish_reason: str = "stop", refusal: str | None = None, cached: int = 0
) -> Reply:
    """A chat completion with the usage that four characters a token give. cached: tokens that the cache held."""
    sent = sum(len(message["content"]) for message in request.body["messages"])
    sent += len(json.dumps(request.body.get("response_format", {})))
    usage = {"prompt_tokens": sent // 4, "completion_tokens": len(text or "") // 4}
    message = {"role": "assistant", "content": text, "refusal": refusal}
    body = {
        "id": "chatcmpl-test",
        "object": "chat.completion",
        "created": 1_760_000_000,
        "model": request.body["model"],
        "choices": [{"index": 0, "finish_reason": finish_reason, "logprobs": None, "message": message}],
        "usage": usage | {"total_tokens": sum(usage.values()), "prompt_tokens_details": {"cached_tokens": cached}},
    }
    return Reply(body=json.dumps(body, ensure_ascii=False).encode())


def answering(*, cached: int = 0) -> Step:
    return lambda request: completion(request, content(request), cached=cached)


def edited(edit: Callable[[list[Row]], Any]) -> Step:
    """The answer by the rules, with its rows as `edit` returns them."""
    return lambda request: completion(request, content(request, edit))


def saying(text: str | None) -> Step:
    return lambda request: completion(request, text)


def fenced() -> Step:
    return lambda request: completion(request, f"Claro! Aqui está:\n```json\n{content(request)}\n```")


def cut() -> Step:
    """`finish_reason=length`, although the JSON is whole."""
    return lambda request: completion(request, content(request), finish_reason="length")


def refused() -> Step:
    return lambda request: completion(request, None, refusal="Não posso ajudar com isso.")


def filtered_answer() -> Step:
    return lambda request: completion(request, None, finish_reason="content_filter")


def http_error(
    status: int, *, code: str | None = None, message: str = "refused", headers: Mapping[str, str] | None = None
) -> Step:
    error = {
        "message": message,
        "type": "server_error" if status >= 500 else "invalid_request_error",
        "param": None,
        "code": code,
    }
    return lambda request: Reply(status, json.dumps({"error": error}).encode(), dict(headers or {}))


def rate_limited(retry_after: str) -> Step:
    return http_error(429, code="rate_limit_exceeded", headers={"Retry-After": retry_after})


def content_filtered() -> Step:
    return http_error(400, code="content_filter", message="triggered the content management policy")


def context_exceeded() -> Step:
    return http_error(400, code="context_length_exceeded", message="This model's maximum context length is 8192 tokens")


def raw(body: bytes) -> Step:
    """A 200 whose body is this, completion or not."""
    return lambda request: Reply(body=body)


def dropped() -> Step:
    return lambda request: Reply(status=None)


def hanging() -> Step:
    return lambda request: Reply(body=b"{}", halting=0)


def broken_off() -> Step:
    """The connection stays, but nothing comes after the first half of the body."""
    return lambda request: Reply(body=(whole := completion(request, content(request)).body), halting=len(whole) // 2)


def dripping() -> Step:
    """A body that comes byte by byte and takes minutes."""
    return lambda request: Reply(body=completion(request, content(request)).body, dripping=True)


def together(count: int) -> Step:
    """An answer that waits until `count` calls of this step are under way at once."""
    barrier = threading.Barrier(count)

    def step(request: Request) -> Reply:
        barrier.wait(timeout=5)
        return completion(request, content(request))

    return step


def gated(text: str, gate: threading.Event) -> Step:
    """Says the first half of the text, and the rest once the gate is open."""
    return lambda request: replace(completion(request, text), gate=gate)


def streamed(reply: Reply) -> Reply:
    """The completion in pieces of a few letters, as server-sent events; what is no completion stays as it is."""
    try:
        whole = json.loads(reply.body)
        choice = whole["choices"][0]
    except (ValueError, LookupError, TypeError):
        return reply
    text = choice["message"]["content"] or ""
    deltas: list[dict[str, Any]] = [{"content": text[at : at + 12]} for at in range(0, len(text), 12)]
    if choice["message"]["refusal"]:
        deltas.append({"refusal": choice["message"]["refusal"]})
    pieces: list[dict[str, Any]] = [{"choices": [{"index": 0, "delta": delta}]} for delta in deltas]
    pieces.append({"choices": [{"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}]})
    pieces.append({"choices": [], "usage": whole["usage"]})
    lines = [f"data: {json.dumps(piece, ensure_ascii=False)}\n\n" for piece in pieces] + ["data: [DONE]\n\n"]
    body = "".join(lines).encode()
    halting = len(body) // 2 if reply.halting else reply.halting
    return replace(reply, body=body, headers={**reply.headers, "Content-Type": "text/event-stream"}, halting=halting)
