"""Take in what the journal brings: it is the truth of a stop, and this its bookkeeper. Never asks a platform to do a thing.

Reading all of the journal each time costs under half a second for 12,000 lines, and needs no memory of its own that
a crash could lose: a line is taken in when its mark stands in the store.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from pullcord.core.incident import Incident, fold
from pullcord.jobs import meetings
from pullcord.jobs.desk import Desk
from pullcord.platforms import platform
from pullcord.safe.journal import Line
from pullcord.safe.kit import KitUnreadable
from pullcord.store import NotFound, intake
from pullcord.words import Over, PlatformError

IN_VAIN = {"pressed in vain", "no kit"}
NOT_FOR_THE_CHAIN = {"meeting", "incident"}
"""Every entry of a chain is of one incident: its first entry says which, and of which meeting."""


class Story(NamedTuple):
    """One incident as the journal tells it: what it came to, and its lines in their order."""

    incident: Incident
    lines: tuple[Line, ...]


def untaken(desk: Desk) -> list[str]:
    """The incidents of which the store has not every line, or not the roster that waits for it; oldest first."""
    stories = told_by(_lines(desk))
    taken = intake.taken_marks(stories)
    waiting = {one for one in desk.rosters.waiting() if desk.rosters.read(one) is not None}
    return [
        incident_id
        for incident_id, story in stories.items()
        if incident_id in waiting or any(line.mark not in taken.get(incident_id, ()) for line in story.lines)
    ]


def take_in(desk: Desk, incident_id: str) -> None:
    """Open or bring up to date the incident in the store; twice is once. Nothing where the journal has no line of it.

    Raises Refused where a link that was a false alarm too often could not be put to rest.
    """
    story = _story(desk, incident_id)
    if story is None:
        return
    roster = desk.rosters.read(incident_id)
    with intake.together():
        intake.bring_up_to_date(story.incident)
        # Now it is ours. Two may have read the journal one after the other, and the first reader must not have the last word.
        newer = _story(desk, incident_id) or story
        if newer != story:
            story = newer
            intake.bring_up_to_date(story.incident)
        _add_presses(desk, story.incident)
        _add_lines(story)
        if roster is not None:
            intake.add_people(incident_id, roster, at=_now(desk))
    if roster is not None:
        desk.rosters.drop(incident_id, roster)  # only now: until the commit this file was all there was
    _count_what_was_taken_back(desk, story)


def take_in_all(desk: Desk) -> list[str]:
    """All that is untaken, presses in vain included; what was taken in."""
    take_in_vain_presses(desk)
    found = untaken(desk)
    for incident_id in found:
        take_in(desk, incident_id)
    return found


def verify_later(desk: Desk, incident_id: str) -> Over | None:
    """Ask the platform again whether it is over, and record what it says. None = it could not be asked.

    Raises NotFound where the store has no such incident, or it was opened by hand and has no meeting to ask about.
    """
    meeting_id = intake.meeting_of(incident_id)
    if meeting_id is None:
        raise NotFound
    try:
        read = _ask(desk, meeting_id)
    except PlatformError as error:
        intake.note(incident_id, "not seen", _now(desk), {"code": error.code})
        return None
    kind = {True: "seen over", False: "seen running", None: "not seen"}[read.over]
    intake.note(incident_id, kind, _now(desk), {"held": read.held, "people": read.people, "proof": read.evidence})
    return read


def take_in_vain_presses(desk: Desk) -> None:
    """The presses that stopped nothing belong to no incident; the host sees them at the meeting."""
    vain = [line for line in _lines(desk) if line.kind in IN_VAIN]
    taken = intake.taken_presses(line.mark for line in vain)
    for line in vain:
        if line.mark not in taken:
            meeting, by = str(line.fields["meeting"]), str(line.fields["by"])
            name = _name(desk, meeting, by)
            door = str(line.fields["door"])
            intake.add_vain_press(line.mark, why=line.kind, at=line.at, meeting=meeting, by=by, door=door, name=name)


def told_by(lines: Iterable[Line]) -> dict[str, Story]:
    """The incidents that these lines tell of. A press joins the incident that is open for its meeting, whatever it says."""
    open_now: dict[str, Incident] = {}
    stories: dict[str, Story] = {}
    for line in lines:
        meeting = str(line.fields.get("meeting"))
        before = open_now.get(meeting) if line.kind == "pressed" else _named(stories, line)
        incident = fold(before, line.kind, line.at, line.fields)
        if incident is None:
            continue
        earlier = stories[incident.id].lines if incident.id in stories else ()
        stories[incident.id] = Story(incident, (*earlier, line))
        if line.kind == "pressed" or open_now[meeting].id == incident.id:
            open_now[meeting] = incident
    return stories


def _named(stories: Mapping[str, Story], line: Line) -> Incident | None:
    """A line may come late, when the meeting's next incident is open: it still is a line of its own."""
    story = stories.get(str(line.fields.get("incident")))
    return None if story is None else story.incident


def _story(desk: Desk, incident_id: str) -> Story | None:
    meeting = next((line.fields.get("meeting") for line in _lines(desk, about=incident_id)), None)
    return None if meeting is None else told_by(_lines(desk, about=str(meeting))).get(incident_id)


def _lines(desk: Desk, *, about: str = "") -> list[Line]:
    """What the book has taken in: the journal's lines, and what its disk has not taken yet, each once."""
    lines = desk.means.book.told()
    return [line for line in lines if about in ("", line.fields.get("meeting"), line.fields.get("incident"))]


def _add_presses(desk: Desk, incident: Incident) -> None:
    taken = intake.taken_presses(press.id for press in incident.presses)
    for press in incident.presses:
        if press.id not in taken:
            intake.add_press(press, incident, name=_name(desk, incident.meeting, press.by))


def _add_lines(story: Story) -> None:
    incident = story.incident
    taken = intake.taken_marks([incident.id]).get(incident.id, set())
    first = {} if taken else {"incident": incident.id, "meeting": incident.meeting}
    new: dict[str, intake.Line] = {}
    for line in story.lines:
        if line.mark not in taken and line.mark not in new:
            fields = {name: _plain(value) for name, value in line.fields.items() if name not in NOT_FOR_THE_CHAIN}
            new[line.mark] = intake.Line(line.mark, line.kind, line.at, fields if new else fields | first)
    intake.add_lines(incident.id, new.values())


def _plain(value: Any) -> Any:
    """The chain takes no fractions; the only ones in the journal are times."""
    return datetime.fromtimestamp(value, UTC).isoformat() if isinstance(value, float) else value


def _count_what_was_taken_back(desk: Desk, story: Story) -> None:
    """A link that took back its own press gave a false alarm, as if the host had said so."""
    incident = story.incident
    owner = intake.owner_of_meeting(incident.meeting)
    backs = [line for line in story.lines if line.kind == "released" and line.fields.get("door") == "cord"]
    if owner is None or not backs:
        return
    cord, at = str(backs[0].fields["by"]), intake.moment(backs[0].at)
    try:
        meetings.count_false_alarm(desk, owner, incident.meeting, cord, incident.id, at=at)
    except NotFound:
        return  # a link that only the kit knows


def _name(desk: Desk, meeting_id: str, by: str) -> str | None:
    """As the store has it; else as the kit has it, which may know a link that a lost database does not."""
    return intake.name_of_presser(by) or _names_in_kit(desk, meeting_id).get(by)


def _names_in_kit(desk: Desk, meeting_id: str) -> Mapping[str, str]:
    try:
        kit = desk.kits.read(meeting_id)
    except (KitUnreadable, FileNotFoundError):
        return {}
    if kit is None:
        return {}
    return {cord.id: cord.who for cord in kit.cords} | {token.id: token.name for token in kit.tokens}


def _ask(desk: Desk, meeting_id: str) -> Over:
    """Raises PlatformError, also where there is no kit to ask with."""
    try:
        kit = desk.kits.read(meeting_id)
    except (KitUnreadable, FileNotFoundError):
        kit = None
    if kit is None:
        raise PlatformError(
            "no-kit", "The stop kit of this meeting is gone, so the platform cannot be asked.", retry=False
        )
    adapter = platform(kit.meeting.platform)
    return adapter.is_over(kit.meeting, desk.means.wire(adapter.name))


def _now(desk: Desk) -> datetime:
    return datetime.fromtimestamp(desk.means.clock(), UTC)
