"""The side door: a socket in the data folder, by which a command on the same machine has a running server do its work.

One request and one reply a connection, each one line of JSON. Only the server's own user is answered: the folder and the
socket are closed to others, and the kernel is asked who is on the other side. A new command costs one entry in `WORK`.
"""

import json
import logging
import os
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final

from pullcord.config import Config
from pullcord.jobs.desk import Desk
from pullcord.safe.files import remove
from pullcord.serve.lock import CannotServe, Held, locked

log = logging.getLogger("pullcord.serve")

FILE = "door"
LARGEST_BYTES = 64 * 1024
WAIT_SECONDS = 30.0
"""How long a command waits for the server's answer."""
READ_SECONDS = 2.0
LOOK_EVERY_SECONDS = 0.5

Told = Mapping[str, Any]
Work = Callable[[Desk, Told], Told]


class NotDone(Exception):
    """Why what was asked for was not done: a code for programs, a sentence for people."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def _signin_link(desk: Desk, told: Told) -> Told:
    """Without a name: for whoever came first."""
    if told.get("name"):
        return _with_store(desk, lambda: _way_back(desk, str(told["name"])))
    from pullcord.web import first

    return {"link": first.issue(desk, again=True)}


def _way_back(desk: Desk, name: str) -> Told:
    from pullcord.jobs import ways_back
    from pullcord.jobs.meetings import Refused

    try:
        return {"link": ways_back.make_at_the_machine(desk, name).link}
    except Refused as why:
        raise NotDone(why.code, why.sentence) from None


def _organisations(desk: Desk, _: Told) -> Told:
    def done() -> Told:
        from pullcord.store import organisations

        return {"organisations": [row._asdict() for row in organisations.counted()]}

    return _with_store(desk, done)


def _new_organisation(desk: Desk, told: Told) -> Told:
    def done() -> Told:
        from pullcord.jobs import people
        from pullcord.jobs.meetings import Refused

        try:
            new = people.begin(desk, str(told.get("name", "")))
        except Refused as refused:
            raise NotDone(refused.code, refused.sentence) from None
        return {"name": new.invitation.organisation.name, "link": new.link}

    return _with_store(desk, done)


def _with_store(desk: Desk, done: Callable[[], Told]) -> Told:
    """In a server the store is open, or known to be broken; a command by itself opens it first. Raises NotDone."""
    from django.conf import settings as of_django

    from pullcord.web import settings

    is_alone = not of_django.configured
    if is_alone:
        settings.configure(desk.config, desk.keys.mark("web", b"sessions"))
    from django.db import DatabaseError

    from pullcord.store import StoreBroken, ground

    try:
        if is_alone:
            ground.make_ours_alone()
            ground.prepare()
        return done()
    except StoreBroken as error:
        raise NotDone("store-broken", str(error)) from None
    except DatabaseError as error:
        raise NotDone("store-broken", str(ground.broken(error))) from None


WORK: Final[Mapping[str, Work]] = {
    "signin-link": _signin_link,
    "organisations": _organisations,
    "new-organisation": _new_organisation,
}
"""What a command may ask for. The same function runs in the server and, where none runs, in the command itself."""


# The command's side.


def do(name: str, desk: Desk, told: Told, *, work: Mapping[str, Work] = WORK) -> Told:
    """By the server that has this folder; where none has it, here, and no server starts meanwhile. Raises CannotServe."""
    try:
        with locked(desk.config):
            return _done(name, desk, told, work)
    except Held:
        return ask(desk.config, name, told)
    except NotDone as error:
        raise CannotServe(str(error)) from None


def ask(config: Config, name: str, told: Told) -> Told:
    """Raises CannotServe."""
    try:
        with socket.socket(socket.AF_UNIX) as asking, _short(config.data) as path:
            asking.settimeout(WAIT_SECONDS)
            asking.connect(path)
            asking.sendall(_packed({"do": name, "told": told}))
            reply = _line(asking)
    except (OSError, ValueError):
        raise CannotServe("The server is starting, stopping, or does not answer. Try again in a moment.") from None
    if "error" in reply:
        raise CannotServe(str(reply["error"]["sentence"]))
    done: Told = reply["done"]
    return done


# The server's side.


def keep(desk: Desk, stop: threading.Event, *, ready: Callable[[], None] = lambda: None) -> None:
    """Answer commands until told to stop, one after the other."""
    with _listening(desk.config) as door:
        ready()
        while not stop.is_set():
            with suppress(TimeoutError):
                caller, _ = door.accept()
                with caller:
                    answer(caller, desk, own=os.geteuid())


def answer(caller: socket.socket, desk: Desk, *, own: int) -> None:
    """One request. `own`: the only user who is answered; anybody else is hung up on, unheard."""
    if peer(caller) != own:
        log.error("a command of another user was refused at the side door")
        return
    caller.settimeout(READ_SECONDS)
    with suppress(OSError):  # whoever asked has gone
        caller.sendall(_packed(_reply(caller, desk)))


def peer(caller: socket.socket) -> int:
    """The user on the other side, as the kernel says."""
    told = caller.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return int(struct.unpack("3i", told)[1])


def _reply(caller: socket.socket, desk: Desk) -> Told:
    try:
        asked = _line(caller)
        return {"done": _done(str(asked.get("do")), desk, asked.get("told") or {})}
    except NotDone as error:
        return {"error": {"code": error.code, "sentence": str(error)}}
    except ValueError:
        return {"error": {"code": "not-understood", "sentence": "The server did not understand this command."}}


def _done(name: str, desk: Desk, told: Told, works: Mapping[str, Work] = WORK) -> Told:
    """Raises NotDone."""
    work = works.get(name)
    if work is None:
        raise NotDone("unknown-command", f"The running server knows no “{name}”. It may be older than this command.")
    try:
        return work(desk, told)
    except OSError as error:
        raise NotDone("not-written", f"The data folder could not be written: {error.strerror}.") from None


@contextmanager
def _listening(config: Config) -> Iterator[socket.socket]:
    """Whoever holds the lock owns the name: a socket that a crash left is put away. Raises OSError."""
    remove(config.path(FILE))
    with socket.socket(socket.AF_UNIX) as door, _short(config.data) as path:
        door.bind(path)
        os.chmod(config.path(FILE), 0o600)
        door.listen(8)  # only now can anybody connect
        door.settimeout(LOOK_EVERY_SECONDS)
        try:
            yield door
        finally:
            remove(config.path(FILE))


@contextmanager
def _short(folder: str) -> Iterator[str]:
    """The socket's path by way of an open folder: an address of a socket may be 107 bytes long, a path may be longer."""
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{held}/{FILE}"
    finally:
        os.close(held)


def _packed(told: Told) -> bytes:
    return json.dumps(told).encode() + b"\n"


def _line(other: socket.socket) -> dict[str, Any]:
    """Raises OSError, ValueError."""
    read = bytearray()
    while not read.endswith(b"\n"):
        piece = other.recv(4096)
        read += piece
        if not piece or len(read) > LARGEST_BYTES:
            raise ValueError("no whole line")
    told = json.loads(read)
    if not isinstance(told, dict):
        raise ValueError("not an object")
    return told
