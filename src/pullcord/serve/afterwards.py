"""Asks platforms, some time after an end, who was there."""

import logging

from pullcord.serve.house import House

log = logging.getLogger("pullcord.serve")

EVERY_SECONDS = 60.0


class Afterwards:
    """In a thread of its own, beside the pages and never before a stop."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._asked: dict[str, int] = {}

    def turn(self) -> None:
        if self._house.people.app is None or self._house.troubles.of("store"):
            return
        from pullcord.jobs import afterwards  # reads the framework's settings as it is loaded
        from pullcord.store import ground

        try:
            new = afterwards.ask_all(self._house.desk, self._asked)
        finally:
            ground.close()
        if new:
            log.warning("asked afterwards who was there, platforms told of %d people more", new)
