"""Everything that changes customers. Each verb is one transaction, takes its actor as `by=` and leaves an
audit line."""

from grahak.customers.actions.calls import log_call
from grahak.customers.actions.consent import grant_consent, withdraw_consent
from grahak.customers.actions.contacts import (
    add_contact,
    add_identity,
    bring_contact_back,
    edit_contact,
    end_contact,
    make_primary,
    move_contact,
    reach_by,
    remove_contact,
    remove_identity,
)
from grahak.customers.actions.custom import (
    add_field,
    bring_field_back,
    change_field,
    move_field,
    put_field_away,
    set_own,
    settle,
)
from grahak.customers.actions.customers import (
    add_customer,
    archive_customer,
    edit_customer,
    restore_customer,
)
from grahak.customers.actions.erase import erase_customer
from grahak.customers.actions.mass import (
    archive_customers,
    assign_owner,
    tag_customers,
    undo,
    untag_customers,
)
from grahak.customers.actions.meetings import (
    add_meeting,
    cancel_meeting,
    edit_meeting,
    hold_meeting,
    reopen_meeting,
)
from grahak.customers.actions.names import index_names
from grahak.customers.actions.reminders import put_reminder_away, remind, snooze, tell_due
from grahak.customers.actions.setting import set_many
from grahak.customers.actions.tasks import (
    add_task,
    change_tasks,
    edit_task,
    finish_task,
    finish_tasks,
    reopen_task,
    tick_step,
)
from grahak.customers.actions.timeline import record_call, tell, write_note
from grahak.customers.actions.views import copy_view, edit_view, mark_view, remove_view, save_view
from grahak.customers.actions.visits import tell_visits

__all__ = [
    "add_contact",
    "add_customer",
    "add_field",
    "add_identity",
    "add_meeting",
    "add_task",
    "archive_customer",
    "archive_customers",
    "assign_owner",
    "bring_contact_back",
    "bring_field_back",
    "cancel_meeting",
    "change_field",
    "change_tasks",
    "copy_view",
    "edit_contact",
    "edit_customer",
    "edit_meeting",
    "edit_task",
    "edit_view",
    "end_contact",
    "erase_customer",
    "finish_task",
    "finish_tasks",
    "grant_consent",
    "hold_meeting",
    "index_names",
    "log_call",
    "make_primary",
    "mark_view",
    "move_contact",
    "move_field",
    "put_field_away",
    "put_reminder_away",
    "reach_by",
    "record_call",
    "remind",
    "remove_contact",
    "remove_identity",
    "remove_view",
    "reopen_meeting",
    "reopen_task",
    "restore_customer",
    "save_view",
    "set_many",
    "set_own",
    "settle",
    "snooze",
    "tag_customers",
    "tell",
    "tell_due",
    "tell_visits",
    "tick_step",
    "undo",
    "untag_customers",
    "withdraw_consent",
    "write_note",
]
