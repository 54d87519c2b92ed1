"""A meeting, its links and its tokens: added, changed, revoked; and people let back in.

Each of these rewrites the sealed stop kit before it is shown as done. The order is always the same: claim the meeting,
change the store, write the kit as the last act of the transaction. A kit that cannot be written undoes the change. A
commit that fails after the kit was written leaves a kit that is ahead of the store: a revoked link is then refused
already and a new link's token was shown to nobody; the person is told that it failed, and the next change writes both.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction

from pullcord.core.incident import Incident
from pullcord.jobs import press
from pullcord.jobs.desk import Desk
from pullcord.jobs.kits import Refused as Refused
from pullcord.jobs.kits import kit_of, own_part
from pullcord.jobs.kits import or_refuse as or_refuse
from pullcord.jobs.listening import is_fit, with_source
from pullcord.jobs.sealing import seal
from pullcord.jobs.stop import new_id
from pullcord.platforms import platform as on_platform
from pullcord.safe.gone import Line
from pullcord.safe.keys import digest, new_token
from pullcord.safe.kit import KitUnreadable
from pullcord.store import NotFound, connections, meetings, organisations
from pullcord.store.incidents import name_of
from pullcord.store.models import Connection, Cord, Meeting, StopToken, User
from pullcord.words import Meeting as MeetingAt
from pullcord.words import PlatformError

HOLD_SECONDS = 24 * 60 * 60.0
"""How long the way back is barred, unless the host says otherwise. Whoever meets daily on the same link sets less."""
LONGEST_HOLD_SECONDS = 7 * 24 * 60 * 60.0
TOKEN_DAYS = 90
LONGEST_NAME = 200
LONGEST_ID = 32
FALSE_ALARMS = 2
FALSE_ALARM_DAYS = 30


class NewCord(NamedTuple):
    cord: Cord
    link: str
    """Shown once; it is kept nowhere."""


class NewToken(NamedTuple):
    token: StopToken
    secret: str
    """Shown once; it is kept nowhere."""


class NewWay(NamedTuple):
    meeting: Meeting
    invitations: Mapping[str, str]
    """By public number. Shown once; we keep them sealed, for letting people back in."""


# -- meetings ----------------------------------------------------------------------------------------------------------


def add(
    desk: Desk,
    owner: User,
    *,
    name: str,
    platform: str,
    at: Mapping[str, str],
    secrets: Mapping[str, str],
    starts: datetime | None = None,
    ends: datetime | None = None,
    hold_seconds: float = HOLD_SECONDS,
    meeting_id: str | None = None,
    connection: Connection | None = None,
    beside: Meeting | None = None,
) -> Meeting:
    """`meeting_id`: where it already has one, as a practice meeting does. `connection`: what it is reached by.

    `beside`: see the store's. Raises Refused.
    """
    _refuse_unknown_platform(platform)
    if meeting_id is not None and not (meeting_id.isalnum() and len(meeting_id) <= LONGEST_ID):
        raise Refused("bad-id", "A meeting's own number has letters and digits only, 32 at most.")
    told = _hours_and_name(name, starts, ends, hold_seconds)
    with transaction.atomic():
        if connection is not None:
            connection = connections.claim_usable(owner, connection.pk)
        whose = beside or connection
        organisation = organisations.home_of(owner).pk if whose is None else whose.organisation_id
        where = _where(desk, organisation, platform, at, secrets, connection)
        columns = {**told, "platform": platform, **where}
        meeting = meetings.add(
            owner, meeting_id or new_id(), now=now_of(desk), connection=connection, beside=beside, **columns
        )
        meetings.follow_incidents(meeting)
        _write_kit(desk, meeting)
    return meeting


def change(
    desk: Desk,
    owner: User,
    meeting_id: str,
    *,
    name: str,
    starts: datetime | None,
    ends: datetime | None,
    hold_seconds: float,
) -> Meeting:
    """Name, hours and the length of the bar. Raises NotFound, Refused."""
    told = _hours_and_name(name, starts, ends, hold_seconds)
    with claimed(desk, owner, meeting_id) as meeting:
        meetings.change(meeting, told)
    return meetings.find(owner, meeting_id)


def move(desk: Desk, owner: User, meeting_id: str, *, at: Mapping[str, str], secrets: Mapping[str, str]) -> Meeting:
    """Another place on the platform, or another credential. Raises NotFound; Refused while people are kept out of it."""
    _refuse_while_held(desk, meeting_id)
    with claimed(desk, owner, meeting_id) as meeting:
        where = _where(desk, meeting.organisation_id, meeting.platform, at, secrets, meeting.connection)
        meetings.change(meeting, where)
    return meetings.find(owner, meeting_id)


def renew(desk: Desk, owner: User, meeting_id: str) -> NewWay:
    """A safe new way in: another place on the same platform, with new invitations. The old place stays as it is, and held.

    A meeting that is kept ended itself stays where it is, with its links, and another one is made beside it. Raises
    NotFound, Refused, and PlatformError where the platform cannot, or did not, make one.
    """
    row = meetings.find(owner, meeting_id)
    if row.archived_at is not None:
        raise Refused("archived", "This meeting has been put away. Nothing of it can be changed.")
    adapter = on_platform(row.platform)
    new = adapter.renew(kit_of(desk, row).meeting, desk.means.wire(adapter.name))
    if not is_kept_ended(desk, meeting_id):
        where = _where(desk, row.organisation_id, row.platform, new.at, new.secrets, row.connection)
        with claimed(desk, owner, meeting_id) as meeting:
            meetings.change(meeting, where)
        return NewWay(meetings.find(owner, meeting_id), invitations_of(new))
    beside = add(
        desk,
        owner,
        name=row.name,
        platform=row.platform,
        at=new.at,
        secrets=new.secrets,
        starts=row.starts,
        ends=row.ends,
        hold_seconds=row.hold_seconds,
        connection=row.connection,
    )
    return NewWay(beside, invitations_of(new))


def invitations_of(meeting: MeetingAt) -> Mapping[str, str]:
    try:
        told = json.loads(meeting.secrets.get("invitations") or "{}")
    except ValueError:
        return {}
    return {str(number): str(token) for number, token in told.items()}


def archive(desk: Desk, owner: User, meeting_id: str) -> None:
    """Put it away: no link stops it any more. Raises NotFound; Refused while people are kept out of it."""
    meetings.find(owner, meeting_id)
    _refuse_while_held(desk, meeting_id)
    with transaction.atomic():
        meeting = meetings.claim(owner, meeting_id)
        meetings.change(meeting, {"archived_at": now_of(desk)})
        or_refuse(desk.gone.add, Line("put-away meeting", meeting.id))
        or_refuse(desk.kits.forget, meeting.id)


# -- links and tokens --------------------------------------------------------------------------------------------------


def give_cord(desk: Desk, owner: User, meeting_id: str, *, who: str, expires: datetime | None = None) -> NewCord:
    """Without a day it expires a day after the meeting, or in 90 days where it has no hours. Raises NotFound, Refused."""
    token, now = new_token(), now_of(desk)
    name = plain_name(who, "Say who holds this link.")
    with claimed(desk, owner, meeting_id) as meeting:
        cord = meetings.add_cord(meeting, new_id(), digest=digest(token), who=name, expires=expires, at=now)
        if cord.expires_at <= now:
            raise Refused("already-expired", "This link would have expired already. Choose a later day.")
    return NewCord(cord, f"{desk.config.address}/c/{token}")


def revoke_cord(desk: Desk, owner: User, meeting_id: str, cord_id: str) -> None:
    """For good. Raises NotFound, Refused."""
    with claimed(desk, owner, meeting_id) as meeting:
        meetings.revoke_cord(meeting, cord_id, at=now_of(desk))
        or_refuse(desk.gone.add, Line("revoked cord", cord_id))


def suspend_cord(desk: Desk, owner: User, meeting_id: str, cord_id: str) -> None:
    """Raises NotFound, Refused."""
    _change_cord(desk, owner, meeting_id, cord_id, suspended_at=now_of(desk))


def resume_cord(desk: Desk, owner: User, meeting_id: str, cord_id: str) -> None:
    """It works again, and what was a false alarm before is forgiven. Raises NotFound, Refused."""
    _change_cord(desk, owner, meeting_id, cord_id, suspended_at=None, resumed_at=now_of(desk))


def give_token(desk: Desk, owner: User, meeting_id: str, *, name: str, expires: datetime | None = None) -> NewToken:
    """For 90 days unless said otherwise. Raises NotFound, Refused."""
    secret, now = new_token(), now_of(desk)
    named = plain_name(name, "Say what this token is for.")
    until = expires or now + timedelta(days=TOKEN_DAYS)
    if until <= now:
        raise Refused("already-expired", "This token would have expired already. Choose a later day.")
    with claimed(desk, owner, meeting_id) as meeting:
        token = meetings.add_token(meeting, new_id(), digest=digest(secret), name=named, expires=until, at=now)
    return NewToken(token, secret)


def revoke_token(desk: Desk, owner: User, meeting_id: str, token_id: str) -> None:
    """Raises NotFound, Refused."""
    with claimed(desk, owner, meeting_id) as meeting:
        meetings.revoke_token(meeting, token_id, at=now_of(desk))
        or_refuse(desk.gone.add, Line("revoked token", token_id))


# -- letting people back in --------------------------------------------------------------------------------------------


def let_back_in(
    desk: Desk, owner: User, meeting_id: str, *, false_alarm_cord: str | None = None, revoke: bool = False
) -> Incident:
    """Release the bar, as the signed-in host.

    `false_alarm_cord`: the link whose press was a false alarm; two in 30 days put it to rest until the host resumes it.
    `revoke`: revoke that link, and go on. Raises NotFound, Refused, PlatformError, KitUnreadable.
    """
    meetings.find(owner, meeting_id)
    kit = desk.kits.read(meeting_id)
    if kit is None:
        raise NotFound
    if false_alarm_cord is not None:
        meetings.find_cord(owner, meeting_id, false_alarm_cord)
    if false_alarm_cord is not None and revoke:
        # Before people come back: the link must not be able to throw them out again.
        revoke_cord(desk, owner, meeting_id, false_alarm_cord)
    incident = press.let_back_in(kit, desk.means, by=name_of(owner), door="host page")
    if false_alarm_cord is not None and not revoke:
        count_false_alarm(desk, owner, meeting_id, false_alarm_cord, incident.id, at=now_of(desk))
    return incident


def count_false_alarm(
    desk: Desk, owner: User, meeting_id: str, cord_id: str, incident_id: str, *, at: datetime
) -> None:
    """Count it once per incident, and put the link to rest where it is one too many. Raises NotFound, Refused."""
    within = timedelta(days=FALSE_ALARM_DAYS)
    with claimed(desk, owner, meeting_id) as meeting:
        if meetings.count_false_alarm(meeting, cord_id, incident_id, at=at, within=within) >= FALSE_ALARMS:
            meetings.rest_cord(meeting, cord_id, at=now_of(desk))


# -- kits --------------------------------------------------------------------------------------------------------------


def rebuild_kits(desk: Desk) -> list[str]:
    """Write the kits that are missing or unreadable from what the store has; the ids of those meetings. Raises Refused."""
    written = []
    for meeting in meetings.to_be_stoppable():
        if not _has_kit(desk, meeting.id):
            with claimed(desk, meeting.owner, meeting.id):
                written.append(meeting.id)
    return written


def _has_kit(desk: Desk, meeting_id: str) -> bool:
    try:
        return desk.kits.read(meeting_id) is not None
    except (KitUnreadable, FileNotFoundError):
        return False


@contextmanager
def claimed(desk: Desk, owner: User, meeting_id: str) -> Iterator[Meeting]:
    """The meeting for this change alone; then the kit, the last act before the commit. Raises NotFound, Refused."""
    with transaction.atomic():
        meeting = meetings.claim(owner, meeting_id)
        if meeting.archived_at is not None:
            raise Refused("archived", "This meeting has been put away. Nothing of it can be changed.")
        yield meeting
        _write_kit(desk, meetings.claim(owner, meeting_id))


def _write_kit(desk: Desk, meeting: Meeting) -> None:
    or_refuse(desk.kits.write, kit_of(desk, meeting))


def _change_cord(desk: Desk, owner: User, meeting_id: str, cord_id: str, **columns: Any) -> None:
    with claimed(desk, owner, meeting_id) as meeting:
        meetings.change_cord(meeting, cord_id, columns)


# -- what may be said of a meeting -------------------------------------------------------------------------------------


def _hours_and_name(
    name: str, starts: datetime | None, ends: datetime | None, hold_seconds: float
) -> Mapping[str, Any]:
    if starts is None and ends is not None:
        raise Refused("no-start", "A meeting that ends must begin somewhere: say when, or leave both empty.")
    if starts is not None and ends is not None and ends <= starts:
        raise Refused("ends-before-start", "The meeting would end before it begins.")
    if not 0 < hold_seconds <= LONGEST_HOLD_SECONDS:
        raise Refused("bad-hold", "The way back can be barred for up to seven days.")
    told = plain_name(name, "Give the meeting a name by which you will find it again.")
    return {"name": told, "starts": starts, "ends": ends, "hold_seconds": float(hold_seconds)}


def plain_name(told: str, otherwise: str) -> str:
    """Without signs that cannot be seen, 200 at most. Raises Refused, with that sentence, where nothing is left."""
    name = "".join(sign for sign in told if sign.isprintable()).strip()[:LONGEST_NAME]
    if not name:
        raise Refused("no-name", otherwise)
    return name


def _refuse_unknown_platform(name: str) -> None:
    try:
        on_platform(name)
    except PlatformError as error:
        raise Refused(error.code, error.sentence) from None


def _refuse_while_held(desk: Desk, meeting_id: str) -> None:
    if is_kept_ended(desk, meeting_id):
        raise Refused("still-held", "People are being kept out of this meeting. Let them back in first.")


def is_kept_ended(desk: Desk, meeting_id: str) -> bool:
    incident, now = desk.means.book.latest(meeting_id), desk.means.clock()
    return incident is not None and (incident.is_held(now) or incident.is_watched(now))


def _where(
    desk: Desk,
    organisation: str,
    platform: str,
    at: Mapping[str, str],
    secrets: Mapping[str, str],
    connection: Connection | None = None,
) -> Mapping[str, Any]:
    """The columns that say where it is, and by what right. Raises Refused."""
    if connection is not None:
        return {"at": {**at, **connection.at}, "sealed": seal(desk, organisation, own_part(platform, secrets))}
    try:
        entered = on_platform(platform).as_entered(at)
    except PlatformError as error:
        raise Refused(error.code, error.sentence) from None
    listening = with_source(desk, platform, entered, secrets)
    if listening.get("events") and not is_fit(listening["events"]):
        raise Refused("bad-source", "The end of the address for reports has letters, digits, dots and dashes only.")
    return {"at": listening, "sealed": seal(desk, organisation, secrets)}


def now_of(desk: Desk) -> datetime:
    return datetime.fromtimestamp(desk.means.clock(), UTC)
