"""One Postfix and one Dovecot for all tests of this folder; each test has mailboxes of its own that are emptied before
it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest

from tests.mail import servers
from tests.mail.servers import Servers


@pytest.fixture(scope="session")
def _running() -> Iterator[Servers]:
    because = servers.why_not()
    if because and os.environ.get("GRAHAK_REQUIRE_MAILSERVERS") == "1":
        pytest.fail(f"real mail servers are required here: {because}")
    if because:
        pytest.skip(f"no real mail servers: {because}")
    with servers.running() as found:
        yield found


@pytest.fixture
def mail(_running: Servers) -> Servers:
    """The servers, with empty mailboxes."""
    for mailbox in (_running.folder / "mail").iterdir():
        shutil.rmtree(mailbox, ignore_errors=True)
    return _running
