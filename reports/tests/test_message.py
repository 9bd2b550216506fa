"""The mail itself: whole without pictures, safe in its headers, the same for the same reader, and with a way out."""

import re
import ssl
from html.parser import HTMLParser

import pytest
import trustme
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage

from classifier.models import Comment
from reports import delivery, document, message, smtp
from reports.models import DeliveryState, Recipient, WeeklySummary
from reports.tests.weeks import PRICE, WEEK, a_week, in_week, recipient, summary
from tests.fakes.smtp import serve
from tests.payloads import PAYLOADS

pytestmark = pytest.mark.django_db


@pytest.fixture
def mail_of(smtp):
    """The mail that a recipient got of a week with comments."""

    def deliver(**person):
        a_week()
        recipient(**person)
        made = summary()
        delivery.queue(made)
        delivery.deliver_due()
        [mail] = smtp.mails
        return mail

    return deliver


def test_a_mail_says_all_in_plain_text_and_in_html_with_pictures_inside(mail_of):
    mail = mail_of()
    text, html = mail.body("text/plain"), mail.body("text/html")

    assert [part.get_content_type() for part in mail.message.walk() if not part.is_multipart()] == [
        "text/plain",
        "text/html",
        "image/png",
        "image/png",
    ]
    assert mail.message.get_content_type() == "multipart/related"
    assert text.startswith("Olá!")
    assert [told for told in ("11 comentários", "Elogio: 3 (27,3%", "Preço", "Relatório:") if told not in text] == []
    assert [told for told in ("11 comentários", "27,3%", "Preço", "Relatório") if told not in html] == []
    assert [sum(f"“{quote}”" in part for quote in PRICE) for part in (text, html)] == [2, 2]
    pictures = [part for part in mail.message.walk() if part.get_content_type() == "image/png"]
    named = {part["Content-ID"].strip("<>") for part in pictures}
    assert named == set(re.findall(r'src="cid:([^"]+)"', html))
    assert {part.get_content_disposition() for part in pictures} == {"inline"}


def test_styles_are_inlined_and_the_rules_for_dark_mode_kept(mail_of):
    html = mail_of().body("text/html")

    assert re.search(r"<h1[^>]* style=\"[^\"]*font-size", html)
    assert "@media (prefers-color-scheme: dark)" in html.split("</head>")[0]
    assert 'alt="Parcela de cada categoria: ELOGIO 27,3%' in html


def test_a_mail_can_be_left_by_one_click(mail_of, settings):
    settings.PUBLIC_URL = "https://feedback.example.org"
    mail = mail_of()
    header = mail.message["List-Unsubscribe"].strip()

    assert re.fullmatch(r"<https://feedback\.example\.org/resumo/sair/[\w:-]+>", header)
    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert header.strip("<>") in mail.body("text/plain")
    assert header.strip("<>") in mail.body("text/html")


def test_the_same_summary_and_recipient_give_the_same_message_id():
    ana, bia = recipient("ana@example.org"), recipient("bia@example.org")
    one, other = summary(), summary(WEEK.next)

    ids = [
        message.compose(*pair).message()["Message-ID"] for pair in ((one, ana), (one, ana), (one, bia), (other, ana))
    ]

    assert ids[0] == ids[1]
    assert len(set(ids)) == 3
    assert "ana" not in ids[0]


@pytest.mark.parametrize(
    "name",
    [
        "Ana Conceição",
        "Ana\r\nBcc: alvo@example.org",
        "Ana\nX: y",
        "Ana\u2028B",
        'Ana "A", <x@y.z>',
        "ã" * 100,
        "\x01Ana",
    ],
)
def test_no_name_breaks_a_header(smtp, name):
    recipient(name=name)
    made = summary()
    delivery.queue(made)

    assert delivery.deliver_due() == 1

    [mail] = smtp.mails
    assert smtp.recipients == ["ana@example.org"]
    assert mail.message["Bcc"] is None
    assert mail.message["X"] is None
    assert [address.addr_spec for address in mail.message["To"].addresses] == ["ana@example.org"]


@pytest.mark.parametrize("email", ["ana@example.org\nBcc: x@example.org", "ação@example.org", "ana", "a b@example.org"])
def test_an_address_that_no_header_can_carry_is_no_recipients(email):
    with pytest.raises(ValidationError):
        Recipient(email=email).full_clean()


def test_a_name_with_a_line_break_is_refused_where_recipients_are_kept():
    with pytest.raises(ValidationError):
        Recipient(name="Ana\nBcc: x@example.org", email="ana@example.org").full_clean()


def test_one_address_is_one_recipient_however_it_is_written():
    recipient("Ana@Example.org")

    with pytest.raises(ValidationError) as error:
        Recipient(email="ana@example.org").full_clean()

    assert error.value.messages == ["Há um destinatário com este endereço."]


def test_the_address_of_an_accented_domain_is_reached(smtp):
    recipient("ana@ação.example.org")
    delivery.queue(summary())

    assert delivery.deliver_due() == 1

    assert smtp.recipients == ["ana@xn--ao-zia9b.example.org"] or smtp.recipients[0].startswith("ana@xn--")


def test_a_quote_is_masked_and_goes_when_its_comment_goes():
    for what in ("meu login falha", "o login cai", "não consigo fazer login"):
        in_week(f"{what}, escrevam para ana.souza@example.org", tags=("fix_login",))
    made = summary()
    shown = message.page(made)
    assert "[email]" in shown
    assert "ana.souza" not in shown + made.html + made.text + message.text(made, "")

    Comment.objects.filter(text__contains="login").delete()

    left = message.page(summary())
    assert "[email]" not in left
    assert "<blockquote" not in left
    assert "Login" in left


class Elements(HTMLParser):
    """Every element of a document with the names of its attributes, and all its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, tuple(name for name, _value in attributes)))

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        self.found.append(("comment", (data,)))


@pytest.fixture
def quoted():
    """The summary of a week that quotes comments, and these."""
    a_week()
    made = summary()
    return made, [comment for theme in made.themes.all() for comment in theme.quotes]


def test_a_hundred_hostile_comments_are_text_in_the_mail(quoted):
    made, comments = quoted

    def page(text):
        Comment.objects.filter(pk__in=[comment.pk for comment in comments]).update(text=text)
        return message.html(WeeklySummary.objects.with_themes().get(pk=made.pk), "")

    harmless = Elements(page("inofensivo")).found

    assert [payload for payload in PAYLOADS if Elements(page(payload)).found != harmless] == []
    assert "“<script>alert(1)</script>”" in Elements(page(PAYLOADS[0])).text


def test_what_a_model_wrote_is_text_in_the_mail(quoted):
    made, _comments = quoted
    themes = list(made.themes.all())

    def elements(texts):
        made.text = "\n\n".join(texts)
        for theme in themes:
            theme.name = " ".join(texts)
        return Elements(document.html(made, themes)).found

    assert elements(PAYLOADS) == elements(["inofensivo"] * len(PAYLOADS))


def a_mail() -> EmailMessage:
    return EmailMessage("Assunto", "Corpo", "de@example.org", ["ana@example.org"])


def tls_settings(settings, server):
    settings.EMAIL_BACKEND, settings.EMAIL_TIMEOUT = "reports.smtp.Backend", 2
    settings.EMAIL_HOST, settings.EMAIL_PORT = server.host, server.port
    settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = True, False


@pytest.mark.parametrize("tls", ["none", "untrusted", "broken"])
def test_a_broken_starttls_sends_nothing_in_clear(settings, tls):
    recipient()
    made = summary()
    delivery.queue(made)
    with serve(tls) as server:
        tls_settings(settings, server)

        assert delivery.deliver_due() == 0

    assert server.mails == []
    assert server.commands == []  # not even an address was named
    assert made.deliveries.get().state == DeliveryState.PENDING


def test_a_good_starttls_is_used(settings, monkeypatch, tmp_path):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv(ssl.get_default_verify_paths().openssl_cafile_env, str(tmp_path / "ca.pem"))
    with serve("valid", authority) as server:
        tls_settings(settings, server)

        smtp.hand_over(a_mail())

    [mail] = server.mails
    assert mail.encrypted is True
