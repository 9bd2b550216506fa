"""Runs in the panel: the history, one run with its mistakes, two side by side."""

import re

import pytest
from django.test import Client

from accounts.groups import ADMINISTRATORS, READERS
from classifier.models import DataSet, Run
from classifier.tests.comments import stored
from classifier.tests.evaluated import ANSWERS, evaluated

pytestmark = pytest.mark.django_db

RUNS = "/painel/classifier/run/"


@pytest.fixture
def comment():
    return stored("O app fecha sozinho")


@pytest.fixture
def reader(make_user):
    client = Client(headers={"Accept": "text/html", "Accept-Language": "en"})
    client.force_login(make_user("leitora", READERS))
    return client


def page(reader, path):
    response = reader.get(RUNS + path)
    assert response.status_code == 200
    return response.content.decode()


def test_with_no_run_the_page_says_how_to_make_one(reader):
    assert "manage.py evals --all" in page(reader, "")


def test_the_history_is_a_line_whose_points_lead_to_their_runs(reader, comment):
    runs = [evaluated(comment), evaluated(comment)]

    shown = page(reader, "")

    assert len(re.findall(r"<polyline", shown)) == 1
    assert re.findall(r'<a href="/painel/classifier/run/(\d+)/change/" aria-label', shown) == [str(r.pk) for r in runs]


def test_a_history_is_of_one_data_set(reader, comment):
    evaluated(stored("outro"))
    newest = evaluated(comment)
    first, second = DataSet.objects.order_by("pk")

    for data_set, run in ((first, Run.objects.earliest("pk")), (second, newest)):
        links = set(re.findall(r"/painel/classifier/run/(\d+)/change/", page(reader, f"?dados={data_set.short_hash}")))
        assert links == {str(run.pk)}


def test_a_wrong_comment_is_one_click_away(reader, comment):
    run = evaluated(comment, [ANSWERS[1], ANSWERS[0], ANSWERS[2]])

    shown = page(reader, f"{run.pk}/change/")

    assert f'href="/painel/classifier/comment/{comment.pk}/change/"' in shown
    assert re.findall(r'<p class="words">(.*?)</p>', shown) == ["O app fecha sozinho", "Quando sai?"]


def test_a_cell_of_the_matrix_leads_to_its_comments(reader, comment):
    run = evaluated(comment)

    cells = re.findall(r'<a href="(\?[^"]+)#answers" title="([^"]+)">(\d+)</a>', page(reader, f"{run.pk}/change/"))

    assert [(title, count) for _query, title, count in cells] == [
        ("CRÍTICA → ELOGIO", "1"), ("CRÍTICA → CRÍTICA", "1"), ("DÚVIDA → nenhuma", "1"),
    ]  # fmt: skip
    behind = [
        re.findall(r'<p class="words">(.*?)</p>', page(reader, f"{run.pk}/change/{query.replace('&amp;', '&')}"))
        for query, _title, _count in cells
    ]
    assert behind == [["Toca sem parar"], ["O app fecha sozinho"], ["Quando sai?"]]


def test_a_figure_that_does_not_exist_is_shown_with_its_reason(reader, comment):
    shown = page(reader, f"{evaluated(comment).pk}/change/")

    assert "no comment is of this category" in shown
    assert "NaN" not in shown
    assert ">nan" not in shown


def test_an_erased_comment_is_gone_from_its_run_which_says_so(reader, comment):
    run = evaluated(comment)
    comment.delete()

    shown = page(reader, f"{run.pk}/change/")

    assert "O app fecha sozinho" not in shown
    assert "1 comment has been erased since" in shown


def test_two_runs_stand_side_by_side_with_what_flipped(reader, comment):
    first, second = evaluated(comment), evaluated(comment, [ANSWERS[1], ANSWERS[0], ANSWERS[2]])

    shown = page(reader, f"comparar/?a={first.pk}&b={second.pk}")

    assert "B against A: not enough data to say." in shown
    assert re.findall(r'<p class="words">(.*?)</p>', shown) == ["O app fecha sozinho", "Toca sem parar"]
    assert f'href="/painel/classifier/comment/{comment.pk}/change/"' in shown


def test_runs_on_different_data_stand_side_by_side_without_a_difference(reader, comment):
    first, second = evaluated(comment), evaluated(stored("outro"))

    shown = page(reader, f"comparar/?a={first.pk}&b={second.pk}")

    assert "different data" in shown
    assert "McNemar" not in shown


@pytest.mark.parametrize("query", ["", "?a=1", "?a=x&b=y", "?a=999999&b=999999"])
def test_a_choice_that_is_none_leads_back_to_the_list(reader, query):
    assert reader.get(f"{RUNS}comparar/{query}")["Location"] == RUNS


def test_an_administrator_deletes_a_run_and_its_texts(make_user, comment):
    client = Client(headers={"Accept": "text/html"})
    client.force_login(make_user("raiz", ADMINISTRATORS))
    run = evaluated(comment)

    client.post(f"{RUNS}{run.pk}/delete/", {"post": "yes"})

    assert (Run.objects.count(), DataSet.objects.count()) == (0, 0)
