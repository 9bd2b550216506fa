"""Each recipient gets a summary at most once, whatever the mail server, the workers and the schedule do."""

from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from reports import delivery
from reports.models import Delivery, DeliveryState, WeeklySummary
from reports.tests.weeks import MONDAY_AFTER, recipient, summary
from tests.racing import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def queued(db):
    """A summary that waits for whoever is a recipient by then."""

    def make(*addresses: str) -> WeeklySummary:
        for address in addresses:
            recipient(address)
        made = summary()
        assert delivery.queue(made) is True
        return made

    return make


def states(made: WeeklySummary) -> dict[str, str]:
    return dict(made.deliveries.values_list("recipient__email", "state"))


def later() -> None:
    """Makes everything that waits due, as time would."""
    Delivery.objects.filter(state=DeliveryState.PENDING).update(next_try_at=timezone.now() - timedelta(seconds=1))


def test_a_summary_goes_to_each_recipient_once_however_often_it_is_sent(smtp, queued):
    made = queued("ana@example.org", "bia@example.org")

    taken = [delivery.deliver_due() for _ in range(3)]

    made.refresh_from_db()
    assert taken == [2, 0, 0]
    assert sorted(smtp.recipients) == ["ana@example.org", "bia@example.org"]
    assert states(made) == {"ana@example.org": "enviado", "bia@example.org": "enviado"}
    assert made.sent_at is not None
    assert delivery.alerts() == []


def test_who_becomes_a_recipient_later_does_not_get_old_summaries(smtp, queued):
    made = queued("ana@example.org")
    recipient("nova@example.org")

    assert delivery.queue(made) is False
    delivery.deliver_due()

    assert smtp.recipients == ["ana@example.org"]


def test_without_recipients_a_summary_counts_as_sent(smtp, queued):
    made = queued()

    made.refresh_from_db()
    assert made.sent_at is not None


def test_one_refused_for_good_and_one_put_off_leave_the_others_alone(smtp, queued):
    smtp.refuse("caio@example.org", "550 5.1.1 No such user")
    smtp.refuse("dora@example.org", "451 4.7.1 Try again later")
    made = queued(*(f"{name}@example.org" for name in ("ana", "bia", "caio", "dora", "eva")))

    delivery.deliver_due()

    assert states(made) == {
        "ana@example.org": "enviado",
        "bia@example.org": "enviado",
        "caio@example.org": "falhou",
        "dora@example.org": "pendente",
        "eva@example.org": "enviado",
    }
    errors = dict(made.deliveries.values_list("recipient__email", "last_error"))
    assert errors["caio@example.org"] == "550 5.1.1 No such user"
    assert errors["dora@example.org"] == "451 4.7.1 Try again later"


def test_what_was_put_off_is_sent_when_the_server_takes_it(smtp, queued):
    smtp.answer("ana@example.org", "452 4.3.1 Disk full")
    made = queued("ana@example.org")
    delivery.deliver_due()
    smtp.forgive("ana@example.org")

    assert delivery.deliver_due() == 0  # its pause is not over
    later()
    assert delivery.deliver_due() == 1

    assert smtp.recipients == ["ana@example.org"]
    assert made.deliveries.get().tries == 2


def test_a_message_refused_after_it_was_sent_is_not_sent_again(smtp, queued):
    smtp.answer("ana@example.org", "554 5.7.1 Looks like spam")
    made = queued("ana@example.org")

    delivery.deliver_due()
    later()
    delivery.deliver_due()

    assert states(made) == {"ana@example.org": "falhou"}
    assert smtp.mails == []


def test_a_server_that_is_down_is_tried_for_two_days_and_then_no_more(smtp, settings, queued):
    settings.EMAIL_PORT = 1  # nobody listens there
    with time_machine.travel(MONDAY_AFTER, tick=False) as clock:
        made = queued("ana@example.org")
        waits = []
        while states(made) == {"ana@example.org": "pendente"}:
            clock.move_to(max(timezone.now(), made.deliveries.get().next_try_at))
            waits.append(timezone.now() - MONDAY_AFTER)
            assert delivery.deliver_due() == 0

    assert states(made) == {"ana@example.org": "falhou"}
    assert waits[:4] == [timedelta(minutes=minutes) for minutes in (0, 5, 15, 35)]
    assert timedelta(hours=44) < waits[-1] <= timedelta(hours=48)
    assert len(waits) < 25


def test_a_connection_lost_after_the_message_is_uncertain_and_never_repeated(smtp, queued):
    smtp.drop_after_data("ana@example.org")
    made = queued("ana@example.org")

    for _ in range(3):
        delivery.deliver_due()
        later()

    assert states(made) == {"ana@example.org": "incerto"}
    assert smtp.recipients == ["ana@example.org"]
    made.refresh_from_db()
    assert made.sent_at is None
    assert [(alert.summary, alert.uncertain) for alert in recent_alerts(made)] == [(made, 1)]


def test_a_server_that_takes_a_message_and_says_nothing_is_uncertain(smtp, settings, queued):
    settings.EMAIL_TIMEOUT = 0.5
    smtp.silent_after_data("ana@example.org")
    made = queued("ana@example.org", "bia@example.org")

    delivery.deliver_due()

    assert states(made) == {"ana@example.org": "incerto", "bia@example.org": "enviado"}


def recent_alerts(made: WeeklySummary) -> list[delivery.Alert]:
    with time_machine.travel(MONDAY_AFTER, tick=False):
        return delivery.alerts()


def test_a_worker_killed_while_it_was_sending_leaves_an_uncertain_mail(smtp, queued):
    made = queued("ana@example.org")
    assert made.deliveries.get().claim(timezone.now()) is True

    delivery.deliver_due()
    assert states(made) == {"ana@example.org": "enviando"}  # its lease still runs
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    delivery.deliver_due()

    assert states(made) == {"ana@example.org": "incerto"}
    assert smtp.mails == []


def test_a_worker_that_comes_back_late_with_the_truth_is_believed(smtp, queued):
    queued("ana@example.org")
    slow = Delivery.objects.get()
    slow.claim(timezone.now())
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    delivery.set_aside_abandoned(timezone.now())

    slow.accepted(timezone.now())

    assert Delivery.objects.get().state == DeliveryState.SENT


def test_a_worker_that_comes_back_after_a_person_has_decided_changes_nothing(smtp, queued):
    queued("ana@example.org")
    slow = Delivery.objects.get()
    slow.claim(timezone.now())
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    delivery.set_aside_abandoned(timezone.now())
    assert delivery.vouch(Delivery.objects.get()) is True

    slow.refused("550 no")

    assert Delivery.objects.get().state == DeliveryState.SENT
    assert WeeklySummary.objects.get().sent_at is not None


def test_what_waits_for_somebody_who_unsubscribed_is_not_sent(smtp, queued):
    made = queued("ana@example.org", "bia@example.org")
    made.deliveries.get(recipient__email="bia@example.org").recipient.unsubscribe()

    delivery.deliver_due()

    assert smtp.recipients == ["ana@example.org"]
    assert states(made) == {"ana@example.org": "enviado", "bia@example.org": "cancelado"}


def test_a_summary_whose_recipients_have_all_gone_counts_as_sent(smtp, queued):
    made = queued("ana@example.org")
    made.deliveries.get().recipient.unsubscribe()

    delivery.deliver_due()

    made.refresh_from_db()
    assert made.sent_at is not None


@pytest.mark.django_db(transaction=True)
def test_three_senders_at_once_send_each_mail_once(smtp, queued):
    made = queued(*(f"pessoa{n}@example.org" for n in range(5)))

    taken = at_once([delivery.deliver_due] * 3)

    assert sum(taken) == 5
    assert Counter(smtp.recipients) == Counter(f"pessoa{n}@example.org" for n in range(5))
    assert set(states(made).values()) == {"enviado"}


def test_without_a_mail_server_mail_is_written_to_files_and_counts(settings, tmp_path, queued):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    made = queued("ana@example.org")

    assert delivery.deliver_due() == 1

    assert states(made) == {"ana@example.org": "enviado"}
    [file] = tmp_path.iterdir()
    assert "To: Ana <ana@example.org>" in file.read_text()
