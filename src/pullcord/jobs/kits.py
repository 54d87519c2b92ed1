"""A meeting's sealed stop kit, made from what the store has: its own part, and its connection's."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pullcord.jobs import sealing
from pullcord.jobs.desk import Desk
from pullcord.jobs.looks import part
from pullcord.platforms import platform as on_platform
from pullcord.safe.keys import SealBroken
from pullcord.safe.kit import Cord as KitCord
from pullcord.safe.kit import Kit
from pullcord.safe.kit import StopToken as KitToken
from pullcord.store import meetings
from pullcord.store.models import Connection, Cord, Meeting
from pullcord.words import Meeting as MeetingAt


class Refused(Exception):
    """Not done. `code` for programs, `sentence` for people."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


def kit_of(desk: Desk, meeting: Meeting) -> Kit:
    return Kit(
        meeting=MeetingAt(meeting.id, meeting.name, meeting.platform, meeting.at, secrets_of(desk, meeting)),
        starts=_seconds(meeting.starts),
        ends=_seconds(meeting.ends),
        hold_seconds=meeting.hold_seconds,
        cords=tuple(_kit_cord(cord) for cord in meetings.live_cords(meeting)),
        tokens=tuple(
            KitToken(token.id, token.digest, token.name, token.expires.timestamp())
            for token in meetings.live_tokens(meeting)
        ),
    )


def _kit_cord(cord: Cord) -> KitCord:
    return KitCord(cord.id, cord.digest, cord.who, cord.expires_at.timestamp(), suspended=cord.suspended_at is not None)


def secrets_of(desk: Desk, meeting: Meeting) -> Mapping[str, str]:
    """What it is reached by: the connection's credential goes before anything of the meeting's own. Raises Refused."""
    own = opened(desk, meeting)
    return own if meeting.connection is None else {**own, **opened(desk, meeting.connection)}


def own_part(platform: str, secrets: Mapping[str, str]) -> Mapping[str, str]:
    """What is kept with a meeting on a connection."""
    return part(on_platform(platform).of_meeting, secrets, are_secret=True)


def opened(desk: Desk, row: Meeting | Connection) -> Mapping[str, str]:
    """Raises Refused."""
    try:
        return sealing.opened(desk, row)
    except SealBroken:
        raise Refused(
            "seal-broken", "The key file does not open what this meeting's credential was sealed with."
        ) from None


def or_refuse(write: Callable[..., None], *given: Any) -> None:
    """Raises Refused where the disk does not take it."""
    try:
        write(*given)
    except OSError:
        raise Refused(
            "kit-not-written", "The disk did not take this change, so nothing was changed. Everything is as it was."
        ) from None


def _seconds(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp()
