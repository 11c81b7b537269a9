"""Take the pictures of the guide anew, from a running demo shop: each a small PNG under docs/pictures.

    .venv/bin/python scripts/pictures.py --base http://127.0.0.1:8000

The demo must have loaded. The pictures are of what is there: no test data, nothing drawn over.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Browser, Page, StorageState, sync_playwright
from shots import choose, logged_in

from tests.browser import chromium

LIMIT = 250_000  # bytes: the guide is read on slow lines too
WIDE, PHONE = (1280, 860), (390, 844)
SHEET = """Party register of Kapasi Textiles
Code,Party Name,Mobile,City,Balance
P-101,Rehman Cloth House,98250 11001,Rajkot,"12,500"
P-102,મહેતા સારી સેન્ટર,98250 11002,Surat,
P-103,زینب کلیکشن,98250 11003,Surat,800
P-104,Shree Ganesh Vastra,9825O 11004,Jamnagar,"1,04,000"
"""


@dataclass(frozen=True)
class Picture:
    """A file's name, its size in pixels, the language, and how to come to the page."""

    name: str
    size: tuple[int, int]
    language: str
    go: Callable[[Page], None]


def go_home(page: Page) -> None:
    page.goto("/?span=month")


def go_customers(page: Page) -> None:
    page.goto("/customers/")


def go_customer(page: Page) -> None:
    """Somebody who buys on credit and often: the first whom the khata lists."""
    page.goto("/khata/")
    number = (page.locator("tbody tr a").first.get_attribute("href") or "").strip("/").split("/")[1]
    page.goto(f"/customers/{number}/")


def go_khata(page: Page) -> None:
    """That customer's statement, as they would be shown it on a phone."""
    page.goto("/khata/")
    page.goto(page.locator("tbody tr a").first.get_attribute("href") or "/khata/")


def go_columns(page: Page) -> None:
    """A small file, looked into; afterwards it is put away."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "party-register.csv"
        file.write_text(SHEET, encoding="utf-8")
        page.goto("/imports/")
        page.select_option("[name=kind]", "customers")
        page.set_input_files("[name=file]", file)
        page.locator("form[enctype] .button--main").click()
        page.wait_for_url("**/columns/")


def leave_columns(page: Page) -> None:
    page.locator("button[formaction$='/discard/']").click()


def go_message(page: Page) -> None:
    """The newest message that went out."""
    page.goto("/campaigns/")
    page.locator("tr:has(.badge--paid) a[data-row-link]").first.click()
    page.wait_for_url("**/campaigns/*/")


PICTURES = (
    Picture("home", WIDE, "en", go_home),
    Picture("customer", WIDE, "en", go_customer),
    Picture("columns", WIDE, "en", go_columns),
    Picture("message", WIDE, "en", go_message),
    Picture("customers-ur", WIDE, "ur", go_customers),
    Picture("khata-phone", PHONE, "en", go_khata),
)


def main() -> int:
    """Gives 1 if a picture is larger than LIMIT: then choose a smaller size for it."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--base", default="http://127.0.0.1:8000")
    options.add_argument("--login", help="e-mail; without it the demo's first person")
    options.add_argument("--password", default="")
    options.add_argument("--out", type=Path, default=Path("docs/pictures"))
    options.add_argument("names", nargs="*", help="only these; without any, all")
    chosen = options.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    wanted = [one for one in PICTURES if not chosen.names or one.name in chosen.names]
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        state = logged_in(browser, chosen)
        too_large = 0
        for picture in wanted:
            with opened(browser, chosen.base, state, picture) as page:
                picture.go(page)
                page.wait_for_function("document.fonts.status === 'loaded'")
                content = page.screenshot(animations="disabled")
                if picture.go is go_columns:
                    leave_columns(page)
            (chosen.out / f"{picture.name}.png").write_bytes(content)
            too_large += len(content) > LIMIT
            print(f"{picture.name}.png {len(content) // 1000} kB")
        browser.close()
    return 1 if too_large else 0


@contextmanager
def opened(browser: Browser, base: str, state: StorageState, picture: Picture) -> Iterator[Page]:
    """A page of the picture's size and language, light."""
    width, height = picture.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        is_mobile=width < 600,
        has_touch=width < 600,
        base_url=base,
        storage_state=state,
    )
    context.set_default_timeout(60_000)
    page = context.new_page()
    choose(page, picture.language, "light")
    yield page
    context.close()


if __name__ == "__main__":
    sys.exit(main())
