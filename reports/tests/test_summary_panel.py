"""What the panel shows of summaries and lets be done, and to whom."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.groups import ADMINISTRATORS, API_CLIENT, CURATORS, READERS
from alumusic.weeks import Week
from reports import delivery
from reports.models import Delivery, DeliveryState, Recipient
from reports.tests.weeks import PRICE, a_week, recipient, summary

pytestmark = pytest.mark.django_db


@pytest.fixture
def enter(make_user):
    def make(group: str, email: str = "") -> Client:
        user = make_user(f"de {group}".replace(" ", "-"), group)
        user.email = email
        user.save()
        client = Client()
        client.force_login(user)
        return client

    return make


def page(name: str, *args: object) -> str:
    return reverse(f"admin:reports_{name}", args=args)


def test_a_reader_sees_summary_preview_and_all_comments_of_a_theme(enter):
    a_week()
    made = summary()
    reader = enter(READERS)

    shown = reader.get(page("weeklysummary_change", made.pk)).content.decode()
    preview = reader.get(page("weeklysummary_preview", made.pk))
    theme = reader.get(page("theme_change", made.themes.get(name="Preço").pk)).content.decode()

    assert "<p>Olá!</p>" in shown
    assert "Enviar para mim" not in shown
    assert "data:image/png;base64," in preview.content.decode()
    assert "cid:" not in preview.content.decode()
    assert "resumo/sair" not in preview.content.decode()
    assert "script-src" not in preview["Content-Security-Policy"]
    assert "default-src 'none'" in preview["Content-Security-Policy"]
    assert [text for text in PRICE if text not in theme] == []


def test_an_administrator_sends_a_summary_to_themselves_alone(enter, smtp):
    recipient()
    made = summary()
    admin = enter(ADMINISTRATORS, "chefe@example.org")

    answer = admin.post(page("weeklysummary_send_to_me", made.pk), follow=True)

    assert "Enviado para chefe@example.org" in answer.content.decode()
    assert smtp.recipients == ["chefe@example.org"]
    assert smtp.mails[0].message["List-Unsubscribe"] is None
    assert Delivery.objects.count() == 0


def test_without_an_address_or_a_server_it_is_said(enter, smtp, settings):
    made = summary()
    nobody, unlucky = enter(ADMINISTRATORS), enter(CURATORS)
    assert "não tem endereço" in nobody.post(page("weeklysummary_send_to_me", made.pk), follow=True).content.decode()
    assert unlucky.post(page("weeklysummary_send_to_me", made.pk)).status_code == 403

    settings.EMAIL_PORT = 1
    user = nobody.get(reverse("admin:index")).wsgi_request.user
    user.email = "chefe@example.org"
    user.save()
    assert (
        "Não enviado: ConnectionRefusedError"
        in nobody.post(page("weeklysummary_send_to_me", made.pk), follow=True).content.decode()
    )


def test_what_failed_is_sent_again_when_somebody_wants_it_and_what_is_uncertain_is_not(enter, smtp):
    smtp.refuse("ana@example.org", "550 no such user")
    smtp.drop_after_data("bia@example.org")
    for address in ("ana@example.org", "bia@example.org", "caio@example.org"):
        recipient(address)
    made = summary()
    delivery.queue(made)
    delivery.deliver_due()
    smtp.forgive("ana@example.org")

    answer = enter(ADMINISTRATORS).post(page("weeklysummary_send_again", made.pk), follow=True)
    delivery.deliver_due()

    assert "1 e-mail será enviado de novo" in answer.content.decode()
    assert sorted(smtp.recipients) == ["ana@example.org", "bia@example.org", "caio@example.org"]
    assert made.deliveries.get(recipient__email="bia@example.org").state == DeliveryState.UNCERTAIN


@pytest.mark.parametrize(("action", "state"), [("it_arrived", "enviado"), ("try_again", "pendente")])
def test_a_person_decides_on_an_uncertain_mail(enter, action, state):
    recipient()
    made = summary()
    delivery.queue(made)
    one = Delivery.objects.get()
    one.claim(timezone.now())
    one.unproven("nada se sabe")

    enter(ADMINISTRATORS).post(page("delivery_changelist"), {"action": action, "_selected_action": [one.pk]})

    one.refresh_from_db()
    made.refresh_from_db()
    assert one.state == state
    assert (made.sent_at is not None) is (action == "it_arrived")


def test_a_person_cannot_send_again_what_arrived(enter, smtp):
    recipient()
    delivery.queue(summary())
    delivery.deliver_due()

    enter(ADMINISTRATORS).post(
        page("delivery_changelist"), {"action": "try_again", "_selected_action": [Delivery.objects.get().pk]}
    )

    assert Delivery.objects.get().state == DeliveryState.SENT


def test_recipients_are_kept_by_administrators(enter):
    admin = enter(ADMINISTRATORS)
    form = {"name": "Ana", "email": "ana@example.org", "active": "on"}

    admin.post(page("recipient_add"), form)
    again = admin.post(page("recipient_add"), {**form, "email": "ANA@example.org"})
    ana = Recipient.objects.get()
    ana.unsubscribe()
    admin.post(page("recipient_change", ana.pk), form)

    assert "Há um destinatário com este endereço." in again.content.decode()
    ana.refresh_from_db()
    assert (ana.active, ana.unsubscribed_at) == (True, None)


def test_who_may_not_may_not(enter):
    a_week()
    made = summary()
    urls = [
        page("weeklysummary_changelist"),
        page("weeklysummary_preview", made.pk),
        page("theme_change", made.themes.all()[0].pk),
        page("recipient_changelist"),
        page("delivery_changelist"),
        reverse("admin:django_celery_beat_periodictask_changelist"),
    ]

    def statuses(group: str) -> list[int]:
        client = enter(group)
        return [client.get(url).status_code for url in urls]

    assert statuses(READERS) == [200, 200, 200, 403, 403, 403]
    assert statuses(CURATORS) == [200, 200, 200, 403, 403, 403]
    assert statuses(ADMINISTRATORS) == [200] * 6
    assert set(statuses(API_CLIENT)) == {302}


def test_the_list_of_summaries_tells_of_mail_that_is_not_out(enter, smtp):
    smtp.refuse("ana@example.org", "550 no such user")
    recipient()
    delivery.queue(summary(Week.present().previous))
    delivery.deliver_due()

    shown = enter(READERS).get(page("weeklysummary_changelist")).content.decode()

    assert "O resumo semanal ainda não saiu." in shown
    assert "1 e-mail falhou." in shown


def test_a_recipient_is_deleted_with_what_was_sent_to_them(enter, smtp):
    ana = recipient()
    delivery.queue(summary())
    delivery.deliver_due()

    enter(ADMINISTRATORS).post(page("recipient_delete", ana.pk), {"post": "yes"})

    assert (Recipient.objects.count(), Delivery.objects.count()) == (0, 0)
