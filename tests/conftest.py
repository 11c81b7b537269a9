"""What the tests of the running product share: one Chromium, for Playwright opens only once in a process."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests import migrated
from tests.browser import chromium as program


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for the whole run. Where there is none: skip, or fail under GRAHAK_REQUIRE_BROWSER."""
    if program.find() is None:
        why = "no Chromium on this machine (Debian: apt-get install chromium)"
        if os.environ.get("GRAHAK_REQUIRE_BROWSER"):
            pytest.fail(why)
        pytest.skip(why)
    # Playwright keeps an event loop in this thread: Django would refuse the database to the tests after it
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = program.launch(playwright)
        yield browser
        browser.close()


def pytest_sessionfinish() -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        migrated.end()
