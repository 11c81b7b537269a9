"""The arguments of every address, for the role × URL matrix. A room that adds an address with arguments adds a line to
SAMPLES; the matrix fails until it does.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.contrib.auth.tokens import default_token_generator
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from grahak.channels import tokens
from grahak.marketing.forms_public.stamps import confirm_token
from tests.samples.world import World

__all__ = ["NOTHING_HERE", "SAMPLES", "World"]


def _moment(world: World) -> dict[str, Any]:
    at = world.hand_list.movements.latest("pk").at
    return {"pk": world.hand_list.pk, "micro": int(at.timestamp()) * 10**6 + at.microsecond}


def _reset(world: World) -> dict[str, Any]:
    return {
        "uidb64": urlsafe_base64_encode(force_bytes(world.colleague.pk)),
        "token": default_token_generator.make_token(world.colleague),
    }


def _open_copy(world: World) -> dict[str, Any]:
    """A file among the warehouse's open copies."""
    from grahak.warehouse import copies

    (copies.folder() / "customers.parquet").write_bytes(b"PAR1")
    listed = [
        {
            "table": "customers",
            "file": "customers.parquet",
            "rows": 0,
            "bytes": 4,
            "at": timezone.now().isoformat(),
        }
    ]
    (copies.folder() / copies.LIST).write_text(json.dumps(listed))
    return {"name": "customers"}


# URL name → the arguments of an address that exists
SAMPLES: dict[str, Callable[[World], dict[str, Any]]] = {
    "core:reset_password": _reset,
    "core:accept_invitation": lambda world: {"token": world.invitation.token},
    "core:branch": lambda world: {"pk": world.branch.pk},
    "core:remove_branch": lambda world: {"pk": world.branch.pk},
    **dict.fromkeys(
        ("core:person", "core:invite_again", "core:close_login", "core:open_login", "core:end_sessions"),
        lambda world: {"pk": world.colleague.pk},
    ),
    "warehouse:download": _open_copy,
    "core:withdraw_key": lambda world: {"pk": world.key.pk},
    **dict.fromkeys(
        (
            "customers:customer",
            "customers:edit",
            "customers:tags",
            "customers:put_away",
            "customers:bring_back",
            "customers:erase",
            "customers:notes",
            "customers:calls",
            "customers:customer_tasks",
            "customers:consent",
            "customers:contacts",
        ),
        lambda world: {"pk": world.customer.pk},
    ),
    "customers:fact": lambda world: {"pk": world.customer.pk, "field": "city"},
    **dict.fromkeys(
        (
            "customers:contact",
            "customers:first_contact",
            "customers:remove_contact",
            "customers:identities",
        ),
        lambda world: {"pk": world.customer.pk, "contact": world.contact.pk},
    ),
    "customers:remove_identity": lambda world: {
        "pk": world.customer.pk,
        "contact": world.contact.pk,
        "identity": world.identity.pk,
    },
    **dict.fromkeys(
        ("customers:task", "customers:task_done", "customers:task_open"),
        lambda world: {"pk": world.task.pk},
    ),
    **dict.fromkeys(("customers:view", "customers:remove_view"), lambda world: {"pk": world.saved_view.pk}),
    "customers:visit": lambda world: {"pk": world.customer.pk, "visit": world.web_visit.pk},
    "customers:undo": lambda world: {"pk": world.batch.pk},
    **dict.fromkeys(
        ("catalogue:product", "catalogue:archive", "catalogue:restore"),
        lambda world: {"pk": world.product.pk},
    ),
    **dict.fromkeys(
        ("customers:field", "customers:put_field_away", "customers:bring_field_back", "customers:move_field"),
        lambda world: {"pk": world.own_field.pk},
    ),
    **dict.fromkeys(
        (
            "segments:segment",
            "segments:edit",
            "segments:moves",
            "segments:facts",
            "segments:why",
            "segments:compare",
            "segments:copy",
            "segments:freeze",
        ),
        lambda world: {"pk": world.segment.pk},
    ),
    **dict.fromkeys(
        ("segments:paste", "segments:take_out", "segments:archive", "segments:restore"),
        lambda world: {"pk": world.hand_list.pk},
    ),
    "segments:take_back": _moment,
    "catalogue:remove_code": lambda world: {"pk": world.service_code.pk},
    **dict.fromkeys(
        ("sales:order", "sales:edit_order", "sales:take_return", "sales:cancel", "sales:restore"),
        lambda world: {"pk": world.order.pk},
    ),
    **dict.fromkeys(("sales:payment", "sales:void_payment"), lambda world: {"pk": world.payment.pk}),
    **dict.fromkeys(("sales:statement", "sales:opening"), lambda world: {"pk": world.customer.pk}),
    **dict.fromkeys(
        (
            "connect:import",
            "connect:columns",
            "connect:begin",
            "connect:failed_rows",
            "connect:undo",
            "connect:again",
            "connect:discard",
        ),
        lambda world: {"pk": world.import_run.pk},
    ),
    **dict.fromkeys(
        ("connect:source", "connect:arrivals", "connect:end_source", "connect:resume_source"),
        lambda world: {"pk": world.source.pk},
    ),
    **dict.fromkeys(
        (
            "connect:connection",
            "connect:progress",
            "connect:try_out",
            "connect:register",
            "connect:pause_connection",
            "connect:resume_connection",
            "connect:end_connection",
            "connect:read_shop",
            "connect:stop_reading",
            "connect:go_on_reading",
            "connect:deliveries",
            "connect:replay_failed",
        ),
        lambda world: {"pk": world.delivery.connector_id},
    ),
    **dict.fromkeys(
        ("connect:delivery", "connect:replay", "connect:see_to"),
        lambda world: {"pk": world.delivery.connector_id, "delivery": world.delivery.pk},
    ),
    "channels:whatsapp_hook": lambda world: {"token": world.whatsapp.hook_token},
    "channels:sms_hook": lambda world: {"token": world.gateway.hook_token},
    "connect:hook": lambda world: {
        "kind": world.delivery.connector.kind,
        "token": world.delivery.connector.token,
    },
    **dict.fromkeys(("connect:reject", "connect:reject_again"), lambda world: {"pk": world.reject.pk}),
    "marketing:variant": lambda world: {"pk": world.draft.pk, "code": "A"},
    "marketing:approved_variant": lambda world: {"pk": world.draft.pk, "code": "A"},
    **dict.fromkeys(
        (
            *("letters:edit", "letters:undo", "letters:preview", "letters:sheet", "letters:test"),
            *("letters:copy", "letters:archive", "letters:restore", "letters:as_template"),
        ),
        lambda world: {"pk": world.letter.pk},
    ),
    "letters:starter": lambda world: {"code": "thanks", "language": "en"},
    "letters:picture": lambda world: {"token": world.picture.token},
    "letters:remove_picture": lambda world: {"pk": world.picture.pk},
    "marketing:message_why": lambda world: {"pk": world.message.pk},
    **dict.fromkeys(("channels:lift", "channels:put_back"), lambda world: {"pk": world.barred.pk}),
    **dict.fromkeys(("channels:aside", "channels:put_away"), lambda world: {"pk": world.set_aside.pk}),
    "channels:mail_hook": lambda world: {"token": world.mail_provider.hook_token},
    **dict.fromkeys(("channels:mail", "channels:mail_html"), lambda world: {"pk": world.mail.pk}),
    "channels:stop": lambda world: {"token": tokens.stop_token(world.message.pk)},
    **dict.fromkeys(
        (
            *("marketing:form", "marketing:form_edit", "marketing:form_preview", "marketing:form_poster"),
            *(
                "marketing:form_export",
                "marketing:form_archive",
                "marketing:form_restore",
                "marketing:form_ask_again",
            ),
        ),
        lambda world: {"pk": world.form.pk},
    ),
    "marketing:form_qr": lambda world: {"pk": world.form.pk, "kind": "svg"},
    **dict.fromkeys(
        ("marketing:form_page", "marketing:form_embedded", "marketing:form_counter"),
        lambda world: {"token": world.form.token},
    ),
    "marketing:form_confirm": lambda world: {"token": confirm_token(world.submission.pk)},
    **dict.fromkeys(
        ("marketing:submission_release", "marketing:submission_remove"),
        lambda world: {"pk": world.submission.pk},
    ),
    **dict.fromkeys(
        ("marketing:link", "marketing:link_poster", "marketing:link_archive", "marketing:link_restore"),
        lambda world: {"pk": world.short_link.pk},
    ),
    "marketing:link_qr": lambda world: {"pk": world.short_link.pk, "kind": "png"},
    "marketing:short_link": lambda world: {"code": world.short_link.code},
    "channels:preferences": lambda world: {"token": tokens.me_token(message=world.message.pk)},
    "channels:opened": lambda world: {"token": tokens.open_token(world.message.pk)},
    "channels:follow": lambda world: {"token": tokens.link_token(world.message.pk, world.link.pk)},
    **dict.fromkeys(
        (
            *("marketing:test", "marketing:send", "marketing:remove", "marketing:approved"),
            *("marketing:reach", "marketing:rename", "marketing:who", "marketing:how", "marketing:when"),
            *("marketing:add_variant", "marketing:trying", "marketing:check", "marketing:archive"),
            *(
                "marketing:restore",
                "marketing:words",
                "marketing:meter",
                "marketing:schedule",
                "marketing:ask",
            ),
            *("marketing:phone_try", "marketing:codes"),
            *("marketing:unschedule", "marketing:approve", "marketing:refuse", "marketing:late"),
        ),
        lambda world: {"pk": world.draft.pk},
    ),
    **dict.fromkeys(
        (
            "marketing:campaign",
            "marketing:people",
            "marketing:held_out",
            "marketing:report_file",
            "marketing:winner",
            "marketing:resend",
            "marketing:export",
            "marketing:why",
            "marketing:pause",
            "marketing:resume",
            "marketing:stop",
            "marketing:again",
        ),
        lambda world: {"pk": world.sent.pk},
    ),
}

# Addresses that answer 404 to those who may open them, because what they show is not there in this shop
NOTHING_HERE = {
    "core:logo": "the shop of the tests has no logo",
    "core:enter_demo": "this is no demo",
    "core:setup_demo": "this is no demo",
    "core:leave_demo": "this is no demo",
    "channels:mailbox": "this is no demo",
    "channels:mail": "this is no demo",
    "channels:mail_html": "this is no demo",
    "channels:texts": "this is no demo",
    "channels:whatsapp_check": "no number is connected",
    "channels:whatsapp_try": "no number is connected",
    "channels:sms_try": "no gateway is connected",
    "marketing:begin": "nobody is ticked",
    "standing:change": "nothing is ticked",
    "segments:reasons": "nobody is asked about",
}
