"""Names that workers write on claimed rows, from which another can tell at once that a worker is dead."""

from __future__ import annotations

import os
import socket
import uuid
from pathlib import Path


def _born(pid: int) -> str:
    """When a running process of this machine started, in the kernel's ticks. Empty where the kernel does not
    tell, and for one that was killed and only waits to be buried."""
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return ""
    return "" if state in "ZX" else fields[18]


def mine() -> str:
    """A name no other worker has or will have: host:pid:start:random."""
    pid = os.getpid()
    return f"{socket.gethostname()[:40]}:{pid}:{_born(pid)}:{uuid.uuid4().hex[:6]}"


def is_dead(name: str) -> bool:
    """True when the process is certainly gone: of this machine, and its number is free or was given to
    another. A worker of another machine is never called dead; its leases run out."""
    host, _, rest = name.partition(":")
    pid, _, rest = rest.partition(":")
    born = rest.partition(":")[0]
    if host != socket.gethostname()[:40] or not pid.isdigit():
        return False
    if born:
        return _born(int(pid)) != born
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
