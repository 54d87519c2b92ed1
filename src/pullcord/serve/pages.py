"""The store and the people pages: opened when they can be, looked at every few seconds, and said to be broken when they are."""

import logging

from pullcord.practice.hosting import host_one
from pullcord.serve.house import House

log = logging.getLogger("pullcord.serve")


class Pages:
    def __init__(self, house: House) -> None:
        self._house = house

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
        from pullcord.jobs import meetings  # these read Django's settings as they are loaded
        from pullcord.store import ground

        try:
            ground.make_ours_alone()
            ground.prepare()
            meetings.rebuild_kits(desk)
        except meetings.Refused as error:
            troubles.say("kits", str(error))
        except StoreBroken as error:
            return self._say(error)
        except DatabaseError as error:
            return self._say(ground.broken(error))
        seams.make_practice_meeting = lambda owner: host_one(rooms, desk, owner)
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

    def _say(self, error: Exception) -> None:
        """On every page in our words; to the operator once, in those of the database too."""
        if self._house.troubles.of("store") != str(error):
            log.error("%s\n%s", error, str(error.__cause__ or "").partition("\n")[0])
        self._house.troubles.say("store", str(error))
