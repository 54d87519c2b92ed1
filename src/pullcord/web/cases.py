"""One incident as its host may see it, from the journal first: it is there before the store has taken anything in."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from pullcord.core.incident import Incident, Press, fold
from pullcord.core.note_takers import looks_like_one
from pullcord.core.timeline import Entry
from pullcord.jobs.desk import Desk
from pullcord.platforms import platform
from pullcord.safe.kit import Kit
from pullcord.store import NotFound, incidents, meetings, people, users
from pullcord.store.models import Incident as Row
from pullcord.store.models import Meeting, User
from pullcord.web.present import Who, kit_of, names_in, pressers, title_of
from pullcord.words import PlatformError


class Case(NamedTuple):
    id: str
    incident: Incident
    meeting: Meeting | None
    kit: Kit | None
    who: list[Who]
    row: Row | None
    """None = the store has not taken it in yet: what the host does on the page has to wait a moment."""
    has_meeting: bool
    """Its meeting is theirs who ask: a safeguarding lead sees every record, and opens and ends nobody's meeting."""
    names: Mapping[str, str]
    """Of links, tokens and accounts, by their ids, as far as they are known."""

    @property
    def is_told(self) -> bool:
        """Opened by hand: nobody pressed anything here."""
        return not self.incident.presses

    @property
    def name(self) -> str:
        if self.row is not None and self.row.title:
            return str(self.row.title)
        return "" if self.meeting is None else str(self.meeting.name)

    @property
    def platform(self) -> str | None:
        """Its name for people; None = not known."""
        return None if self.meeting is None else title_of(self.meeting.platform)

    @property
    def begun_at(self) -> float | datetime | None:
        if not self.is_told:
            return self.incident.pressed_at
        return None if self.row is None else self.row.happened_at


class Present(NamedTuple):
    name: str | None
    email: str | None
    presence: int | None = None
    """Their row; None = the store has not taken them in yet."""

    @property
    def takes_notes(self) -> bool:
        """By the name shown, which proves nothing."""
        return looks_like_one(self.name)


def find(desk: Desk, owner: User, incident_id: str) -> Case:
    """Raises NotFound, for another's incident as for none at all."""
    row, written = _row(owner, incident_id), desk.means.book.find(incident_id)
    if written is None and row is None:
        raise NotFound
    meeting = row.meeting if row is not None else meetings.find(owner, written.meeting if written else "")
    kit = None if meeting is None else kit_of(desk, meeting.id)
    incident = written or _from_row(owner, row)
    names = _accounts(incident) | _taken_in(owner, row)
    who = pressers(incident, kit, names)
    has_meeting = meeting is not None and meetings.is_of(owner, meeting.id)
    return Case(incident_id, incident, meeting, kit, who, row, has_meeting, names | names_in(kit))


def latest_id(desk: Desk, owner: User, meeting_id: str) -> str | None:
    """The last incident of the owner's meeting; None = there was none. Raises NotFound."""
    meetings.find(owner, meeting_id)
    written = desk.means.book.latest(meeting_id)
    if written is not None:
        return written.id
    return next((row.id for row in incidents.of_meeting(owner, meeting_id)), None)


def newest(desk: Desk, owner: User, mine: Iterable[Meeting], *, drills: bool, most: int) -> list[Case]:
    """Newest first: what the store has, and before it what only the journal has yet.

    `drills`: what was practised and nothing else; otherwise what happened, and none of these.
    """
    rows = [row for row in incidents.all_of(owner) if row.drill == drills]
    known = {row.id for row in rows}
    written = [desk.means.book.latest(meeting.id) for meeting in mine]
    new = [one.id for one in written if one is not None and one.drill == drills and one.id not in known]
    return [find(desk, owner, incident_id) for incident_id in (*new, *(row.id for row in rows))[:most]]


def of_people(desk: Desk, owner: User, case: Case) -> list[Present] | None:
    """Who was there; None = not known, which is not "nobody"."""
    taken = people.of_incident(owner, case.id) if case.row is not None else []
    if taken:
        return [Present(person.name, person.email, person.pk) for person in taken]
    waiting = desk.rosters.read(case.id)
    if waiting is not None:
        return [Present(person.name, person.email) for person in waiting]
    return [] if case.incident.people_out == 0 else None


def _row(owner: User, incident_id: str) -> Row | None:
    try:
        return incidents.find(owner, incident_id)
    except NotFound:
        return None


def _taken_in(owner: User, row: Row | None) -> dict[str, str]:
    """The names as they were known when the presses were taken in."""
    pressed = [] if row is None else incidents.presses(owner, row.id)
    return {press.by: press.name for press in pressed if press.name}


def _from_row(owner: User, row: Row | None) -> Incident:
    """The store's incident in the words of the journal: for one that the book no longer keeps at hand."""
    if row is None:
        raise NotFound
    pressed = incidents.presses(owner, row.id)
    proofs = {entry.kind: str(entry.fields.get("proof", "")) for entry in incidents.entries(owner, row.id)}
    told = Incident(
        row.id,
        row.meeting_told,
        tuple(Press(press.mark, press.at.timestamp(), press.door, press.by) for press in pressed),
        sent_at=_seconds(row.sent_at),
        over_at=_seconds(row.over_at),
        over_proof=proofs.get("over", ""),
        held_until=_seconds(row.held_until),
        released_at=_seconds(row.released_at),
        by_hand=row.by_hand,
        people_out=row.people_out,
        drill=row.drill,
    )
    for entry in incidents.entries(owner, row.id):
        told = _kept(told, entry)
    return told


def _kept(incident: Incident, entry: Entry) -> Incident:
    """What the guard saw stands in the chain alone."""
    if entry.kind not in SEEN:
        return incident
    fields = {**entry.fields, "incident": incident.id}
    if isinstance(fields.get("until"), str):
        fields["until"] = datetime.fromisoformat(fields["until"]).timestamp()
    return fold(incident, entry.kind, entry.at.timestamp(), fields) or incident


SEEN = frozenset(
    {"over", "watched", "again", "again and again", "found open", "held longer", "hold ended", "hold not ended"}
    | {"not asked", "asked again"}
)
"""What the store has no column for."""


def _seconds(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp()


def _accounts(incident: Incident) -> dict[str, str]:
    """The names of the accounts that pressed."""
    found = {}
    for by in {press.by for press in incident.presses if press.by.startswith("user:")}:
        try:
            found[by] = users.find(by.removeprefix("user:")).shown_name
        except NotFound:
            continue
    return found


class Soon(NamedTuple):
    """A meeting of the host's, in the room that is kept closed, that begins before its time is over."""

    meeting: Meeting
    can_renew: bool


def before_its_time(desk: Desk, owner: User, case: Case) -> list[Soon]:
    """By when they begin. Empty where nothing is kept ended."""
    now, until = desk.means.clock(), case.incident.kept_until
    if case.meeting is None or until is None or case.incident.is_done:
        return []
    mine = [one for one in meetings.all_of(owner) if _is_same_room(one, case.meeting) and _is_between(one, now, until)]
    return [Soon(one, can_renew(one)) for one in sorted(mine, key=lambda one: one.starts or _NEVER)]


def can_renew(meeting: Meeting) -> bool:
    try:
        return platform(meeting.platform).can("renew")
    except PlatformError:
        return False


_NEVER = datetime.max.replace(tzinfo=UTC)


def _is_same_room(one: Meeting, other: Meeting) -> bool:
    return one.platform == other.platform and _place(one) == _place(other)


def _place(meeting: Meeting) -> dict[str, str]:
    return {name: told for name, told in meeting.at.items() if name in ("server", "room")}


def _is_between(meeting: Meeting, now: float, until: float) -> bool:
    return meeting.starts is not None and now < meeting.starts.timestamp() < until


class Past(NamedTuple):
    id: str
    begun_at: datetime | float | None


def of_meeting(desk: Desk, owner: User, meeting: Meeting) -> list[Past]:
    """Newest first."""
    rows = [Past(row.id, row.pressed_at or row.happened_at) for row in incidents.of_meeting(owner, meeting.id)]
    newest = desk.means.book.latest(meeting.id)
    if newest is None or any(row.id == newest.id for row in rows):
        return rows
    return [Past(newest.id, newest.pressed_at), *rows]
