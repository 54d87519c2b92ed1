"""Keep one stopped meeting stopped: a look at it, and what follows from what the platform says.

The journal gets what changes, and never a line per look. A meeting that is started again at once, over and over, is ended
each time; the first time is written down, the others are counted and summed up once a minute.
"""

from typing import NamedTuple

from pullcord.core.incident import Incident
from pullcord.jobs.ladder import Rungs, bar_the_way
from pullcord.jobs.stop import PROOF_SECONDS, ROSTER_SECONDS, Means, stop_again
from pullcord.platforms import Platform, platform
from pullcord.platforms.wire import Hurried
from pullcord.safe.kit import Kit
from pullcord.words import Over, Person, PlatformError

AT_WORK_SECONDS = 2 * PROOF_SECONDS
"""So long after a press, its own stop may still be at work and is left alone."""
GIVE_WAY_SECONDS = 30.0
"""So long after somebody set out to let people back in, whoever is found in the meeting may be let in by him."""
SPELL_SECONDS = 60.0
"""Found running again within this of the last time, it is the same spell: counted, and summed up as often."""
BLIND_SECONDS = 10.0
"""A platform that fails to answer once is asked again; after so long, that is said."""
QUIET_SECONDS = 3600.0
"""Where somebody came in within this before the bar's time is over, the bar stands so much longer."""
MOST_CAME_BACK = 1000
"""Of how many people who come back the names are kept: a client that comes as somebody new each time is not a roster."""
BY_THE_GUARD = {"by": "guard", "door": "guard"}


class Memory:
    """What one process remembers of a kept meeting between two looks. What must outlive it is in the journal."""

    def __init__(self) -> None:
        self.times = 0
        """How often it was ended again since that was last written down."""
        self.people = 0
        """The most that were in it at once, of these times."""
        self.written_at = 0.0
        self.last_again_at: float | None = None
        self.last_open_at: float | None = None
        self.failing_since: float | None = None
        self.fell_short = False
        """Whether the last look could not ask, or found it running and could not end it."""
        self.hold_failed = ""
        self.came: set[str] = set()


class Look(NamedTuple):
    """One look, and all that is needed to act upon it."""

    incident: Incident
    rungs: Rungs
    means: Means
    memory: Memory
    read: Over
    at: float

    @property
    def adapter(self) -> Platform:
        return self.rungs.adapter

    @property
    def is_spell(self) -> bool:
        last = self.memory.last_again_at
        return last is not None and self.at - last < SPELL_SECONDS


def keeps_until(incident: Incident, kit: Kit) -> float:
    """Until when it is kept ended: as was said, or as would have been said had the bar not failed."""
    return incident.kept_until or incident.pressed_at + kit.hold_seconds


def keep(kit: Kit, means: Means, memory: Memory) -> None:
    """Ask the platform once, and end the meeting again where it runs. Never raises for what a platform does."""
    asked_at, memory.fell_short = means.clock(), False
    try:
        adapter = platform(kit.meeting.platform)
        read = _told(adapter, adapter.is_over(kit.meeting, means.wire(adapter.name)))
    except PlatformError as error:
        return _could_not_ask(kit, means, memory, error)
    # Only now: whoever lets people back in writes so before he asks the platform for it.
    incident = means.book.latest(kit.meeting.id)
    memory.failing_since = None
    if incident is None or not is_ours(incident, kit, means.clock()):
        return None
    rungs = _rungs(kit, incident, means, adapter)
    if incident.unseen_since is not None:
        rungs.note("asked again")
    look = Look(incident, rungs, means, memory, read, asked_at)
    _over(look) if read.over else _runs(look)


def is_ours(incident: Incident, kit: Kit, now: float) -> bool:
    """Whether it is for the guard to act: its time is not over, nobody is letting people in, and no stop is at work on it."""
    if incident.is_done or now >= keeps_until(incident, kit):
        return False
    if incident.releasing_at is not None and now - incident.releasing_at < GIVE_WAY_SECONDS:
        return False
    is_settled = incident.first_over_at is not None or incident.by_hand
    return is_settled or now - incident.presses[-1].at >= AT_WORK_SECONDS


def _rungs(kit: Kit, incident: Incident, means: Means, adapter: Platform) -> Rungs:
    wire = means.wire(adapter.name)
    return Rungs(kit, incident.id, means.journal, adapter, wire, means.clock, until=keeps_until(incident, kit))


def _told(adapter: Platform, read: Over) -> Over:
    if read.over is None:
        sentence = f"{adapter.limits.title} does not tell whether anybody is in the meeting."
        raise PlatformError(f"{adapter.name}-not-told", sentence, retry=True)
    return read


def _could_not_ask(kit: Kit, means: Means, memory: Memory, error: PlatformError) -> None:
    now, incident = means.clock(), means.book.latest(kit.meeting.id)
    memory.fell_short = True
    if memory.failing_since is None:
        memory.failing_since = now
    if incident is None or incident.is_done or incident.unseen_since is not None:
        return
    if now - memory.failing_since >= BLIND_SECONDS:
        not_asked(means, incident, error.code)


def not_asked(means: Means, incident: Incident, code: str) -> None:
    means.journal.note("not asked", meeting=incident.meeting, incident=incident.id, code=code)


# -- over --------------------------------------------------------------------------------------------------------------


def _over(look: Look) -> None:
    """Nobody is in it. Whether anybody could get in is the other question."""
    if not look.incident.is_over:
        look.rungs.note("over", proof=look.read.evidence)
    if look.read.held is False or look.incident.held_at is None:
        _bar(look)
    if not look.is_spell or look.at - look.memory.written_at >= SPELL_SECONDS:
        sum_up(look.incident, look.means, look.memory)


def _bar(look: Look) -> None:
    """Bar the way where that was not done, or was undone by another hand; where the platform has no bar, say that we watch."""
    is_barred = look.adapter.can("hold") and _bar_once_more(look)
    if not is_barred and look.incident.kept_until is None:
        look.rungs.note("watched", until=look.rungs.until)


def _bar_once_more(look: Look) -> bool:
    """Whether the platform took it."""
    was_open_lately = look.memory.last_open_at is not None and look.at - look.memory.last_open_at < SPELL_SECONDS
    if look.incident.held_at is not None and not was_open_lately:
        look.rungs.note("found open", proof=look.read.evidence)
    failed = look.memory.hold_failed
    quiet = look.rungs._replace(is_quiet=bool(failed) or was_open_lately)
    look.memory.last_open_at = look.at if look.incident.held_at is not None else None
    look.memory.hold_failed = bar_the_way(quiet) or ""
    if failed and not look.memory.hold_failed:
        look.rungs.note("held", until=look.rungs.until, proof="said again, and taken")
    return not look.memory.hold_failed


# -- running again -----------------------------------------------------------------------------------------------------


def _runs(look: Look) -> None:
    """Within its turn: a press that came meanwhile may have ended it, and it is not ended twice."""
    people = _who_is_in(look)
    with look.means.turns.of(look.incident.meeting):
        incident = look.means.book.latest(look.incident.meeting)
        if incident is None or incident.id != look.incident.id or not is_ours(incident, look.rungs.kit, look.at):
            return
        if incident.over_at is not None and incident.over_at >= look.at:
            return
        _end_again(look._replace(incident=incident), people)
    _keep_names(look, people)


def _end_again(look: Look, people: list[Person] | None) -> None:
    incident, memory = look.incident, look.memory
    count = look.read.people if people is None else len(people)
    is_news = incident.is_over and not look.is_spell
    was_sent = incident.sent_at is not None
    if is_news:
        sum_up(incident, look.means, memory)
        _note_again(look, count)
    memory.last_again_at = look.at
    error = stop_again(look.rungs._replace(is_quiet=was_sent and not is_news), bar=look.read.held is False)
    memory.fell_short = error is not None
    if is_news or not was_sent:
        return
    if not incident.is_over:
        _settle(look, error)
    elif error is None:
        _count(look, count)
    else:
        _note_again(look, count)
        look.rungs.note("by hand", code=error.code)


def _note_again(look: Look, people: int | None) -> None:
    look.memory.written_at = look.at
    look.rungs.note("again", people=people, **BY_THE_GUARD)


def _settle(look: Look, error: PlatformError | None) -> None:
    """It ran on since the last time, and that is written down already: only that it is over is news."""
    if error is None:
        look.rungs.note("over", proof="ended again, and nobody is in it")


def _count(look: Look, people: int | None) -> None:
    look.memory.times += 1
    look.memory.people = max(look.memory.people, people or 0)
    if look.at - look.memory.written_at >= SPELL_SECONDS:
        sum_up(look.incident, look.means, look.memory)
        look.memory.written_at = look.at


def sum_up(incident: Incident, means: Means, memory: Memory) -> None:
    """Write down what was only counted."""
    if memory.times:
        told = {"meeting": incident.meeting, "incident": incident.id, "times": memory.times, "people": memory.people}
        means.journal.note("again and again", **told, **BY_THE_GUARD)
    memory.times, memory.people = 0, 0


def _who_is_in(look: Look) -> list[Person] | None:
    """None = it could not be told in time: the end does not wait for it."""
    if not look.adapter.can("roster"):
        return None
    try:
        return look.adapter.roster(look.rungs.kit.meeting, Hurried(look.rungs.wire, ROSTER_SECONDS))
    except PlatformError:
        return None


def _keep_names(look: Look, people: list[Person] | None) -> None:
    """Who came back was there too."""
    new = [person for person in people or [] if person.key not in look.memory.came]
    if not new or len(look.memory.came) >= MOST_CAME_BACK:
        return
    look.memory.came |= {person.key for person in new}
    try:
        look.means.keep_roster(look.incident.id, look.incident.meeting, new)
    except OSError:
        look.rungs.note("roster not kept")


# -- its time is over --------------------------------------------------------------------------------------------------


def end_hold(kit: Kit, means: Means, *, is_held_for_another: bool) -> None:
    """The time that was announced is over: lift the bar, as the signed-in host had said when he chose how long.

    Not where somebody came in lately: then the bar stands an hour longer. Not while people are in it, whoever let them in:
    on some platforms a release would throw them out. `is_held_for_another`: another stopped meeting is at the same place.
    """
    with means.turns.of(kit.meeting.id):
        incident, now = means.book.latest(kit.meeting.id), means.clock()
        if incident is None or incident.is_done or incident.kept_until is None or now < incident.kept_until:
            return
        told = {"meeting": incident.meeting, "incident": incident.id, **BY_THE_GUARD}
        if incident.last_again_at is not None and now - incident.last_again_at < QUIET_SECONDS:
            means.journal.note("held longer", until=now + QUIET_SECONDS, **told)
        elif incident.held_until is None:
            means.journal.note("hold ended", proof="it is not watched any more", **told)
        elif is_held_for_another:
            means.journal.note("hold ended", proof="barred on, for another meeting at the same place", **told)
        else:
            _lift(kit, incident, means)


def _lift(kit: Kit, incident: Incident, means: Means) -> None:
    told = {"meeting": incident.meeting, "incident": incident.id, **BY_THE_GUARD}
    try:
        adapter = platform(kit.meeting.platform)
        proof = _opened(adapter, kit, means)
    except PlatformError as error:
        if incident.hold_not_ended != error.code:
            means.journal.note("hold not ended", code=error.code, **told)
        return
    means.journal.append("hold ended", proof=proof, **told)


def _opened(adapter: Platform, kit: Kit, means: Means) -> str:
    """What shows that the bar is gone. Raises PlatformError."""
    wire = means.wire(adapter.name)
    read = adapter.is_over(kit.meeting, wire)
    if read.held is False:
        return read.evidence
    if read.over is not True:
        sentence = "People are in the meeting though it is barred, so the bar is left as it is."
        raise PlatformError(f"{adapter.name}-not-empty", sentence, retry=True)
    return adapter.release(kit.meeting, wire).evidence
