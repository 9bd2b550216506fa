"""The report in a real browser: drawn, refreshed, printed, and clean in every state."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page, Route

from accounts.groups import CURATORS
from classifier.models import Category
from classifier.tests.comments import stored
from reports.models import CountedHour
from tests.test_pages import browser, enter, faults, overflow, page, pytestmark, serious_faults  # noqa: F401

ALL = list(Category)
DRAWN = "#report.drawn"


def fill(categories: list[Category] = ALL) -> None:
    now = timezone.now()
    for number in range(40):
        category = categories[number * number % len(categories)]
        tags = ("fix_login",) if category == Category.CRITICISM else ("feat_letra", "ui_player")[: number % 3]
        stored(category=category, confidence=0.6 + number % 4 / 10, tags=tags, moment=now - timedelta(hours=4 * number))
    stored(category=None, moment=now)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("state", ["data", "one category", "empty"])
def test_each_state_is_clean_accessible_and_fits(live_server, page, faults, state, width, scheme):  # noqa: F811
    if state != "empty":
        fill(ALL if state == "data" else [Category.CRITICISM])
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.goto(live_server.url + "/relatorio")
    page.locator(DRAWN).wait_for()

    assert page.locator("canvas").count() == (0 if state == "empty" else 5)
    assert faults == []
    assert serious_faults(page) == []
    assert overflow(page) == 0
    for summary in page.locator("summary").all():
        summary.press("Enter")
    assert serious_faults(page) == []
    assert overflow(page) == 0


def fill_the_week_before_otherwise() -> None:
    """So that much has changed, and all of it is told of."""
    for number in range(60):
        moment = timezone.now() - timedelta(days=8, hours=number)
        stored(category=[Category.SPAM, Category.CRITICISM][number % 8 == 0], tags=("sec_golpe",), moment=moment)


def numbers_change() -> None:
    """What a minute brings, without the minute."""
    stored(category=Category.SPAM, tags=("sec_golpe",))
    CountedHour.objects.all().delete()
    cache.clear()


def refresh(page: Page) -> None:  # noqa: F811
    with page.expect_response(re.compile("/relatorio$")):
        page.clock.run_for(60_000)


def test_the_report_takes_over_new_numbers_and_leaves_the_reader_where_they_were(live_server, page, faults):  # noqa: F811
    fill()
    page.clock.install()
    page.goto(live_server.url + "/relatorio")
    page.locator(DRAWN).wait_for()
    page.locator(".chart-tags summary").click()
    page.evaluate("document.querySelector('.chart-tags canvas').dataset.same = 'yes'")
    refresh(page)
    assert page.get_by_text("sec_golpe").count() == 0

    numbers_change()
    refresh(page)
    page.get_by_role("rowheader", name="sec_golpe").wait_for()

    assert page.locator(".chart-tags details").get_attribute("open") is not None
    assert page.locator(".chart-tags canvas").get_attribute("data-same") == "yes"
    assert faults == []


def test_when_the_server_is_away_the_numbers_stay_and_the_page_says_so(live_server, page, faults):  # noqa: F811
    fill()
    page.clock.install()
    page.goto(live_server.url + "/relatorio")
    page.locator(DRAWN).wait_for()

    def fail(route: Route) -> None:
        route.abort()

    page.route("**/relatorio", fail)
    page.clock.run_for(60_000)
    page.get_by_role("status").filter(has_text="Sem conexão").wait_for()
    assert page.locator("canvas").count() == 5

    page.unroute("**/relatorio", fail)
    refresh(page)
    page.get_by_role("status").wait_for(state="hidden")
    assert [fault for fault in faults if "ERR_FAILED" not in fault] == []


def test_a_report_that_was_empty_draws_what_comes_in(live_server, page, faults):  # noqa: F811
    page.clock.install()
    page.goto(live_server.url + "/relatorio")
    page.locator(DRAWN).wait_for()
    assert page.locator("canvas").count() == 0

    numbers_change()
    refresh(page)
    page.locator("canvas").first.wait_for()

    assert page.locator("canvas").count() == 5
    assert faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_report_prints_on_one_sheet(live_server, page, faults, scheme):  # noqa: F811
    fill()
    fill_the_week_before_otherwise()
    page.emulate_media(color_scheme=scheme)
    page.goto(live_server.url + "/relatorio")
    page.locator(DRAWN).wait_for()

    pdf = page.pdf(prefer_css_page_size=True, print_background=True)

    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    assert faults == []


@pytest.mark.parametrize("kind", ["png", "csv"])
def test_each_chart_can_be_saved(live_server, page, faults, kind):  # noqa: F811
    fill()
    page.goto(live_server.url + "/relatorio")
    page.locator(DRAWN).wait_for()
    starts = {"png": b"\x89PNG", "csv": b"\xef\xbb\xbf"}

    for name in ("shares", "days", "tags", "confidence", "hours"):
        with page.expect_download() as waited:
            page.locator(f".chart-{name} [data-download={kind}]").click()
        assert waited.value.suggested_filename == f"{name}.{kind}"
        assert Path(waited.value.path()).read_bytes().startswith(starts[kind])
    assert faults == []


def test_a_curator_goes_from_a_bar_to_the_comments_behind_it(live_server, page, make_user):  # noqa: F811
    fill([Category.CRITICISM])
    make_user("curadora", CURATORS)
    page.set_viewport_size({"width": 1440, "height": 900})
    enter(page, live_server.url + "/painel/", "curadora")
    page.goto(live_server.url + "/relatorio")
    page.locator(DRAWN).wait_for()

    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    bar = page.evaluate("Chart.getChart(document.querySelector('.chart-shares canvas')).getDatasetMeta(0).data[1]")
    page.locator(".chart-shares canvas").click(position={"x": bar["x"] - 5, "y": bar["y"]})
    page.wait_for_url("**/painel/classifier/comment/**")

    assert any("/painel/classifier/comment/?categoria=CR%C3%8DTICA&desde=" in url for url in asked)


@pytest.fixture
def unscripted(browser) -> Iterator[Page]:  # noqa: F811
    context = browser.new_context(locale="pt-BR", java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_without_scripts_the_tables_are_the_report(live_server, unscripted):
    fill()
    unscripted.goto(live_server.url + "/relatorio")

    assert unscripted.get_by_role("table").count() == 5
    assert unscripted.get_by_role("rowheader", name="fix_login").is_visible()
    assert not unscripted.locator("canvas").first.is_visible()
