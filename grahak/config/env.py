"""Typed readers of the environment: a malformed value stops the start with the name of the setting."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    """The value of NAME, or the content of the file named by NAME_FILE (for secrets)."""
    file = os.environ.get(f"{name}_FILE")
    if file:
        return Path(file).read_text().strip()
    return os.environ.get(name, default)


def flag(name: str, default: bool = False) -> bool:
    """yes/no, true/false, 1/0; anything else is refused."""
    value = os.environ.get(name)
    if value is None or value == "":
        return default
    known = {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
    }
    try:
        return known[value.strip().lower()]
    except KeyError:
        raise ImproperlyConfigured(f"{name}={value!r}: write yes or no") from None


def number(name: str, default: int) -> int:
    """A whole number."""
    value = os.environ.get(name)
    if value is None or value == "":
        return default
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name}={value!r}: write a whole number") from None


def memory() -> int:
    """The machine's memory in MiB, or what a container may use of it."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        limit = "max"
    return min(whole, int(limit) if limit.isdigit() else whole) // 2**20


def words(name: str, default: str = "") -> list[str]:
    """A list separated by commas."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def database(url: str, data_dir: Path) -> dict[str, object]:
    """Django's database settings for DATABASE_URL; SQLite in the data directory where it is empty.

    SQLite: WAL, IMMEDIATE transactions (a writer waits at BEGIN, never fails half-way), 20 s busy timeout;
    synchronous=NORMAL, and `core.durable` raises it to FULL where a lost commit would mean a second message.
    PostgreSQL: a bounded pool, because persistent connections run out under ASGI threads.
    """
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(data_dir / "grahak.sqlite3"),
            "CONN_MAX_AGE": None,  # each web thread keeps its connection (config/asgi.py)
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;"
                    "PRAGMA mmap_size=1073741824; PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=ON;"
                ),
            },
        }
    parts = urlsplit(url)
    if parts.scheme in ("sqlite", "sqlite3"):
        return database("", data_dir) | {"NAME": unquote(parts.path)}
    if parts.scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured("DATABASE_URL: write postgres://user:password@host:port/name")
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": {"pool": {"min_size": 1, "max_size": number("DATABASE_POOL", 16), "timeout": 20}, **query},
    }
