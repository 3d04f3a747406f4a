"""The app in a real browser: what only a browser can show."""

import contextlib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from dashboard import tree
from dashboard.access import LOCAL_USER
from dashboard.scope import Quarter, Scope, Where
from dashboard.warehouse import Order, Warehouse
from tests.serving import ARGUMENTS, CHROMIUM, IDLE, served

pytestmark = pytest.mark.browser

GROUND = "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; without one the tests skip, unless the environment asks for it."""
    if CHROMIUM is None:
        reason = "no Chromium on the path; install one or set DOORSTEP_CHROMIUM"
        if os.environ.get("DOORSTEP_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def address(browser: Browser, sample_warehouse: Path) -> Iterator[str]:
    """The app, served by a process of its own."""
    assert browser.is_connected()
    with served(sample_warehouse) as found:
        yield found


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Open]:
    """Open a page in a context of its own; any request to another host fails the test."""
    contexts: list[BrowserContext] = []
    outside: list[str] = []

    def opened(url: str = "") -> Page:
        context = browser.new_context(
            color_scheme="light",
            viewport=WIDE,  # ty: ignore[invalid-argument-type]
            permissions=["clipboard-read", "clipboard-write"],
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: _note(request.url, address, outside))
        page.goto(url if url.startswith("http") else f"{address}/{url}")
        page.wait_for_selector("h1", timeout=30_000)
        settle(page)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert outside == []


def _note(url: str, address: str, outside: list[str]) -> None:
    local = (address, address.replace("http", "ws"), "data:", "blob:")
    if not url.startswith(local):
        outside.append(url)


def settle(page: Page) -> None:
    """Wait until the script has rested for 250 ms."""
    quiet = 0
    while quiet < 5:
        page.wait_for_timeout(50)
        quiet = quiet + 1 if page.locator(IDLE).count() else 0


def choose(page: Page, filter_label: str, option: str) -> None:
    """Choose an option of a filter by keyboard: a list that still moves swallows clicks.

    A page that runs once more closes the list, so this starts over until the page says it.
    """
    said = page.get_by_text(f"{filter_label}: {option}")
    box = page.get_by_label(filter_label)
    for _ in range(5):
        if not box.is_visible():
            page.locator(".st-key-filters summary").click()
        box.fill(option)
        with contextlib.suppress(PlaywrightTimeout):
            page.get_by_role("option", name=option).wait_for(timeout=5_000)
            box.press("Enter")
            said.wait_for(timeout=5_000)
            break
        box.press("Escape")
    box.press("Escape")
    said.wait_for()
    settle(page)


def shown(page: Page) -> tuple[str, str]:
    return page.locator("h1").inner_text(), page.locator(".ds-board").inner_text()


def test_a_copied_link_shows_another_browser_the_same(open_page: Open) -> None:
    page = open_page()
    before, cards = shown(page), page.locator(".ds-card").count()

    choose(page, "Carrier", "Kestrel")
    page.get_by_role("button", name="Copy link").click()
    page.get_by_role("button", name="Copy", exact=True).click()
    page.get_by_role("button", name="Copied").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    again = open_page(link)

    assert cards == 6
    assert "carrier=Kestrel" in link
    assert shown(page) != before
    assert shown(again) == shown(page)


def test_filters_go_along_to_another_page_and_survive_a_reload(open_page: Open) -> None:
    page = open_page("?segment=Premium&carrier=Kestrel")
    page.get_by_test_id("stTopNavSection").filter(has_text="Data").click()
    page.get_by_test_id("stTopNavDropdownLink").filter(has_text="Definitions").click()
    page.get_by_role("heading", name="What every figure counts").wait_for()
    settle(page)
    page.reload()
    page.get_by_text("Segment: Premium").wait_for()

    assert "segment=Premium" in page.url
    assert "carrier=Kestrel" in page.url


@pytest.mark.parametrize(
    ("url", "drawn"),
    [
        ("", ".js-plotly-plot"),
        ("cost_to_serve", ".js-plotly-plot"),
        ("service", ".js-plotly-plot"),
        ("satisfaction", ".js-plotly-plot"),
        ("forecast", ".js-plotly-plot"),
        ("experiments", "h2"),
        ("breach_map", "[data-testid=stDeckGlJsonChart] canvas"),
        ("root_causes", ".js-plotly-plot"),
        ("deliveries", "[data-testid=stDataFrame]"),
        ("carrier_comparison", ".js-plotly-plot"),
        ("carrier_review", "h2"),
        ("definitions", "h2"),
    ],
)
def test_a_page_is_accessible_in_light_and_dark_and_fits_desk_and_phone(
    open_page: Open, url: str, drawn: str
) -> None:
    page = open_page(url)
    page.locator(drawn).first.wait_for()
    light, dark = violations_by_colour(page)
    desk = widths(page)
    page.set_viewport_size(PHONE)
    page.wait_for_timeout(500)

    assert (light, dark) == ([], [])
    assert max(desk) <= WIDE["width"]
    assert max(widths(page)) <= PHONE["width"]
    assert (
        page.locator("[data-testid=stException], [data-testid=stAlertContentError]").count() == 0
    )


def test_a_running_back_test_is_stopped_by_a_click(open_page: Open) -> None:
    page = open_page("forecast?step=planner")
    page.locator(".js-plotly-plot").first.wait_for()
    box = page.get_by_label("Back-test other models")
    running = page.get_by_text(re.compile("Back-testing: [0-9]+ of [0-9]+ series"))
    for _ in range(5):  # a page that runs once more closes the list, as in `choose`
        box.fill("zones of every segment")
        with contextlib.suppress(PlaywrightTimeout):
            page.get_by_role("option", name="zones of every segment").wait_for(timeout=5_000)
            box.press("Enter")
            running.wait_for(timeout=10_000)
            break
        box.press("Escape")
    running.wait_for()
    page.get_by_role("button", name="Stop back-testing").click()
    page.get_by_text("Back-testing: ").wait_for(state="detached")
    settle(page)

    assert "The planner forecast was" in page.locator("h1").inner_text()
    assert page.get_by_role("heading", name="What would be better?").count() == 0
    assert "challenge=" not in page.url


def test_a_link_opens_the_examples_of_its_theme(open_page: Open) -> None:
    page = open_page("satisfaction?theme=praise&said_in=comments")
    page.get_by_text("comments about “Praise”").wait_for()

    assert page.locator("[data-testid=stAlert]").count() == 0


def test_a_link_opens_cost_to_serve_under_its_rule(open_page: Open) -> None:
    page = open_page("cost_to_serve?rule=tdabc&further=ledger")

    assert page.get_by_text("paid time that nobody used is idle capacity").is_visible()
    assert page.get_by_role("heading", name="From served to booked").is_visible()
    assert "does not exist here" not in page.inner_text("body")


def test_a_link_opens_one_delivery_and_its_timeline(
    open_page: Open, sample_warehouse: Path
) -> None:
    reader = Warehouse(sample_warehouse).reader(None, LOCAL_USER)
    late = Scope().holding(Where("lateness_minutes", "=", "47"))
    one = reader.rows.page((), Order(), late, None, 1)["delivery_id"][0]

    page = open_page(f"deliveries?delivery={one}&segment=Premium")
    page.locator(".js-plotly-plot").first.wait_for()
    title, (light, dark) = page.locator("h1").inner_text(), violations_by_colour(page)
    page.set_viewport_size(PHONE)
    page.wait_for_timeout(500)
    width = page.evaluate("document.documentElement.scrollWidth")
    page.get_by_role("button", name="Back to the rows").click()
    page.get_by_role("heading", name="Rows", exact=True).wait_for()

    assert title.startswith("Late by 47 minutes: delivered ")
    assert (light, dark) == ([], [])
    assert width <= PHONE["width"]
    assert f"delivery={one}" not in page.url
    assert "segment=Premium" in page.url


def test_a_segment_leads_to_what_changed_in_it(open_page: Open) -> None:
    page = open_page("service")
    page.get_by_role("link", name="What changed in on-time rate, Premium").click()
    page.get_by_text("Segment: Premium").wait_for()
    settle(page)

    assert page.get_by_role("heading", name="What changed").is_visible()
    assert "segment=Premium" in page.url


def test_a_click_on_a_zone_leads_by_its_address_to_the_drawer_with_its_count(
    open_page: Open, sample_warehouse: Path
) -> None:
    page = open_page("breach_map?cut=zones")
    chart = page.get_by_test_id("stDeckGlJsonChart")
    point_at(page, chart)

    chart.click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_text("deliveries due were late").wait_for()
    settle(page)
    (zone,) = parse_qs(urlsplit(page.url).query)["zone"]
    again = open_page(page.url).get_by_role("dialog")
    again.get_by_text("deliveries due were late").wait_for()

    quarter = Scope(Quarter(2026, 3).period()).within(zone=zone)
    reader = Warehouse(sample_warehouse).reader(None, LOCAL_USER)
    kept, due = reader.roll_up(("on_time_rate",), (), quarter).row(0)[1:3]
    said = f"{int(due - kept)} of {int(due):,} deliveries due were late"
    assert said in drawer.inner_text()
    assert said in again.inner_text()


def test_own_files_are_shown_with_what_they_become_at_desk_and_phone(
    open_page: Open, tmp_path: Path
) -> None:
    page = open_page("data_quality")
    page.get_by_text("Bring your own data").click()
    page.set_input_files("input[type=file]", tree.sample_generator().write_export(tmp_path))
    page.get_by_text("6,000 records").wait_for()
    settle(page)

    assert page.get_by_label("Frachtführer").input_value() == "carrier"
    assert page.get_by_text("To decide: 'Status' has “Annahme verweigert”").is_visible()
    assert page.get_by_role("button", name="Import", exact=True).is_disabled()
    streamlits_own = "stFileUploaderDropzone"
    for found in violations_by_colour(page):
        assert [one for one in found if streamlits_own not in one] == []
    for size in (WIDE, PHONE):
        page.set_viewport_size(size)
        page.wait_for_timeout(500)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def point_at(page: Page, chart: Locator) -> None:
    """Move over the middle of a map until it is drawn and says what is there."""
    for at in range(100):
        chart.hover(position={"x": 300 + at % 2, "y": 260})
        page.wait_for_timeout(100)
        if chart.get_by_text("expected").count():
            return
    pytest.fail("the map does not answer within 10 s")


def violations_by_colour(page: Page) -> tuple[list[str], list[str]]:
    """What a page violates in light, then in dark, where it stays."""
    light, ground = violations(page), page.evaluate(GROUND)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"{GROUND} !== '{ground}'")
    settle(page)
    return light, violations(page)


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]


def widths(page: Page) -> list[float]:
    """The page's width, and where each card ends."""
    ends = "cards => cards.map(card => card.getBoundingClientRect().right)"
    cards = page.locator(".ds-card").evaluate_all(ends)
    return [page.evaluate("document.documentElement.scrollWidth"), *cards]
