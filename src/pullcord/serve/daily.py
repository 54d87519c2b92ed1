"""What a running server puts away once a day, because it was kept long enough."""

import logging

from pullcord.serve.house import House

log = logging.getLogger("pullcord.serve")

AFTER_START_SECONDS = 120.0
"""A server that has just started has more urgent things to do."""
EVERY_SECONDS = 24 * 3600.0
AGAIN_SECONDS = 600.0
"""Where it could not be done."""


class PutAway:
    """In a thread of its own, beside the pages and never before a stop."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.pause_seconds = AFTER_START_SECONDS
        """Until the next turn."""

    def turn(self) -> None:
        self.pause_seconds = AGAIN_SECONDS  # also where something breaks
        if self._house.people.app is None or self._house.troubles.of("store"):
            return None
        from pullcord.jobs import retention  # reads the framework's settings as it is loaded
        from pullcord.store import ground

        try:
            done = retention.put_away(self._house.desk)
        except OSError as error:
            return log.error("what was kept long enough could not be put away: %s", error.strerror)
        finally:
            ground.close()
        self.pause_seconds = EVERY_SECONDS
        if any(done):
            log.warning(
                "put away, for it was kept long enough: %d people of %d incidents, %d looks, the words on %d records",
                done.people,
                done.incidents,
                done.looks,
                done.words,
            )
