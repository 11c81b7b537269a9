"""How messages go along when customers are merged: each stays the message that it was, with its campaign's counts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from grahak.core.merging import register as along


def register() -> None:
    """Hang this room's part in."""
    along("channels.Message", says=_("Messages to them"))
    along("channels.Incoming", says=_("Messages from them"))
    # one message a contact and dispatch: a second one stays with the contact that it was sent to
    along("channels.Message", field="contact", unless=("dispatch", "channel"))
    along("channels.Incoming", field="contact")
