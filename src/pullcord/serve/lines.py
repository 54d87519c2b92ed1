"""The lines that this server opens to platforms which report over them: one for each account, for as long as a meeting wants it.

What comes is written down before it counts, as what comes to the door for events is; where the store does not take it, it is
folded into who was seen all the same, for nobody sends it again.
"""

import asyncio
import logging
import threading
from collections.abc import Mapping
from contextlib import closing
from typing import Final

from pullcord.edge.ears import rooms_of
from pullcord.edge.events import COMES_IN, Told, body_of
from pullcord.jobs.looks import mark_of, place_in
from pullcord.platforms import platform
from pullcord.safe import alarms
from pullcord.safe.inbox import Row
from pullcord.safe.kit import Kit
from pullcord.serve.house import House
from pullcord.words import Alarm, Heard, PlatformError

log = logging.getLogger("pullcord.serve")

AGAIN_SECONDS: Final = (1.0, 2.0, 5.0, 15.0, 60.0)
"""After a line broke. One that stood begins anew with the first."""
CLOSE_WITHIN_SECONDS: Final = 3.0


class Lines:
    """`turn` is called by one thread, over and over."""

    def __init__(self, house: House, *, again: tuple[float, ...] = AGAIN_SECONDS) -> None:
        self._house, self._again = house, again
        self._open: dict[str, _Line] = {}

    def turn(self) -> None:
        """Open what is wanted now, and close what is not any more."""
        wanted = self._wanted()
        for mark in self._open.keys() - wanted.keys():
            self._open.pop(mark).close()
        for mark, kits in wanted.items():
            if mark not in self._open:
                self._open[mark] = _Line(self._house, mark, kits, self._again)
            self._open[mark].kits = kits

    def close(self) -> None:
        for line in self._open.values():
            line.close()
        for line in self._open.values():
            line.thread.join(CLOSE_WITHIN_SECONDS)
        self._open.clear()

    def _wanted(self) -> Mapping[str, tuple[Kit, ...]]:
        """By the mark of the account's connection, so that another credential is another line."""
        found: dict[str, tuple[Kit, ...]] = {}
        for kit in self._house.desk.kits.all():
            if isinstance(kit, Kit) and (mark := self._mark(kit)):
                found[mark] = (*found.get(mark, ()), kit)
        return found

    def _mark(self, kit: Kit) -> str:
        """Empty = it wants no line."""
        try:
            if not kit.meeting.at.get("subscription") or not platform(kit.meeting.platform).can("listen"):
                return ""
            place = place_in(kit.meeting)
        except PlatformError:
            return ""
        return "" if place is None else mark_of(self._house.desk, place)


class _Line:
    """In a thread of its own."""

    def __init__(self, house: House, mark: str, kits: tuple[Kit, ...], again: tuple[float, ...]) -> None:
        self._house, self._mark, self._again = house, mark, again
        self.kits = kits
        self._broke = 0
        self._stop = threading.Event()
        self.thread = threading.Thread(target=self._run, name="line", daemon=True)
        self.thread.start()

    def close(self) -> None:
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._listen()
            except PlatformError as error:
                self._house.ears.counts.count(error.code)
                if self._broke == 0:
                    log.warning("a line for reports is not open (%s); we ask instead, and open it again", error.code)
                self._stop.wait(self._again[min(self._broke, len(self._again) - 1)])
                self._broke += 1

    def _listen(self) -> None:
        """Until it is closed from here. Raises PlatformError."""
        asked = self.kits[0].meeting
        adapter = platform(asked.platform)
        with closing(adapter.listen(asked, self._house.desk.means.wire(adapter.name))) as reports:
            for heard in reports:
                self._broke = 0  # it stands
                if self._stop.is_set():
                    return
                if heard is not None:
                    self._take(heard)

    def _warn(self, alarm: Alarm, rooms: Mapping[str, tuple[Kit, ...]]) -> None:
        try:
            for kit in rooms.get(alarm.room, ()):
                alarms.keep(self._house.config.data, kit.meeting.id, alarm, now=self._house.desk.means.clock())
        except OSError as error:
            log.error("a platform's warning of a meeting could not be kept: %s", error.strerror)

    def _take(self, heard: Heard) -> None:
        rooms, house = rooms_of(self.kits), self._house
        for other in heard.others:
            house.ears.counts.count(f"type {other}")
        for alarm in heard.alarms:
            self._warn(alarm, rooms)
        told = [Told(kit.meeting.id, event) for event in heard.events for kit in rooms.get(event.room, ())]
        if not told:
            return
        for one in told:
            if one.event.kind in COMES_IN:
                house.guard.wake(one.meeting)
        platform_name = self.kits[0].meeting.platform
        row = Row(platform_name, self._mark, heard.nonce, heard.signed_at, house.desk.means.clock(), body_of(told))
        if not asyncio.run(house.inbox.write(row)):
            house.ears.unwritten(row)
