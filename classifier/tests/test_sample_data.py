"""A newcomer finds eight weeks of comments that are over, and some days of the present one, some of them corrected."""

import pytest
from django.core.management import call_command
from django.utils import timezone

from classifier.models import Comment, Review

pytestmark = pytest.mark.django_db


def test_the_sample_is_loaded_once_with_its_moments_and_corrections(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    call_command("demo_accounts")

    call_command("sample_data")
    call_command("sample_data")

    comments = Comment.objects.order_by("moment")
    first, last = comments[0], comments.reverse()[0]
    assert comments.count() == 620
    assert comments.count_by_state() == {"pendente": 0, "classificado": 620, "falhou": 0}
    assert last.moment <= timezone.now()
    assert 56 <= (timezone.now() - first.moment).days <= 63
    assert Review.objects.count() == comments.filter(reviewed=True).count() == 44
