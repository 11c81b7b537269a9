"""Changes to very many customers, done in the background; safe to repeat."""

from __future__ import annotations

from grahak.core.jobs import task
from grahak.core.models import User
from grahak.customers import actions


@task(queue_name="default")
def change_many(verb: str, argument: str, query: str | None, ids: list[int], by: int) -> int:
    """Tag, untag, assign or put away everybody a selection names, each part a batch of its own. A second run
    finds nothing left to change. Returns how many changed."""
    from grahak.core.access import scoped
    from grahak.customers.models import Customer
    from grahak.customers.selection import Selection

    user = User.objects.get(pk=by)
    action = "customers.archive" if verb == "archive" else "customers.mass"
    changed = 0
    for part in list(Selection(query, tuple(ids)).parts(user)):
        may = scoped(Customer.objects.filter(pk__in=part), user, action)
        kept = list(may.values_list("pk", flat=True))
        match verb:
            case "tag":
                batch = actions.tag_customers(kept, argument, by=user)
            case "untag":
                batch = actions.untag_customers(kept, argument, by=user)
            case "assign":
                owner = None if argument == "none" else User.objects.get(pk=int(argument))
                batch = actions.assign_owner(kept, owner, by=user)
            case "archive":
                batch = actions.archive_customers(kept, by=user)
            case _:
                raise ValueError(verb)
        changed += getattr(batch, "customers", 0)
    return changed


@task(queue_name="default")
def overwrite_traces() -> bool:
    """Every night: rewrite the database's file where an erasure left that to do. True where it was."""
    from grahak.customers.shredding import shred_at_night

    return shred_at_night()
