"""What the recorder writes. It acts for nobody, so it takes no owner: `jobs.record` calls it, and no page ever."""

import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import transaction

from pullcord.core import incident as core
from pullcord.store import NotFound, chain, fit, ground, organisations, people
from pullcord.store.models import Cord, Entry, Incident, Meeting, Organisation, Presence, Press, StopToken, User
from pullcord.words import Person

LONGEST_NAME = 200
LONGEST_ID = 32
LONGEST_BY = LONGEST_INVITE = 64
LONGEST_EMAIL = 320


class Line(NamedTuple):
    """A line of the journal, as it goes into the chain."""

    mark: str
    kind: str
    at: float
    fields: Mapping[str, Any]


together = transaction.atomic
"""All of it or nothing: `with intake.together():`."""


def taken_marks(incident_ids: Iterable[str]) -> dict[str, set[str]]:
    """By incident: the marks of the journal's lines that stand in its chain."""
    found: dict[str, set[str]] = {}
    rows = Entry.objects.filter(incident_id__in=list(incident_ids), mark__isnull=False)
    for incident_id, mark in rows.values_list("incident_id", "mark"):
        found.setdefault(incident_id, set()).add(str(mark))
    return found


def taken_presses(marks: Iterable[str]) -> set[str]:
    return set(Press.objects.filter(mark__in=list(marks)).values_list("mark", flat=True))


def bring_up_to_date(told: core.Incident) -> None:
    """Open the incident, or write what has changed of it. Its meeting may be unknown here, and is then found later.

    Whoever adds that meeting now waits for us, or we for him: otherwise neither would see what the other one adds.
    """
    ground.alone(f"meeting {told.meeting}")
    meeting = Meeting.objects.filter(pk=told.meeting).select_related("owner", "organisation").first()
    known = (
        {} if meeting is None else {"meeting": meeting, "owner": meeting.owner, "organisation": meeting.organisation}
    )
    changed = _columns(told) | known
    presser = _presser(told)
    first = {
        "meeting_told": fit.text(told.meeting, LONGEST_ID),
        "opened_at": moment(told.pressed_at),
        "owner": presser,
        "organisation": _organisation_of(presser),
    }
    Incident.objects.update_or_create(id=told.id, defaults=changed, create_defaults=first | changed)


def add_press(press: core.Press, told: core.Incident, *, name: str | None) -> None:
    Press.objects.create(
        mark=press.id,
        incident_id=told.id,
        meeting_told=fit.text(told.meeting, LONGEST_ID),
        at=moment(press.at),
        door=press.door,
        by=fit.text(press.by, LONGEST_BY),
        name=fit.text_or_none(name, LONGEST_NAME),
    )


def add_vain_press(mark: str, *, why: str, at: float, meeting: str, by: str, door: str, name: str | None) -> None:
    """Once."""
    named, whose = fit.text_or_none(name, LONGEST_NAME), fit.text(by, LONGEST_BY)
    row = {"meeting_told": fit.text(meeting, LONGEST_ID), "at": moment(at), "by": whose, "door": door, "name": named}
    row["in_vain"] = why
    Press.objects.get_or_create(mark=mark, defaults=row)


def add_lines(incident_id: str, lines: Iterable[Line]) -> None:
    """Lines of the journal into the chain. Whoever calls has looked whether they stand there already."""
    chain.note_all(incident_id, [chain.New(one.kind, moment(one.at), one.fields, one.mark) for one in lines])


def add_people(incident_id: str, roster: Iterable[Person], *, at: datetime) -> None:
    """Those who are not there yet; into the chain goes what can be proven of each, and how many."""
    known = set(Presence.objects.filter(incident_id=incident_id).values_list("handle", flat=True))
    there = {fit.text(person.key, LONGEST_NAME): person for person in roster}
    new = {handle: person for handle, person in there.items() if handle not in known}
    if not new and chain.has(incident_id, "roster"):
        return
    rows = [_presence(incident_id, handle, person) for handle, person in new.items()]
    Presence.objects.bulk_create(rows)
    proofs = [people.proof_of(row.key, row.handle, row.name, row.email) for row in rows]
    chain.note(incident_id, "roster", at, {"people": len(rows), "who": proofs})


def note(incident_id: str, kind: str, at: datetime, fields: Mapping[str, Any]) -> None:
    with transaction.atomic():
        chain.note(incident_id, kind, at, fields)


def over_since(since: datetime) -> list[tuple[str, str, datetime]]:
    """Incidents that are over since then, and were no rehearsal: the id, the meeting's, and when it was over."""
    found = Incident.objects.filter(over_at__gte=since, drill=False, opened_by_hand=False).exclude(meeting_told="")
    rows = found.order_by("over_at").values_list("pk", "meeting_told", "over_at")
    return [(pk, meeting, over_at) for pk, meeting, over_at in rows if over_at is not None]


def names_in(incident_id: str) -> list[tuple[str, str | None]]:
    """Of everybody who is known to have been there: the handle, and the name shown."""
    return list(Presence.objects.filter(incident_id=incident_id).values_list("handle", "name"))


def was_erased_from(incident_id: str) -> bool:
    return chain.has(incident_id, "person erased") or chain.has(incident_id, "people put away")


def meeting_of(incident_id: str) -> str | None:
    """The id of its meeting, known here or not; None = no such incident, or it has none."""
    found = Incident.objects.filter(pk=incident_id).values_list("meeting_told", flat=True).first()
    return found or None


def owner_of_meeting(meeting_id: str) -> User | None:
    meeting = Meeting.objects.filter(pk=meeting_id, archived_at=None).select_related("owner").first()
    return None if meeting is None else meeting.owner


def name_of_presser(by: str) -> str | None:
    """Who that id is: an account, a link's holder, a token's name. None = not known."""
    kind, _, key = by.partition(":")
    if kind == "user" and key.isdecimal():
        user = User.objects.filter(pk=int(key)).first()
        return None if user is None else user.shown_name
    asked = fit.text(by)
    cord = Cord.objects.filter(pk=asked).values_list("who", flat=True).first()
    return cord or StopToken.objects.filter(pk=asked).values_list("name", flat=True).first()


def moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _moment(at: float | None) -> datetime | None:
    return None if at is None else moment(at)


def _columns(told: core.Incident) -> dict[str, Any]:
    return {
        "pressed_at": _moment(told.pressed_at),
        "sent_at": _moment(told.sent_at),
        "over_at": _moment(told.over_at),
        "seconds_until_over": told.seconds_until_over(),
        "held_until": _moment(told.held_until),
        "released_at": _moment(told.released_at),
        "by_hand": told.by_hand,
        "drill": told.drill,
        "people_out": fit.count(told.people_out),
    }


def _presser(told: core.Incident) -> User | None:
    """Where the meeting is unknown: the account that pressed, so that somebody sees it."""
    keys = [press.by.partition(":")[2] for press in told.presses if press.by.startswith("user:")]
    return User.objects.filter(pk__in=[int(key) for key in keys if key.isdecimal()]).first()


def _organisation_of(user: User | None) -> Organisation | None:
    try:
        return None if user is None else organisations.any_of(user)
    except NotFound:
        return None


def _presence(incident_id: str, handle: str, person: Person) -> Presence:
    return Presence(
        incident_id=incident_id,
        handle=handle,
        key=os.urandom(32),
        name=fit.text_or_none(person.name, LONGEST_NAME),
        invite=fit.text_or_none(person.invite, LONGEST_INVITE),
        email=fit.text_or_none(person.email, LONGEST_EMAIL),
        since=_moment(person.since),
    )
