"""Stop a meeting: write it down, throw everyone out, bar the way back, and prove it.

The journal first, then the platform, whatever else is broken. Nothing after the journal's line may keep the platform's
call from going out.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from pullcord.core.incident import Incident, fold
from pullcord.jobs.aside import Aside
from pullcord.jobs.ladder import Rungs, bar_the_way, end_by_rungs
from pullcord.jobs.turns import OTHERS_ENDS_SECONDS, OTHERS_TURN_SECONDS, Turns
from pullcord.platforms import platform
from pullcord.platforms.wire import Hurried, Wire
from pullcord.safe.book import Book
from pullcord.safe.journal import PATIENCE_SECONDS, Journal
from pullcord.safe.kit import Kit
from pullcord.words import Door, Over, Person, PlatformError

ROSTER_SECONDS = 0.2
"""How long the end waits for a last look at who is there."""
BESIDE_SECONDS = 0.003
"""Where the end does not wait for that look: until its question is on the way, and so comes before the end."""
AT_ONCE_SECONDS = 0.05
"""A platform that told who is there within this is asked without a thread of its own: that costs more than its answer."""
KEEP_SECONDS = 0.2
"""How long the answer waits for that list to be kept."""
PROOF_SECONDS = 10.0
PRACTICE = "practice"
"""The platform whose incidents are drills."""
PAUSES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)

KeepRoster = Callable[[str, str, list[Person] | None], None]
"""Incident id, meeting id, and who was there: None = it could not be told now. Raises OSError."""


class Means(NamedTuple):
    """What a stop has at hand. None of it is a database."""

    journal: Journal
    book: Book
    wire: Callable[[str], Wire]
    """The open line to a platform, by its name."""
    keep_roster: KeepRoster
    turns: Turns
    pace: dict[str, float]
    """How many seconds a platform took for the last look, by its name."""
    clock: Callable[[], float] = time.time


class Pressed(NamedTuple):
    """What became of one press."""

    incident: Incident
    press: str
    written: bool
    """Whether the journal had it on disk before we acted."""
    error: PlatformError | None
    """Why it is not proven over, where it is not."""
    hands: tuple[str, ...]
    """The platform's own buttons, where ours did not do it."""


def new_id() -> str:
    return os.urandom(8).hex()


def stop(kit: Kit, means: Means, *, by: str, door: Door) -> Pressed:
    """End this meeting and keep it ended. Never raises for what a platform or a disk does: the answer says it.

    `by`: the opaque id of the link, token or account that pressed.
    """
    means.turns.begin(kit.meeting.id)
    once = _Once(lambda: means.turns.sent(kit.meeting.id))
    try:
        return _stop(kit, means, once, by=by, door=door)
    finally:
        once()


class _Once:
    """Says that the end has gone out: where it does, and at the latest when the press is done with."""

    def __init__(self, say: Callable[[], None]) -> None:
        self._say: Callable[[], None] | None = say

    def __call__(self) -> None:
        say, self._say = self._say, None
        if say is not None:
            say()


def _stop(kit: Kit, means: Means, sent: Callable[[], None], *, by: str, door: Door) -> Pressed:
    meeting, press = kit.meeting.id, new_id()
    written = means.journal.append(
        "pressed",
        meeting=meeting,
        incident=new_id(),
        press=press,
        door=door,
        by=by,
        drill=kit.meeting.platform == PRACTICE,
    )
    pressed = fold(None, written.line.kind, written.line.at, written.line.fields)
    assert pressed is not None, "a press opens an incident"  # noqa: S101  # whatever can be read back of it or not
    with means.turns.of(meeting):
        incident = _newest(pressed, means)
        leads = incident.presses[0].id == press
        seen = not leads and _seen_over(kit, incident, means, patience=OTHERS_TURN_SECONDS)
        error = None if seen else _end(kit, incident, means, sent)
    return _told(kit, incident, press, written.durable, error, means)


def finish(kit: Kit, means: Means) -> Pressed | None:
    """What a crash left open for this meeting: ask first, and send an end only where the platform says it still runs."""
    incident = means.book.latest(kit.meeting.id)
    if incident is None or incident.is_released or (incident.is_over and incident.held_at is not None):
        return None
    # A press this young may not be a crash's but another process's, which is about to send its end.
    patience = min(OTHERS_TURN_SECONDS, OTHERS_TURN_SECONDS - (means.clock() - incident.pressed_at))
    with means.turns.of(kit.meeting.id):
        seen = _seen_over(kit, incident, means, patience=patience)
        error = None if seen else _end(kit, incident, means, lambda: None)
    return _told(kit, incident, incident.presses[0].id, True, error, means)


def _newest(known: Incident, means: Means) -> Incident:
    """As the journal has it now. What we know ourselves, where it cannot be read: that keeps no end from going out."""
    return means.book.latest(known.meeting) or known


def _seen_over(kit: Kit, incident: Incident, means: Means, *, patience: float) -> bool:
    """Whether an end that went out before has done it. While one may still be at work, a second one is not sent.

    The press before ours may be another process's: its lines come by the journal.
    """
    until = time.monotonic() + (_working_seconds(kit) if incident.sent_at else patience)
    while True:
        if _is_over_now(kit, incident, means):
            return True
        if incident.end_failed or incident.by_hand or time.monotonic() >= until:
            return False
        time.sleep(0.02)
        incident = _newest(incident, means)


def _working_seconds(kit: Kit) -> float:
    try:
        return platform(kit.meeting.platform).limits.over_within_seconds
    except PlatformError:
        return 0.0


def _is_over_now(kit: Kit, incident: Incident, means: Means) -> bool:
    """Ask the platform. Over but open again at the door: bar it, which is no second end."""
    try:
        adapter = platform(kit.meeting.platform)
        read = adapter.is_over(kit.meeting, means.wire(adapter.name))
    except PlatformError:
        return False
    if read.over is not True:
        return False
    rungs = Rungs(kit, incident.id, means.journal, adapter, means.wire(adapter.name), means.clock)
    if not incident.is_over:
        rungs.note("over", proof=read.evidence)
    if adapter.can("hold") and (read.held is False or incident.held_at is None):
        bar_the_way(rungs)
    return True


def _end(kit: Kit, incident: Incident, means: Means, sent: Callable[[], None]) -> PlatformError | None:
    """Roster, end and hold; then the proof. What went wrong, or None where the platform proved that it is over."""
    try:
        adapter = platform(kit.meeting.platform)
        rungs = Rungs(kit, incident.id, means.journal, adapter, means.wire(adapter.name), means.clock)
    except PlatformError as unknown:
        means.journal.note("by hand", meeting=kit.meeting.id, incident=incident.id, code=unknown.code)
        return unknown
    look = _Look(rungs, means) if adapter.can("roster") else None
    if look is not None:
        look.told.wait(BESIDE_SECONDS if adapter.limits.looks_beside else ROSTER_SECONDS)  # the end waits for no more
    ended = threading.Event()
    hold = Aside(_hold, rungs, means.turns, ended) if adapter.can("hold") else None
    error = end_by_rungs(rungs)
    ended.set()
    sent()
    time.sleep(adapter.limits.puts_out_seconds)
    keeping = None if look is None else Aside(look.keep)
    means.turns.let_others_send(kit.meeting.id)
    error = _prove(rungs, hold) if error is None else _by_hand(rungs, error)
    if keeping is not None:
        keeping.wait(KEEP_SECONDS)  # a command leaves after this, and takes its threads with it
    return error


def stop_again(rungs: Rungs, *, bar: bool) -> PlatformError | None:
    """Out with everyone once more, of a meeting that runs though it is kept ended. `bar`: it is not barred any more."""
    error = end_by_rungs(rungs)
    time.sleep(rungs.adapter.limits.puts_out_seconds)
    hold = Aside(bar_the_way, rungs) if bar and rungs.adapter.can("hold") else None
    return _prove(rungs, hold) if error is None else _by_hand(rungs, error)


def _hold(rungs: Rungs, turns: Turns, ended: threading.Event) -> None:
    """Out together with the end, where the two do not stand in each other's way. Of many meetings, all ends go first."""
    if rungs.adapter.limits.bars_after_end:
        ended.wait(OTHERS_ENDS_SECONDS)
    turns.let_others_send(rungs.kit.meeting.id)
    bar_the_way(rungs)


class _Look:
    """A last look at who is there: here, where this platform is known to answer at once; else beside, for it may not."""

    def __init__(self, rungs: Rungs, means: Means) -> None:
        self._rungs = rungs
        self._means = means
        self._people: list[Person] | None = None
        self.told = threading.Event()
        """The platform has said who is there, or failed to."""
        near = not rungs.adapter.limits.looks_beside
        if near and means.pace.get(rungs.adapter.name, ROSTER_SECONDS) < AT_ONCE_SECONDS:
            self._look(Hurried(rungs.wire, ROSTER_SECONDS))
        else:
            Aside(self._look, rungs.wire)

    def _look(self, wire: Wire) -> None:
        rungs, began = self._rungs, time.monotonic()
        try:
            self._people = rungs.adapter.roster(rungs.kit.meeting, wire)
        except PlatformError as error:
            rungs.note("roster not read", code=error.code)
        finally:
            self._means.pace[rungs.adapter.name] = time.monotonic() - began
            self.told.set()

    def keep(self) -> None:
        """The list, once it has come: it may come after the end, where the platform is slow."""
        rungs = self._rungs
        self.told.wait(PROOF_SECONDS)
        self._means.turns.let_others_send(rungs.kit.meeting.id)
        if rungs.adapter.limits.looks_beside:
            self._people = (
                self._people or None
            )  # the end may have come first: then nobody is in it, and that says nothing of who was
        if self._people is not None:
            rungs.note("counted", people=len(self._people))
        try:
            self._means.keep_roster(rungs.incident, rungs.kit.meeting.id, self._people)
        except OSError:
            rungs.note("roster not kept")


def _prove(rungs: Rungs, hold: Aside | None) -> PlatformError | None:
    """Ask until the platform says that it is over and barred. Only then is it said.

    Whoever is in it when all should be out has come in since: before the bar stood, or where there is none. Out with them.
    """
    puts_out_within = rungs.adapter.limits.over_within_seconds
    until = time.monotonic() + max(PROOF_SECONDS, 2 * puts_out_within)
    all_out_at = time.monotonic() + puts_out_within
    said_over = False
    error: PlatformError | None = None
    for pause in _pauses(until):
        read = _read(rungs)
        if isinstance(read, PlatformError):
            error = read
        elif read.over:
            if not said_over:
                rungs.note("over", proof=read.evidence)
            said_over = True
            if hold is None or (hold.is_done and read.held is not False):
                return None
            if hold.is_done:
                bar_the_way(rungs)
        elif read.over is False and time.monotonic() >= all_out_at:
            said_over = False
            end_by_rungs(rungs)
            all_out_at = time.monotonic() + puts_out_within
        _wait(hold, pause)
    return None if said_over else _by_hand(rungs, error or _not_proven(rungs))


def _wait(hold: Aside | None, seconds: float) -> None:
    """Until it is time to ask again; a hold that is done meanwhile is reason enough."""
    if hold is None or hold.is_done:
        time.sleep(seconds)
    else:
        hold.wait(seconds)


def _pauses(until: float) -> Iterator[float]:
    yield from PAUSES
    while time.monotonic() < until:
        yield PAUSES[-1]


def _read(rungs: Rungs) -> Over | PlatformError:
    try:
        return rungs.adapter.is_over(rungs.kit.meeting, rungs.wire)
    except PlatformError as error:
        return error


def _not_proven(rungs: Rungs) -> PlatformError:
    sentence = f"{rungs.adapter.limits.title} says that people are still in the meeting."
    return PlatformError(f"{rungs.adapter.name}-not-over", sentence, retry=True)


def _by_hand(rungs: Rungs, error: PlatformError) -> PlatformError:
    """The last rung: the person's own hands."""
    rungs.note("by hand", code=error.code)
    return error


def _told(
    kit: Kit, incident: Incident, press: str, written: bool, error: PlatformError | None, means: Means
) -> Pressed:
    incident = _settled(incident, means)
    # Another process's end may have gone out after our proof; it opens the question anew, and its own proof is not there yet.
    if error is None and not incident.is_over and _seen_over(kit, incident, means, patience=OTHERS_TURN_SECONDS):
        incident = _settled(incident, means)
    hands = () if error is None else own_hands(kit.meeting.platform)
    return Pressed(incident, press, written, error, hands)


def _settled(incident: Incident, means: Means) -> Incident:
    means.journal.settle(wait_seconds=PATIENCE_SECONDS)
    return _newest(incident, means)


def own_hands(platform_name: str) -> tuple[str, ...]:
    """The platform's own buttons, in order."""
    try:
        return platform(platform_name).limits.own_hands
    except PlatformError:
        return GENERAL_HANDS


GENERAL_HANDS = (
    "In the meeting itself, press End, and choose “End for all”. “Leave” is not enough: the meeting goes on without you.",
    "If there is no such button: close the screen, tell everyone to leave, and do not use this meeting's link again.",
)
