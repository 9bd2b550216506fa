"""Photographs every page of a running server at both widths, light and dark, as `docs/images/screens/`.

    make run
    python docs/screens.py --user NAME --password … [--base http://127.0.0.1:8000] [PAGE …]

The account is an administrator's. Each picture shows what stands on the first screens of the page; more is cut off.
"""

import argparse
import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page, StorageState, sync_playwright

FOLDER = Path(__file__).resolve().parent / "images" / "screens"
SIZES = {1440: 900, 360: 740}
SCREENS = 2
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PANEL = "/painel/"

# A page whose address holds the id of a row is reached by the first link of that pattern on another page.
PAGES: dict[str, str | tuple[str, str]] = {
    "login": "/painel/login/",
    "home": PANEL,
    "review": "/painel/revisao/",
    "comments": "/painel/classifier/comment/",
    "comment": ("/painel/classifier/comment/", r"/painel/classifier/comment/\d+/change/"),
    "tags": "/painel/classifier/tag/",
    "tag": ("/painel/classifier/tag/", r"/painel/classifier/tag/\d+/change/"),
    "authors": "/painel/classifier/autores/",
    "guidelines": "/painel/classifier/guideline/",
    "evaluations": "/painel/classifier/run/",
    "evaluation": ("/painel/classifier/run/", r"/painel/classifier/run/\d+/change/"),
    "learning": "/painel/aprendizado/",
    "accuracy": "/painel/acerto/",
    "summaries": "/painel/reports/weeklysummary/",
    "summary": ("/painel/reports/weeklysummary/", r"/painel/reports/weeklysummary/\d+/change/"),
    "recipients": "/painel/reports/recipient/",
    "insights": "/painel/insights/",
    "llm": "/painel/llm/call/",
    "users": "/painel/accounts/user/",
    "report": "/relatorio",
    "report-week": "/relatorio?semana=2025-W31",
}


class Photographer:
    def __init__(self, browser: Browser, base: str) -> None:
        self.browser, self.base = browser, base

    def enter(self, name: str, password: str) -> StorageState:
        """The cookies of who has logged in, for the pages that follow."""
        page = self.browser.new_context(locale="pt-BR").new_page()
        page.goto(self.base + "/painel/login/")
        page.fill("#id_username", name)
        page.fill("#id_password", password)
        page.press("#id_password", "Enter")
        page.wait_for_url(self.base + PANEL)
        return page.context.storage_state()

    def views(self, state: StorageState | None) -> Iterator[tuple[str, Page]]:
        """A tab for each width and colour scheme, with its name."""
        for width, height in SIZES.items():
            for scheme in SCHEMES:
                context = self.browser.new_context(
                    locale="pt-BR",
                    viewport={"width": width, "height": height},
                    color_scheme=scheme,
                    storage_state=state,
                )
                yield f"{width}-{scheme}", context.new_page()
                context.close()

    def address(self, page: Page, where: str | tuple[str, str]) -> str:
        if isinstance(where, str):
            return self.base + where
        listing, pattern = where
        page.goto(self.base + listing)
        links: list[str] = page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))")
        found = next((link for link in links if re.search(pattern, link)), None)
        if found is None:
            raise SystemExit(f"{listing} has no link to {pattern}")
        return self.base + found.split("?")[0] if found.startswith("/") else page.url + found

    def take(self, page: Page, file: Path) -> None:
        page.wait_for_load_state("networkidle")
        width = page.viewport_size["width"] if page.viewport_size else 0
        overflow = page.evaluate("document.documentElement.scrollWidth") - width
        if overflow > 0:
            print(f"{file.stem}: {overflow} px wider than the window")
        height = page.evaluate("document.documentElement.scrollHeight")
        most = SIZES[width] * SCREENS
        taken = page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": width, "height": min(height, most)})
        picture = Image.open(io.BytesIO(taken))
        picture.convert("RGB").quantize(64).save(file, optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("pages", nargs="*", metavar="PAGE", help=f"of {', '.join(PAGES)}; all where none is named")
    parser.add_argument("--base", default="http://127.0.0.1:8000")
    parser.add_argument("--user", required=True)
    parser.add_argument("--password", required=True)
    options = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        photographer = Photographer(browser, options.base)
        state = photographer.enter(options.user, options.password)
        for name in options.pages or PAGES:
            for view, page in photographer.views(None if name == "login" else state):
                page.goto(photographer.address(page, PAGES[name]))
                photographer.take(page, FOLDER / f"{name}-{view}.png")
        browser.close()


if __name__ == "__main__":
    main()
