"""Who may send, and visitors without cookies: the same for a day, somebody else tomorrow, nobody's address kept."""

import datetime as dt
from types import SimpleNamespace

import pytest

from grahak.connect.web import cookieless, rules
from grahak.core.models import Setting

NOW = dt.datetime(2026, 11, 23, 11, 0, tzinfo=dt.UTC)
PHONE = "Mozilla/5.0 (Linux; Android 14) Chrome/142"


@pytest.fixture(autouse=True)
def _fresh_salt() -> None:
    cookieless.forget()


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0"),
        ("::ffff:203.0.113.77", "203.0.113.0"),
        ("2001:db8:1:2::3", "2001:db8:1::"),
        ("[2001:db8:1:2::3]", "2001:db8:1::"),
        ("", ""),
        ("203.0.113.77:443", ""),
    ],
)
def test_an_address_is_shortened_to_its_network(address: str, network: str) -> None:
    assert cookieless.shortened(address) == network


@pytest.mark.django_db
def test_a_visitor_without_cookies_is_the_same_for_a_day_and_another_tomorrow() -> None:
    def mark(source: int = 1, ip: str = "203.0.113.77", agent: str = PHONE, hours: int = 0) -> str:
        return cookieless.visitor_mark(source, ip, agent, NOW + dt.timedelta(hours=hours))

    first = mark()
    assert first == mark(hours=12) == mark(ip="203.0.113.9")
    others = {mark(source=2), mark(ip="203.0.114.77"), mark(agent="Firefox")}
    assert len(others) == 3
    assert first not in others
    assert mark(hours=13) != first


@pytest.mark.django_db
def test_the_key_of_yesterday_is_gone_and_all_processes_share_todays() -> None:
    today = cookieless.salt(NOW.date())
    cookieless.forget()  # another process
    assert cookieless.salt(NOW.date()) == today
    tomorrow = cookieless.salt(NOW.date() + dt.timedelta(days=1))
    assert tomorrow != today
    assert today.hex() not in str(Setting.objects.values_list("value", flat=True).get(pk="connect.day_salt"))
    cookieless.forget()  # a process whose clock is behind does not bring it back
    assert cookieless.salt(NOW.date()) == tomorrow


def gate(**options: object) -> rules.Gate:
    return rules.Gate(1, options, "203.0.113.77", PHONE, NOW)


@pytest.mark.django_db
def test_a_mark_is_never_joined_to_an_account() -> None:
    bare = SimpleNamespace(cookieless=True, consent=None)
    plain = SimpleNamespace(cookieless="yes", consent=None)
    assert gate().anonymous("a-1", False, None) == gate().anonymous("a-1", True, plain) == "a-1"
    mark = gate().anonymous("", False, bare)
    assert mark.startswith("day:")
    assert gate(cookieless=True).anonymous("kept on the device", False, None) == mark
    assert gate(cookieless=True).anonymous("a-1", True, None) == gate().anonymous("", True, bare) == ""


def test_only_pages_of_the_listed_sites_may_send() -> None:
    options = {"hosts": ["shop.example"]}
    for origin in ("https://shop.example", "https://www.shop.example:8443/page", ""):
        assert rules.host_allowed(options, origin)
    for origin in ("https://shop.example.evil.test", "https://myshop.example", "null", "https://[broken"):
        assert not rules.host_allowed(options, origin)
    assert rules.host_allowed({}, "https://anybody.test")


def test_where_consent_is_needed_it_must_be_said() -> None:
    assert gate().may_keep(None)
    assert gate(needs_consent=True).may_keep(SimpleNamespace(consent=True, cookieless=None))
    for said in (
        None,
        SimpleNamespace(consent="yes", cookieless=None),
        SimpleNamespace(consent=None, cookieless=True),
    ):
        assert not gate(needs_consent=True).may_keep(said)
