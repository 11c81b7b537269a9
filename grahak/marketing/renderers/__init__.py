"""How campaigns are said on channels of short messages: SMS and WhatsApp. E-mail is in marketing.rendering."""

from dataclasses import replace

from grahak.channels import renderers
from grahak.channels.renderers import Renderer
from grahak.marketing import rendering
from grahak.marketing.renderers import sms, whatsapp


def register(base: Renderer) -> None:
    """Make them known to the ledger, as BASE but for the words: each stands before the one for all channels."""
    for channel, render in (("sms", sms.render), ("whatsapp", whatsapp.render)):
        renderers.register(replace(base, name=f"{rendering.NAME}:{channel}", render=render))
