"""Pages by cursor end, and show each comment once."""

import re
from base64 import urlsafe_b64encode
from datetime import UTC, datetime

import pytest

from classifier.models import Category, Comment, CommentState
from classifier.tests.comments import stored

pytestmark = pytest.mark.django_db

MOMENT = datetime(2025, 8, 1, 15, tzinfo=UTC)


def links(response):
    return {relation: url for url, relation in re.findall(r'<([^>]+)>; rel="(\w+)"', response.get("Link", ""))}


def follow(api, url, relation="next"):
    """The pages that a client sees who follows the links to their end."""
    pages = []
    while url:
        response = api.get(url)
        assert response.status_code == 200, response.content
        pages.append([comment["id"] for comment in response.json()])
        url = links(response).get(relation)
        assert len(pages) < 100
    return pages


def test_ten_thousand_comments_of_one_moment_are_each_seen_once(api):
    Comment.objects.bulk_create(
        Comment(
            external_id=f"c{n}", text="x", search_words="x", moment=MOMENT, state=CommentState.CLASSIFIED,
            category=Category.PRAISE, confidence=0.5, engine="embedded/test",
        )
        for n in range(10_000)
    )  # fmt: skip

    for order in ("", "&ordem=asc", "&ordem=desc"):
        pages = follow(api, f"/api/comentarios?limite=1000{order}")
        seen = [key for page in pages for key in page]
        assert len(pages) == 10
        assert (len(seen), len(set(seen))) == (10_000, 10_000)


@pytest.mark.parametrize("order", ["", "&ordem=asc", "&ordem=desc", "&tag=fix_login"])
def test_the_way_back_shows_the_same_pages(api, order):
    for n in range(7):
        stored(confidence=n / 10, tags=("fix_login",))
    forward = follow(api, f"/api/comentarios?limite=3{order}")

    last = api.get(f"/api/comentarios?limite=3{order}")
    while "next" in links(last):
        last = api.get(links(last)["next"])
    back = follow(api, links(last)["prev"], "prev")

    assert [len(page) for page in forward] == [3, 3, 1]
    assert back == forward[1::-1]


def test_the_pages_of_a_tag_show_a_comment_once_however_many_tags_it_has(api):
    expected = [stored(tags=("fix_login", "feat_letra", "ui_tema")).external_id for _ in range(5)]

    pages = follow(api, "/api/comentarios?limite=2&tag=fix_login")

    assert [key for page in pages for key in page] == expected[::-1]


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_pages_cross_from_the_labelled_to_those_that_wait(api, order):
    expected = {stored(confidence=0.5).external_id for _ in range(3)}
    expected |= {stored(category=None).external_id for _ in range(4)}

    pages = follow(api, f"/api/comentarios?limite=2&ordem={order}")

    assert sorted(key for page in pages for key in page) == sorted(expected)


def test_a_comment_that_comes_in_meanwhile_moves_no_page(api):
    first = [stored().external_id for _ in range(4)]
    page = api.get("/api/comentarios?limite=2")

    stored()

    assert [c["id"] for c in api.get(links(page)["next"]).json()] == first[1::-1]


def test_a_cursor_of_another_order_is_refused(api):
    for _ in range(3):
        stored()
    cursor = links(api.get("/api/comentarios?limite=1"))["next"].partition("cursor=")[2]

    response = api.get(f"/api/comentarios?limite=1&ordem=asc&cursor={cursor}")

    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"] == "?cursor"


def test_a_cursor_with_a_truth_value_for_a_number_is_refused(api):
    raw = '["n",0,"2026-01-01T00:00:00+00:00",true]'

    assert api.get("/api/comentarios", {"cursor": urlsafe_b64encode(raw.encode()).decode()}).status_code == 400


def test_the_last_page_has_no_next_and_the_first_no_previous(api):
    for _ in range(3):
        stored()
    first = api.get("/api/comentarios?limite=2")
    second = api.get(links(first)["next"])

    assert sorted(links(first)) == ["next"]
    assert sorted(links(second)) == ["prev"]
