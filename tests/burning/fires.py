"""The ways a house burns while its meetings must be ended: each a context in which all presses are made."""

import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.burning.house import (
    House,
    Result,
    cannot_mount,
    give_away,
    house,
    mode,
    press_all,
    serving,
    small_disk,
    stop_cold,
    wait_for,
)
from tests.burning.platform import CountingGround
from tests.postgres_server import running
from tools.servers import SERVERS

MEGABYTES = 64

During = Callable[[House], AbstractContextManager[None]]


class Fire(NamedTuple):
    during: During
    """Burns while the server runs and all presses are made; put out afterwards."""
    before: Callable[[House], None] = lambda _: None
    """What is broken before the server starts."""
    disk: str | None = None
    """The folder of the house that lies on a small disk of its own; None = none does."""
    is_served: bool = True
    mode: str = "full"
    """What the server says of itself once it has started."""
    on_server: bool = False
    """The store and the engine are on a PostgreSQL server."""


@contextmanager
def nothing(_: House) -> Iterator[None]:
    yield


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, timeout=20, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield


@contextmanager
def deleted(now: House) -> Iterator[None]:
    for ending in ("", "-wal", "-shm"):
        now.path("product.sqlite3" + ending).unlink(missing_ok=True)
    yield


@contextmanager
def overwritten(now: House) -> Iterator[None]:
    """In place, under the server's open hands."""
    for ending in ("", "-wal"):
        path = now.path("product.sqlite3" + ending)
        if path.exists():
            size = max(path.stat().st_size, 65_536)
            with open(path, "r+b") as file:
                file.write(os.urandom(size))
    yield


@contextmanager
def full(disk: Path, *, with_reserve: bool) -> Iterator[None]:
    if not with_reserve:
        next(disk.rglob("journal.reserve")).unlink()
    filler = disk / "filler"
    with open(filler, "wb", buffering=0) as file:
        for piece in (1 << 20, 1 << 12, 1):
            fill(file.fileno(), b"x" * piece)
    yield
    filler.unlink()


def fill(file: int, piece: bytes) -> None:
    try:
        while os.write(file, piece) == len(piece):
            pass
    except OSError:
        return


@contextmanager
def read_only(disk: Path) -> Iterator[None]:
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    yield
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)


def damage_engine(now: House) -> None:
    now.path("engine.sqlite3").write_bytes(os.urandom(65_536))


def damage_product(now: House) -> None:
    now.path("product.sqlite3").write_bytes(os.urandom(65_536))


@contextmanager
def killed(now: House) -> Iterator[None]:
    assert now.postgres is not None
    now.postgres.kill()
    yield


@contextmanager
def hanging(now: House) -> Iterator[None]:
    assert now.postgres is not None
    now.postgres.hang()
    yield
    now.postgres.go_on()


@contextmanager
def used_up(now: House) -> Iterator[None]:
    assert now.postgres is not None
    with now.postgres.used_up():
        yield


FIRES = {
    "the product's file is locked": Fire(lambda now: locked(now.path("product.sqlite3"))),
    "the disk is full": Fire(lambda now: full(now.path(), with_reserve=True), disk=""),
    "the product's file is deleted while open": Fire(deleted),
    "the product's file is full of random bytes": Fire(overwritten),
    "the product's file was damaged before the start": Fire(nothing, before=damage_product, mode="stop-only"),
    "the engine was not launched": Fire(nothing, before=damage_engine, mode="stop-only"),
    "the engine's file is locked": Fire(lambda now: locked(now.path("engine.sqlite3"))),
    "the server is down": Fire(nothing, is_served=False),
    "the PostgreSQL server is killed": Fire(killed, on_server=True),
    "the PostgreSQL server hangs": Fire(hanging, on_server=True),
    "the PostgreSQL server has no connection left": Fire(used_up, on_server=True),
    "the journal's disk is full": Fire(lambda now: full(now.path("stop"), with_reserve=False), disk="stop"),
    "the journal's disk is read-only": Fire(lambda now: read_only(now.path("stop")), disk="stop"),
}


def why_not(fire: Fire) -> str | None:
    """Why this fire cannot be lit here; None = it can be."""
    server = SERVERS["postgresql"]
    if fire.on_server and server.program is None:
        return f"{server.package} is not on this machine. {server.how}"
    return cannot_mount() if fire.disk is not None else None


@contextmanager
def house_for(name: str, folder: Path, ground: CountingGround, *, meetings: int, guests: int = 0) -> Iterator[House]:
    """The house in which this fire can be lit, served where that fire leaves a server."""
    fire, data = FIRES[name], folder / "data"
    with ExitStack() as stack:
        data.mkdir(mode=0o700)
        if fire.disk is not None:
            stack.enter_context(small_disk(data / fire.disk, MEGABYTES))
        postgres = stack.enter_context(running(is_synced=True)) if fire.on_server else None
        now = stack.enter_context(house(data, ground, meetings=meetings, guests=guests, postgres=postgres))
        fire.before(now)
        give_away(data)
        if fire.is_served:
            stack.enter_context(serving(now))
            assert wait_for(lambda: mode(now) == fire.mode), "the server is not what it should be before the fire"
        yield now


def end_all(now: House, name: str) -> Result:
    return press_all(now) if FIRES[name].is_served else stop_cold(now, whole_processes=20)
