"""The rungs of a stop, from the best down: end -> remove everyone -> rotate the way in -> the person's own hands.

Nothing is deleted on the way: the ids and the roster are what the police will ask for.
"""

import time
from collections.abc import Callable
from typing import Any, NamedTuple

from pullcord.platforms import Platform
from pullcord.platforms.wire import Wire
from pullcord.safe.journal import Journal
from pullcord.safe.kit import Kit
from pullcord.words import PlatformError

LONGEST_WAIT_SECONDS = 1.0
"""A platform that asks for a longer pause gets the next rung at once instead."""


class Rungs(NamedTuple):
    kit: Kit
    incident: str
    journal: Journal
    adapter: Platform
    wire: Wire
    clock: Callable[[], float]
    until: float | None = None
    """When a bar that is said again ends; None = a new one, which stands for the meeting's usual time."""
    is_quiet: bool = False
    """Nothing is written down: it was a moment ago, and will be summed up."""

    def note(self, kind: str, **fields: Any) -> None:
        if self.is_quiet:
            return
        self.journal.note(kind, meeting=self.kit.meeting.id, incident=self.incident, **fields)


def end_by_rungs(rungs: Rungs) -> PlatformError | None:
    """None where a rung was taken by the platform; it is proven elsewhere."""
    error = _end(rungs)
    if error is not None and _may_try_again(error) and _still_runs(rungs):
        error = _end(rungs)
    if error is None:
        return None
    return None if _remove_everyone(rungs) else error


def _may_try_again(error: PlatformError) -> bool:
    """Wait as long as the platform asked, where that is short."""
    wait_seconds = error.wait_seconds or 0.0
    if not error.retry or wait_seconds > LONGEST_WAIT_SECONDS:
        return False
    time.sleep(wait_seconds)
    return True


def bar_the_way(rungs: Rungs) -> str | None:
    """Hold. A failure is noted, not raised: the end goes on, and the proof asks for the hold again. Its code; None = held."""
    meeting, until = rungs.kit.meeting, rungs.until or rungs.clock() + rungs.kit.hold_seconds
    try:
        held = rungs.adapter.hold(meeting, rungs.wire)
    except PlatformError as error:
        rungs.note("hold failed", code=error.code, answer=error.sentence)
        return error.code
    rungs.note("held", until=until, proof=held.evidence)
    return None


def _end(rungs: Rungs) -> PlatformError | None:
    try:
        stop = rungs.adapter.stop
        rungs.note("sent", verb="end")
        stopped = stop(rungs.kit.meeting, rungs.wire)
    except PlatformError as error:
        rungs.note("end failed", code=error.code, answer=error.sentence)
        return error
    rungs.note("answered", verb="end", answer=stopped.evidence, already=stopped.already)
    return None


def _still_runs(rungs: Rungs) -> bool:
    """After an end without an answer: it may have arrived. Unless the platform says 'over', we send it again."""
    try:
        return rungs.adapter.is_over(rungs.kit.meeting, rungs.wire).over is not True
    except PlatformError:
        return True


def _remove_everyone(rungs: Rungs) -> bool:
    """Whether everyone whom the platform listed could be removed."""
    if not (rungs.adapter.can("kick") and rungs.adapter.can("roster")):
        return False
    try:
        people = rungs.adapter.roster(rungs.kit.meeting, rungs.wire)
        for person in people:
            rungs.adapter.kick(rungs.kit.meeting, person, rungs.wire)
    except PlatformError as error:
        rungs.note("removing failed", code=error.code, answer=error.sentence)
        return False
    rungs.note("removed everyone", people=len(people))
    return True
