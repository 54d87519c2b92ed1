"""`./run demo --platform zoom`: the demo against the stand-in for Zoom. It is not Zoom, and every page and line of it says so.

The pages are those of the practice meeting. Whoever comes into one is in the stand-in's meeting; when that is ended, the pages go dark,
and while its door is shut, they let nobody in.
"""

import argparse
import json
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Final, NoReturn

from pullcord.config import Config
from pullcord.demo import check, story
from pullcord.demo.evening import show
from pullcord.demo.place import CannotDemo, config_for, listening
from pullcord.demo.stages import MEETING, PEOPLE, Stage
from pullcord.platforms import zoom
from pullcord.practice import app
from pullcord.practice.events import Happened
from pullcord.practice.rooms import Rooms
from tests import zoom_dashboard
from tests.fakes.zoom import events, sockets
from tests.fakes.zoom.account import Account, Meeting, Person, Refused, Tell
from tests.fakes.zoom.plans import BUSINESS
from tests.fakes.zoom.serving import ALL_SCOPES, Zoom, far, running

NOT_ZOOM: Final = (
    "A stand-in plays Zoom, on this machine, 50 milliseconds away. It is not Zoom, and what it does proves nothing of Zoom: "
    "nobody here has an account with the real one. The people are simulated, and the pages are ours."
)
LOOK_EVERY_SECONDS: Final = 0.01
MISSING: Final = 3


class Pages:
    """The practice room whose seats are the stand-in's people."""

    def __init__(self, folder: Path, account: Account, meeting: Meeting) -> None:
        self._account, self._meeting, self._passcode = account, meeting, meeting.password
        self._people: dict[str, Person] = {}
        self.rooms = Rooms(folder, on_event=self._happened)
        self.new = self.rooms.create(MEETING, PEOPLE, now=time.time())
        account.told.append(self._told)

    def _happened(self, happened: Happened) -> None:
        """Somebody came or went on one of the pages."""
        if happened.kind == "joined" and happened.number:
            try:
                person = self._account.join(self._meeting, happened.name or "Guest", password=self._passcode)
            except Refused:  # the door was shut in this very moment
                self.rooms.end(self.new.room, now=time.time())
                return
            self._people[happened.number] = person
        if happened.kind == "left" and happened.number in self._people:
            self._account.leave(self._meeting, self._people.pop(happened.number))

    def _told(self, name: str, _about: dict[str, Any], _at: float) -> None:
        """The stand-in tells what happens in its meeting."""
        if name == "meeting.ended":
            self._people.clear()
            self.rooms.end(self.new.room, now=time.time())

    @contextmanager
    def with_its_door(self) -> Iterator[None]:
        """While the passcode is another one, the links of these pages open nothing."""
        over = threading.Event()

        def follow() -> None:
            was_shut = False
            while not over.wait(LOOK_EVERY_SECONDS):
                is_shut = self._meeting.password != self._passcode
                if is_shut != was_shut:
                    (self.rooms.hold if is_shut else self.rooms.release)(self.new.room)
                was_shut = is_shut

        thread = threading.Thread(target=follow, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def over_the_line(stand_in: Zoom) -> Tell:
    """What happens is reported over the line that the server opened, as to a club's laptop. To a line that just broke nothing is."""

    def tell(name: str, about: dict[str, Any], at: float) -> None:
        with suppress(RuntimeError, TimeoutError):
            sockets.tell(stand_in, events.body_of(stand_in.account, name, about, at))

    return tell


@contextmanager
def zoom_stage(config: Config) -> Iterator[Stage]:
    # Wherever the platform is named, the pages and the terminal say what it is.
    vars(zoom)["LIMITS"] = zoom.LIMITS._replace(title="A stand-in for Zoom", stand_in=NOT_ZOOM)
    account = Account(plan=BUSINESS)
    meeting = account.schedule(MEETING)
    zoom_dashboard.more_doors()
    with running(account, away=far(half_ms=50.0, spread=0.0)) as stand_in:
        stand_in.scopes |= ALL_SCOPES | {door.scope for door in zoom_dashboard.MORE}
        pages = Pages(Path(config.path("practice-demo")), account, meeting)
        account.told.append(over_the_line(stand_in))
        with pages.with_its_door():
            yield Stage(
                platform="zoom",
                meeting_id=str(meeting.id),
                at={
                    "server": stand_in.address,
                    "account": account.id,
                    "client": account.client_id,
                    "plan": "business",
                    "room": str(meeting.id),
                    "subscription": sockets.SUBSCRIPTION,
                },
                secrets={
                    "secret": account.client_secret,
                    "passcode": meeting.password,
                    "settings": json.dumps({"join_before_host": True, "waiting_room": False}),
                },
                links=tuple(pages.new.links),
                stage=pages.new.stage,
                app=app.app(pages.rooms, public_address=config.address),
                truth=NOT_ZOOM,
                is_alone=True,
            )


def main(words: list[str]) -> int:
    signal.signal(signal.SIGTERM, _as_if_pressed)
    read = argparse.ArgumentParser(prog="run demo --platform zoom", description=__doc__)
    read.add_argument("--platform", choices=("zoom",), default="zoom", help="where the meeting runs: here, a stand-in")
    read.add_argument("--port", type=int, help="where to listen; otherwise 8400 if that is free")
    read.add_argument("--check", action="store_true", help="play all of it unattended in a browser without a window")
    asked = read.parse_args(words)
    try:
        return _demo(port=asked.port, unattended=asked.check)
    except check.CannotCheck as missing:
        print(missing, file=sys.stderr)
        return MISSING
    except CannotDemo as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nThe demo is over. Nothing of it is left on this machine.")
        return 0


def _demo(*, port: int | None, unattended: bool) -> int:
    if unattended:
        check.refuse_without_browser()
    with ExitStack() as until_the_end:
        folder = until_the_end.enter_context(tempfile.TemporaryDirectory(prefix="pullcord-demo-"))
        door = until_the_end.enter_context(listening(lan=False, port=port))
        config = config_for(folder, door)
        stage = until_the_end.enter_context(zoom_stage(config))
        return show(config, stage, door, check.play if unattended else story.tell(with_code=False))


def _as_if_pressed(*_: object) -> NoReturn:
    """Told to end is like Ctrl-C: everything is put away first."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
