"""Where the server listens, and how a phone in the shop finds it."""

from __future__ import annotations

import http.client
import io
import socket
from argparse import ArgumentParser

from grahak.config import env


def add_address(parser: ArgumentParser) -> None:
    """The options --host and --port; their defaults are HOST and PORT."""
    parser.add_argument("--host", default=env.text("HOST", "127.0.0.1"), help="address to listen at (HOST)")
    parser.add_argument("--port", type=int, default=env.number("PORT", 8000), help="port to listen at (PORT)")


def trouble(host: str, port: int) -> str:
    """Why nothing can listen there, or "" where it can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OverflowError:
            return f"{port} is no port: choose one from 1 to 65535"
        except OSError as error:
            return f"cannot listen at {host}:{port} ({error.strerror}); choose another with PORT= or --port"
    return ""


def answers(host: str, port: int) -> bool:
    """Whether the web answers there now."""
    asking = http.client.HTTPConnection(_near(host), port, timeout=0.5)
    try:
        asking.request("GET", "/healthz")
        return asking.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asking.close()


def url(host: str, port: int) -> str:
    """The address as one types it into a browser on this computer."""
    near = _near(host)
    return f"http://{f'[{near}]' if ':' in near else near}:{port}/"


def url_nearby(host: str, port: int) -> str:
    """The address for other devices of the same network, or "" where it listens to this computer only."""
    if host not in ("0.0.0.0", "::"):  # noqa: S104
        return ""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # documentation address; nothing is sent
            own = str(probe.getsockname()[0])
        except OSError:
            return ""
    return f"http://{own}:{port}/"


def qr(text: str) -> str:
    """TEXT as a QR code of block characters, for a terminal."""
    import segno

    out = io.StringIO()
    segno.make(text, error="m").terminal(out, compact=True)
    return out.getvalue()


def _near(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
