"""Take pictures of pages of a running Grahak: every path × width × language × theme, each to its own PNG.

    .venv/bin/python scripts/shots.py --base http://127.0.0.1:8000 --out /tmp/shots /customers/ /orders/

Without --login it comes in as the demo shop's owner. What a page complains of in the console is printed.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Browser, Page, StorageState, sync_playwright

from tests.browser import chromium

WAIT = 30_000


def main() -> int:
    """Gives 1 if any page answered with an error or complained in the console."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("paths", nargs="+", help="/customers/ … (an anchor or query is fine)")
    options.add_argument("--base", default="http://127.0.0.1:8000")
    options.add_argument("--login", help="e-mail; without it the demo's first person")
    options.add_argument("--password", default="")
    options.add_argument("--nobody", action="store_true", help="do not log in")
    options.add_argument("--out", type=Path, default=Path("/tmp/shots"))
    options.add_argument("--widths", default="1360,390", help="pixels, separated by commas")
    options.add_argument("--languages", default="en", help="en,ur,hi,gu")
    options.add_argument("--themes", default="light", help="light,dark")
    options.add_argument("--whole", action="store_true", help="the whole page, not only what a screen shows")
    options.add_argument("--click", help="press this selector before the picture (a menu, a dialog)")
    chosen = options.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        return 1 if take_all(browser, chosen) else 0


def take_all(browser: Browser, chosen: argparse.Namespace) -> int:
    """One picture for each combination; gives the number of faults seen."""
    state = None if chosen.nobody else logged_in(browser, chosen)
    faults = 0
    for language in chosen.languages.split(","):
        for theme in chosen.themes.split(","):
            for width in map(int, chosen.widths.split(",")):
                context = browser.new_context(
                    viewport={"width": width, "height": 900 if width > 600 else 844},
                    is_mobile=width <= 600,
                    has_touch=width <= 600,
                    base_url=chosen.base,
                    color_scheme="dark" if theme == "dark" else "light",
                    storage_state=state,
                )
                context.set_default_timeout(WAIT)
                page = context.new_page()
                choose(page, language, theme)
                for path in chosen.paths:
                    faults += take(page, path, f"{width}-{language}-{theme}", chosen)
                context.close()
    return faults


def logged_in(browser: Browser, chosen: argparse.Namespace) -> StorageState:
    """Log in through the page and give the cookies."""
    context = browser.new_context(base_url=chosen.base)
    context.set_default_timeout(WAIT)
    page = context.new_page()
    page.goto("/login/")
    if chosen.login:
        page.fill("[name=username]", chosen.login)
        page.fill("[name=password]", chosen.password)
        page.click("form[method=post] .button--main")
    else:
        page.locator("[name=person]").first.click()
    page.wait_for_url(lambda url: "/login/" not in url)
    state = context.storage_state()
    context.close()
    return state


def choose(page: Page, language: str, theme: str) -> None:
    """Set language and theme as the page's own switches do (they are kept with the person)."""
    page.goto("/me/" if "sessionid" in {cookie["name"] for cookie in page.context.cookies()} else "/login/")
    token = page.locator("[name=csrfmiddlewaretoken]").first.get_attribute("value") or ""
    for path, name, value in (("/language/", "language", language), ("/theme/", "theme", theme)):
        answer = page.request.post(
            path, form={name: value, "csrfmiddlewaretoken": token, "next": "/keys/"}, max_redirects=0
        )
        if answer.status != 302:
            raise SystemExit(f"{path} answered {answer.status}: language and theme stay as they were")


def take(page: Page, path: str, kind: str, chosen: argparse.Namespace) -> int:
    """One picture; gives the number of faults of the page and prints them."""
    faults: list[str] = []

    def hear(message: object) -> None:
        if getattr(message, "type", "") == "error":
            faults.append(str(getattr(message, "text", message)))

    page.on("console", hear)
    page.on("pageerror", hear)
    answer = page.goto(path, wait_until="load")
    page.wait_for_function("document.fonts.status === 'loaded'")
    if chosen.click:
        page.click(chosen.click)
        page.wait_for_timeout(300)
    if answer is not None and answer.status >= 400:
        faults.append(f"answered {answer.status}")
    # a phone's window grows with what is too wide for it: the width that was asked for is the measure
    wide = (page.viewport_size or {"width": 0})["width"]
    overflow = page.evaluate("document.documentElement.scrollWidth") - wide
    if overflow > 0:
        faults.append(f"{overflow} px wider than the screen")
    name = re.sub(r"[^\w]+", "-", path).strip("-") or "home"
    file = chosen.out / f"{name}-{kind}.png"
    page.screenshot(path=file, full_page=chosen.whole)
    page.remove_listener("console", hear)
    page.remove_listener("pageerror", hear)
    print(file, *faults, sep="\n  ")
    return len(faults)


if __name__ == "__main__":
    sys.exit(main())
