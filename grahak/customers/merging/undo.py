"""A merge is taken back: what moved goes home, from wherever later merges brought it; what somebody changed or removed
since is told, before and after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from grahak.core import audit
from grahak.core.bulk import pieces
from grahak.core.events import announce
from grahak.core.merging import POINTERS, Pointer
from grahak.core.models import User
from grahak.core.refusals import Conflict
from grahak.customers.actions.names import index_names
from grahak.customers.actions.timeline import tell
from grahak.customers.merging import consents, pairs
from grahak.customers.merging.chain import contacts_on, customers_on, following, live
from grahak.customers.merging.journal import model_of, packed, unpacked
from grahak.customers.merging.merge import CONTACT, locked
from grahak.customers.models import ChangeKind, Contact, Customer, Merge, MergeChange, MergeMove

REMOVED, ELSEWHERE, EDITED, AGAIN = "removed", "elsewhere", "edited", "again"
_WHY: dict[str, Any] = {
    REMOVED: gettext_lazy("removed since"),
    ELSEWHERE: gettext_lazy("given to another customer since"),
    EDITED: gettext_lazy("changed since; it stays as it is now"),
    AGAIN: gettext_lazy("written there anew since"),
}


@dataclass
class Way:
    """Rows of one move: BACK go home, REMOVED and ELSEWHERE can't. HOLDERS: where they are looked for."""

    move: MergeMove
    pointer: Pointer
    back: list[int]
    removed: list[int]
    elsewhere: list[int]


@dataclass
class Look:
    """What taking back would do, decided before anything is written. HOLDER has the rows now."""

    merge: Merge
    later: list[Merge]
    holder: int
    ways: list[Way] = field(default_factory=list)
    restored: list[tuple[MergeChange, dict[str, Any]]] = field(default_factory=list)
    lost: dict[tuple[str, str], int] = field(default_factory=dict)  # (what, why) → how many

    def lose(self, what: Any, why: str, many: int = 1) -> None:
        if many:
            key = (str(what), why)
            self.lost[key] = self.lost.get(key, 0) + many

    @property
    def back(self) -> list[tuple[Any, int]]:
        """(what, how many) that go home, in words."""
        out: dict[str, int] = {}
        for way in self.ways:
            if way.back and way.pointer.says:
                out[str(way.pointer.says)] = out.get(str(way.pointer.says), 0) + len(way.back)
        return list(out.items())

    @property
    def not_back(self) -> list[dict[str, Any]]:
        """What can't be put back: {"what", "why", "many"}."""
        return [{"what": what, "why": why, "many": many} for (what, why), many in self.lost.items()]


def why_words(code: str) -> Any:
    """Why something can't be put back, in words."""
    return _WHY.get(code, code)


def look(merge: Merge) -> Look:
    """What taking MERGE back would do and what it can't put back; changes nothing."""
    later = following(merge)
    out = Look(merge, later, later[-1].kept_id if later else merge.kept_id)
    for move in merge.moves.order_by("pk"):
        pointer = POINTERS.get((move.table, move.field))
        if pointer is not None:
            out.ways.append(_way(out, move, pointer))
    for change in merge.changes.order_by("pk"):
        _look_at(out, change)
    return out


def _way(out: Look, move: MergeMove, pointer: Pointer) -> Way:
    holders = set(
        customers_on(out.merge, out.later)
        if pointer.target != CONTACT
        else contacts_on(move.after, out.later)
    )
    column = f"{pointer.field}_id"
    now: dict[int, int | None] = {}
    for some in pieces(move.rows):
        now |= dict(pointer.table._base_manager.filter(pk__in=some).values_list("pk", column))
    back = [pk for pk in move.rows if now.get(pk) in holders]
    removed = [pk for pk in move.rows if pk not in now]
    elsewhere = [pk for pk in move.rows if pk in now and now[pk] not in holders and now[pk] != move.before]
    if back and (pointer.unless or pointer.is_single):
        clash: set[int] = set()
        for holder in holders:
            clash |= set(
                pointer.staying(move.before, holder).filter(pk__in=back).values_list("pk", flat=True)
            )
        back = [pk for pk in back if pk not in clash]
        out.lose(pointer.says or pointer.table._meta.verbose_name_plural, AGAIN, len(clash))
    out.lose(pointer.says or pointer.table._meta.verbose_name_plural, REMOVED, len(removed))
    out.lose(pointer.says or pointer.table._meta.verbose_name_plural, ELSEWHERE, len(elsewhere))
    return Way(move, pointer, back, removed, elsewhere)


def _name_of(table: Any, column: str) -> str:
    try:
        return str(table._meta.get_field(column.removesuffix("_id")).verbose_name)
    except LookupError:
        return column


def _look_at(out: Look, change: MergeChange) -> None:
    """Decide about one line: what columns of CHANGED rows go back, whether ASIDE rows come and MADE rows go."""
    table = model_of(change.table)
    if table is None or (change.table == consents.LABEL and change.kind == ChangeKind.CHANGED):
        return  # what holds of permissions is worked out anew by consents.part
    row = table._base_manager.filter(pk=change.row).first()
    if change.kind == ChangeKind.ASIDE:
        if row is None:
            _look_aside(out, change, table)
        return
    if row is None:
        if change.kind == ChangeKind.CHANGED:
            out.lose(table._meta.verbose_name, REMOVED)
        return
    if change.kind == ChangeKind.MADE:
        if packed(row) == change.after:
            out.restored.append((change, {}))
        return
    now, put = packed(row, change.after), {}
    for name, after in change.after.items():
        if name in ("updated_at", "name_sort") or now.get(name) == change.before.get(name):
            continue
        if now.get(name) == after or _taken_over(out.merge, change, name) is not None:
            put[name] = change.before.get(name)
        else:
            out.lose(_name_of(table, name), EDITED)
    out.restored.append((change, put))


def _look_aside(out: Look, change: MergeChange, table: Any) -> None:
    """A row that was set aside comes back if what it hangs on is still there."""
    values = dict(change.before)
    for column in table._meta.concrete_fields:
        if not column.is_relation or values.get(column.attname) is None:
            continue
        if not column.related_model._base_manager.filter(pk=values[column.attname]).exists():
            if not column.null:
                return out.lose(table._meta.verbose_name_plural, REMOVED)
            values[column.attname] = None
    out.restored.append((change, values))
    return None


def _taken_over(merge: Merge, change: MergeChange, name: str) -> MergeChange | None:
    """The next live merge that changed the same column from what this one had put there, if there is one: it then
    begins from what was there before."""
    later = MergeChange.objects.filter(
        merge__in=live(), merge_id__gt=merge.pk, table=change.table, row=change.row, kind=ChangeKind.CHANGED
    )
    for other in later.order_by("merge_id"):
        if name in other.before:
            return other if other.before[name] == change.after[name] else None
    return None


@transaction.atomic
def undo_merge(merge: Merge, *, by: User | None, different: bool = False) -> Look:
    """Take MERGE back, also after other edits and merges; returns what was done and what could not be. DIFFERENT: the
    two are not the same, and are not proposed again. Conflict where it was taken back already. Announces
    customers.unmerged."""
    ids = {merge.kept_id, merge.gone_id, *(one.kept_id for one in following(merge))}
    rows = locked(ids)
    found = Merge.objects.select_for_update(of=("self",)).filter(pk=merge.pk).first()
    if found is None or merge.gone_id not in rows or merge.kept_id not in rows:
        raise Conflict(_("One of the two is no longer there."))
    if found.undone_at is not None:
        raise Conflict(_("This merge was taken back already."))
    if {one.kept_id for one in following(found)} - set(rows):
        raise Conflict(_("Somebody merged these customers meanwhile. Look again, please."))
    seen = look(found)
    _put_back(seen)
    gone = rows[found.gone_id]
    Customer.objects.filter(pk=gone.pk).update(merged_into=None, archived_at=found.put_away_at)
    found.undone_at, found.undone_by, found.not_back = timezone.now(), by, seen.not_back
    found.save(update_fields=["undone_at", "undone_by", "not_back"])
    touched = sorted({found.gone_id, seen.holder, found.kept_id})
    for pk in (found.gone_id, seen.holder):  # one that went on into another has its people there
        _first_contact(pk)
    pairs.parted(found.kept_id, found.gone_id, different, by)
    index_names(touched)
    _tell(found, rows, by, touched)
    return seen


def _tell(merge: Merge, rows: dict[int, Customer], by: User | None, touched: list[int]) -> None:
    kept, gone = rows[merge.kept_id], rows[merge.gone_id]
    for one, other in ((kept, gone), (gone, kept)):
        tell(
            one,
            "customers.customer.unmerged",
            group="other",
            by=by,
            title=other.name,
            facts={"other": other.pk},
        )
    audit.record(
        "customers.customer.unmerged", kept, by=by, merge=merge.pk, gone=gone.pk, name=gone.name,
        not_back=merge.not_back,
    )  # fmt: skip
    announce("customers.changed", customer_ids=touched)
    announce("customers.unmerged", kept_id=kept.pk, gone_id=gone.pk)


def _put_back(seen: Look) -> None:
    """Write what was decided: rows home first, then what was set aside, then columns."""
    gone = seen.merge.gone_id
    said: dict[tuple[int, int], list[int]] = {}
    for way in sorted(seen.ways, key=lambda one: one.pointer.model != CONTACT):
        if way.pointer.model == CONTACT:
            _contacts_home(way.back, gone)
        elif way.pointer.model == consents.LABEL:
            said.setdefault((way.move.before, way.move.after), []).extend(way.back)
        else:
            _home(seen, way)
        _forget(seen.later, way)
    for before, after in _folded(seen.merge, said):
        consents.part(seen.merge, before, contacts_on(after, seen.later)[-1], said.get((before, after), []))
    for change, put in seen.restored:
        _restore(seen, change, put)
    consents.settle(seen.merge)


def _home(seen: Look, way: Way) -> None:
    """Rows of one table; where a rule of the table is in the way, those that can go one by one."""
    table, column = way.pointer.table, f"{way.pointer.field}_id"
    for some in pieces(list(way.back)):
        try:
            with transaction.atomic():
                table._base_manager.filter(pk__in=some).update(**{column: way.move.before})
        except IntegrityError:
            for pk in some:
                try:
                    with transaction.atomic():
                        table._base_manager.filter(pk=pk).update(**{column: way.move.before})
                except IntegrityError:
                    way.back.remove(pk)
                    seen.lose(way.pointer.says or table._meta.verbose_name_plural, AGAIN)


def _folded(merge: Merge, said: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    return list(dict.fromkeys([*((pair[0], pair[1]) for pair in merge.folded), *said]))


def _contacts_home(ids: list[int], gone: int) -> None:
    """Contacts go home; who leads there is settled afterwards, so that there are never two."""
    for some in pieces(ids):
        Contact.objects.filter(pk__in=some).update(customer_id=gone, is_primary=False)


def _forget(later: list[Merge], way: Way) -> None:
    """Merges by which these rows went on do not know them any more: taking those back must not move them."""
    if not later or not way.back:
        return
    home = set(way.back)
    rows = MergeMove.objects.filter(merge__in=later, table=way.move.table, field=way.move.field)
    for move in rows:
        if home & set(move.rows):
            move.rows = [pk for pk in move.rows if pk not in home]
            move.save(update_fields=["rows"])


def _restore(seen: Look, change: MergeChange, put: dict[str, Any]) -> None:
    table = model_of(change.table)
    if change.kind == ChangeKind.ASIDE:
        values = unpacked(table, put)
        table._base_manager.bulk_create([table(**values)], ignore_conflicts=True)
        return
    if change.kind == ChangeKind.MADE:
        table._base_manager.filter(pk=change.row).delete()
        return
    if change.table == CONTACT:
        return  # who leads is settled by _first_contact
    now: dict[str, Any] = {}
    for name, value in put.items():
        taken = _taken_over(seen.merge, change, name)
        if taken is None:
            now[name] = value
        else:
            taken.before[name] = value
            if name == "name" and "name_sort" in taken.before:
                taken.before["name_sort"] = change.before.get("name_sort", taken.before["name_sort"])
            taken.save(update_fields=["before"])
    if "name" in now and "name_sort" in change.before:
        now["name_sort"] = change.before["name_sort"]
    if now:
        table._base_manager.filter(pk=change.row).update(**unpacked(table, now))


def _first_contact(customer_id: int) -> None:
    """A customer has one main contact: who was it before, else the oldest; one of its own name where none is left."""
    rows = list(Contact.objects.filter(customer_id=customer_id).order_by("pk"))
    if any(row.is_primary for row in rows):
        return
    was = set(
        MergeChange.objects.filter(
            table=CONTACT, row__in=[row.pk for row in rows], before__is_primary=True
        ).values_list("row", flat=True)
    )
    choice = next((row for row in rows if row.pk in was), rows[0] if rows else None)
    if choice is None:
        name = Customer.objects.values_list("name", flat=True).get(pk=customer_id)
        Contact.objects.create(customer_id=customer_id, name=name, is_primary=True)
        return
    Contact.objects.filter(pk=choice.pk).update(is_primary=True)


def not_back_words(line: dict[str, Any]) -> str:
    """One line of what could not be put back, as a sentence."""
    many = int(line["many"])
    return ngettext("%(what)s: %(n)s %(why)s", "%(what)s: %(n)s %(why)s", many) % {
        "what": line["what"], "n": many, "why": why_words(line["why"]),
    }  # fmt: skip
