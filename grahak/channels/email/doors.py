"""Which machines mail may be handed to, decided on the resolved address, so that a name cannot point
elsewhere.

The mail account's screen lets its owner name any host. Loopback is open, because a mail server on the same
machine is the usual set-up; addresses of the local network open with GRAHAK_PRIVATE_SMTP=yes, and =no closes
loopback too. Link-local addresses (cloud metadata services live there) stay closed.
"""

from __future__ import annotations

import ipaddress
import os
import socket

from django.utils.translation import gettext as _

from grahak.channels.email.accounts import Unreachable

SETTING = "GRAHAK_PRIVATE_SMTP"


def _allowed(address: str) -> bool:
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    wish = os.environ.get(SETTING, "").strip().lower()
    if found.is_link_local or found.is_multicast or found.is_unspecified:
        return False
    if found.is_loopback:
        return wish not in ("no", "0", "false", "off")
    return found.is_global or wish in ("yes", "1", "true", "on")


def open_socket(host: str, port: int, timeout: float) -> socket.socket:
    """A connected, non-blocking socket to HOST. Blocking: call it in a thread. Raises Unreachable with words
    for the person at the screen."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable(_("There is no mail server called “%(host)s”.") % {"host": host}) from None
    allowed = [entry for entry in found if _allowed(str(entry[4][0]))]
    if not allowed:
        raise Unreachable(
            _("“%(host)s” is inside the local network. The operator can allow it with %(setting)s=yes.")
            % {"host": host, "setting": SETTING}
        )
    last: OSError | None = None
    for family, kind, protocol, _name, address in allowed:
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(timeout)
            connection.connect(address)
        except OSError as error:
            connection.close()
            last = error
        else:
            connection.setblocking(False)
            return connection
    raise Unreachable(
        _("%(host)s does not answer on port %(port)s: %(why)s.")
        % {"host": host, "port": port, "why": last.strerror if last and last.strerror else last}
    )
