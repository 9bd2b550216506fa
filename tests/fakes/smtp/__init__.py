"""A mail server in a thread: real SMTP over real sockets, so that a test covers the client's libraries too.

    with serve() as smtp:
        smtp.refuse("bia@example.org", "550 5.1.1 no such user")     # at RCPT TO
        smtp.answer("caio@example.org", "451 4.3.0 try later")       # after the message
        smtp.drop_after_data("dora@example.org")                     # takes the message, and goes without a word
        smtp.silent_after_data("eva@example.org")                    # takes it, and never answers
        smtp.mails                                                   # what it took, in order

STARTTLS is offered where `tls` says how: `valid`, `untrusted` (a certificate that nobody knows), `broken` (offered,
and then not there).
"""

from .server import Mail, SMTPServer, serve

__all__ = ["Mail", "SMTPServer", "serve"]
