"""Pages at a thousand and a million customers, each beside a bare Django view of 50 rows from the same database.

Every figure is the middle (p50) of finished HTML answered to a colleague who is logged in, through the whole
stack of middleware. Ours and the floor take turns, so that what else the machine does weighs on both.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.templatetags.static import static
from django.test import Client, override_settings

from grahak.config.bench import frame
from grahak.config.bench.pages import rules, shop
from grahak.core.models import User

SIZES: Final = (1_000, 1_000_000)
QUICK: Final = (1_000, 20_000)
ROUNDS: Final = 40
WARM: Final = 5
TARGET: Final = {"ratio": ("<=", 3.0), "growth": ("<=", 1.5)}
REFERENCE: Final = "a bare Django view of 50 rows by keyset"


def cases(quick: bool) -> Iterator[dict[str, Any]]:
    """Pages at each size; the smaller size tells how they grow."""
    for size in QUICK if quick else SIZES:
        name = f"pages-{size}"
        with frame.scratch(name) as fresh:
            if fresh:
                shop.fill(size)
                frame.filled(name)
            yield from _measured(size, ROUNDS // 2 if quick else ROUNDS)


def _measured(size: int, rounds: int) -> Iterator[dict[str, Any]]:
    ours, floor = _clients()
    addresses = _addresses(size, ours)
    for case, asked in addresses.items():
        value, reference = _turns(ours, floor, asked, rounds)
        yield {
            "case": case,
            "size": size,
            "value": value,
            "unit": "ms",
            "reference": REFERENCE,
            "reference_value": reference,
            "target": TARGET,
        }
    yield _with_rules(size, floor, rounds)


def _with_rules(size: int, floor: Client, rounds: int) -> dict[str, Any]:
    """The list of colleagues who see their own customers or their team's: the slowest of them."""
    rules.put_in_place(size)
    found = [_turns(client, floor, list(rules.ASKED), rounds) for client in rules.clients().values()]
    value, reference = max(found, key=lambda pair: pair[0] / pair[1])
    return {
        "case": "list_record_rules",
        "size": size,
        "value": value,
        "unit": "ms",
        "reference": REFERENCE,
        "reference_value": reference,
        "target": TARGET,
    }


def _clients() -> tuple[Client, Client]:
    """A client of the product and one of the bare project, both logged in as the owner."""
    from grahak.config.bench.pages import bare

    _static_files()
    owner = User.objects.get(email=shop.OWNER)
    ours, floor = Client(), Client()
    for client in (ours, floor):
        client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    ours.get("/healthz")
    with override_settings(MIDDLEWARE=bare.MIDDLEWARE):
        floor.get("/bare/")  # the stack of middleware is built here, and kept
    return ours, floor


def _static_files() -> None:
    """The addresses of style sheets and icons, as `grahak serve` prepares them."""
    try:
        static("favicon.svg")
    except ValueError:
        call_command("collectstatic", interactive=False, verbosity=0)
        staticfiles_storage.hashed_files, _hash = staticfiles_storage.load_manifest()  # type: ignore[attr-defined]


def _addresses(size: int, ours: Client) -> dict[str, list[str]]:
    """The addresses of each case. Several where one would only measure a memory of the last answer."""
    rare = shop.RARE_NAME
    return {
        "list": ["/customers/"],
        "list_page_100": [_far_page(ours, 100)],
        "search_common": [
            f"/search/?q={text}" for text in ("mohammad", "patel", "ramesh", "shah", "mohammad khan")
        ],
        "search_rare": [f"/search/?q={text}" for text in (*rare, "zaverchand kutubi")],
        "search_prefix": [f"/search/?q={text}" for text in ("moh", "pat", "ra", "meh", "shah t")],
        "search_none": [
            f"/search/?q={text}" for text in ("xylophon", "qqq www", "bratwurst", "jeff bezzoz", "0000 111")
        ],
        "duplicate_on_entry": [
            f"/customers/likely/?name={text}&phones={phone}"
            for text, phone in (
                # there at either size, a little wrong: the same question with the same kind of answer
                ("shaid vora", "9825012345"),
                ("rames patel", ""),
                ("mohamad imran soni", "+919000000001"),
                ("jhaverchand kutubi", ""),
                ("new person nobody knows", "98250 11111"),
            )
        ],
        "search_script_common": [
            f"/search/?q={text}" for text in ("محمد", "पटेल", "રમેશ", "شاہ", "मोहम्मद ख़ान", "મોહમ્મદ પટેલ")
        ],
        "search_script_rare": [f"/search/?q={text}" for text in (*rare[1:], "जवेरचंद कुतबी", "زاویرچند")],
        "search_typo": [
            f"/search/?q={text}"
            for text in (
                "mohamad khn",
                "rmesh ptel",
                "jhaverchnd qutbi",
                "suresh shha",
                "pateel ramehs",
                "mehtta",
            )
        ],
        "filter_common": [
            "/customers/?kind=is:business&sort=-balance",
            "/customers/?country=is:IN&sort=-last_order",
        ],
        "filter_rare": ["/customers/?tag=is:Rare&sort=-net", "/customers/?tag=is:Rare&kind=is:person"],
        "filter_none": ["/customers/?city=is:Atlantis", "/customers/?balance=gt:99,00,000"],
        "board": [f"/deals/board/{pk}/{whose}" for pk in (1, 2) for whose in ("", "?who=me")],
        "customer": [f"/customers/{pk}/" for pk in range(1, size, max(1, size // 23))],
    }


def _far_page(ours: Client, number: int) -> str:
    """The address of a page far into the list, by its keyset; the last full one where there are fewer."""
    from grahak.customers.listing.page import Page, read_page
    from grahak.customers.listing.question import read
    from grahak.customers.listing.table import chosen_columns

    owner = User.objects.get(email=shop.OWNER)
    columns = chosen_columns(None)
    page: Page = read_page(read("", owner), owner, columns)
    for _step in range(number - 1):
        query = page.next_query
        following = read_page(read(query, owner), owner, columns)
        if len(following.rows) < page.question.size:
            break
        page, address = following, query
    return f"/customers/?{address}"


def _turns(ours: Client, floor: Client, asked: list[str], rounds: int) -> tuple[float, float]:
    """(ours, floor): the middle time of a finished page in milliseconds, taken in turns."""
    fetch_ours = [_fetch(ours, address) for address in asked]
    fetch_floor = [_fetch(floor, f"/bare/?after={letter}") for letter in "abdkmprs"]
    for fetch in (*fetch_ours, *fetch_floor):
        fetch()
    times: tuple[list[float], list[float]] = ([], [])
    gc.collect()
    for turn in range(rounds + WARM):
        for side, fetches in enumerate((fetch_ours, fetch_floor)):
            taken = fetches[turn % len(fetches)]()
            if turn >= WARM:
                times[side].append(taken)
    return statistics.median(times[0]) * 1000, statistics.median(times[1]) * 1000


def _fetch(client: Client, address: str) -> Callable[[], float]:
    def fetch() -> float:
        began = time.perf_counter()
        answer = client.get(address)
        taken = time.perf_counter() - began
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answered {answer.status_code}")
        return taken

    return fetch
