"""How soon a page's first screen is up after a click in the menu: `python -m tests.bench.clicks`.

The app is served by a process of its own and looked at in Chromium at 1440 × 900. Every page
is opened once, so that it is warm; then the menu is walked through several times. A first
screen is up when the new page's title stands above something drawn: a card, a chart, a map or
a table. Serve a copy: the app writes its state beside the snapshots.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

import click
from playwright.sync_api import Page, sync_playwright

from tests.bench import machine
from tests.serving import ARGUMENTS, CHROMIUM, IDLE, served

MOST = 1.5
"""Seconds."""

_DRAWN = (
    "[data-testid=stHtml], [data-testid=stMetric], [data-testid=stTable], "
    "[data-testid=stDataFrame] canvas, .js-plotly-plot .main-svg, "
    "[data-testid=stDeckGlJsonChart] canvas"
)
_FIRST_SCREEN = """
([before, drawn]) => {
    const main = document.querySelector('[data-testid=stMain]');
    const isNew = one => !one.closest('[data-stale=true]');
    const isSeen = one => {
        const box = one.getBoundingClientRect();
        return box.height > 0 && box.top < innerHeight;
    };
    const title = main?.querySelector('h1');
    return title && title.innerText !== before && isNew(title)
        && [...main.querySelectorAll(drawn)].some(one => isNew(one) && isSeen(one));
}
"""


@dataclass(frozen=True)
class Link:
    """A page in the menu."""

    section: str
    page: str


@click.command()
@click.argument("warehouse", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--rounds", default=5, show_default=True, help="How often each page is opened.")
def main(warehouse: Path, rounds: int) -> None:
    """Time the first screen of every page of a WAREHOUSE."""
    if CHROMIUM is None:
        message = "no Chromium on the path; install one or set DOORSTEP_CHROMIUM"
        raise click.ClickException(message)
    busy = machine.load()
    with served(warehouse) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(address)
        page.locator("h1").wait_for(timeout=120_000)
        _settle(page)
        took = _walk(page, rounds)
        browser.close()
    for link, seconds in took.items():
        said = "" if median(seconds) <= MOST else f" > {MOST} s"
        sys.stdout.write(
            f"{link.section}: {link.page}: {median(seconds):.2f} s "
            f"({min(seconds):.2f} to {max(seconds):.2f}){said}\n"
        )
    sys.stdout.write(f"load {busy:.1f} before, {machine.load():.1f} after\n")


def _walk(page: Page, rounds: int) -> dict[Link, list[float]]:
    """Open every page once, then time it in every round; the page in view comes last."""
    first, *others = _menu(page)
    links = [*others, first]
    took: dict[Link, list[float]] = {link: [] for link in links}
    for number in range(rounds + 1):
        for link in links:
            seconds = _open(page, link)
            if number:
                took[link].append(seconds)
    return took


def _menu(page: Page) -> Iterator[Link]:
    sections = page.get_by_test_id("stTopNavSection")
    for section in sections.all_inner_texts():
        _unfold(page, section)
        for name in page.get_by_test_id("stTopNavDropdownLink").all_inner_texts():
            yield Link(section, name)
        page.keyboard.press("Escape")


def _unfold(page: Page, section: str) -> None:
    page.get_by_test_id("stTopNavSection").get_by_text(section, exact=True).click()
    page.get_by_test_id("stTopNavDropdownLink").first.wait_for()


def _open(page: Page, link: Link) -> float:
    """Seconds from a click to the first screen."""
    _unfold(page, link.section)
    before = page.locator("h1").first.inner_text()
    start = perf_counter()
    page.get_by_test_id("stTopNavDropdownLink").get_by_text(link.page, exact=True).click()
    page.wait_for_function(_FIRST_SCREEN, arg=[before, _DRAWN], timeout=60_000, polling="raf")
    took = perf_counter() - start
    _settle(page)
    return took


def _settle(page: Page) -> None:
    """Until the page has been idle for half a second."""
    quiet = 0
    while quiet < 5:
        quiet = quiet + 1 if page.locator(IDLE).count() else 0
        page.wait_for_timeout(100)


if __name__ == "__main__":
    main()
