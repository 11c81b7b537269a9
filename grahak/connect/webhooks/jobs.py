"""Background work of webhooks beside the sending itself."""

from __future__ import annotations

from grahak.core.jobs import task


@task(queue_name="default")
def write_owner(endpoint_id: int) -> None:
    """Tell the owners that an address was switched off, and why."""
    from grahak.connect.webhooks.models import Endpoint
    from grahak.core import letters, links
    from grahak.core.models import Role, User

    endpoint = Endpoint.objects.filter(pk=endpoint_id).exclude(off="").first()
    if endpoint is None:
        return
    link = links.absolute(endpoint.get_absolute_url())
    for person in User.objects.filter(role=Role.OWNER, is_active=True):
        letters.write(person, "connect/mail/webhook_off", endpoint=endpoint, link=link)
