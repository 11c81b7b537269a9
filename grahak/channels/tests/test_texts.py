"""Words for stop in four languages, segments of SMS, what is put into a gateway's request, the codes of Meta."""

from __future__ import annotations

import json

import gsm0338
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grahak.channels import numbers
from grahak.channels.models import ReportKind
from grahak.channels.sms import filling, segments
from grahak.channels.sms.segments import size
from grahak.channels.stopping import means_stop, tells_how_to_stop
from grahak.channels.whatsapp import codes


@pytest.mark.parametrize(
    "text",
    [
        "STOP", "stop.", " Stop! ", "unsubscribe", "Opt-out", "STOP 56161", "stop ५६१६१", "STOP kapasi",
        "Band karo", "bandh karo", "BAND KARO!!", "rok do", "mat bhejo", "nahi chahiye", "bandh karjo", "nathi joitu",
        "बंद करो", "बंद करें।", "बन्द करो", "मत भेजो", "नहीं चाहिए", "રોકો", "બંધ કરો", "નથી જોઈતું",
        "بند کرو", "بند کریں", "بند كريں", "مت بھیجیں", "نہیں چاہیے", "بند", "ＳＴＯＰ",
    ],
)  # fmt: skip
def test_these_mean_stop(text: str) -> None:
    assert means_stop(text, shop="Kapasi Textiles")


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "please stop by on Friday", "do not stop", "the shop is band karo road",
        "बंद करो मत, और भेजो जल्दी से माल",
        "دکان بند ہے کیا", "When do you close?", "ok", "1", "0", "STOP " * 30, "stop it, what is this rate",
    ],
)  # fmt: skip
def test_these_do_not(text: str) -> None:
    assert not means_stop(text, shop="Kapasi Textiles")


def test_the_shop_adds_its_own_word() -> None:
    assert means_stop("0", more=["0", ""])
    assert means_stop("०", more=["0"])  # in Devanagari digits
    assert not means_stop("1", more=["0"])


def test_a_text_tells_how_to_stop() -> None:
    assert tells_how_to_stop("New stock. Reply STOP to stop")
    assert tells_how_to_stop("نیا مال۔ روکنے کے لیے STOP لکھیں")
    assert tells_how_to_stop("{{ unsubscribe_url }}")
    assert tells_how_to_stop("Reply 0", ["0"])
    assert not tells_how_to_stop("New stock, in the end")
    assert not tells_how_to_stop("दुकान बंद रहेगी")


# Segments (3GPP TS 23.038)


def test_our_alphabet_is_that_of_gsm0338() -> None:
    codec = gsm0338.Codec()
    assert len(segments.BASIC) == 127  # 128 places, one of them the escape
    assert [char for char in segments.BASIC if len(codec.encode(char)[0]) != 1] == []
    assert [char for char in segments.EXTENSION if len(codec.encode(char)[0]) != 2] == []


@pytest.mark.parametrize(
    ("text", "alphabet", "units", "count", "left"),
    [
        ("", "GSM", 0, 0, 160),
        ("a" * 160, "GSM", 160, 1, 0),
        ("a" * 161, "GSM", 161, 2, 145),
        ("a" * 306, "GSM", 306, 2, 0),
        ("a" * 307, "GSM", 307, 3, 152),
        ("€" * 80, "GSM", 160, 1, 0),
        ("€" * 81, "GSM", 162, 2, 143),  # 76 pairs in 153: one septet stays empty
        ("a" * 152 + "€" + "b" * 10, "GSM", 164, 2, 141),  # the pair is not cut apart
        ("ہ" * 70, "Unicode", 70, 1, 0),
        ("ہ" * 71, "Unicode", 71, 2, 63),
        ("क" * 134, "Unicode", 134, 2, 0),
        ("😀" * 35, "Unicode", 70, 1, 0),
        ("😀" * 36, "Unicode", 72, 2, 61),  # 33 pairs in 67
        ("₹", "Unicode", 1, 1, 69),
    ],
)
def test_segments(text: str, alphabet: str, units: int, count: int, left: int) -> None:
    found = size(text)
    assert (found.alphabet, found.units, found.segments, found.left) == (alphabet, units, count, left)


def test_what_keeps_a_text_from_gsm_is_named() -> None:
    assert size("Price ₹ 500 – now ₹ 400").foreign == "₹–"


@given(st.text(max_size=600))
def test_segments_hold_what_they_are_given(text: str) -> None:
    found = size(text)
    most = (70, 67) if found.is_unicode else (160, 153)
    assert found.units <= max(most[0], found.segments * most[1])
    assert found.units > (found.segments - 1) * (most[1] - 1) or found.segments <= 1
    assert 0 <= found.left <= most[0]
    assert found.segments == 0 or text


# What is put into a request


@given(st.text(max_size=200))
def test_no_text_changes_anything_but_itself(text: str) -> None:
    values = {**dict.fromkeys(filling.NAMES, "x"), "text": text, "to": "91"}
    shape = '{"to": "{to}", "nested": [{"text": "{text}", "n": 1}], "own": "{other}"}'
    _kind, body = filling.body("json", shape, values)
    assert json.loads(body or b"") == {"to": "91", "nested": [{"text": text, "n": 1}], "own": "{other}"}
    _kind, body = filling.body("form", "to={to}\ntext={text}", values)
    from urllib.parse import parse_qsl

    assert dict(parse_qsl((body or b"").decode(), keep_blank_values=True)) == {"to": "91", "text": text}
    path = filling.target("https://sms.example/a/{to}?text={text}&k=v#x", values)
    assert path.startswith("/a/91?")
    assert dict(parse_qsl(path.partition("?")[2], keep_blank_values=True)) == {"text": text, "k": "v"}


def test_a_line_break_in_a_value_makes_no_header() -> None:
    found = filling.headers("X-Sender: {sender}\n\nA: b", {"sender": "Shop\r\nX-Evil: 1"})
    assert found == {"X-Sender": "ShopX-Evil: 1", "A": "b"}
    with pytest.raises(ValueError, match="not a header"):
        filling.headers("no colon", {})


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("ok", "status: OK", ""),
        ("OK:*", "OK: 123\nmore", "123"),
        ('"id":"*"', '{"id":"77","x":"y"}', "77"),
        ("sent*to*", "sent 5 to 9198", "5"),
        ("nope", "yes", None),
        ("a*b", "b then a", None),
    ],
)
def test_patterns_find_and_name(pattern: str, text: str, found: str | None) -> None:
    assert filling.stands_in(pattern, text) == found


def test_paths_into_an_answer() -> None:
    data = {"data": [{"id": 7}], "ok": True, "name": "x"}
    assert filling.at_path(data, "data.0.id") == "7"
    assert [filling.at_path(data, one) for one in ("data.1.id", "ok", "data", "no.way", "name.x")] == [""] * 5


# Numbers and codes


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("919825012345", "+919825012345"),
        ("+91 98250 12345", "+919825012345"),
        ("00923001234567", "+923001234567"),
        ("VM-KAPASI", ""),
        ("", ""),
    ],
)
@pytest.mark.django_db
def test_numbers_of_providers(typed: str, found: str) -> None:
    assert numbers.in_e164(typed) == found


def test_a_landline_gets_no_sms_and_may_have_whatsapp() -> None:
    assert not numbers.takes_texts("+912223456789")
    assert numbers.takes_texts("+919825012345")
    assert numbers.fits("+912223456789")
    assert not numbers.fits("9825012345")


def test_codes_are_told_apart() -> None:
    assert codes.kind(131049) == ReportKind.BLOCKED
    assert codes.kind(131050) == ReportKind.UNSUBSCRIBED
    assert codes.kind(131026) == ReportKind.SOFT
    assert codes.kind(999_999) == ReportKind.FAILED
    assert codes.means(200) is codes.Means.SHOP
    assert "24 hours" in codes.told("131047 Re-engagement message")
    assert codes.told("550 5.1.1 no such user") == ""
