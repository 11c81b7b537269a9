"""What people do with campaigns: begin, aim, word, check, try, schedule, send, plan the next one."""

from grahak.marketing.actions.copies import archive, clone, plan_next, restore, spare_codes
from grahak.marketing.actions.drafts import (
    CODES,
    LANGUAGES,
    begin,
    choose,
    drop_variant,
    edit,
    remove,
    set_audience,
    set_variant,
    unword,
    word,
)
from grahak.marketing.actions.readiness import NotReady, OnItsWay, Problem, problems, still_draft
from grahak.marketing.actions.sending import send, send_now
from grahak.marketing.actions.trial import first_contact, try_out
from grahak.marketing.audience.parts import Part

__all__ = [
    "CODES",
    "LANGUAGES",
    "NotReady",
    "OnItsWay",
    "Part",
    "Problem",
    "archive",
    "begin",
    "choose",
    "clone",
    "drop_variant",
    "edit",
    "first_contact",
    "plan_next",
    "problems",
    "remove",
    "restore",
    "send",
    "send_now",
    "set_audience",
    "set_variant",
    "spare_codes",
    "still_draft",
    "try_out",
    "unword",
    "word",
]
