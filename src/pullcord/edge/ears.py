"""Who is believed: of each source the kits that listen to it, by the secret they hold; and the count of who was not."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from pullcord.platforms import Hear, platform
from pullcord.safe.inbox import Inbox, Row
from pullcord.safe.kit import Kit, Source
from pullcord.words import Meeting

LONGEST_NAME: Final = 40
MOST_NAMES: Final = 100


class Party(NamedTuple):
    """The meetings that share a source and its secret: what is believed by it may be about them, and about no other."""

    hear: Hear
    asked: Meeting
    rooms: Mapping[str, tuple[Kit, ...]]


class Counts:
    """How often which kind of thing happened, so that somebody can be told; bounded, for strangers choose some names."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()

    def count(self, what: str) -> None:
        name = "".join(sign for sign in what if sign.isprintable())[:LONGEST_NAME]
        with self._lock:
            if name not in self._counts and len(self._counts) >= MOST_NAMES:
                name = "others"
            self._counts[name] = self._counts.get(name, 0) + 1

    def take(self) -> dict[str, int]:
        """What was counted since the last time."""
        with self._lock:
            counts, self._counts = self._counts, {}
        return counts


class Ears:
    """What the door for events has at hand. What it makes of the kits is kept for as long as they stay the same."""

    def __init__(
        self,
        inbox: Inbox | None = None,
        *,
        wake: Callable[[str], None] = lambda _: None,
        unwritten: Callable[[Row], None] = lambda _: None,
    ) -> None:
        """`inbox`: None = no report can be kept here. The others are called in the midst of a request, and return at once.

        `wake`: with the id of a meeting into which somebody may have come. `unwritten`: with a report that the store does
        not take now.
        """
        self.inbox = inbox
        self.wake = wake
        self.unwritten = unwritten
        self.counts = Counts()
        self._parties: dict[Source, tuple[tuple[Kit, ...], tuple[Party, ...]]] = {}

    def parties(self, kits: tuple[Kit, ...], source: Source) -> tuple[Party, ...]:
        kept = self._parties.get(source)
        if kept is None or kept[0] is not kits:
            kept = self._parties[source] = kits, tuple(_by_secret(kits, source))
        return kept[1]


def _by_secret(kits: tuple[Kit, ...], source: Source) -> Iterator[Party]:
    """Raises PlatformError where this platform reports nothing."""
    for secret in dict.fromkeys(kit.meeting.secrets["events"] for kit in kits):
        ours = [kit for kit in kits if kit.meeting.secrets["events"] == secret]
        yield Party(platform(source[0]).hear, ours[0].meeting, rooms_of(ours))


def rooms_of(kits: Iterable[Kit]) -> dict[str, tuple[Kit, ...]]:
    """By the name that a report calls the room by. Raises PlatformError."""
    rooms: dict[str, tuple[Kit, ...]] = {}
    for kit in kits:
        room = platform(kit.meeting.platform).room_in_reports(kit.meeting)
        rooms[room] = (*rooms.get(room, ()), kit)
    return rooms
