"""A desk with a data folder of its own, and the store beside it: a real database file per test, copied from one made once.

Django is set up on import, so that test files can import what they try at their top; a test that touches a database
without asking for `store` is refused by pytest-django. `conftest.py` makes these fixtures known everywhere.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from pullcord.config import Config
from pullcord.jobs.desk import Desk, open_desk, put
from pullcord.platforms.wire import Reply, Request, Wire
from pullcord.web import settings

ADDRESS = "http://testserver"
SECRET = "s" * 40


def config_of(folder: Path) -> Config:
    return Config(str(folder), ("127.0.0.1", 0), ADDRESS, (), ())


settings.configure(config_of(Path("nowhere")), SECRET)

from django.conf import settings as all_settings  # noqa: E402
from django.db import connections  # noqa: E402

from pullcord.store import ground, users  # noqa: E402
from pullcord.store.models import User  # noqa: E402

# The real one takes a third of a second per password, on purpose.
all_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


class Answers:
    """A wire whose other end says what it is told to, to every request. Keeps the requests."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.say: Callable[[Request], Reply] = lambda _: Reply(200, {}, b"{}")

    def send(self, request: Request) -> Reply:
        self.requests.append(request)
        return self.say(request)


class Room:
    """A practice room, as far as its server's answers go."""

    def __init__(self) -> None:
        self.people = {"p1": "Ann", "p2": "Ben"}
        self.held = False
        self.broken = False

    def __call__(self, request: Request) -> Reply:
        if self.broken:
            return Reply(500, {}, b"")
        path = request.url.rpartition("/")[2]
        told: dict[str, Any] = {
            "people": [{"number": one, "name": name} for one, name in self.people.items()],
            "tries": 0,
        }
        if request.method == "POST" and path == "end":
            told = {"ended": True, "put_out": len(self.people)}
            self.people = {}
        elif request.method != "GET":
            self.held = request.method == "POST"
        return Reply(200, {}, json.dumps(told | {"exists": True, "held": self.held}).encode())


class Clock:
    """A time that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def new_desk(folder: Path, *, wire: Wire | None = None, clock: Callable[[], float] | None = None) -> Desk:
    desk = open_desk(config_of(folder), wire=None if wire is None else lambda _: wire, new=True)
    if clock is not None:
        desk.means.journal._clock = clock
        desk = desk._replace(means=desk.means._replace(clock=clock))
    return desk


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def room(answers: Answers) -> Room:
    """The platform of every practice meeting of the desk."""
    room = Room()
    answers.say = room
    return room


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(tmp_path: Path, answers: Answers, clock: Clock) -> Iterator[Desk]:
    """A new data folder, a platform that answers as the test says, and a clock that the test moves."""
    desk = new_desk(tmp_path / "data", wire=answers, clock=clock)
    put(desk)
    yield desk
    desk.means.journal.close()


@pytest.fixture(scope="session")
def _database(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker) -> Path:
    """An empty database of the newest shape, made once."""
    folder = tmp_path_factory.mktemp("database")
    settings.configure(config_of(folder), SECRET)
    with django_db_blocker.unblock():
        ground.prepare()
        connections.close_all()
    return folder / settings.DATABASE


@pytest.fixture
def store(_database: Path, desk: Desk, django_db_blocker: DjangoDbBlocker) -> Iterator[Path]:
    """The store of this desk: its database file, ready."""
    path = Path(desk.config.path(settings.DATABASE))
    shutil.copyfile(_database, path)
    settings.configure(desk.config, SECRET)
    with django_db_blocker.unblock():
        yield path
        connections.close_all()


@pytest.fixture
def owner(store: Path) -> User:
    return users.add("anna", "a long password", name="Anna Owner")


@pytest.fixture
def other(store: Path) -> User:
    """Somebody with an account, and no right to anything of `owner`'s."""
    return users.add("berta", "a long password", name="Berta Other")
