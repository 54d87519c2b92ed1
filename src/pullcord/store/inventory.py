"""What a copy of the product's database says can be revoked. Read by itself: the folder it came from may be gone."""

import json
import sqlite3
from contextlib import closing
from typing import NamedTuple

OLD_JOURNAL = b"\x01\x01"
"""A copy in memory has no write-ahead log; the file's head says so at these two bytes."""
AT = slice(18, 20)


class Known(NamedTuple):
    """A meeting, or a connection, which holds a credential also while no meeting is on it."""

    name: str
    platform: str
    server: str
    """Where it is; empty = the platform needs no address, or it is not known."""
    links: int
    tokens: int


def read(copy: bytes) -> list[Known]:
    """Every meeting that can be stopped, and every connection; each by name. Raises sqlite3.Error."""
    content = bytearray(copy)
    content[AT] = OLD_JOURNAL
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(bytes(content))
        rows = database.execute(
            "SELECT name, platform, at,"
            " (SELECT count(*) FROM store_cord c WHERE c.meeting_id = m.id AND c.revoked_at IS NULL),"
            " (SELECT count(*) FROM store_stoptoken t WHERE t.meeting_id = m.id AND t.revoked_at IS NULL)"
            " FROM store_meeting m WHERE archived_at IS NULL ORDER BY name, id"
        ).fetchall()
        rows += _connections(database)
    return [Known(name, platform, _server(at), links, tokens) for name, platform, at, links, tokens in rows]


def _server(at: str) -> str:
    return str(json.loads(at).get("server", ""))


def _connections(database: sqlite3.Connection) -> list[tuple[str, str, str, int, int]]:
    """None in a copy from before there were any."""
    if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'store_connection'").fetchone():
        return []
    return database.execute("SELECT name, platform, at, 0, 0 FROM store_connection ORDER BY name, id").fetchall()
