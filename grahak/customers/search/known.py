"""The words of all customers' names, kept in this process and brought up to date when they are asked for.

It only proposes spellings: what it proposes is looked up among the name keys, so a word that nobody bears any more
finds nobody, and nobody is found whom the person may not see.
"""

from __future__ import annotations

import threading
from typing import Any, Final

from django.db import connection

from grahak.core.names import PREFIX
from grahak.core.names.vocabulary import MOST, Vocabulary
from grahak.customers.models import NameKey

_TABLE: Final = NameKey._meta.db_table
_FOLLOWED: Final = 20_000  # rows read one by one; after a greater import all words are read anew
_LATE: Final = 500  # ids before the last seen: on PostgreSQL they may be committed after it
# Every distinct token by one seek each, however many rows share it.
_DISTINCT: Final = f"""
WITH RECURSIVE word(token) AS (
    SELECT MIN(token) FROM {_TABLE} WHERE kind = '{PREFIX}'
    UNION ALL
    SELECT (SELECT MIN(k.token) FROM {_TABLE} k WHERE k.kind = '{PREFIX}' AND k.token > word.token)
    FROM word WHERE word.token IS NOT NULL
)
SELECT token FROM word WHERE token IS NOT NULL LIMIT {MOST}
"""  # noqa: S608


class _Known:
    """One database's words, and up to which name key they are known."""

    def __init__(self) -> None:
        self.words = Vocabulary()
        self.last = 0
        self.lock = threading.Lock()

    def follow(self) -> Vocabulary:
        with self.lock, connection.cursor() as cursor:
            newest = _one(cursor, f"SELECT MAX(id) FROM {_TABLE}") or 0  # noqa: S608
            if newest == self.last:
                return self.words
            if not self.last <= newest <= self.last + _FOLLOWED or not self.last:
                cursor.execute(_DISTINCT)
                self.words = Vocabulary(row[0] for row in cursor.fetchall())
            else:
                sql = f"SELECT token FROM {_TABLE} WHERE id > %s AND kind = '{PREFIX}'"  # noqa: S608
                cursor.execute(sql, [self.last - _LATE])
                self.words.add(row[0] for row in cursor.fetchall())
            self.last = newest
        return self.words


_KNOWN: dict[str, _Known] = {}


def known_words() -> Vocabulary:
    """The soft keys of all names' words at this moment: one quick question, or two where names were added."""
    return _KNOWN.setdefault(str(connection.settings_dict["NAME"]), _Known()).follow()


def forget() -> None:
    """Let the words go; they are read anew when next asked for."""
    _KNOWN.clear()


def _one(cursor: Any, sql: str) -> Any:
    cursor.execute(sql)
    return cursor.fetchone()[0]
