"""Looks through all customers for pairs that may be the same, or through those that changed.

The whole run goes in three steps: keys of every record to files, pairs of each file's blocks to files, pairs compared.
It holds a few thousand records at a time whatever the number of customers, commits after each piece, and goes on from
there when it is killed. Comparing is done by as many processes as there are cores, at most two.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import shutil
from array import array
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from grahak.core.lean import lean
from grahak.core.models import Setting
from grahak.customers.duplicates import blocks, records
from grahak.customers.duplicates.scoring import Record, compare_many
from grahak.customers.models import Customer, DuplicatePair, PairState

NAME: Final = "customers.duplicates"
PIECE: Final = 5_000  # records read at a time
ASKED: Final = 4_000  # pairs compared at a time
WRITTEN: Final = 500
ALONE: Final = 20_000  # so few are looked through in this process
CACHE: Final = 64  # MiB of the database's pages: neighbours are read together, their likes from all over
AHEAD: Final = 4  # pieces given to the processes before their answers are taken
STEPS: Final = ("keys", "pairs", "compare")


def _kept() -> dict[str, Any]:
    found = Setting.objects.filter(name=NAME).values_list("value", flat=True).first()
    return dict(found) if isinstance(found, dict) else {}


def _keep(state: dict[str, Any]) -> None:
    Setting.objects.update_or_create(name=NAME, defaults={"value": state})


def progress() -> dict[str, Any]:
    """For the page: whether all are being looked through (LOOKING, PERCENT), and when that was last done (AT)."""
    state = _kept()
    looking = bool(state.get("step"))
    done = 0
    if looking:
        share = state.get("part", 0) / blocks.PARTS if state["step"] != "keys" else state.get("share", 0)
        done = round(100 * (STEPS.index(state["step"]) + share) / len(STEPS))
    at = parse_datetime(state["at"]) if state.get("at") else None
    return {
        "looking": looking,
        "percent": min(99, done),
        "at": at,
        "found": state.get("found", 0),
        "compared": state.get("compared", 0),
    }


def is_under_way() -> bool:
    """Whether a whole run was heard of in the last hour: one that was killed for good is not."""
    found = Setting.objects.filter(name=NAME, updated_at__gt=timezone.now() - dt.timedelta(hours=1)).first()
    return found is not None and bool(found.value.get("step"))


def looked_until() -> dt.datetime | None:
    """The moment up to which changes were looked at; None where nobody ever looked."""
    since = _kept().get("since")
    return parse_datetime(since) if since else None


def looked(until: dt.datetime) -> None:
    """Note that changes were looked at up to a moment, unless a whole run is under way, which will note its own."""
    state = _kept()
    if not state.get("step"):
        _keep(state | {"since": until.isoformat(), "at": timezone.now().isoformat()})


def whole(*, processes: int | None = None) -> int:
    """Look through all customers, going on where a killed run stood; returns how many pairs are open afterwards."""
    lean(connection, CACHE)
    state = _kept()
    # files that are gone (another machine, a tidied disk) can't be gone on with
    if not state.get("step") or (state["step"] != "keys" and not _folder().exists()):
        state = {
            **state,
            "step": "keys",
            "began": timezone.now().isoformat(),
            "last": 0,
            "part": 0,
            "compared": 0,
        }
        shutil.rmtree(_folder(), ignore_errors=True)
        _keep(state)
    _folder().mkdir(parents=True, exist_ok=True)
    highest = Customer.objects.aggregate(most=Max("pk"))["most"] or 0
    many = (os.cpu_count() or 1) if processes is None else processes
    with _workers(1 if highest <= ALONE else min(2, many)) as workers:
        if state["step"] == "keys":
            _write_keys(state, workers, highest)
        if state["step"] == "pairs":
            _write_pairs(state, workers, highest)
        if state["step"] == "compare":
            _compare(state, workers, highest)
    shutil.rmtree(_folder(), ignore_errors=True)
    began = parse_datetime(state["began"])
    DuplicatePair.objects.filter(state=PairState.OPEN, seen_at__lt=began).delete()
    found = DuplicatePair.objects.filter(state=PairState.OPEN).count()
    _keep(
        {
            "at": timezone.now().isoformat(),
            "since": state["began"],
            "found": found,
            "compared": state.get("compared", 0),
        }
    )
    return found


def _folder() -> Path:
    return Path(settings.DATA) / "duplicates"


@contextmanager
def _workers(processes: int) -> Iterator[Executor]:
    """Processes of their own, begun anew and not forked (this one has threads); one thread where one is enough. They
    need no database and no Django, and are small."""
    if processes < 2:
        with ThreadPoolExecutor(1) as alone:
            yield alone
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        yield pool


def _in_turn(workers: Executor, function: Any, asked: Iterator[tuple[Any, ...]]) -> Iterator[Any]:
    """Answers in the order of the questions, a few ahead: memory does not grow with their number."""
    waiting = [workers.submit(function, *one) for one in islice(asked, AHEAD)]
    while waiting:
        yield waiting.pop(0).result()
        waiting += [workers.submit(function, *one) for one in islice(asked, 1)]


# -- step 1: keys ------------------------------------------------------------------------------------------------


def _write_keys(state: dict[str, Any], workers: Executor, highest: int) -> None:
    firsts = range(int(state["last"]) + 1, highest + 1, PIECE)
    asked = ((records.between(first, min(first + PIECE - 1, highest)),) for first in firsts)
    for number, parts in enumerate(_in_turn(workers, blocks.spread, asked)):
        for part, entries in enumerate(parts):
            _append(f"keys-{part}", entries)
        state["last"] = min(firsts[number] + PIECE - 1, highest)
        state["share"] = state["last"] / highest
        _keep(state)
    _step(state, "pairs")


def _append(name: str, entries: list[int]) -> None:
    with (_folder() / name).open("ab") as file:
        array("Q", entries).tofile(file)


def _read(name: str) -> list[int]:
    path = _folder() / name
    found = array("Q")
    if path.exists():
        with path.open("rb") as file:
            # a kill in the middle of a write leaves a piece of a number; that piece is written again
            found.frombytes(file.read(path.stat().st_size // 8 * 8))
    return found.tolist()


def _step(state: dict[str, Any], name: str) -> None:
    state |= {"step": name, "part": 0}
    _keep(state)


# -- step 2: pairs -----------------------------------------------------------------------------------------------


def _write_pairs(state: dict[str, Any], workers: Executor, highest: int) -> None:
    """Pairs by the low number: each file then holds neighbours, which are read together."""
    wide = highest // blocks.PARTS + 1
    for part in range(int(state["part"]), blocks.PARTS):
        found: list[list[int]] = [[] for _part in range(blocks.PARTS)]
        for low, high in blocks.pairs_in(_read(f"keys-{part}")):
            found[min(low // wide, blocks.PARTS - 1)].append((low << 32) | high)
        for to, entries in enumerate(found):
            _append(f"pairs-{to}", entries)
        (_folder() / f"keys-{part}").unlink(missing_ok=True)
        state["part"] = part + 1
        _keep(state)
    _step(state, "compare")


# -- step 3: compare ---------------------------------------------------------------------------------------------


def _compare(state: dict[str, Any], workers: Executor, highest: int) -> None:
    for part in range(int(state["part"]), blocks.PARTS):
        asked = sorted(set(_read(f"pairs-{part}")))
        for found in _in_turn(workers, compare_many, _questions(asked)):
            store(found)
        state["compared"] = state.get("compared", 0) + len(asked)
        (_folder() / f"pairs-{part}").unlink(missing_ok=True)
        state["part"] = part + 1
        _keep(state)


def _questions(asked: list[int]) -> Iterator[tuple[list[Record], list[tuple[int, int]]]]:
    for at in range(0, len(asked), ASKED):
        some = [(pair >> 32, pair & 0xFFFFFFFF) for pair in asked[at : at + ASKED]]
        yield records.of(sorted({pk for pair in some for pk in pair})), some


def store(found: list[tuple[int, int, int, int]]) -> None:
    """Keep pairs (low, high, score, reasons): new ones are open, of those that are known only score and reasons
    change, so that what somebody decided stays."""
    now = timezone.now()
    for at in range(0, len(found), WRITTEN):
        with transaction.atomic():
            some = found[at : at + WRITTEN]
            ids = {pk for low, high, *_rest in some for pk in (low, high)}
            there = set(Customer.objects.filter(pk__in=ids).values_list("pk", flat=True))
            DuplicatePair.objects.bulk_create(
                [
                    DuplicatePair(
                        low_id=low, high_id=high, score=score, reasons=why, seen_at=now, found_at=now
                    )
                    for low, high, score, why in some
                    if low in there and high in there
                ],
                update_conflicts=True,
                unique_fields=["low", "high"],
                update_fields=["score", "reasons", "seen_at"],
            )
