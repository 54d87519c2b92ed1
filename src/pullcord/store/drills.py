"""Drills: who practised ending which meeting, and when. Kept apart from what really happened."""

from datetime import datetime

from django.db.models import QuerySet

from pullcord.core.drill import Times
from pullcord.store import meetings
from pullcord.store.models import Cord, Drill, Meeting, User


def of_meeting(owner: User, meeting_id: str, *, most: int) -> list[Drill]:
    """Newest first. Raises NotFound."""
    meeting = meetings.find(owner, meeting_id)
    return list(_with_meetings().filter(stands_for=meeting).order_by("-made_at", "-pk")[:most])


def find(owner: User, practice_id: str) -> Drill | None:
    """The drill that this practice meeting is for; None = it is a meeting as others are. Raises NotFound."""
    meeting = meetings.find(owner, practice_id)
    return _with_meetings().filter(practice=meeting).first()


def is_one(meeting: Meeting) -> bool:
    return Drill.objects.filter(practice=meeting).exists()


def open_of(meeting: Meeting) -> list[Drill]:
    """Not put away yet, oldest first."""
    return list(_open().filter(stands_for=meeting))


def count_open_in(organisation_id: str) -> int:
    return _open().filter(stands_for__organisation=organisation_id).count()


def all_open() -> list[Drill]:
    """Everybody's, for whoever puts them away, and for no page."""
    return list(_open())


def add(
    practice: Meeting,
    stands_for: Meeting,
    who: str,
    *,
    user: User | None,
    cord: Cord | None,
    presses_as: str,
    at: datetime,
) -> Drill:
    return Drill.objects.create(
        practice=practice, stands_for=stands_for, user=user, cord=cord, presses_as=presses_as, who=who, made_at=at
    )


def put_away(
    one: Drill, *, begun: datetime | None, pressed: datetime | None, over: datetime | None, at: datetime
) -> None:
    """With what it came to; within the caller's transaction."""
    Drill.objects.filter(pk=one.pk).update(begun_at=begun, pressed_at=pressed, over_at=over)
    Meeting.objects.filter(pk=one.practice_id, archived_at=None).update(archived_at=at)


def times_of(one: Drill) -> Times:
    """As they were kept when it was put away."""
    return Times(*(None if at is None else at.timestamp() for at in (one.begun_at, one.pressed_at, one.over_at)))


def _open() -> QuerySet[Drill]:
    return _with_meetings().filter(practice__archived_at=None).order_by("made_at", "pk")


def _with_meetings() -> QuerySet[Drill]:
    return Drill.objects.select_related("practice", "stands_for", "stands_for__owner", "practice__owner")
