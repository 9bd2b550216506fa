import asyncio
import email
import email.policy
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, Literal, cast

import trustme
from aiosmtpd.smtp import SMTP, Envelope, Session

TLS = Literal["none", "valid", "untrusted", "broken"]
Ending = Literal["drop", "silence"]


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as the server got it. encrypted: whether it came over TLS."""

    recipient: str
    content: bytes
    encrypted: bool

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.content, policy=email.policy.default)

    def part(self, media_type: str) -> EmailMessage:
        """The first part of this type."""
        return next(part for part in self.message.walk() if part.get_content_type() == media_type)

    def body(self, media_type: str) -> str:
        return str(self.part(media_type).get_content())


class SMTPServer:
    """What a test sees of the server, and tells it. mails: those that it said 250 to, or was told to drop after."""

    def __init__(self) -> None:
        self.host, self.port = "127.0.0.1", 0
        self.mails: list[Mail] = []
        self.commands: list[str] = []
        self._refusals: dict[str, str] = {}
        self._answers: dict[str, str] = {}
        self._endings: dict[str, Ending] = {}
        self.closing = asyncio.Event()

    @property
    def recipients(self) -> list[str]:
        return [mail.recipient for mail in self.mails]

    def refuse(self, address: str, answer: str) -> None:
        self._refusals[address] = answer

    def answer(self, address: str, answer: str) -> None:
        self._answers[address] = answer

    def drop_after_data(self, address: str) -> None:
        self._endings[address] = "drop"

    def silent_after_data(self, address: str) -> None:
        self._endings[address] = "silence"

    def forgive(self, address: str) -> None:
        """From now on it takes what comes for this address."""
        for told in (self._refusals, self._answers, self._endings):
            cast("dict[str, Any]", told).pop(address, None)

    async def handle_RCPT(  # noqa: N802 (the library's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        self.commands.append("RCPT")
        if refusal := self._refusals.get(address):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        [address] = envelope.rcpt_tos
        if answer := self._answers.get(address):
            return answer
        self.mails.append(Mail(address, _bytes(envelope.content), encrypted=session.ssl is not None))
        ending = self._endings.get(address)
        if ending == "drop":
            _transport(server).abort()
        if ending == "silence":
            await self.closing.wait()
        return "250 OK"


def _bytes(content: bytes | str | None) -> bytes:
    return content.encode() if isinstance(content, str) else content or b""


def _transport(conversation: SMTP) -> asyncio.Transport:
    return cast(asyncio.Transport, conversation.transport)


class _BrokenTLS(SMTP):
    """Offers STARTTLS, says that it begins, and then speaks no TLS."""

    async def smtp_STARTTLS(self, arg: str) -> None:  # noqa: N802
        await self.push("220 Ready to start TLS")
        _transport(self).write(b"This is no handshake.\r\n")


@contextmanager
def serve(tls: TLS = "none", authority: trustme.CA | None = None) -> Iterator[SMTPServer]:
    """A server of its own for the time of the block. authority: whose certificate it shows."""
    context = None
    if tls != "none":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        (authority or trustme.CA()).issue_cert("127.0.0.1").configure_cert(context)
    smtp = SMTPServer()
    loop = asyncio.new_event_loop()
    conversations: list[SMTP] = []

    def converse() -> SMTP:
        protocol = _BrokenTLS if tls == "broken" else SMTP
        conversations.append(protocol(smtp, hostname="test", tls_context=context, loop=loop))
        return conversations[-1]

    async def end(server: asyncio.Server) -> None:
        smtp.closing.set()
        server.close()
        for conversation in conversations:
            if conversation.transport is not None:
                _transport(conversation).abort()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    thread = threading.Thread(target=loop.run_forever, name="smtp-server")
    thread.start()
    server = asyncio.run_coroutine_threadsafe(loop.create_server(converse, smtp.host, 0), loop).result(10)
    smtp.port = server.sockets[0].getsockname()[1]
    try:
        yield smtp
    finally:
        asyncio.run_coroutine_threadsafe(end(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
