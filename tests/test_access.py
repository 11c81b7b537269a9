"""Role × URL: every address of the product, found in the URLconf itself, tried as a stranger and in every role.

A view must say whom it opens to (`needs`, `signed_in`, `open_to_all`), or it fails here the day it is added.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from grahak.core.access import actions, scope_of, sentence
from grahak.core.models import Branch, Role, User
from tests.cast import PASSWORD, signed_in
from tests.samples import NOTHING_HERE, SAMPLES, SENT, World

pytestmark = pytest.mark.django_db
MISSING = "says nothing"
LOGIN = "/login/?next="
SHARED = {"deals:board"}  # a page of the whole shop, on which each sees the rows that are theirs


class Address(NamedTuple):
    name: str
    route: str
    has_arguments: bool
    needs: Any  # an action, "*" for every colleague, None for everybody


def _walk(patterns: list[Any], names: tuple[str, ...] = (), route: str = "") -> Iterator[Address]:
    for found in patterns:
        if isinstance(found, URLResolver):
            inside = (*names, found.namespace) if found.namespace else names
            yield from _walk(found.url_patterns, inside, route + str(found.pattern))
        elif isinstance(found, URLPattern):
            view = found.callback
            declared = getattr(view, "needs", getattr(getattr(view, "view_class", None), "needs", MISSING))
            name = ":".join((*names, found.name or "without a name"))
            whole = route + str(found.pattern)
            yield Address(name, whole, "<" in whole or "(" in whole, declared)


# what opens to keys of programmes has a matrix of its own (connect/api/tests)
ADDRESSES = [one for one in _walk(get_resolver().url_patterns) if one.needs != "key"]
TRIED = [one for one in ADDRESSES if not one.has_arguments or one.name in SAMPLES]


@pytest.fixture
def world(amina: User, rajkot: Branch) -> World:
    return World(amina, rajkot)


def _url(address: Address, world: World) -> str:
    return reverse(address.name, kwargs=SAMPLES[address.name](world) if address.has_arguments else {})


def _status(client: Client, url: str, sent: dict[str, Any] | None = None) -> tuple[int, str]:
    """Status and where it leads, by GET, or by a POST of SENT (or nothing) where GET is not taken; what it did is
    undone."""
    with transaction.atomic():
        answer = client.get(url)
        if answer.status_code == 405:
            answer = client.post(url, sent or {})
        if hasattr(answer, "streaming_content"):
            answer.close()
        transaction.set_rollback(True)
    return answer.status_code, answer.headers.get("Location", "")


def _sent(address: Address, world: World) -> dict[str, Any]:
    return SENT[address.name](world) if address.name in SENT else {}


def _wrong(address: Address, client: Client, world: World, allowed: bool) -> str:
    """What is wrong with the answer for somebody logged in; empty where nothing is."""
    try:
        status, leads = _status(client, _url(address, world), _sent(address, world))
    except Exception as error:
        return f"{address.name}: {type(error).__name__}: {error}"
    if not allowed:
        return "" if status == 404 else f"{address.name}: {status} where 404 should hide it"
    if status == 404 and address.name in NOTHING_HERE:
        return ""
    closed = status in (403, 404) or status >= 500 or leads.startswith(LOGIN)
    return f"{address.name}: {status} {leads} though the role allows it" if closed else ""


def test_every_address_says_whom_it_opens_to() -> None:
    assert [address.name for address in ADDRESSES if address.needs == MISSING] == []


def test_every_address_has_a_name_of_its_own() -> None:
    names = [address.name for address in ADDRESSES]
    assert sorted(names) == sorted(set(names))


def test_every_address_needs_a_right_that_exists() -> None:
    asked = {address.needs for address in ADDRESSES} - {None, "*", MISSING}
    assert asked - set(actions()) == set()


def test_every_right_is_told_in_words_on_the_roles_page() -> None:
    assert [action for action in actions() if str(sentence(action)) == action] == []


def test_every_address_with_arguments_has_a_sample() -> None:
    assert [one.name for one in ADDRESSES if one.has_arguments and one.name not in SAMPLES] == []


def test_a_stranger_is_led_to_the_log_in(world: World) -> None:
    wrong = []
    for address in TRIED:
        if address.needs is None:
            continue
        status, leads = _status(Client(), _url(address, world), _sent(address, world))
        if not (status == 302 and leads.startswith(LOGIN)):
            wrong.append(f"{address.name}: {status} {leads}")
    assert wrong == []


def test_a_stranger_opens_what_is_open_to_all(world: World) -> None:
    wrong = []
    for address in TRIED:
        if address.needs is None:
            status, leads = _status(Client(), _url(address, world))
            fine = status < 500 and status not in (401, 403) and not leads.startswith(LOGIN)
            if not fine or (status == 404 and address.name not in NOTHING_HERE):
                wrong.append(f"{address.name}: {status} {leads}")
    assert wrong == []


@pytest.mark.parametrize("role", Role.values)
def test_a_role_opens_what_it_may_and_finds_nothing_else(role: str, world: World, rajkot: Branch) -> None:
    person = User.objects.create_user(
        f"{role}@kapasi.example", PASSWORD, name=role.title(), role=role, branch=rajkot
    )
    world.whose = person
    wrong = []
    for address in TRIED:
        if address.needs is None:
            continue
        allowed = address.needs == "*" or scope_of(person, address.needs) is not None
        # each with a log-in of its own: one of the addresses logs people out
        wrong.append(_wrong(address, signed_in(person), world, allowed))
    assert [line for line in wrong if line] == []


def test_rows_of_another_branch_are_not_there(world: World, chirag: User) -> None:
    """Where a salesman's right reaches his branch only, Rajkot's rows are 404 for the salesman of Surat."""
    theirs = [
        address
        for address in TRIED
        if address.has_arguments
        and address.name not in SHARED
        and address.needs not in (None, "*", MISSING)
        and scope_of(chirag, address.needs) in ("branch", "own")
    ]
    seen = [(one.name, _status(signed_in(chirag), _url(one, world), _sent(one, world))[0]) for one in theirs]
    assert [(name, status) for name, status in seen if status != 404] == []
    assert seen != []
