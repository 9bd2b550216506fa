"""Lists of 100 and of 10,000 comments through a language model that takes its time; ours, and one call a comment.

    python benchmarks/labelling.py [--latency-ms 200] [--ms-per-output-token 0]

Starts a PostgreSQL, a Redis, a language model's server, web, beat and two workers of its own. The alternative asks the
same server about each comment alone, ten at a time, as the system did that this one replaces.
"""

import argparse
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import openai
from stack import Stack

from tests.fakes.llm import LLMServer, Reply, Request, answering, serve

PHRASES = ["Amei o refrão {}", "o player trava na faixa {}", "Quando sai o clipe {}?", "podia ter a playlist {}"]
SYSTEM = (
    "Você classifica comentários sobre música em ELOGIO, CRÍTICA, SUGESTÃO, DÚVIDA ou SPAM, com tags e confiança. " * 15
)
AT_ONCE = 10


def texts(count: int, run: int) -> list[str]:
    return [PHRASES[n % len(PHRASES)].format(f"{run}-{n}") for n in range(count)]


class Model:
    """Counts what its answers cost, at four characters a token."""

    def __init__(self, llm: LLMServer, latency: float, a_token: float) -> None:
        self.latency, self.a_token = latency, a_token
        self.answer = answering()
        self.prompt = self.completion = 0
        llm.always = self.step

    def step(self, request: Request) -> Reply:
        time.sleep(self.latency)
        reply = self.answer(request)
        usage = json.loads(reply.body)["usage"]
        self.prompt += usage["prompt_tokens"]
        self.completion += usage["completion_tokens"]
        time.sleep(usage["completion_tokens"] * self.a_token)
        return reply

    def tokens(self, count: int) -> str:
        said = f"{self.prompt / count:6.1f} prompt and {self.completion / count:5.1f} completion tokens a comment"
        self.prompt = self.completion = 0
        return said


def ours(stack: Stack, token: str, count: int, run: int) -> tuple[float, float]:
    """Seconds until the answer, and until all have a label."""
    body = [{"id": f"r{run}-{count}-{n}", "texto": text} for n, text in enumerate(texts(count, run))]
    began = time.perf_counter()
    status, answer = stack.call("POST", "/api/comentarios", body, Authorization=f"Bearer {token}")
    accepted = time.perf_counter() - began
    while status == 202:
        _, batch = stack.call("GET", f"/api/lotes/{answer['id']}", Authorization=f"Bearer {token}")
        if batch["estado"] == "concluido":
            break
        time.sleep(0.05)
    return accepted, time.perf_counter() - began


def file_of_comments(stack: Stack, token: str, lines: int) -> tuple[float, float]:
    """Seconds until all lines of a file have a label, and by how many MB the larger worker grew meanwhile."""
    content = "texto\n" + "".join(f"{text}\n" for text in texts(lines, 7))
    before = [stack.memory(f"worker-{n}") for n in (1, 2)]
    peaks = list(before)
    began = time.perf_counter()
    location = stack.upload("/api/lotes", content.encode(), token)
    while True:
        peaks = [max(peak, stack.memory(f"worker-{n + 1}")) for n, peak in enumerate(peaks)]
        _, batch = stack.call("GET", location, Authorization=f"Bearer {token}")
        if batch["estado"] == "concluido":
            break
        time.sleep(1)
    assert batch["classificados"] == lines
    return time.perf_counter() - began, max(peak - first for peak, first in zip(peaks, before, strict=True))


def one_by_one(llm: LLMServer, count: int, run: int) -> float:
    client = openai.OpenAI(base_url=llm.base_url, api_key="x", max_retries=0)

    def ask(text: str) -> None:
        item = json.dumps([{"i": 0, "m": text}])
        messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": item}]
        client.chat.completions.create(model="m", messages=messages)  # type: ignore[arg-type]

    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(ask, texts(count, run)))
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency-ms", type=float, default=200)
    parser.add_argument("--ms-per-output-token", type=float, default=0)
    parser.add_argument("--file-lines", type=int, default=100_000)
    options = parser.parse_args()
    with serve() as llm:
        model = Model(llm, options.latency_ms / 1_000, options.ms_per_output_token / 1_000)
        with Stack(OPENAI_API_KEY="x", OPENAI_BASE_URL=llm.base_url, CLASSIFIER_ENGINE="llm") as stack:
            stack.start_web()
            stack.start_worker("worker-1")
            stack.start_worker("worker-2")
            stack.start_beat()
            token = stack.token()
            ours(stack, token, 1, 0)
            stack.wait(lambda: "ready" in (stack.folder / "worker-2.log").read_text())
            print(f"{options.latency_ms:.0f} ms a call, {options.ms_per_output_token:.0f} ms a token written")
            model.tokens(1)
            runs = [ours(stack, token, 100, run)[1] for run in range(5)]
            print(f"ours, 100:     {median(runs):6.2f} s                     {model.tokens(500)}")
            alone = one_by_one(llm, 100, 9)
            print(f"one by one:    {alone:6.2f} s, {alone / median(runs):4.1f} times ours    {model.tokens(100)}")
            accepted, done = ours(stack, token, 10_000, 6)
            print(f"ours, 10,000:  {done:6.2f} s, accepted in {accepted:.2f} s  {model.tokens(10_000)}")
            if options.file_lines:
                seconds, growth = file_of_comments(stack, token, options.file_lines)
                print(f"a file of {options.file_lines:,} lines: {seconds:.0f} s, a worker grew by {growth:.0f} MB")


if __name__ == "__main__":
    main()
