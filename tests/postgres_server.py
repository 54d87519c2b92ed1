"""A real PostgreSQL for tests: a cluster of its own in a temporary folder, on loopback, as a user without rights.

`with running() as server:` gives a server with one role, `pullcord`, which is no superuser and owns what it makes, as
the how-to tells an operator to set it up. `server.new_database()` is the address of an empty database.
"""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tools.servers import SERVERS

UP_WITHIN_SECONDS = 20.0
# Between asking for a free port and PostgreSQL taking it, another may take it: then it is tried on another one.
TRIES = 4
MOST_CONNECTIONS = 60
ROLE, PASSWORD = "pullcord", "Kirschholz-und-Kreide"


class NotUp(Exception):
    """PostgreSQL did not come up. The text is the end of its log."""


class Postgres:
    """One cluster. `end`, `kill` and `hang` are the ways a server goes; `start` and `go_on` the ways it comes back."""

    def __init__(self, folder: Path, *, is_synced: bool) -> None:
        self.folder = folder
        self.port = 0
        self._is_synced = is_synced
        self._process: subprocess.Popen[bytes] | None = None
        self._count = 0
        self._make()

    # -- databases -----------------------------------------------------------------------------------------------------

    def address(self, database: str, *, password: str = PASSWORD) -> str:
        return f"postgresql://{ROLE}:{password}@127.0.0.1:{self.port}/{database}"

    def new_database(self, *, like: str = "template0", name: str = "") -> str:
        """The address of a new database of our role's: empty, or a copy of `like`, which nobody may be using."""
        self._count += 1
        name = name or f"test_{os.getpid()}_{self._count}"
        self.say(sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(*map(sql.Identifier, (name, ROLE, like))))
        return self.address(name)

    def drop(self, address: str) -> None:
        self.say(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(address.rpartition("/")[2])))

    def say(self, words: sql.Composed | sql.SQL, database: str = "postgres") -> list[Any]:
        """As the superuser, by the socket that only this machine has."""
        there = psycopg.connect(
            host=str(self.folder), port=self.port, user="postgres", dbname=database, autocommit=True
        )
        with contextlib.closing(there):
            done = there.execute(words)
            return done.fetchall() if done.description else []

    # -- how it comes and goes -----------------------------------------------------------------------------------------

    def start(self) -> None:
        """Raises NotUp."""
        for _ in range(TRIES):
            self.port = self.port or _free_port()
            if self._is_up():
                return
            self._finish()
            if "could not bind" in self._log():
                self.port = 0
        raise NotUp(self._log()[-2000:])

    def end(self) -> None:
        """At once, but in order."""
        if self._process is not None and self._process.poll() is None:
            self.go_on()
            self._process.send_signal(signal.SIGINT)
            self._process.wait(UP_WITHIN_SECONDS)

    def kill(self) -> None:
        """As a machine that loses its power ends it; what was promised to be on disk is there."""
        everyone = self._everyone()
        for pid in everyone:
            _signal(pid, signal.SIGKILL)
        self._finish()

    def hang(self) -> None:
        """It is there, takes connections, and answers nothing."""
        for pid in self._everyone():
            _signal(pid, signal.SIGSTOP)

    def go_on(self) -> None:
        for pid in self._everyone():
            _signal(pid, signal.SIGCONT)

    @contextmanager
    def used_up(self) -> Iterator[None]:
        """Every connection that our role may have is in somebody's hands."""
        with contextlib.ExitStack() as hands:
            with contextlib.suppress(psycopg.OperationalError):
                while True:
                    hands.enter_context(contextlib.closing(psycopg.connect(self.address("postgres"))))
            yield

    # -- below ---------------------------------------------------------------------------------------------------------

    def _make(self) -> None:
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        data = self.folder / "data"
        data.mkdir(mode=0o700)
        for path in (self.folder, data, secret):
            _give_away(path)
        words = ["--pgdata", str(data), "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        made = subprocess.run(
            [program_of("initdb"), *words], capture_output=True, text=True, check=False, cwd=self.folder, **_as_nobody()
        )
        if made.returncode != 0:
            raise NotUp(made.stderr)
        (data / "pg_hba.conf").write_text("local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
        self.start()
        self.say(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(ROLE), sql.Literal(PASSWORD)))

    def _is_up(self) -> bool:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self.folder,
            "max_connections": MOST_CONNECTIONS,
            "shared_buffers": "32MB",
            "fsync": "on" if self._is_synced else "off",
            "autovacuum": "off",
        }
        told = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [program_of("postgres"), "-D", str(self.folder / "data"), *told],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                **_as_nobody(),
            )
        until = time.monotonic() + UP_WITHIN_SECONDS
        while self._process.poll() is None and time.monotonic() < until:
            with contextlib.suppress(psycopg.OperationalError):
                self.say(sql.SQL("SELECT 1"))
                return True
            time.sleep(0.02)
        return False

    def _finish(self) -> None:
        if self._process is not None:
            if self._process.poll() is None:
                self._process.kill()
            self._process.wait()
            until = time.monotonic() + UP_WITHIN_SECONDS
            while _children(self._process.pid) and time.monotonic() < until:
                time.sleep(0.02)

    def _everyone(self) -> list[int]:
        """The server and what it has started, the first one first: it then starts no others."""
        if self._process is None or self._process.poll() is not None:
            return []
        return [self._process.pid, *_children(self._process.pid)]

    def _log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")


@contextmanager
def running(*, is_synced: bool = False) -> Iterator[Postgres]:
    """`is_synced`: what is committed outlives a loss of power too; otherwise it is only faster. Raises NotUp."""
    folder = Path(tempfile.mkdtemp(prefix="pullcord-pg-"))
    server = None
    try:
        folder.chmod(0o711)
        server = Postgres(folder, is_synced=is_synced)
        yield server
    finally:
        if server is not None:
            server.end()
        shutil.rmtree(folder, ignore_errors=True)


def program_of(name: str) -> str:
    """`initdb` stands beside the server."""
    server = SERVERS["postgresql"].program
    assert server is not None
    return str(Path(server).resolve().parent / name)


def _user() -> pwd.struct_passwd | None:
    """Who the server runs as; it refuses root. None = whoever we are."""
    if os.geteuid() != 0:
        return None
    names = {one.pw_name: one for one in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


def _as_nobody() -> dict[str, Any]:
    user = _user()
    return {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _give_away(path: Path) -> None:
    user = _user()
    if user is not None:
        os.chown(path, user.pw_uid, user.pw_gid)


def _children(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(entry.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(entry.parent.name))
    return found


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
