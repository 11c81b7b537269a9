"""What the intake answers, request by request, with nothing behind it but a keeper."""

from __future__ import annotations

import asyncio
import gzip
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grahak.connect.intake import envelope
from grahak.connect.intake.tests.bodies import KEY, Keys, an_intake, ask, column
from grahak.connect.intake.writer import Busy, Unavailable

SUCCESS = {"success": True}
WRONG_KEY = {"success": False, "message": "An invalid write key was provided"}
PAGE = {"type": "page", "anonymousId": "b1"}


def posted(path: str, body: Any = b"", **more: Any) -> tuple[int, Any, dict[str, str], Any]:
    """The answer and the keeper of one request to a new intake."""
    intake, keeper = an_intake()
    return *asyncio.run(ask(intake, path, body, **more)), keeper


@pytest.mark.parametrize(
    ("path", "type_"),
    [
        ("identify", "identify"), ("track", "track"), ("page", "page"), ("screen", "screen"), ("group", "group"),
        ("alias", "alias"), ("i", "identify"), ("t", "track"), ("p", "page"), ("s", "screen"), ("g", "group"),
        ("a", "alias"),
    ],
)  # fmt: skip
def test_every_path_of_segment_takes_its_event(path, type_):
    body = {"userId": "u", "event": "x", "groupId": "g", "previousId": "b", "name": "n"}
    status, said, _headers, keeper = posted(f"/v1/{path}", body)
    assert (status, said) == (200, SUCCESS)
    assert [column(event, "type") for event in keeper.events] == [type_]


@pytest.mark.parametrize("path", ["/v1/batch", "/v1/b", "/v1/import", "/v1/batch/"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_batch_is_taken_plain_or_packed(path, packed):
    status, said, _headers, keeper = posted(path, {"batch": [PAGE, PAGE | {"type": "screen"}]}, packed=packed)
    assert (status, said) == (200, SUCCESS)
    assert [column(event, "type") for event in keeper.events] == ["page", "screen"]


def test_a_browsers_request_is_text_and_names_its_key_in_the_body():
    body = {"anonymousId": "b", "event": "x", "writeKey": KEY}
    status, _said, headers, keeper = posted("/v1/t", body, key=None, headers={"content-type": "text/plain"})
    assert (status, len(keeper.events), headers["access-control-allow-origin"]) == (200, 1, "*")


def test_a_browser_may_ask_first():
    asked = {"origin": "https://shop.example", "access-control-request-headers": "authorization,content-type"}
    status, said, headers, _keeper = posted("/v1/t", method="OPTIONS", headers=asked)
    assert (status, said, headers["access-control-allow-origin"]) == (204, None, "*")
    assert headers["access-control-allow-headers"] == "authorization,content-type"
    assert "POST" in headers["access-control-allow-methods"]


def test_the_settings_send_the_browsers_sdk_back_to_us():
    _status, said, _headers, _keeper = posted(f"/v1/projects/{KEY}/settings", method="GET", key=None)
    ours = said["integrations"]["Segment.io"]
    assert (ours["apiKey"], ours["apiHost"], ours["protocol"]) == (KEY, "shop.example/v1", "http")
    assert list(said["integrations"]) == ["Segment.io"]
    behind = posted(f"/v1/projects/{KEY}/settings", method="GET", headers={"x-forwarded-proto": "https"})
    assert behind[1]["integrations"]["Segment.io"]["protocol"] == "https"


def test_the_settings_follow_the_address_of_the_shop(settings):
    settings.PUBLIC_URL = "https://crm.example/in"
    said = posted(f"/v1/projects/{KEY}/settings", method="GET")[1]["integrations"]["Segment.io"]
    assert (said["apiHost"], said["protocol"]) == ("crm.example/in/v1", "https")


@pytest.mark.parametrize("key", ["nope", "gw_over", None, ""])
def test_a_wrong_key_is_refused_in_segments_words_and_seen_among_the_rejects(key):
    status, said, _headers, keeper = posted("/v1/track", {"userId": "u", "event": "x"}, key=key)
    assert (status, said, keeper.events) == (400, WRONG_KEY, [])
    reasons = {"gw_over": "ended"}
    assert [one.reason for one in keeper.rejects] == [reasons.get(str(key), "unknown_key")]


def test_only_so_many_refused_requests_are_kept():
    intake, keeper = an_intake()

    async def flood() -> None:
        for _ in range(80):
            await ask(intake, "/v1/t", {"event": "x", "userId": "u"}, key="nope")

    asyncio.run(flood())
    assert len(keeper.rejects) == 60


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("/v1/batch", b'{"batch":[', "malformed JSON"),
        ("/v1/batch", b"", "malformed JSON"),
        ("/v1/batch", b"[]", "malformed JSON"),
        ("/v1/batch", b'{"events":[]}', "batch is missing"),
        ("/v1/batch", b'{"batch":{"a":1}}', "batch must be a list"),
        ("/v1/batch", b'{"batch":[{"type":"page","userId":}]}', "malformed JSON"),
        ("/v1/track", b'{"event":"x","userId":"u"', "malformed JSON"),
        ("/v1/track", b'{"event":"' + b"x" * 33_000 + b'"}', "request too large"),
        ("/v1/batch", b'{"batch":["' + b"x" * 512_000 + b'"]}', "request too large"),
        ("/v1/batch", {"batch": [PAGE] * 2501}, "a batch may bring 2500 events"),
    ],
)
def test_bad_json_and_too_much_of_it_are_a_400(path, body, message):
    status, said, _headers, keeper = posted(path, body)
    assert (status, said["success"], said["message"], keeper.events) == (400, False, message, [])


def test_a_bomb_is_not_unpacked_further_than_allowed():
    bomb = gzip.compress(b'{"batch":["' + b"x" * 200_000_000 + b'"]}')
    status, said, _headers, _keeper = posted("/v1/batch", bomb, headers={"content-encoding": "gzip"})
    assert (status, said["message"]) == (400, "request too large")


@pytest.mark.parametrize(
    "body", [b"no gzip at all", gzip.compress(b'{"batch":[]}')[:-6]], ids=["none", "torn"]
)
def test_torn_gzip_is_a_400(body):
    assert posted("/v1/batch", body, headers={"content-encoding": "gzip"})[0] == 400
    assert posted("/v1/batch", body, headers={"content-encoding": "br"})[0] == 400


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b'{"type":"page","userId":"u","properties":{"x":NaN}}', "not_a_number"),
        (b'{"type":"page","userId":"u","properties":{"x":"\xff"}}', "not_text"),
        (b'{"type":"page","userId":"u","properties":{"x":' + b"[" * 3000 + b"]" * 3000 + b"}}", "too_deep"),
        (b'{"type":"page","userId":"u","properties":{"x":1e999}}', "too_big_number"),
        (b'{"type":"page","userId":"u","properties":{"x":"' + b"y" * 33_000 + b'"}}', "too_large"),
        (b'{"type":"page"}', "no_id"),
        (b"17", "not_object"),
        (b"null", "not_object"),
    ],
)
def test_the_rest_of_the_batch_is_kept_and_the_bad_one_is_among_the_rejects(bad, reason):
    body = b'{"sentAt":"2026-11-20T12:00:00Z","batch":[' + json.dumps(PAGE).encode() + b"," + bad
    body += b"," + json.dumps(PAGE | {"anonymousId": "b2"}).encode() + b'],"context":{"locale":"en"}}'
    status, said, _headers, keeper = posted("/v1/batch", body)
    assert (status, said) == (200, SUCCESS)
    assert [event.anonymous for event in keeper.events] == ["b1", "b2"]
    assert [(one.reason, one.source) for one in keeper.rejects] == [(reason, 7)]
    assert {json.loads(column(event, "context"))["locale"] for event in keeper.events} == {"en"}


def test_a_bad_single_event_is_a_200_as_at_segment_and_among_the_rejects():
    status, said, _headers, keeper = posted("/v1/track", {"event": "x"})
    assert (status, said) == (200, SUCCESS)
    assert [(one.reason, one.detail, one.body) for one in keeper.rejects] == [
        ("no_id", "userId", '{"type":"track","event": "x"}')
    ]


def test_a_reject_of_a_batch_says_when_it_was_sent():
    body = {"batch": [{"type": "page"}, {}], "sentAt": "2026-11-20T12:00:00Z"}
    keeper = posted("/v1/batch", body)[3]
    assert [one.body for one in keeper.rejects] == [
        '{"sentAt":"2026-11-20T12:00:00+00:00","type": "page"}',
        "{}",
    ]


@pytest.mark.parametrize(
    ("fault", "status", "wait"),
    [(Busy(), 429, "1"), (Unavailable("locked"), 503, "2"), (ZeroDivisionError(), 503, "5")],
)
def test_what_can_not_be_kept_now_is_sent_again_later(fault, status, wait):
    intake, keeper = an_intake()
    keeper.fault = fault
    answered, said, headers = asyncio.run(ask(intake, "/v1/track", {"event": "x", "userId": "u"}))
    assert (answered, said["success"], headers["retry-after"]) == (status, False, wait)


def test_other_addresses_and_methods_are_told_so():
    assert posted("/v1/nothing")[0] == 404
    assert posted("/v1/projects/nope/settings", method="GET")[0] == 404
    status, _said, headers, _keeper = posted("/v1/track", method="GET")
    assert (status, headers["allow"]) == (405, "POST, OPTIONS")


def test_the_sdks_own_figures_are_taken_and_thrown_away():
    status, said, _headers, keeper = posted("/v1/m", {"series": [{"type": "Counter"}]}, key=None)
    assert (status, said, keeper.events, keeper.rejects) == (200, SUCCESS, [], [])


def test_an_empty_batch_is_fine():
    assert posted("/v1/batch", {"batch": []})[:2] == (200, SUCCESS)


def test_a_page_of_another_site_may_not_send_where_the_source_names_its_own(monkeypatch):
    monkeypatch.setattr(Keys, "options", {"hosts": ["shop.example"]})
    event = {"event": "x", "anonymousId": "b"}
    assert posted("/v1/t", event, headers={"origin": "https://www.shop.example"})[0] == 200
    assert posted("/v1/t", event, headers={"origin": "https://thief.example"})[0] == 400


def test_who_did_not_agree_is_not_kept(monkeypatch):
    monkeypatch.setattr(Keys, "options", {"needs_consent": True})
    events = [PAGE, PAGE | {"context": {"consent": True}}]
    status, _said, _headers, keeper = posted("/v1/b", {"batch": events})
    assert (status, len(keeper.events)) == (200, 1)
    assert [(one.reason, one.body) for one in keeper.rejects] == [("consent", "")]


def test_robots_of_a_shop_are_known_by_their_request_where_the_event_names_none():
    event = {"event": "x", "anonymousId": "b"}
    crawler = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
    assert column(posted("/v1/t", event, headers={"user-agent": crawler})[3].events[0], "bot") is True
    sdk = {"user-agent": "analytics-node-next/latest"}
    assert column(posted("/v1/t", event, headers=sdk)[3].events[0], "context") == '{"ip":"203.0.113.0"}'
    server = posted("/v1/t", event, headers={"user-agent": crawler}, key="gw_server")[3]
    assert column(server.events[0], "context") == "{}"


def test_the_body_is_cut_at_the_limit_before_it_is_taken_in():
    intake, _keeper = an_intake()
    status, said, _headers = asyncio.run(ask(intake, "/v1/batch", b" " * (envelope.LARGEST_BATCH + 1)))
    assert (status, said["message"]) == (400, "request too large")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
field = st.sampled_from(
    ["type", "event", "userId", "anonymousId", "messageId", "timestamp", "sentAt", "properties", "traits", "context",
     "groupId", "previousId", "name", "originalTimestamp", "category", "writeKey"]
)  # fmt: skip
types = st.sampled_from(["track", "page", "screen", "identify", "group", "alias"])
shaped = st.builds(
    lambda type_, more: {"type": type_} | more, types, st.dictionaries(field, anything, max_size=6)
)


@settings(max_examples=150, deadline=None)
@given(st.lists(shaped | anything, max_size=6), anything, anything)
def test_whatever_json_comes_is_kept_or_rejected_one_by_one(events, sent_at, shared):
    body = json.dumps({"batch": [PAGE, *events, PAGE], "sentAt": sent_at, "context": shared}).encode()
    status, said, _headers, keeper = posted("/v1/batch", body)
    assert (status, said) == (200, SUCCESS)
    assert len(keeper.events) + len(keeper.rejects) == len(events) + 2
    for event in keeper.events:
        for name in ("properties", "context"):
            assert isinstance(json.loads(column(event, name)), dict)
            assert "\x00" not in column(event, name)
            column(event, name).encode()


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=300) | st.text(alphabet='{}[]",:\\ub0tNaI1e9', max_size=200).map(str.encode),
    st.booleans(),
)
def test_whatever_bytes_come_are_answered(body, in_batch):
    if in_batch:
        body = b'{"batch":[' + json.dumps(PAGE).encode() + b"," + body + b"]}"
    status, _said, _headers, keeper = posted("/v1/batch", body)
    assert status in (200, 400)
    assert status == 400 or keeper.events or keeper.rejects or body.replace(b" ", b"") == b'{"batch":[]}'
