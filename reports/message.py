"""A summary's mail to one recipient: plain text and HTML, pictures inside, and a way out."""

import base64
from email.mime.image import MIMEImage
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.message import sanitize_address
from django.template.loader import render_to_string
from django.utils.crypto import salted_hmac

from reports import document, quotes, unsubscribing
from reports.models import Recipient, WeeklySummary
from reports.numbers import Numbers
from reports.pictures import Picture, pictures
from reports.portuguese import comments

ENCODED_BYTES = 45


class Mail(EmailMultiAlternatives):
    """Pictures belong to the document, and are no attachments beside it."""

    mixed_subtype = "related"


def compose(summary: WeeklySummary, recipient: Recipient) -> EmailMessage:
    """The mail as it goes out. The same summary and recipient give the same Message-ID, so that a mailbox which gets it
    twice can know. summary: as of `with_themes`, or each call asks for them anew.
    """
    leave_url = document.absolute(unsubscribing.path(recipient))
    mail = _mail(summary, recipient.name, recipient.email, leave_url)
    mail.extra_headers |= {
        "List-Unsubscribe": f"<{leave_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    return mail


def sample(summary: WeeklySummary, address: str) -> EmailMessage:
    """The mail for somebody who wants to see it, recipient or not; it has no link to unsubscribe."""
    return _mail(summary, "", address, "")


def _mail(summary: WeeklySummary, name: str, address: str, leave_url: str) -> EmailMultiAlternatives:
    mail = Mail(
        subject=subject(summary),
        body=text(summary, leave_url),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[sanitize_address((_short(one_line(name)), address), "utf-8")],
        headers={"Message-ID": message_id(summary, address), "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(html(summary, leave_url), "text/html")
    for picture in pictures(Numbers.model_validate(summary.figures)):
        mail.attach(_inline(picture))
    return mail


def subject(summary: WeeklySummary) -> str:
    total = Numbers.model_validate(summary.figures).total
    told = comments(total) if total else "sem comentários"
    return one_line(f"Feedbacks da {document.title(summary).lower()}: {told}")


def text(summary: WeeklySummary, leave_url: str) -> str:
    """The plain part: all that the document says, but for the pictures."""
    numbers = Numbers.model_validate(summary.figures)
    themes = [
        {
            "name": theme.name,
            "told": document.told(theme),
            "quotes": [quotes.words(comment) for comment in theme.quotes],
            "url": document.theme_url(theme),
        }
        for theme in summary.themes.all()
    ]
    context = {
        "text": summary.text,
        "facts": document.facts(numbers),
        "categories": document.rows(numbers) if numbers.total else [],
        "themes": themes,
        "outside": document.outside(numbers),
        "report_url": document.report_url(summary),
        "leave_url": leave_url,
    }
    return render_to_string("reports/mail/summary.txt", context)


def html(summary: WeeklySummary, leave_url: str) -> str:
    """The stored document with its quotes, and the link to unsubscribe, if any."""
    quoted = quotes.by_key(comment for theme in summary.themes.all() for comment in theme.quotes)
    return document.with_way_out(quotes.put_in(summary.html, quoted), leave_url)


def page(summary: WeeklySummary) -> str:
    """The document for a browser: its pictures are in it."""
    shown = html(summary, "")
    for picture in pictures(Numbers.model_validate(summary.figures)):
        data = base64.b64encode(picture.png).decode()
        shown = shown.replace(f"cid:{picture.cid}", f"data:image/png;base64,{data}")
    return shown


def message_id(summary: WeeklySummary, address: str) -> str:
    """One for each summary and address; it does not tell the address."""
    _name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    digest = salted_hmac("reports.message_id", f"{summary.week} {address.lower()}", algorithm="sha256").hexdigest()
    return f"<resumo.{summary.week}.{digest[:24]}@{sender.rpartition('@')[2]}>"


def one_line(text: str) -> str:
    """The text without what would end a header or break it."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _short(name: str) -> str:
    """As much of it as one encoded word holds: Django refuses an address that is folded over lines."""
    return name.encode()[:ENCODED_BYTES].decode(errors="ignore")


def _inline(picture: Picture) -> MIMEImage:
    part = MIMEImage(picture.png, "png")
    part.add_header("Content-ID", f"<{picture.cid}>")
    part.add_header("Content-Disposition", "inline", filename=f"{picture.cid.partition('@')[0]}.png")
    return part
