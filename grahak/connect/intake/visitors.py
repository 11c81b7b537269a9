"""Who did it: an account (userId) or a browser (anonymousId, its newest turn), found in memory where it was met
before, else in the table, else made.

An event that names both links the browser to the account. When another account comes to a browser that is linked
already, a new turn of it begins that is linked to nobody: a shared device is not one person. Turns after the first
are never linked; the account seen last on one is remembered only to begin the next turn when another comes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from grahak.connect.intake.reading import Event
from grahak.connect.intake.stores import Store

REMEMBERED = 200_000  # browsers, and accounts, in each of two generations
AT = 6  # the place of the moment in a row
T = TypeVar("T")


@dataclass(slots=True)
class Browser:
    """The newest turn of an anonymous id. ACCOUNT is whose it is (first turn) or who was seen on it last."""

    id: int
    turn: int
    account: int | None


class Memory(Generic[T]):
    """What was met lately: two generations, the older of which goes when the younger is full."""

    def __init__(self) -> None:
        self.young: dict[str, T] = {}
        self.old: dict[str, T] = {}

    def get(self, key: str) -> T | None:
        found = self.young.get(key)
        if found is None and (found := self.old.get(key)) is not None:
            self.put(key, found)
        return found

    def put(self, key: str, value: T) -> None:
        if len(self.young) >= REMEMBERED:
            self.old, self.young = self.young, {}
        self.young[key] = value
        self.old.pop(key, None)

    def clear(self) -> None:
        self.young, self.old = {}, {}


class Visitors:
    """Fills in the visitors of events, inside the transaction that keeps them. After a rollback: `forget`."""

    def __init__(self) -> None:
        self.browsers: Memory[Browser] = Memory()
        self.accounts: Memory[int] = Memory()
        self.last: int | None = None

    def forget(self) -> None:
        self.browsers.clear()
        self.accounts.clear()
        self.last = None

    def resolve(self, events: list[Event], store: Store) -> None:
        """Set the visitor of each event's row, in the order in which they came."""
        self._meet_others(store)
        self._learn(events, store)
        links: dict[int, int] = {}
        begun: set[int] = set()  # messages of this group that changed who a browser belongs to
        for event in events:
            if event.user:
                account = self.accounts.get(event.user)
                assert account is not None
                event.row[1] = account
                if event.anonymous:
                    self._see(event.anonymous, account, event, store, links, begun)
                if event.previous and event.previous != event.user:
                    self._rename(event, account, store, links, begun)
            else:
                browser = self.browsers.get(event.anonymous)
                assert browser is not None
                event.row[1] = browser.id
        store.link(sorted(links.items()))

    def _meet_others(self, store: Store) -> None:
        """Turns that another process began since the last group."""
        if self.last is None:
            self.last = store.last_visitor()
            return
        for kind, value, id_, turn, user in store.since(self.last):
            self.last = id_
            known = self.browsers.get(value) if kind == "a" and turn else None
            if known is not None and turn > known.turn:
                self.browsers.put(value, Browser(id_, turn, user))

    def _learn(self, events: list[Event], store: Store) -> None:
        """Find, or make, everybody of these events who is not in memory."""
        browsers: dict[str, str] = {}
        accounts: dict[str, str] = {}
        for event in events:
            if event.user and self.accounts.get(event.user) is None:
                accounts.setdefault(event.user, event.row[AT])
            if event.anonymous and self.browsers.get(event.anonymous) is None:
                browsers.setdefault(event.anonymous, event.row[AT])
        for kind, wanted in (("u", accounts), ("a", browsers)):
            if wanted:
                self._find(kind, wanted, store)
                missing = [(kind, value, 0, at, at) for value, at in wanted.items()]
                if missing:
                    store.add(missing)
                    self._find(kind, wanted, store)

    def _find(self, kind: str, wanted: dict[str, str], store: Store) -> None:
        for _kind, value, id_, turn, user in store.newest(kind, list(wanted)):
            if kind == "u":
                self.accounts.put(value, id_)
            else:
                self.browsers.put(value, Browser(id_, turn, user))
            del wanted[value]

    def _see(
        self, value: str, account: int, event: Event, store: Store, links: dict[int, int], begun: set[int]
    ) -> None:
        """ACCOUNT is on the browser named VALUE."""
        browser = self.browsers.get(value)
        assert browser is not None
        if browser.account == account:
            return
        once = event.row[0]
        if browser.account is None:
            if browser.turn == 0:
                links[browser.id] = account
            browser.account = account
            begun.add(once)
        elif once not in begun and not store.knows(once):  # a message sent again changes nothing
            begun.add(once)
            at = event.row[AT]
            store.add([("a", value, browser.turn + 1, at, at)])
            self._find("a", {value: at}, store)
            newest = self.browsers.get(value)
            assert newest is not None
            newest.account = account

    def _rename(
        self, event: Event, account: int, store: Store, links: dict[int, int], begun: set[int]
    ) -> None:
        """An alias: what went by its previousId, a browser or an account, is ACCOUNT."""
        former = event.previous
        browser = self.browsers.get(former)
        if browser is None:
            self._find("a", {former: ""}, store)
            browser = self.browsers.get(former)
        if browser is None:
            older = self.accounts.get(former) or _first(store.newest("u", [former]))
            if older is not None:
                links[older] = account
                return
            self._learn([Event(event.row, "", former)], store)
        self._see(former, account, event, store, links, begun)


def _first(found: Iterable[Any]) -> int | None:
    return next((id_ for _kind, _value, id_, _turn, _user in found), None)
