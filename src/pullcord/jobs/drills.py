"""Drills: a practice meeting that stands for a real one, for one person each; what it came to; and putting it away.

Each person has a practice meeting of their own: everybody presses for themselves, and nobody's press takes another's
practice away. See docs/how-to/practise.md.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db import transaction

from pullcord.config import zone_of
from pullcord.core import drill
from pullcord.core.drill import Times
from pullcord.jobs import meetings as job
from pullcord.jobs import own_time
from pullcord.jobs.desk import Desk
from pullcord.jobs.meetings import LONGEST_NAME, NewCord, Refused, or_refuse
from pullcord.safe.gone import Line
from pullcord.store import drills, meetings
from pullcord.store.incidents import name_of
from pullcord.store.models import Cord, Drill, Meeting, User
from pullcord.words import Meeting as MeetingAt

NAME_AFTER = " · Practice"
MOST_OPEN = 10
"""Practice meetings of one meeting at a time."""
MOST_OPEN_OF_ALL = 40
"""Of one organisation."""
MOST_SHOWN = 20

OpenRoom = Callable[[str], MeetingAt]
"""A practice room of this name with simulated people, as the store shall know it."""
ForgetRoom = Callable[[str], None]


class Past(NamedTuple):
    """One drill, and what it came to."""

    drill: Drill
    times: Times
    said: str
    """In words for whoever looks."""


# -- beginning one -----------------------------------------------------------------------------------------------------


def begin(desk: Desk, user: User, meeting_id: str, *, open_room: OpenRoom) -> NewCord:
    """A practice link for this account itself. Raises NotFound, Refused, OSError."""
    return _begin(desk, user, meeting_id, who=user.shown_name, account=user, cord=None, open_room=open_room)


def invite(desk: Desk, user: User, meeting_id: str, cord_id: str, *, open_room: OpenRoom) -> NewCord:
    """A practice link for the holder of this link. Raises NotFound, Refused, OSError."""
    cord = meetings.find_cord(user, meeting_id, cord_id)
    return _begin(desk, user, meeting_id, who=cord.who, account=None, cord=cord, open_room=open_room)


def _begin(
    desk: Desk, user: User, meeting_id: str, *, who: str, account: User | None, cord: Cord | None, open_room: OpenRoom
) -> NewCord:
    """Each on a practice meeting of their own, by a link of its own."""
    with transaction.atomic():
        real = _claimed(user, meeting_id)
        practice = _open(desk, user, real, open_room)
        until = practice.created_at + timedelta(seconds=drill.LONGEST_SECONDS)
        new = job.give_cord(desk, user, practice.id, who=who, expires=until)
        drills.add(practice, real, who, user=account, cord=cord, presses_as=new.cord.id, at=practice.created_at)
    return new


def _claimed(user: User, meeting_id: str) -> Meeting:
    real = meetings.claim(user, meeting_id)
    if real.archived_at is not None:
        raise Refused("archived", "This meeting has been put away. Nothing of it can be changed.")
    if drills.is_one(real):
        raise Refused("is-practice", "This is a practice meeting itself. Begin from the meeting it stands for.")
    return real


def _open(desk: Desk, user: User, real: Meeting, open_room: OpenRoom) -> Meeting:
    """Counted before the room is made: whoever presses often fills nothing."""
    many = len(drills.open_of(real)), drills.count_open_in(real.organisation_id)
    if many[0] >= MOST_OPEN or many[1] >= MOST_OPEN_OF_ALL:
        raise Refused(
            "many-drills", "Too many practice meetings are open. They are put away within a day; try again then."
        )
    room = open_room(real.name[: LONGEST_NAME - len(NAME_AFTER)] + NAME_AFTER)
    return job.add(
        desk, user, name=room.name, platform=room.platform, at={**room.at, own_time.MARK: "yes"}, secrets=room.secrets,
        hold_seconds=real.hold_seconds, meeting_id=room.id, beside=real,
    )  # fmt: skip


# -- what it came to ---------------------------------------------------------------------------------------------------


def times_of(desk: Desk, one: Drill) -> Times:
    """From the store where it was put away with its times, else from the journal."""
    kept = drills.times_of(one)
    if any(kept):
        return kept
    known_as = {one.presses_as} if one.user is None else {one.presses_as, name_of(one.user)}
    return own_time.of(desk.means, one.practice_id, by=known_as)


def is_one(meeting: Meeting) -> bool:
    """Whether it only stands for another one."""
    return drills.is_one(meeting)


def past(desk: Desk, user: User, meeting_id: str) -> list[Past]:
    """Newest first; each in words for this account. Raises NotFound."""
    return [_past(desk, user, one) for one in drills.of_meeting(user, meeting_id, most=MOST_SHOWN)]


def _past(desk: Desk, user: User, one: Drill) -> Past:
    times = times_of(desk, one)
    return Past(one, times, drill.told_to_you(times) if one.user_id == user.pk else drill.told_of(times))


# -- the next one ------------------------------------------------------------------------------------------------------


def next_date(desk: Desk, meeting: Meeting, all_past: list[Past]) -> datetime:
    """A suggestion, from when somebody last practised and when the meeting is."""
    pressed = [one.times.pressed_at for one in all_past if one.times.pressed_at is not None]
    last = datetime.fromtimestamp(max(pressed), UTC) if pressed else None
    return drill.next_date(now=_now(desk), last=last, starts=meeting.starts, zone=zone_of(desk.config.time_zone))


def calendar(desk: Desk, meeting_id: str, at: datetime) -> bytes:
    """The next practice as a calendar file."""
    return own_time.calendar(desk.keys, meeting_id, at, now=desk.means.clock())


# -- putting away ------------------------------------------------------------------------------------------------------


def put_away_due(desk: Desk, forget_room: ForgetRoom) -> None:
    """Those whose time is over: the room first, for then nobody is kept out of anything. Raises Refused, OSError."""
    for one in drills.all_open():
        times, now = times_of(desk, one), _now(desk)
        if drill.is_to_be_put_away(times, made_at=one.made_at.timestamp(), now=now.timestamp()):
            forget_room(one.practice_id)
            _let_go(desk, one.practice_id)
            _put_away(desk, one, times, now)


def _let_go(desk: Desk, practice_id: str) -> None:
    """What was kept ended need not be looked after any more."""
    incident = desk.means.book.latest(practice_id)
    if incident is not None and not incident.is_done:
        told = {"meeting": practice_id, "incident": incident.id, "by": "drill", "door": "guard"}
        desk.means.journal.append("released", proof="the practice meeting is put away, nobody can come in", **told)


def _put_away(desk: Desk, one: Drill, times: Times, now: datetime) -> None:
    begun, pressed, over = (None if at is None else datetime.fromtimestamp(at, UTC) for at in times)
    with transaction.atomic():
        drills.put_away(one, begun=begun, pressed=pressed, over=over, at=now)
        or_refuse(desk.gone.add, Line("put-away meeting", one.practice_id))
        or_refuse(desk.kits.forget, one.practice_id)


def _now(desk: Desk) -> datetime:
    return datetime.fromtimestamp(desk.means.clock(), UTC)
