"""The script as it is served: small, packed, kept by browsers, readable for every shop, without cookies."""

import asyncio
import gzip
import re
from typing import Any

from grahak.connect.web import script

MOST = 5_000  # bytes on the wire


def fetched(method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    head = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": script.PATH, "headers": head}
    asyncio.run(script.application(scope, None, send))
    answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], answered, sent[1]["body"]


def test_the_script_is_small_on_the_wire() -> None:
    _status, head, body = fetched(accept_encoding="gzip, br")
    assert head["content-encoding"] == "gzip"
    assert len(body) == int(head["content-length"]) < MOST
    assert gzip.decompress(body) == fetched()[2]


def test_nothing_but_comments_and_indents_is_left_out_of_what_is_served() -> None:
    written = re.sub(r"^\s*//.*$", "", script.SOURCE.read_text(), flags=re.MULTILINE)
    assert fetched()[2].decode().split() == written.split()


def test_the_script_names_no_other_place_and_runs_no_text_as_code() -> None:
    served = fetched()[2].decode()
    assert (
        re.findall(r"https?://|\beval\b|new Function|innerHTML|document\.write|insertAdjacentHTML", served)
        == []
    )


def test_any_shop_may_load_it_and_no_cookie_is_set() -> None:
    status, head, _body = fetched()
    assert (status, head["content-type"]) == (200, "text/javascript; charset=utf-8")
    assert head["access-control-allow-origin"] == "*"
    assert head["cross-origin-resource-policy"] == "cross-origin"
    assert head["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in head


def test_a_browser_that_has_it_gets_no_second_copy() -> None:
    _status, head, _body = fetched()
    assert head["cache-control"].startswith("public, max-age=86400")
    for asked in (head["etag"], f"W/{head['etag']}", f'"old", {head["etag"]}'):
        status, again, body = fetched(if_none_match=asked)
        assert (status, body, again["etag"]) == (304, b"", head["etag"])
    assert fetched(if_none_match='"old"')[0] == 200


def test_it_is_only_read() -> None:
    assert fetched("POST")[0] == 405
    status, head, body = fetched("HEAD")
    assert (status, body, int(head["content-length"])) == (200, b"", len(fetched()[2]))
    assert fetched("OPTIONS")[0] == 204
