"""One conversation with the mail server, and what its end proves."""

import smtplib
from contextlib import suppress
from typing import Any

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend

MAX_REASON = 300


class NotTaken(Exception):
    """The server has not taken the mail. The words say why, for the one who looks after the mail."""


class Postponed(NotTaken):
    """It may take it later."""


class Refused(NotTaken):
    """It never will."""


class Unproven(Exception):
    """The mail was on its way, and what the server made of it is not known."""


class _Watched:
    """Notes that the mail's body is going out: from then on, silence proves nothing."""

    body_begun = False

    def data(self, msg: Any) -> Any:
        self.body_begun = True
        return super().data(msg)  # type: ignore[misc]


class WatchedSMTP(_Watched, smtplib.SMTP):
    pass


class WatchedSMTPOverTLS(_Watched, smtplib.SMTP_SSL):
    pass


class Backend(EmailBackend):
    """Django's own over connections that are watched."""

    @property
    def connection_class(self) -> Any:
        return WatchedSMTPOverTLS if self.use_ssl else WatchedSMTP


def hand_over(message: EmailMessage) -> None:
    """Returns once the server has taken the mail, over a connection of its own.

    One connection a mail: what goes wrong in one conversation, a broken STARTTLS above all, is not there in the next.
    Raises Postponed or Refused where the server surely has not taken it, and Unproven where nobody can say.
    """
    connection: BaseEmailBackend = get_connection()
    try:
        _open(connection)
        _send(connection, message)
    finally:
        with suppress(OSError):  # what comes after the server's answer changes nothing of it
            connection.close()


def _open(connection: BaseEmailBackend) -> None:
    try:
        connection.open()
    except OSError as error:  # also every SMTPException and SSLError
        raise Postponed(_words(error)) from None


def _send(connection: BaseEmailBackend, message: EmailMessage) -> None:
    try:
        connection.send_messages([message])
    except smtplib.SMTPRecipientsRefused as error:
        [(code, words)] = error.recipients.values()
        raise _verdict(code)(_said(code, words)) from None
    except smtplib.SMTPResponseException as error:
        fault = _verdict(error.smtp_code) if _is_an_answer(error.smtp_code) else _silence(connection)
        raise fault(_words(error)) from None
    except OSError as error:
        raise _silence(connection)(_words(error)) from None


def _is_an_answer(code: int) -> bool:
    return 400 <= code < 600


def _verdict(code: int) -> type[NotTaken]:
    return Refused if code >= 500 else Postponed


def _silence(connection: BaseEmailBackend) -> type[Postponed | Unproven]:
    """What it means that no answer came."""
    conversation = getattr(connection, "connection", None)
    return Unproven if getattr(conversation, "body_begun", False) else Postponed


def _words(error: OSError) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _said(error.smtp_code, error.smtp_error)
    return f"{type(error).__name__}: {error}"[:MAX_REASON]


def _said(code: int, words: bytes | str) -> str:
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return " ".join(f"{code} {text}".split())[:MAX_REASON]
