"""The command line that stays: where no server runs, it is the guard of the meeting that it has ended."""

import gc
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

from pullcord.core.incident import Incident
from pullcord.jobs.desk import Desk
from pullcord.jobs.guard import Guard
from pullcord.jobs.keep import keeps_until
from pullcord.safe.book import Book
from pullcord.safe.files import is_locked
from pullcord.safe.kit import Kit

TURN_SECONDS = 0.5


def keep_watch(desk: Desk, kit: Kit, incident: Incident) -> None:
    """Until the time is over, people are let back in, a server runs here, or somebody presses Ctrl-C."""
    gc.enable()  # a stop leaves before there is anything to collect; this may stay for a day
    # Every meeting's lines, not this one's alone: another may be kept ended in the same room.
    desk = desk._replace(means=desk.means._replace(book=Book(desk.means.journal)))
    guard = Guard(desk, only=kit.meeting.id)
    until = time.strftime("%H:%M on %-d %B %Y (UTC)", time.gmtime(keeps_until(incident, kit)))
    with ctrl_c() as leaving:
        _say(
            f"This command stays and ends “{kit.meeting.name}” again whenever it is started again, until {until}. "
            "Leave it open. When a Pullcord server starts here it takes over, and this command ends by itself. "
            "If you press Ctrl-C, nobody keeps the meeting ended any more."
        )
        said = _watch(desk, guard, kit.meeting.id, leaving)
    _say(said or _left(kit))
    guard.write_down()


@contextmanager
def ctrl_c() -> Iterator[Event]:
    """Set once Ctrl-C was pressed. Raised wherever this thread happens to be, it can be swallowed there. A second one interrupts."""
    leaving = Event()

    def leave(*_: object) -> None:
        leaving.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, leave)
    try:
        yield leaving
    finally:
        signal.signal(signal.SIGINT, before)


def _left(kit: Kit) -> str:
    return (
        f"This command has left. It does not end “{kit.meeting.name}” again: do not use the meeting's link any more. "
        "To go on, give the same command again."
    )


def _watch(desk: Desk, guard: Guard, meeting_id: str, leaving: Event) -> str:
    """Why it is over; empty = somebody pressed Ctrl-C."""
    while not is_locked(desk.config.path("lock")):
        guard.turn(at_most=TURN_SECONDS)
        if leaving.is_set():
            return ""
        incident = desk.means.book.latest(meeting_id)
        if incident is None or incident.is_released:
            return "People were let back in."
        if incident.hold_ended_at is not None:
            return "The time is over. The meeting is not kept ended any more."
    return "A Pullcord server runs here now, and keeps the meeting ended."


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
