"""Takes in what the platforms reported, once the store is there; and says now and then what was not believed."""

import logging
import time

from pullcord.jobs import hear
from pullcord.safe.inbox import Broken
from pullcord.serve.house import House

SWEEP_EVERY_SECONDS = 3600.0

log = logging.getLogger("pullcord.serve")


class Listener:
    """`turn` is called by one thread, over and over."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._has_remembered = False
        self._swept_at = float("-inf")

    def turn(self) -> None:
        """Fold what waits. While the store is broken it goes on waiting; that it is broken, others say."""
        inbox, seen, clock = self._house.inbox, self._house.seen, self._house.desk.means.clock
        inbox.came.clear()
        try:
            if not self._has_remembered:
                hear.remember(inbox, seen, clock=clock)
                self._has_remembered = True
            while hear.take_in(inbox, seen, clock=clock) == hear.MOST_AT_ONCE:
                continue
            if time.monotonic() - self._swept_at >= SWEEP_EVERY_SECONDS:
                hear.sweep(inbox, clock=clock)
                self._swept_at = time.monotonic()
                self._say()
        except Broken:
            return

    def _say(self) -> None:
        counts = self._house.ears.counts.take()
        if counts:
            told = ", ".join(f"{name}: {count}" for name, count in sorted(counts.items()))
            log.warning("of what came to the door for events, this was not taken: %s", told)
