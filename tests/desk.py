"""A desk with a data folder of its own, and the store beside it: a database of its own per test, copied from one made once.

Whoever asks for `store` is run twice: on a file, and on a real PostgreSQL server. `@IN_FILE` and `@ON_SERVER` are for what
is true of one of them only.

Django is set up on import, so that test files can import what they try at their top; a test that touches a database
without asking for `store` is refused by pytest-django. `conftest.py` makes these fixtures known everywhere.
"""

import importlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from pullcord.config import Config
from pullcord.jobs.desk import Desk, open_desk, put
from pullcord.platforms.reach import EVERYWHERE
from pullcord.platforms.wire import Reply, Request, Wire
from pullcord.web import settings
from tests.postgres_server import Postgres, running

ADDRESS = "http://testserver"
SECRET = "s" * 40


def config_of(folder: Path) -> Config:
    return Config(str(folder), ("127.0.0.1", 0), ADDRESS, (), ())


settings.configure(config_of(Path("nowhere")), SECRET)

from django.conf import settings as all_settings  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.db import connections  # noqa: E402

from pullcord.store import ground, organisations, users  # noqa: E402
from pullcord.store.models import User  # noqa: E402

# The real one takes a third of a second per password, on purpose.
all_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


class Answers:
    """A wire whose other end says what it is told to, to every request. Keeps the requests."""

    reach = EVERYWHERE

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
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stop asks for half a second whether it is over, not for ten: for tests in which the answer will not change."""
    monkeypatch.setattr(importlib.import_module("pullcord.jobs.stop"), "PROOF_SECONDS", 0.5)


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


FILE = pytest.param("file")
SERVER = pytest.param("server", marks=pytest.mark.servers)
IN_FILE = pytest.mark.parametrize("store", [FILE], indirect=True)
ON_SERVER = pytest.mark.parametrize("store", [SERVER], indirect=True)


@pytest.fixture(scope="session")
def _file(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker) -> Path:
    """An empty database of the newest shape, made once."""
    folder = tmp_path_factory.mktemp("database")
    _make(config_of(folder), django_db_blocker)
    return folder / settings.DATABASE


@pytest.fixture(scope="session")
def postgres(need: Callable[[str], str]) -> Iterator[Postgres]:
    """A PostgreSQL server for all tests of this run that only ask it things; who stops it starts one of their own."""
    need("postgresql")
    with running() as server:
        yield server


@pytest.fixture(scope="session")
def _template(postgres: Postgres, django_db_blocker: DjangoDbBlocker) -> str:
    """As `_file`, on the server."""
    address = postgres.new_database(name="pullcord_template")
    _make(config_of(Path("nowhere"))._replace(database=address), django_db_blocker)
    return "pullcord_template"


def _make(config: Config, blocker: DjangoDbBlocker) -> None:
    settings.configure(config, SECRET)
    with blocker.unblock():
        ground.prepare()
        connections.close_all()


@pytest.fixture(params=[FILE, SERVER])
def store(request: pytest.FixtureRequest, desk: Desk, django_db_blocker: DjangoDbBlocker) -> Iterator[Any]:
    """The store of this desk, ready: the path of its file, or the address of its database."""
    with _file_of(request, desk) if request.param == "file" else _copy_of(request) as place:
        address = place if isinstance(place, str) else ""
        settings.configure(desk.config._replace(database=address), SECRET)
        cache.clear()  # in memory, and of the test before: so many tries of an account with the same number
        with django_db_blocker.unblock():
            yield place
            connections.close_all()


@contextmanager
def _file_of(request: pytest.FixtureRequest, desk: Desk) -> Iterator[Path | str]:
    path = Path(desk.config.path(settings.DATABASE))
    shutil.copyfile(request.getfixturevalue("_file"), path)
    yield path


@contextmanager
def _copy_of(request: pytest.FixtureRequest) -> Iterator[Path | str]:
    server, template = request.getfixturevalue("postgres"), request.getfixturevalue("_template")
    address = server.new_database(like=template)
    yield address
    server.drop(address)


@pytest.fixture
def break_store(store: Path | str, request: pytest.FixtureRequest) -> Callable[[], None]:
    """From when it is called there is nothing to be had from the store."""

    def burn() -> None:
        connections.close_all()
        if isinstance(store, str):
            request.getfixturevalue("postgres").drop(store)
        else:
            for end in ("-wal", "-shm"):
                Path(f"{store}{end}").unlink(missing_ok=True)
            store.write_bytes(b"random bytes" * 1000)

    return burn


def every_row() -> dict[str, list[str]]:
    """By table, what is in it, as text; what is kept as bytes too, whatever its signs."""
    with connections["default"].cursor() as cursor:
        found = {}
        for name in connections["default"].introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{name}"')
            found[name] = sorted(repr(tuple(map(_plain, row))) for row in cursor.fetchall())
    assert found
    return found


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def an_owner(username: str, name: str) -> User:
    """Of an organisation of their own."""
    made = users.add(username, "a long password", name=name)
    organisations.found(f"org{made.pk}", f"{name}s", made, at=datetime.now(UTC))
    return made


@pytest.fixture
def owner(store: Any) -> User:
    return an_owner("anna", "Anna Owner")


@pytest.fixture
def other(store: Any) -> User:
    """Somebody with an account, and no right to anything of `owner`'s."""
    return an_owner("berta", "Berta Other")
