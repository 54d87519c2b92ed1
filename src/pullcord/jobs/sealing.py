"""What a meeting's credential is sealed with in the store: the key of its organisation, derived from the key file.

The stop kits keep the key file's own: a stop asks no database whose meeting it is.
"""

import json
from collections.abc import Mapping

from pullcord.jobs.desk import Desk
from pullcord.safe.keys import SealBroken
from pullcord.store import meetings
from pullcord.store.models import Meeting


def seal(desk: Desk, organisation: str, secrets: Mapping[str, str]) -> bytes:
    return desk.keys.of(organisation).seal(json.dumps(dict(secrets)).encode())


def opened(desk: Desk, meeting: Meeting) -> Mapping[str, str]:
    """Also one that is not sealed anew yet. Raises SealBroken, also for what was sealed for another organisation."""
    try:
        content = desk.keys.of(meeting.organisation_id).open(bytes(meeting.sealed))
    except SealBroken:
        content = desk.keys.open(bytes(meeting.sealed))
    told: Mapping[str, str] = json.loads(content)
    return told


def seal_anew(desk: Desk) -> list[str]:
    """The meetings that an older version had sealed by the key file itself, which are sealed for their organisation now; their ids.

    What no key of ours opens is left as it is.
    """
    done = []
    for meeting in meetings.every_one():
        if _is_of_old(desk, meeting):
            meetings.reseal(meeting, seal(desk, meeting.organisation_id, opened(desk, meeting)))
            done.append(meeting.pk)
    return done


def _is_of_old(desk: Desk, meeting: Meeting) -> bool:
    try:
        desk.keys.open(bytes(meeting.sealed))
    except SealBroken:
        return False
    return True
