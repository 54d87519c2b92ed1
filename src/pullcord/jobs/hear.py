"""Take in what the platforms reported: from the inbox, in the order in which it came, into who was there, by when it happened.

The rosters of running meetings are in memory. A restart reads the last half day of the inbox again, so that whoever joined
and left before the stop is on the incident's roster all the same; what is folded twice counts once.
"""

import json
from collections.abc import Callable
from typing import Final

from pullcord.jobs.seen import FORGET_AFTER_SECONDS, Seen
from pullcord.safe.inbox import Inbox, Row, Taken
from pullcord.words import Event, Person

MOST_AT_ONCE: Final = 500
KEPT_SECONDS: Final = 7 * 24 * 3600.0
"""How long what is folded stays in the inbox, which is a roster too."""


def take_in(inbox: Inbox, seen: Seen, *, clock: Callable[[], float]) -> int:
    """Fold what nobody has folded yet, and how many reports that were. Raises Broken."""
    rows = inbox.unfolded(most=MOST_AT_ONCE)
    for row in rows:
        fold(row, seen)
    if rows:
        inbox.fold([row.id for row in rows], at=clock())
    return len(rows)


def remember(inbox: Inbox, seen: Seen, *, clock: Callable[[], float]) -> None:
    """After a restart: fold the last half day again. Raises Broken."""
    since, last = clock() - FORGET_AFTER_SECONDS, 0
    while rows := inbox.since(since, after=last, most=MOST_AT_ONCE):
        for row in rows:
            fold(row, seen)
        last = rows[-1].id


def sweep(inbox: Inbox, *, clock: Callable[[], float]) -> None:
    """Delete what was folded a week ago. Raises Broken."""
    inbox.sweep(folded_before=clock() - KEPT_SECONDS)


def fold(row: Row | Taken, seen: Seen) -> None:
    for meeting, kind, at, trusted, person in json.loads(row.body):
        event = Event(kind, "", at, None if person is None else Person(*person), trusted)
        seen.hear(meeting, event, received_at=row.received_at)
