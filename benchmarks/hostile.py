"""Guesses a password ten thousand times, sends bodies that would fill the memory, and tells what came of it.

    python benchmarks/hostile.py [--tries 10000]

Starts a PostgreSQL, a Redis and one web process, all its own. Exits with 1 where an answer was not the expected one, or
the memory had grown by more than 32 MB in the end, once each thread had seen each.
"""

import argparse
import contextlib
import gzip
import http.client
import io
import json
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from typing import Any

from stack import Stack

MEGABYTE = 2**20
MOST_GROWTH_MB = 32
AT_ONCE = 16
# The web process has eight threads, and each keeps the memory that its largest body needed.
WARM_ROUNDS, ROUNDS = 16, 10
COMMENTS, FILES = "/api/comentarios", "/api/lotes"

Answer = tuple[int, int]


def ask(stack: Stack, path: str, body: bytes | Iterator[bytes], **headers: str) -> Answer:
    """The status, and how long the answer is; 0 where the server closed under a body that went on, answer and all."""
    connection = http.client.HTTPConnection("127.0.0.1", stack.ports["web"], timeout=90)
    pieces = [body] if isinstance(body, bytes) else body
    try:
        connection.putrequest("POST", path)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        if isinstance(body, bytes):
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for piece in pieces:
                connection.send(piece)
        answer = connection.getresponse()
        return answer.status, len(answer.read())
    except (BrokenPipeError, ConnectionResetError):
        return 0, 0
    finally:
        connection.close()


def guess(stack: Stack, number: int) -> int:
    """One try at the victim's password, from one address behind the proxy, which writes others to its left."""
    body = json.dumps({"username": "vitima", "password": f"chute-{number}"}).encode()
    forged = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}, 203.0.113.9"
    return ask(stack, "/api/auth/login", body, Content_Type="application/json", X_Forwarded_For=forged)[0]


def brute_force(stack: Stack, tries: int) -> bool:
    password = "segredo-bem-comprido-42"
    stack.call("POST", "/api/auth/register", {"username": "vitima", "password": password}, X_Forwarded_For="192.0.2.1")
    started = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        statuses = Counter(pool.map(lambda number: guess(stack, number), range(tries)))
    seconds = time.monotonic() - started
    login = {"username": "vitima", "password": password}
    elsewhere, _ = stack.call("POST", "/api/auth/login", login, X_Forwarded_For="198.51.100.7")
    there, _ = stack.call("POST", "/api/auth/login", login, X_Forwarded_For="203.0.113.9")
    print(f"{tries:,} tries from one address: {dict(statuses)}, {tries / seconds:,.0f} a second")
    print(f"the victim from elsewhere {elsewhere}, from that address {there}")
    windows = 1 + int(seconds // 900)
    return set(statuses) == {401, 429} and statuses[401] <= 10 * windows + AT_ONCE and (elsewhere, there) == (200, 429)


def zeros(size: int) -> Iterator[bytes]:
    return repeat(b"0" * MEGABYTE, size // MEGABYTE)


def chunks(size: int) -> Iterator[bytes]:
    yield from (b"%x\r\n%s\r\n" % (len(piece), piece) for piece in zeros(size))
    yield b"0\r\n\r\n"


def multipart(content: bytes) -> bytes:
    head = b'--part\r\nContent-Disposition: form-data; name="arquivo"; filename="a.xlsx"\r\n\r\n'
    return head + content + b"\r\n--part--\r\n"


def spreadsheet() -> bytes:
    """A megabyte that would be a gigabyte."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/sheet1.xml", "w") as sheet:
        for piece in zeros(1_024 * MEGABYTE):
            sheet.write(piece)
    return packed.getvalue()


def hostile_bodies(token: str) -> dict[str, tuple[set[int], Callable[[Stack], Answer]]]:
    """What is sent, and the statuses that may come of it; 0 is a connection closed under a body that went on."""
    json_head: dict[str, str] = {"Authorization": f"Bearer {token}", "Content_Type": "application/json"}
    file_head = json_head | {"Content_Type": "multipart/form-data; boundary=part"}
    huge = str(200 * MEGABYTE)
    keys = json.dumps({"id": "a", "texto": "b"} | {f"campo_{n}": n for n in range(60_000)}).encode()
    items = json.dumps([{f"campo_{n}": n for n in range(40)}] * 10_000).encode()
    bomb = gzip.compress(b"0" * (512 * MEGABYTE), 9)
    deep = b"[" * (9 * MEGABYTE)

    def sending(path: str, body: Any, head: dict[str, Any], **more: Any) -> Callable[[Stack], Answer]:
        return lambda stack: ask(stack, path, body() if callable(body) else body, **head, **more)

    closing = {413, 0}
    return {
        "200 MB of JSON": (closing, sending(COMMENTS, lambda: zeros(200 * MEGABYTE), json_head, Content_Length=huge)),
        "200 MB as a file": (closing, sending(FILES, lambda: zeros(200 * MEGABYTE), file_head, Content_Length=huge)),
        "200 MB in chunks": (
            {411, 0},
            sending(COMMENTS, lambda: chunks(200 * MEGABYTE), json_head, Transfer_Encoding="chunked"),
        ),
        "gzip, 512 MB unpacked": ({415}, sending(COMMENTS, bomb, json_head, Content_Encoding="gzip")),
        "gzip as a file": ({400}, sending(FILES, multipart(bomb), file_head)),
        "a spreadsheet, 1 GB unpacked": ({400}, sending(FILES, multipart(spreadsheet()), file_head)),
        "60,000 unknown keys": ({400}, sending(COMMENTS, keys, json_head)),
        "10,000 items of 40 unknown keys": ({400}, sending(COMMENTS, items, json_head)),
        "9 MB of [": ({400}, sending(COMMENTS, deep, json_head)),
        "20 MB of form to the panel": (
            {413, 0},
            sending("/painel/login/", lambda: zeros(20 * MEGABYTE), {}, Content_Length=str(20 * MEGABYTE)),
        ),
    }


def bodies(stack: Stack) -> bool:
    """Each until no thread has it for the first time, and then again: what the first need is kept and used anew."""
    hostile = hostile_bodies(stack.token())
    cold = stack.memory("web")
    for _ in range(WARM_ROUNDS):
        for _expected, send in hostile.values():
            send(stack)
    before = stack.memory("web")
    print(f"the web process: {cold:.0f} MB cold, {before:.0f} MB once its threads have seen each of these")
    good = True
    for name, (expected, send) in hostile.items():
        started = time.monotonic()
        answers = [send(stack) for _ in range(ROUNDS)]
        statuses, longest = {status for status, _length in answers}, max(length for _status, length in answers)
        seconds = (time.monotonic() - started) / ROUNDS
        grown = stack.memory("web") - before
        good &= statuses <= expected
        print(f"{name:<34}{sorted(statuses)!s:<12}{longest:>9,} bytes back {seconds:7.2f} s {grown:+7.1f} MB")
    return good and grown < MOST_GROWTH_MB and stack.status("/readyz") == 200


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tries", type=int, default=10_000)
    tries = parser.parse_args().tries
    settings = {
        "TRUSTED_PROXY_COUNT": "1",
        "WEB_CONCURRENCY": "1",
        "ACCOUNTS_OPEN_REGISTRATION": "true",
        "MALLOC_ARENA_MAX": "2",  # as the image has it
    }
    with Stack(**settings) as stack:
        stack.start_web()
        done = [bodies(stack), brute_force(stack, tries)]
        print(f"the web process: {stack.memory('web'):.0f} MB")
    return 0 if all(done) else 1


if __name__ == "__main__":
    sys.exit(main())
