"""A guard at work: on a clock that the test moves, or in a thread as the server runs it; and a client that keeps coming back."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Protocol, cast

import pytest

from pullcord.config import read_config
from pullcord.core.incident import Incident
from pullcord.jobs.aside import Aside
from pullcord.jobs.desk import Desk, open_desk
from pullcord.jobs.guard import Guard
from pullcord.jobs.stop import stop
from pullcord.platforms import KNOWN
from pullcord.platforms.wire import Wire
from pullcord.safe.journal import Line
from pullcord.safe.kit import Kit
from pullcord.words import Meeting
from tests.contract.ground import Away, Joined, Refused
from tests.desk import Clock
from tests.fakes import guarded
from tests.stopping import Scene, kit_of, scene

JOIN_EVERY_SECONDS = 0.1
LOOKED = 2.0


class Now:
    """What is begun is done at once."""

    is_done = True

    def __init__(self, do: Callable[[], None]) -> None:
        do()


class Post:
    """One stopped meeting, its guard, and the clock of both."""

    def __init__(self, now: Scene, clock: Clock) -> None:
        self.now, self.clock = now, clock
        self.desk = _on(clock, now.desk)
        self.guard = self.new_guard()

    def new_guard(self) -> Guard:
        return Guard(self.desk, steady=self.clock, start=Now)

    def after(self, seconds: float, *, steps: int = 1) -> None:
        """So much later the guard has its turns."""
        for _ in range(steps):
            self.clock.now += seconds / steps
            self.guard.turn(at_most=0)
            self.desk.means.journal.settle(wait_seconds=5)

    @property
    def kit(self) -> Kit:
        return self.now.kit

    @property
    def room(self) -> str:
        return self.kit.meeting.at["room"]

    def incident(self) -> Incident:
        self.desk.means.journal.settle(wait_seconds=5)
        found = self.desk.means.book.latest(self.kit.meeting.id)
        assert found is not None
        return found

    def come_back(self, *, name: str = "Back") -> Joined:
        return self.now.ground.join(self.kit.meeting, self.now.invitations[0], name=name)

    def lines(self, *kinds: str) -> list[Line]:
        self.desk.means.journal.settle(wait_seconds=5)
        return [line for line in self.desk.means.book.told() if not kinds or line.kind in kinds]

    def kinds(self) -> list[str]:
        return [line.kind for line in self.lines()]


@contextmanager
def post(folder: Path, *, native: bool, people: int = 2) -> Iterator[Post]:
    """Nothing is stopped yet. `native`: the platform keeps people out by itself."""
    with scene(folder, people=people) as now, guarded.known():
        if not native:
            now.desk.kits.forget(now.kit.meeting.id)
            now = now._replace(kit=now.kit._replace(meeting=guarded.on_it(now.kit.meeting)))
            now.desk.kits.write(now.kit)
        yield Post(now, Clock())


def _on(clock: Clock, desk: Desk) -> Desk:
    desk.means.journal._clock = clock
    return desk._replace(means=desk.means._replace(clock=clock))


@contextmanager
def running(guard: Guard) -> Iterator[None]:
    """As the server runs it."""
    stop = threading.Event()

    def turns() -> None:
        while not stop.is_set():
            guard.turn(at_most=0.2)

    thread = threading.Thread(target=turns, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        guard.wake("")
        thread.join(10)


@contextmanager
def at_rest_afterwards() -> Iterator[Callable[[Callable[[], None]], Aside]]:
    """What the guard began goes on when its turns have ended: nothing of it is under way any more afterwards."""
    begun: list[Aside] = []

    def start(do: Callable[[], None]) -> Aside:
        begun.append(Aside(do))
        return begun[-1]

    yield start
    assert all(one.wait(10) for one in begun)


@contextmanager
def kept_ended(meeting: Meeting, adapter: object, wire: Wire) -> Iterator[Desk]:
    """The meeting stopped by the real stop and kept so by the real guard, both through this adapter."""
    # A roster may still be written while the folder goes: what came late is nobody's any more.
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder, _known(adapter) as name:
        desk = open_desk(read_config(folder, environment={}), new=True, wire=lambda _: wire)
        kit = kit_of(meeting._replace(id="kept", platform=name), link="link", token="token")
        desk.kits.write(kit)
        with at_rest_afterwards() as start, running(Guard(desk, start=start)):
            stop(kit, desk.means, by="anna", door="cord")
            yield desk
        desk.means.journal.close()


@contextmanager
def _known(adapter: object) -> Iterator[str]:
    """A name by which the jobs find this adapter, planted or not."""
    assert isinstance(KNOWN, dict)
    name = f"played{id(adapter):x}"
    sys.modules[name], KNOWN[name] = cast(ModuleType, adapter), name
    try:
        yield name
    finally:
        del sys.modules[name], KNOWN[name]


class Comes(Protocol):
    def join(self, meeting: Meeting, invitation: str, *, name: str) -> Joined: ...


class Hostile:
    """Tries to come in every 100 ms, and notes for how long it was in each time that it came to be."""

    def __init__(self, ground: Comes, meeting: Meeting, invitation: str) -> None:
        self._ground, self._meeting, self._invitation = ground, meeting, invitation
        self.seconds_in: list[float] = []
        self.refused = 0
        self.away = 0

    def go_on_for(self, seconds: float) -> float:
        """For how many seconds it went on: fewer where the platform went away."""
        began, pause = time.monotonic(), threading.Event()
        while not self.away and time.monotonic() < began + seconds:
            self._once()
            pause.wait(JOIN_EVERY_SECONDS)
        return time.monotonic() - began

    def _once(self) -> None:
        try:
            inside = self._ground.join(self._meeting, self._invitation, name="Mallory")
        except Refused:
            self.refused += 1
            return
        except Away:
            self.away += 1
            return
        came = time.monotonic()
        was_out = inside.is_out(within_seconds=10)
        self.seconds_in.append(time.monotonic() - came if was_out else float("inf"))
        inside.leave()


@pytest.fixture(params=["native", "guard"])
def either(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Post]:
    """A stopped meeting, on a platform that bars the way and on one that does not."""
    with post(tmp_path, native=request.param == "native") as now:
        stop(now.kit, now.desk.means, by="anna", door="cord")
        yield now


@pytest.fixture
def native(tmp_path: Path) -> Iterator[Post]:
    with post(tmp_path, native=True) as now:
        stop(now.kit, now.desk.means, by="anna", door="cord")
        yield now


@pytest.fixture
def unbarred(tmp_path: Path) -> Iterator[Post]:
    with post(tmp_path, native=False) as now:
        stop(now.kit, now.desk.means, by="anna", door="cord")
        now.after(LOOKED)
        yield now
