"""One event as sent, one row as kept."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grahak.connect.intake import context, reading
from grahak.connect.intake.refusals import BadRequest, Refusal
from grahak.connect.intake.subjects import ten_thousandths
from grahak.connect.intake.tests.bodies import column, moment, read


def test_an_action_keeps_its_name_subject_and_money():
    event = read(
        {
            "type": "track",
            "event": "Product Added",
            "userId": 42,
            "anonymousId": "b1",
            "messageId": "m1",
            "properties": {"product_id": "P9", "price": 12.5, "name": "کرتا"},
        }
    )
    assert (event.user, event.anonymous) == ("42", "b1")
    assert [column(event, name) for name in ("type", "name", "subject", "value", "source_id", "bot")] == [
        "track", "Product Added", "P9", 125_000, 7, False,
    ]  # fmt: skip
    assert column(event, "properties") == '{"product_id":"P9","price":12.5,"name":"کرتا"}'
    assert column(event, "at") == column(event, "received_at") == "2026-11-20 12:00:00"


@pytest.mark.parametrize(
    ("name", "properties", "subject"),
    [
        ("Product Viewed", {"product_id": "P1", "sku": "S1"}, "P1"),
        ("Product Viewed", {"sku": 77}, "77"),
        ("Order Completed", {"order_id": "O5", "product_id": "P1"}, "O5"),
        ("Order Refunded", {"order_id": 12.0}, "12"),
        ("Cart Viewed", {"products": [{"product_id": "P3"}]}, "P3"),
        (
            "Checkout Started",
            {"products": [{"product_id": "P3"}, {"product_id": "P4"}], "order_id": "O1"},
            "O1",
        ),
        ("Signed Up", {"product_id": {"of": "a kind"}, "products": "none"}, ""),
        ("Signed Up", None, ""),
    ],
)
def test_the_subject_is_found_where_the_spec_puts_it(name, properties, subject):
    event = read({"type": "track", "event": name, "userId": "u", "properties": properties})
    assert column(event, "subject") == subject


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (14.99, 149_900), ("14.99", 149_900), (0.00005, 1), (-3, -30_000), (True, None), ("free", None),
        (1e300, None), (10**12, None), ("NaN", None), ("1e3", 10_000_000), (None, None), ([5], None),
    ],
)  # fmt: skip
def test_amounts_are_exact_or_left_out(value, kept):
    assert ten_thousandths(value) == kept


@given(st.decimals(min_value=-10_000_000, max_value=10_000_000, places=4) | st.floats(allow_nan=False))
def test_an_amount_as_a_number_is_the_same_as_its_text(amount):
    assert ten_thousandths(float(amount)) == ten_thousandths(repr(float(amount)))


def test_revenue_comes_before_total_and_price():
    event = read(
        {"type": "track", "event": "Order Completed", "userId": "u",
         "properties": {"price": 1, "total": 3, "revenue": "x", "value": 2}}
    )  # fmt: skip
    assert column(event, "value") == 20_000


@pytest.mark.parametrize(
    ("properties", "page", "path"),
    [
        ({"path": "/kurtas"}, {"path": "/other"}, "/kurtas"),
        ({"url": "https://shop.example/a/b?x=1"}, {}, "/a/b"),
        ({}, {"url": "https://shop.example"}, "/"),
        ({}, {"url": "https://[oops"}, ""),
        ({}, {}, ""),
    ],
)
def test_a_page_view_is_about_its_path(properties, page, path):
    event = read(
        {
            "type": "page",
            "anonymousId": "b",
            "name": "Home",
            "properties": properties,
            "context": {"page": page},
        }
    )
    assert (column(event, "name"), column(event, "subject")) == ("Page Viewed", path)
    assert json.loads(column(event, "properties"))["name"] == "Home"


def test_a_group_is_about_its_id_and_an_alias_about_the_former_one():
    group = read({"type": "group", "userId": "u", "groupId": 5, "traits": {"name": "Mehta & Sons"}})
    alias = read({"type": "alias", "userId": "u", "previousId": "b1"})
    assert (column(group, "subject"), column(group, "properties")) == ("5", '{"name":"Mehta & Sons"}')
    assert (column(alias, "subject"), alias.previous) == ("b1", "b1")


@pytest.mark.parametrize(
    ("sent", "reason", "detail"),
    [
        ({"type": "track", "userId": "u"}, "missing", "event"),
        ({"type": "track", "event": "x"}, "no_id", "userId"),
        ({"type": "track", "event": "x", "userId": "undefined", "anonymousId": " "}, "no_id", "userId"),
        ({"type": "group", "userId": "u"}, "missing", "groupId"),
        ({"type": "alias", "userId": "u"}, "missing", "previousId"),
        ({"type": "dance", "userId": "u"}, "no_type", "type: dance"),
        ({"userId": "u"}, "no_type", "type"),
        ({"type": "page", "userId": "u" * 256}, "too_long", "userId"),
        ({"type": "page", "userId": {"id": 1}}, "wrong_type", "userId: Expected int | float | str | null, got object"),
        ({"type": "page", "userId": "u", "properties": [1]}, "wrong_type",
         "properties: Expected object | null, got array"),
        ({"type": "page", "userId": "u", "timestamp": "yesterday"}, "bad_time", "timestamp"),
        ([1, 2], "not_object", ""),
    ],
)  # fmt: skip
def test_what_can_not_be_kept_is_refused_with_the_field(sent, reason, detail):
    with pytest.raises(Refusal) as refused:
        read(json.dumps(sent).encode())
    assert (refused.value.reason, refused.value.detail) == (reason, detail)


@pytest.mark.parametrize(
    ("raw", "reason", "detail"),
    [
        (b'{"type":"page","userId":"u","properties":{"price":NaN}}', "not_a_number", "properties.price"),
        (b'{"type":"page","userId":"u","properties":{"a":[1,-Infinity]}}', "not_a_number", "properties.a[1]"),
        (b'{"type":"page","userId":"u","properties":{"n":' + b"9" * 5000 + b"}}", "too_big_number", "properties.n"),
        (b'{"type":"page","userId":"u","properties":{"n":[0,1e999]}}', "too_big_number", "properties.n[1]"),
        (b'{"type":"page","userId":"u","properties":{"city":"\xff\xfe"}}', "not_text", "properties.city"),
        (b'{"type":"page","userId":"u","properties":{"b\xffd":1}}', "not_text", "properties.b\udcffd"),
        (b'{"type":"page","userId":"u","properties":{"a":' + b"[" * 150 + b"]" * 150 + b"}}", "too_deep", "properties"),
        (b'{"type":"page","userId":"u","traits":' + b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"}", "too_deep", "traits"),
        (b'{"type":"page","userId":"u","properties":{"a":"' + b"x" * 33000 + b'"}}', "too_large", "33050 bytes"),
    ],
)  # fmt: skip
def test_hostile_events_are_refused_with_the_field(raw, reason, detail):
    with pytest.raises(Refusal) as refused:
        read(raw)
    assert (refused.value.reason, refused.value.detail) == (reason, detail)


@pytest.mark.parametrize("raw", [b"", b"{", b'{"type":"page" "userId":1}', b'{"a":}', b"nonsense"])
def test_what_is_no_json_is_a_bad_request(raw):
    with pytest.raises(BadRequest):
        read(raw)


def test_letters_that_no_database_takes_are_mended():
    event = read(
        rb'{"type":"track","event":"a\u0000b","userId":"u\u0000","properties":{"k\ud800":"x\udc00\u0000y"}}'
    )
    assert (column(event, "name"), event.user) == ("ab", "u")
    assert json.loads(column(event, "properties")) == {"k\ufffd": "x\ufffdy"}


def test_of_equal_names_the_last_counts_in_every_database():
    event = read(b'{"type":"track","event":"x","event":"y","userId":"u","properties":{"a":1,"a":2}}')
    assert (column(event, "name"), column(event, "properties")) == ("y", '{"a":2}')


def test_a_thousand_properties_are_kept():
    wide = {f"k{n}": n for n in range(2000)}
    assert json.loads(column(read({"type": "page", "userId": "u", "properties": wide}), "properties")) == wide


def test_the_same_message_of_a_source_has_the_same_name():
    first, again = (read({"type": "page", "userId": "u", "messageId": "m"}) for _ in range(2))
    other = read({"type": "page", "userId": "u", "messageId": "n"})
    assert first.row[0] == again.row[0] == reading.once(7, "m")
    assert len({first.row[0], other.row[0], reading.once(8, "m")}) == 3
    nameless = {read({"type": "page", "userId": "u"}).row[0] for _ in range(5)}
    assert len(nameless) == 5


@pytest.mark.parametrize(
    ("timestamp", "sent_at", "at"),
    [
        (None, None, "2026-11-20 12:00:00"),
        ("2026-11-20T11:59:00Z", "2026-11-20T11:59:10Z", "2026-11-20 11:59:50"),  # sent ten seconds after
        ("2026-11-20T17:00:00Z", "2026-11-20T17:00:01Z", "2026-11-20 11:59:59"),  # a clock five hours ahead
        ("2001-01-01T00:00:00Z", "2001-01-01T01:00:00Z", "2026-11-20 11:00:00"),  # a clock that was never set
        ("2026-11-20T15:00:00+05:30", None, "2026-11-20 09:30:00"),
        ("2031-01-01T00:00:00Z", None, "2026-11-20 12:00:00"),  # the future is when we heard of it
        ("2026-11-20T13:00:00Z", "2026-11-20T12:00:00Z", "2026-11-20 12:00:00"),
        ("1999-12-31T23:59:59.5Z", None, "1999-12-31 23:59:59.500000"),  # history is kept
        ("2015-2-02T00:30:12.984Z", None, "2015-02-02 00:30:12.984000"),  # as in Segment's own example
        ("Mon, 02 Feb 2015 00:30:12 GMT", None, "2015-02-02 00:30:12"),
        (1_763_000_000, None, "2025-11-13 02:13:20"),
        (1_763_000_000_000, None, "2025-11-13 02:13:20"),
        ("0001-01-01T00:00:00Z", None, "0001-01-01 00:00:00"),
        ("0001-01-01T00:00:00+05:00", "2026-11-20T12:00:00Z", "0001-01-01 00:00:00"),
        ("9999-12-31T23:59:59-05:00", None, "2026-11-20 12:00:00"),
        ("2026-11-20T11:00:00Z", "gibberish", "2026-11-20 11:00:00"),
    ],
)  # fmt: skip
def test_the_senders_clock_is_put_right(timestamp, sent_at, at):
    event = read({"type": "page", "userId": "u", "timestamp": timestamp, "sentAt": sent_at})
    assert column(event, "at") == at


def test_the_batch_says_when_it_was_sent_for_all():
    sent = moment("2026-11-20T11:00:00Z")
    event = read({"type": "page", "userId": "u", "timestamp": "2026-11-20T10:00:00Z"}, sent=sent)
    assert column(event, "at") == "2026-11-20 11:00:00"


def test_the_context_is_cut_to_what_is_of_use():
    said = {
        "ip": "203.0.113.77", "locale": "ur-PK", "page": {"path": "/a"}, "traits": {"email": "a@b.example"},
        "library": {"name": "x"}, "screen": {"width": 3}, "campaign": "not an object", "device": {"type": "ios"},
    }  # fmt: skip
    event = read({"type": "page", "userId": "u", "context": said})
    assert json.loads(column(event, "context")) == {
        "ip": "203.0.113.0", "locale": "ur-PK", "page": {"path": "/a"}, "library": {"name": "x"},
        "device": {"type": "ios"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
        ("::ffff:203.0.113.77", "203.0.113.0"),
        ("fe80::1%eth0", "fe80::"),
        ("not an address", None),
    ],
)
def test_of_an_address_only_its_network_is_kept(address, network):
    assert context.network(address) == network


def test_a_batch_lends_its_context_to_its_events():
    shared = context.Context(locale="hi-IN", page={"path": "/shared"})
    event = read({"type": "page", "userId": "u", "context": {"page": {"path": "/own"}}}, shared=shared)
    assert json.loads(column(event, "context")) == {"locale": "hi-IN", "page": {"path": "/own"}}


def test_known_robots_are_marked():
    crawler = read({"type": "page", "anonymousId": "b", "context": {"userAgent": "Googlebot/2.1"}})
    phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Safari/604.1"
    person = read({"type": "page", "anonymousId": "b", "context": {"userAgent": phone}})
    assert (column(crawler, "bot"), column(person, "bot")) == (True, False)
