"""The evening put together: one server with its owner, the meeting, Anna's link, and a door for the host without a password."""

import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from pullcord import serve
from pullcord.config import Config
from pullcord.demo.door import HostDoor
from pullcord.demo.place import CannotDemo
from pullcord.demo.stages import MEETING, Stage
from pullcord.safe.keys import new_token
from pullcord.serve import House

if TYPE_CHECKING:
    from pullcord.jobs.desk import Desk
    from pullcord.store.models import User

WATCHER = "Anna"


class Links(NamedTuple):
    host: str
    participant: str
    simulated: str
    intruder: str
    watcher: str


class Evening(NamedTuple):
    house: House
    stage: Stage
    owner: "User"
    links: Links


Show = Callable[[Evening], int | None]
"""What is done once everything stands. A number ends the demo, as its exit code; None leaves it open until Ctrl-C."""


class Showing:
    """Runs the show beside the server, and ends both together."""

    def __init__(self, house: House, stage: Stage, door: HostDoor, show: Show) -> None:
        self._house, self._stage, self._door, self._show = house, stage, door, show
        self.over = threading.Event()
        self.trouble: str | None = None
        self.code: int | None = 1

    def begin(self) -> None:
        threading.Thread(target=self._go, daemon=True).start()

    def _go(self) -> None:
        try:
            self.trouble = self._house.troubles.sentence()
            if self.trouble is None:
                self.code = self._show(furnish(self._house, self._stage, self._door))
        finally:
            if self.code is not None:
                self.over.set()


def show(config: Config, stage: Stage, port: socket.socket, what: Show) -> int:
    """Serve this stage at the port until the show, or whoever sits before it, ends it. Raises CannotDemo, KeyboardInterrupt."""
    door = HostDoor(config)
    # A Janus of the demo's own runs on this very machine.
    config = config._replace(private_targets=(urlsplit(stage.at["server"]).netloc,))
    house = serve.build(config, practice=door.before(stage.app))
    showing = Showing(house, stage, door, what)
    serve.run(house, ready=showing.begin, until=showing.over, listening=port)
    if showing.trouble is not None:
        raise CannotDemo(f"The demo cannot start. {showing.trouble}")
    return showing.code or 0


def _host(desk: "Desk") -> "User":
    """A host as others are: in an organisation whose owner, whom nobody can sign in as, has invited them."""
    from pullcord.jobs import people

    owner = people.found(desk, "owner", new_token(), name="The owner")
    invitation = people.invite(desk, owner, who="host", role="host").link.rpartition("/")[2]
    return people.come_in(desk, invitation, "host", new_token(), name="You, the host")


def furnish(house: House, stage: Stage, door: HostDoor) -> Evening:
    """The owner, the meeting as the store and the stop kit know it, and everybody's links."""
    from pullcord.jobs import meetings  # these read Django's settings as they are loaded
    from pullcord.web import seams

    seams.make_practice_meeting = None  # at this server's /practice stands the evening's own meeting alone
    desk, address = house.desk, house.config.address
    owner = _host(desk)
    meeting = meetings.add(
        desk,
        owner,
        name=MEETING,
        platform=stage.platform,
        at=stage.at,
        secrets=stage.secrets,
        meeting_id=stage.meeting_id,
    )
    links = Links(
        host=door.open_for(owner),
        participant=f"{address}/practice/r/{stage.link('guest').token}",
        simulated=f"{address}/practice/stage/{stage.stage}",
        intruder=f"{address}/practice/r/{stage.link('intruder').token}",
        watcher=meetings.give_cord(desk, owner, meeting.id, who=WATCHER).link,
    )
    return Evening(house, stage, owner, links)
