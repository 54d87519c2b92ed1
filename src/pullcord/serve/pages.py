"""The store and the people pages: opened when they can be, looked at every few seconds, and said to be broken when they are."""

import logging
import time
from collections.abc import Iterable

from pullcord.practice.hosting import host_one, open_room
from pullcord.serve.house import House
from pullcord.words import Meeting

log = logging.getLogger("pullcord.serve")

DRILLS_EVERY_SECONDS = 60.0


class Pages:
    def __init__(self, house: House) -> None:
        self._house = house
        self._look_at_drills_at = 0.0

    def look_after(self) -> None:
        if self._house.people.app is None:
            self._open()
        else:
            self._look()

    def _open(self) -> None:
        from django.db import DatabaseError

        from pullcord.store import StoreBroken
        from pullcord.web import asgi, seams, settings

        desk, rooms, troubles = self._house.desk, self._house.rooms, self._house.troubles
        settings.configure(desk.config, desk.keys.mark("web", b"sessions"))
        from pullcord.jobs import meetings, sealing  # these read Django's settings as they are loaded
        from pullcord.store import ground

        try:
            ground.make_ours_alone()
            ground.prepare()
            sealing.seal_anew(desk)
            meetings.rebuild_kits(desk)
        except meetings.Refused as error:
            troubles.say("kits", str(error))
        except StoreBroken as error:
            return self._say(error)
        except DatabaseError as error:
            return self._say(ground.broken(error))
        seams.make_practice_meeting = lambda owner: host_one(rooms, desk, owner)
        seams.open_practice_room = lambda name: open_room(rooms, desk, name)
        self._house.people.app = asgi.application()
        troubles.say("store", None)

    def _look(self) -> None:
        from pullcord.store import StoreBroken, ground

        try:
            ground.make_ours_alone()
            ground.is_usable()
        except StoreBroken as error:
            return self._say(error)
        self._house.troubles.say("store", None)
        self._put_drills_away()

    def _put_drills_away(self) -> None:
        """What somebody practised on, once they have read what it came to. Now and then: nothing waits for it."""
        from pullcord.jobs import drills

        now = time.monotonic()
        if now < self._look_at_drills_at:
            return
        self._look_at_drills_at = now + DRILLS_EVERY_SECONDS
        rooms = self._house.rooms
        drills.put_away_due(self._house.desk, lambda room: rooms.remove(room, now=time.time()))

    def _say(self, error: Exception) -> None:
        """On every page in our words; to the operator once, in those of the database too."""
        if self._house.troubles.of("store") != str(error):
            log.error("%s\n%s", error, str(error.__cause__ or "").partition("\n")[0])
        self._house.troubles.say("store", str(error))


def connections_of(house: House) -> Iterable[Meeting] | None:
    """Every connection of everybody; None while the store cannot be asked."""
    if house.people.app is None or house.troubles.of("store") is not None:
        return None
    from pullcord.jobs import connections  # reads Django's settings as it is loaded
    from pullcord.store import ground

    ground.close()
    try:
        return list(connections.places(house.desk))
    finally:
        ground.close()
