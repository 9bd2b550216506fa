"""A recipient leaves by a signed link; only POST acts, and nobody else's link does."""

import pytest
from django.test import Client

from reports import unsubscribing
from reports.tests.weeks import recipient

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Client:
    return Client(enforce_csrf_checks=True)


def test_looking_at_the_link_changes_nothing(browser):
    ana = recipient()

    answers = [browser.get(unsubscribing.path(ana)), browser.head(unsubscribing.path(ana))]

    ana.refresh_from_db()
    assert [answer.status_code for answer in answers] == [200, 200]
    assert ana.active is True
    assert "ana@example.org" in answers[0].content.decode()
    assert '<form method="post">' in answers[0].content.decode()


def test_one_click_of_a_mail_program_is_enough_and_twice_is_no_harm(browser):
    ana, bia = recipient(), recipient("bia@example.org")

    for _ in range(2):
        answer = browser.post(unsubscribing.path(ana), {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200

    ana.refresh_from_db()
    bia.refresh_from_db()
    assert (ana.active, bia.active) == (False, True)
    assert ana.unsubscribed_at is not None
    assert "não é mais enviado" in answer.content.decode()


def test_a_forged_link_is_not_found(browser):
    ana, bia = recipient(), recipient("bia@example.org")
    token = unsubscribing.path(ana).rpartition("/")[2]
    signature = token.partition(":")[2]
    forged = [
        f"{bia.pk}:{signature}",
        token[:-1],
        f"{token}x",
        f"{ana.pk}",
        f"{ana.pk}:",
        "x:y",
        f"{10**30}:{signature}",
        "²:x",
    ]

    statuses = {browser.post(f"/resumo/sair/{each}").status_code for each in forged}

    assert statuses == {404}
    for person in (ana, bia):
        person.refresh_from_db()
        assert person.active is True


def test_a_link_of_an_address_that_changed_hands_does_nothing(browser):
    ana = recipient()
    link = unsubscribing.path(ana)
    ana.email = "outra@example.org"
    ana.save()

    assert browser.post(link).status_code == 404
