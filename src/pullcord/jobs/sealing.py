"""What the credential of a meeting or a connection is sealed with in the store: the key of its organisation, derived from the key file.

The stop kits keep the key file's own: a stop asks no database whose meeting it is.
"""

import json
from collections.abc import Mapping

from pullcord.jobs.desk import Desk
from pullcord.safe.keys import SealBroken
from pullcord.store import connections, meetings
from pullcord.store.models import Connection, Meeting


def seal(desk: Desk, organisation: str, secrets: Mapping[str, str]) -> bytes:
    return desk.keys.of(organisation).seal(json.dumps(dict(secrets)).encode())


def opened(desk: Desk, row: Meeting | Connection) -> Mapping[str, str]:
    """Also one that is not sealed anew yet. Raises SealBroken, also for what was sealed for another organisation."""
    try:
        content = desk.keys.of(row.organisation_id).open(bytes(row.sealed))
    except SealBroken:
        content = desk.keys.open(bytes(row.sealed))
    told: Mapping[str, str] = json.loads(content)
    return told


def seal_anew(desk: Desk) -> list[str]:
    """The meetings and connections that an older version had sealed by the key file itself, which are sealed for their organisation now; their ids.

    What no key of ours opens is left as it is.
    """
    done = []
    rows: list[Meeting | Connection] = [*connections.all_of_everybody(), *meetings.every_one()]
    for row in rows:
        if _is_of_old(desk, row):
            meetings.reseal(row, seal(desk, row.organisation_id, opened(desk, row)))
            done.append(row.pk)
    return done


def _is_of_old(desk: Desk, row: Meeting | Connection) -> bool:
    try:
        desk.keys.open(bytes(row.sealed))
    except SealBroken:
        return False
    return True
