"""What this room hangs into the shell, and what it listens to."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from grahak.channels import answering, contract, erasing, merging, panels
from grahak.channels.actions import on_unsubscribed
from grahak.channels.bounces import erasing as bounce_erasing
from grahak.channels.email.channel import EMAIL
from grahak.channels.links_public import following, hits, opening
from grahak.channels.models import Dispatch, Message
from grahak.channels.sms.channel import SMS
from grahak.channels.views.mailbox import is_there
from grahak.channels.whatsapp.channel import WHATSAPP
from grahak.core import changes
from grahak.core.events import on
from grahak.core.registry import NavLink, Panel, registry


def hang() -> None:
    """Hang it up; called once, when the apps are ready."""
    for channel in (EMAIL, WHATSAPP, SMS):
        contract.register(channel)
    answering.register()
    follow_changes()
    hits.register(following.KIND)
    hits.register(opening.KIND)
    registry.add(
        NavLink(
            _("Mailbox"),
            "channels:mailbox",
            "mailbox",
            "channels.mailbox.view",
            group=2,
            order=80,
            when=is_there,
        )
    )
    account = NavLink(
        *(_("Mail account"), "channels:sender", "mail", "channels.sender.edit"),
        group=1,
        order=40,
        says=_("The server, name and address that messages go out with."),
    )
    registry.add_settings(account, *_settings())
    registry.add(Panel("channels.window", "side", "channels/panels/window.html", panels.window, order=35))
    registry.add_first_steps(account)
    on("customers.contact.unsubscribed", on_unsubscribed)
    erasing.register()
    merging.register()
    bounce_erasing.register()


def _settings() -> list[NavLink]:
    """This room's lines in the settings, beside the mail account."""
    return [
        NavLink(
            *(_("WhatsApp"), "channels:whatsapp", "whatsapp", "channels.accounts.edit"),
            group=1,
            order=41,
            says=_("The shop's number at Meta's Cloud API, its health and its templates."),
        ),
        NavLink(
            *(_("SMS"), "channels:sms", "chat", "channels.accounts.edit"),
            group=1,
            order=42,
            says=_("The gateway that takes texts, what a segment costs, and the DLT entity."),
        ),
        NavLink(
            *(_("Mail that comes back"), "channels:returned", "mailbox", "channels.sender.edit"),
            group=1,
            order=43,
            says=_("The mailbox that is read for bounces and complaints."),
        ),
        NavLink(
            *(_("Rules of sending"), "channels:rules", "shield", "channels.rules.edit"),
            group=1,
            order=45,
            says=_("How many, when not, who is held out, and whether a second person looks first."),
        ),
        NavLink(
            *(_("Links and openings"), "channels:counting", "link", "channels.rules.edit"),
            group=3,
            order=28,
            says=_("Who is counted, and what links of campaigns tell the web shop."),
        ),
        NavLink(
            *(_("Never written to"), "channels:suppressions", "ban", "channels.suppression.edit"),
            group=3,
            order=30,
            says=_("Addresses that came back, complained or were barred by hand."),
        ),
    ]


def follow_changes() -> None:
    """What of this room the change log notes: of a message, what the warehouse holds of it."""
    changes.follow("dispatch", Dispatch, columns=("title", "purpose"), on="u")
    told = ("customer_id", "contact_id", "channel", "language", "state", "reason", "sent_at", "first_opened_at",
            "first_clicked_at", "unsubscribed_at", "variant", "delivered_at", "bounced_at", "complained_at",
            "cost")  # fmt: skip
    changes.follow("message", Message, customer="customer_id", columns=told)
