"""Brings the journal's lines to the engine, which brings them into the store. Started late, and never waited for."""

import time
from typing import Any

from pullcord.serve.house import House

TOO_LONG_SECONDS = 5.0
TRY_AGAIN_AFTER_SECONDS = 1.0
MOST_AT_ONCE = 1
"""Incidents handed over and not yet taken in: the engine's own queue is not where they should pile up."""
SHARE = 0.1
"""The part of this thread's time that looking may take: when a hundred meetings are ended, the stops come first."""
QUIET_SECONDS = 0.5
"""How long after a press the bookkeeping begins: it would take its time from the stops of other meetings."""
WAITS_AT_MOST_SECONDS = 30.0
"""Where presses never pause, the record is kept all the same. The host's page reads the journal and waits for neither."""
SWEEP_EVERY_SECONDS = 24 * 3600.0


class Bookkeeper:
    """`look_after` and `hand_over` are called from two threads: the second may wait for the engine for ever."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._engine: Any = None
        self._busy_since: float | None = None
        self._told = -1
        self._handed: dict[str, float] = {}
        """What was handed over and not seen to be taken in, and when."""
        self._look_again_at = 0.0
        self._idle_until = time.monotonic()
        self._swept_at = time.monotonic()

    def look_after(self) -> None:
        """Start the engine once the store is there; say so where it hangs or cannot start."""
        if self._house.people.app is None:
            return
        if self._engine is None:
            self._launch()
        elif self._hangs():
            self._house.troubles.say(
                "engine", "The engine waits for its database, which is held by another program or gone."
            )
        else:
            self._house.troubles.say("engine", None)

    def hand_over(self) -> None:
        """Give the engine every incident that has lines the store does not hold; what it could not take in, once more."""
        if self._engine is None or self._house.troubles.of("store"):
            return
        from django.db import DatabaseError

        from pullcord.store import ground

        self._busy_since = time.monotonic()
        try:
            self._hand_over()
        except DatabaseError as error:
            # Its text may quote a row. The next look says whether it is well again.
            self._house.troubles.say("store", str(ground.broken(error)))
            ground.close()
        finally:
            self._busy_since = None

    def close(self) -> None:
        if self._engine is not None and not self._hangs():
            self._engine.shut()

    def _launch(self) -> None:
        from pullcord import engine

        try:
            engine.launch(self._house.config.database or self._house.config.path("engine.sqlite3"))
        except engine.EngineBroken as error:
            return self._house.troubles.say("engine", str(error))
        self._engine = engine
        self._house.troubles.say("engine", None)

    def _hangs(self) -> bool:
        since = self._busy_since
        return since is not None and time.monotonic() - since > TOO_LONG_SECONDS

    def _hand_over(self) -> None:
        from pullcord.jobs import record
        from pullcord.store import ground

        desk, now = self._house.desk, time.monotonic()
        told = len(desk.means.book.told())
        if told == self._told and not self._handed:
            self._idle_until = now
            ground.rest()
            return self._sweep(now)
        if now < self._look_again_at or self._waits_for_quiet(now):
            return None
        record.take_in_vain_presses(desk)
        self._give(record.untaken(desk), now)
        self._told = told
        self._look_again_at = now + (time.monotonic() - now) / SHARE

    def _waits_for_quiet(self, now: float) -> bool:
        quiet = self._house.desk.means.turns.quiet_seconds
        return quiet < QUIET_SECONDS and now - self._idle_until < WAITS_AT_MOST_SECONDS

    def _give(self, untaken: list[str], now: float) -> None:
        """Those that are new here, and those that should have been taken in by now; a few at a time."""
        self._handed = {one: at for one, at in self._handed.items() if one in set(untaken)}
        waiting = [
            one for one in untaken if now - self._handed.get(one, -TRY_AGAIN_AFTER_SECONDS) >= TRY_AGAIN_AFTER_SECONDS
        ]
        at_work = sum(now - at < TRY_AGAIN_AFTER_SECONDS for at in self._handed.values())
        for incident_id in waiting[: max(0, MOST_AT_ONCE - at_work)]:
            self._handed[incident_id] = now
            self._engine.take_in(incident_id)
        for incident_id in waiting:
            self._handed.setdefault(incident_id, now - TRY_AGAIN_AFTER_SECONDS)  # its turn comes

    def _sweep(self, now: float) -> None:
        if now - self._swept_at >= SWEEP_EVERY_SECONDS:
            self._swept_at = now
            self._engine.sweep()
