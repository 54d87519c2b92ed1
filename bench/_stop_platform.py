"""A platform to be timed against: speaks the practice meeting's API over raw sockets, and notes when each request came.

Run as a process of its own. Times are of `time.perf_counter_ns`, which on Linux is one clock for all processes.
`GET /recorded` tells them, and forgets them.
"""

import json
import re
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Final

ROOM: Final = re.compile(rb"^([A-Z]+) /practice/api/rooms/([^/ ]+)/?([a-z]*) ")
PERSON: Final = {"number": "1", "name": "Guest", "since": 0.0}
ANSWER: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"

Record = Mapping[str, Mapping[str, list[int]]]
"""Room -> verb (`look`, `hold`, `end`) -> when such requests came, in nanoseconds, in order."""


class Rooms:
    """What is known of each room. A room is there, with one guest in it, from the first time that it is asked for."""

    def __init__(self) -> None:
        self._came: dict[str, dict[str, list[int]]] = {}
        self._ended: set[str] = set()
        self._held: set[str] = set()

    def answer(self, request: bytes, at: int) -> bytes:
        found = ROOM.match(request)
        if found is None:
            said, self._came = json.dumps(self._came).encode(), {}
            return said
        room, verb = found[2].decode(), found[3].decode() or "look"
        self._came.setdefault(room, {}).setdefault(verb, []).append(at)
        if verb == "end":
            self._ended.add(room)
        if verb == "hold":
            self._held.add(room)
        return self._state(room)

    def _state(self, room: str) -> bytes:
        is_over = room in self._ended
        told = {"exists": True, "ended": is_over, "put_out": 1, "held": room in self._held, "tries": 0}
        return json.dumps({**told, "people": [] if is_over else [PERSON]}).encode()


def serve(listening: socket.socket) -> None:
    """One thread, one loop: what it costs is small and the same for everyone who is timed."""
    rooms, chosen = Rooms(), selectors.DefaultSelector()
    waiting: dict[socket.socket, bytes] = {}
    chosen.register(listening, selectors.EVENT_READ)
    while True:
        for key, _ in chosen.select():
            line = key.fileobj
            assert isinstance(line, socket.socket)
            if line is listening:
                new, _ = listening.accept()
                new.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                waiting[new] = b""
                chosen.register(new, selectors.EVENT_READ)
                continue
            if not _read(line, rooms, waiting):
                chosen.unregister(line)
                del waiting[line]
                line.close()


def _read(line: socket.socket, rooms: Rooms, waiting: dict[socket.socket, bytes]) -> bool:
    """Whether the line is still open. A request is whole once its head is: no body is looked at, but each is taken off."""
    try:
        came = line.recv(65536)
        at = time.perf_counter_ns()
        waiting[line] += came
        while (request := _whole(waiting[line])) is not None:
            waiting[line] = waiting[line][len(request) :]
            said = rooms.answer(request, at)
            line.sendall(ANSWER % (len(said), said))
    except OSError:
        return False
    return bool(came)


def _whole(data: bytes) -> bytes | None:
    head, found, _ = data.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    size = len(head) + len(found) + (int(length[1]) if length else 0)
    return data[:size] if found and len(data) >= size else None


@contextmanager
def running() -> Iterator[int]:
    """Its port."""
    process = subprocess.Popen([sys.executable, "-m", "bench._stop_platform"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def recorded(port: int) -> Record:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/recorded")
    told: Record = json.loads(connection.getresponse().read())
    connection.close()
    return told


if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as door:
        print(door.getsockname()[1], flush=True)
        serve(door)
