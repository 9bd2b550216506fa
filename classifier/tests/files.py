"""Files of comments as clients send them, for tests."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import MULTIPART_CONTENT


def csv_of(count: int, *, first: int = 0) -> str:
    return "id,texto\n" + "".join(f"c-{n},comentário {n}\n" for n in range(first, first + count))


def send(api: Any, content: bytes | str, name: str = "comentarios.csv", **fields: Any) -> Any:
    """The answer to a file sent as `arquivo`, beside whatever other fields."""
    raw = content.encode() if isinstance(content, str) else content
    return api.post("/api/lotes", {"arquivo": SimpleUploadedFile(name, raw), **fields}, MULTIPART_CONTENT)
