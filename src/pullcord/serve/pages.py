"""The store and the people pages: opened when they can be, looked at every few seconds, and said to be broken when they are."""

from pullcord.practice.hosting import host_one
from pullcord.serve.house import House


class Pages:
    def __init__(self, house: House) -> None:
        self._house = house

    def look_after(self) -> None:
        if self._house.people.app is None:
            self._open()
        else:
            self._look()

    def _open(self) -> None:
        from pullcord.store import StoreBroken
        from pullcord.web import asgi, seams, settings

        desk, rooms, troubles = self._house.desk, self._house.rooms, self._house.troubles
        settings.configure(desk.config, desk.keys.mark("web", b"sessions"))
        from pullcord.jobs import meetings  # these read Django's settings as they are loaded
        from pullcord.store import ground

        try:
            ground.prepare()
        except StoreBroken as error:
            return troubles.say("store", str(error))
        try:
            meetings.rebuild_kits(desk)
        except meetings.Refused as error:
            troubles.say("kits", str(error))
        seams.make_practice_meeting = lambda owner: host_one(rooms, desk, owner)
        self._house.people.app = asgi.application()
        troubles.say("store", None)

    def _look(self) -> None:
        from pullcord.store import StoreBroken, ground

        try:
            ground.is_usable()
        except StoreBroken as error:
            return self._house.troubles.say("store", str(error))
        self._house.troubles.say("store", None)
