"""Meetings, and the links and tokens that can stop them.

Those that change something are called by `jobs.meetings` alone, within a transaction that the stop kit's writing ends.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from pullcord.store import NotFound, ground, organisations
from pullcord.store.models import Connection, Cord, Drill, FalseAlarm, Incident, Meeting, Press, StopToken, User

# -- looking -----------------------------------------------------------------------------------------------------------


def all_of(owner: User, *, archived: bool = False) -> list[Meeting]:
    """By name; without the archived ones unless only these are asked for, and without those that only stand for another."""
    real = _of(owner).exclude(pk__in=Drill.objects.values("practice"))
    return list(real.filter(archived_at__isnull=not archived).order_by("name", "id"))


def find(owner: User, meeting_id: str) -> Meeting:
    """Raises NotFound."""
    return _one(_of(owner), meeting_id)


def is_of(owner: User, meeting_id: str) -> bool:
    return _of(owner).filter(pk=meeting_id).exists()


def cords(owner: User, meeting_id: str) -> list[Cord]:
    """The links that were given for it and not revoked, oldest first. Raises NotFound."""
    return live_cords(find(owner, meeting_id))


def find_cord(owner: User, meeting_id: str, cord_id: str) -> Cord:
    """A revoked one too. Raises NotFound."""
    found = Cord.objects.filter(meeting=find(owner, meeting_id), pk=cord_id).select_related("meeting").first()
    if found is None:
        raise NotFound
    return found


def tokens(owner: User, meeting_id: str) -> list[StopToken]:
    """Raises NotFound."""
    return live_tokens(find(owner, meeting_id))


def pressed_in_vain(owner: User, meeting_id: str) -> list[Press]:
    """The presses that stopped nothing, newest first. Raises NotFound."""
    meeting = find(owner, meeting_id)
    return list(Press.objects.filter(incident=None, meeting_told=meeting.id).order_by("-at", "-pk"))


def false_alarms(owner: User, meeting_id: str) -> dict[str, list[datetime]]:
    """By link: when its presses were released as a false alarm. Raises NotFound."""
    found: dict[str, list[datetime]] = {}
    for alarm in FalseAlarm.objects.filter(cord__meeting=find(owner, meeting_id)).order_by("at"):
        found.setdefault(alarm.cord_id, []).append(alarm.at)
    return found


def live_cords(meeting: Meeting) -> list[Cord]:
    return list(Cord.objects.filter(meeting=meeting, revoked_at=None).select_related("meeting").order_by("given_at"))


def live_tokens(meeting: Meeting) -> list[StopToken]:
    return list(StopToken.objects.filter(meeting=meeting, revoked_at=None).order_by("given_at"))


def to_be_stoppable() -> list[Meeting]:
    """Every meeting of everybody that must have a stop kit: for whoever writes the missing ones, and for no page."""
    return list(Meeting.objects.filter(archived_at=None).order_by("id"))


def every_one() -> list[Meeting]:
    """Of everybody, the archived ones too: for whoever seals them anew, and for no page."""
    return list(Meeting.objects.order_by("id"))


# -- changing ----------------------------------------------------------------------------------------------------------


def claim(owner: User, meeting_id: str) -> Meeting:
    """The meeting, for this transaction to change alone: two changes at once would write each other's kit. Raises NotFound."""
    return _one(_of(owner).select_for_update(no_key=True), meeting_id)


def reseal(row: Meeting | Connection, sealed: bytes) -> None:
    """Only where it still holds what was opened: whoever changed it meanwhile sealed it as it should be."""
    type(row)._base_manager.filter(pk=row.pk, sealed=bytes(row.sealed)).update(sealed=sealed)


def add(
    owner: User,
    meeting_id: str,
    *,
    now: datetime,
    connection: Connection | None = None,
    beside: Meeting | None = None,
    **columns: Any,
) -> Meeting:
    """In the organisation of what it is beside or on, or that in which he may have meetings. Raises NotFound where there is none.

    `beside`: a meeting that he sees; the new one is its host's, in its organisation.
    """
    ground.alone(f"meeting {meeting_id}")  # whoever takes in an incident of it: see `intake.bring_up_to_date`
    where = beside or connection
    organisation = organisations.home_of(owner) if where is None else where.organisation
    host = owner if beside is None else beside.owner
    told = {"organisation": organisation, "owner": host, "connection": connection, "created_at": now, **columns}
    return Meeting.objects.create(id=meeting_id, **told)


def change(meeting: Meeting, columns: Mapping[str, Any]) -> Meeting:
    Meeting.objects.filter(pk=meeting.pk).update(**columns)
    return Meeting.objects.get(pk=meeting.pk)


def add_cord(meeting: Meeting, cord_id: str, *, digest: str, who: str, expires: datetime | None, at: datetime) -> Cord:
    return Cord.objects.create(id=cord_id, meeting=meeting, digest=digest, who=who, expires=expires, given_at=at)


def change_cord(meeting: Meeting, cord_id: str, columns: Mapping[str, Any]) -> None:
    """Raises NotFound, for a revoked one too: there is no way back."""
    if not Cord.objects.filter(meeting=meeting, pk=cord_id, revoked_at=None).update(**columns):
        raise NotFound


def revoke_cord(meeting: Meeting, cord_id: str, *, at: datetime) -> None:
    """Once revoked stays revoked: saying it again is no mistake. Raises NotFound."""
    cords = Cord.objects.filter(meeting=meeting, pk=cord_id)
    if not cords.filter(revoked_at=None).update(revoked_at=at) and not cords.exists():
        raise NotFound


def add_token(meeting: Meeting, token_id: str, *, digest: str, name: str, expires: datetime, at: datetime) -> StopToken:
    return StopToken.objects.create(
        id=token_id, meeting=meeting, digest=digest, name=name, expires=expires, given_at=at
    )


def revoke_token(meeting: Meeting, token_id: str, *, at: datetime) -> None:
    """Raises NotFound."""
    if not StopToken.objects.filter(meeting=meeting, pk=token_id, revoked_at=None).update(revoked_at=at):
        raise NotFound


def count_false_alarm(meeting: Meeting, cord_id: str, incident_id: str, *, at: datetime, within: timedelta) -> int:
    """How many of this link were released as a false alarm in that time, this one counted once. Raises NotFound."""
    cord = Cord.objects.filter(meeting=meeting, pk=cord_id).first()
    if cord is None:
        raise NotFound
    FalseAlarm.objects.get_or_create(cord=cord, incident_told=incident_id, defaults={"at": at})
    counted = FalseAlarm.objects.filter(cord=cord, at__gt=at - within)
    if cord.resumed_at is not None:
        counted = counted.filter(at__gt=cord.resumed_at)
    return counted.count()


def rest_cord(meeting: Meeting, cord_id: str, *, at: datetime) -> None:
    """Suspend it where it still works; a revoked or resting one stays as it is."""
    Cord.objects.filter(meeting=meeting, pk=cord_id, revoked_at=None, suspended_at=None).update(suspended_at=at)


def follow_incidents(meeting: Meeting) -> None:
    """Give the meeting's owner what the journal told of it before it was known here."""
    Incident.objects.filter(meeting=None, meeting_told=meeting.id).update(
        meeting=meeting, owner=meeting.owner, organisation=meeting.organisation
    )


def _of(owner: User) -> QuerySet[Meeting]:
    return Meeting.objects.filter(organisations.meetings_seen_by(owner))


def _one(meetings: QuerySet[Meeting], meeting_id: str) -> Meeting:
    found = meetings.filter(pk=meeting_id).first()
    if found is None:
        raise NotFound
    return found
