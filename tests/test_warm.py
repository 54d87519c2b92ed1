"""The line that stays open: used again, let go when the platform lets go, and no request ever sent twice."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from pullcord.platforms import warm
from pullcord.platforms.warm import WarmWire
from pullcord.platforms.wire import LARGEST_ANSWER_BYTES, ColdWire, Request, WireError, open_ahead

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
PATIENCE_SECONDS = 10

Talk = Callable[[socket.socket, int], bool]
"""Answers the request of that number, counted over all lines from 1; whether the line stays open."""


class Platform:
    """A server that reads one request at a time, and remembers on which line each came."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._lock = threading.Lock()
        self._lines: list[socket.socket] = []
        self.came: list[int] = []
        """The line of each request."""
        self.has_hung_up = threading.Event()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._let_in, daemon=True).start()

    def _let_in(self) -> None:
        while True:
            try:
                line, _ = self._door.accept()
            except OSError:
                return
            self._lines.append(line)
            threading.Thread(target=self._serve, args=(line, len(self._lines)), daemon=True).start()

    def _serve(self, line: socket.socket, number: int) -> None:
        with line:
            try:
                while line.recv(65536):
                    with self._lock:
                        self.came.append(number)
                        count = len(self.came)
                    if not self._talk(line, count):
                        break
            except OSError:
                pass  # the other side reset it
        self.has_hung_up.set()

    def close(self) -> None:
        self._door.close()
        for line in self._lines:
            line.close()


@contextmanager
def platform(talk: Talk) -> Iterator[tuple[Platform, Request]]:
    theirs = Platform(talk)
    try:
        yield theirs, Request("POST", f"{theirs.address}/end", {}, b"", PATIENCE_SECONDS)
    finally:
        theirs.close()


@pytest.fixture
def wire() -> Iterator[WarmWire]:
    ours = WarmWire()
    yield ours
    ours.close()


def answer(line: socket.socket, _: int) -> bool:
    line.sendall(OK)
    return True


def test_one_line_serves_call_after_call(wire: WarmWire) -> None:
    with platform(answer) as (theirs, end):
        assert [wire.send(end).body for _ in range(3)] == [b"{}"] * 3
        assert theirs.came == [1, 1, 1]


def test_a_line_that_the_platform_closed_between_two_calls_is_replaced_and_the_next_call_goes_out_once(
    wire: WarmWire,
) -> None:
    def answer_and_hang_up(line: socket.socket, _: int) -> bool:
        line.sendall(OK)
        return False

    with platform(answer_and_hang_up) as (theirs, end):
        wire.send(end)
        assert theirs.has_hung_up.wait(PATIENCE_SECONDS)
        assert wire.send(end).status == 200
        assert theirs.came == [1, 2]


def test_all_lines_that_were_closed_are_let_go_before_a_new_one_is_opened(wire: WarmWire) -> None:
    both = threading.Barrier(2)

    def answer_two_together(line: socket.socket, count: int) -> bool:
        if count <= 2:
            both.wait(PATIENCE_SECONDS)
        line.sendall(OK)
        return True

    with platform(answer_two_together) as (theirs, end):
        at_once(wire, end, 2)
        assert sorted(theirs.came) == [1, 2]
        for line in theirs._lines:
            line.shutdown(socket.SHUT_RDWR)
        assert wire.send(end).status == 200
        assert theirs.came[2:] == [3]


def test_a_request_that_was_taken_and_not_answered_is_not_sent_again(wire: WarmWire) -> None:
    def answer_the_first_only(line: socket.socket, count: int) -> bool:
        if count == 1:
            line.sendall(OK)
        return count == 1

    with platform(answer_the_first_only) as (theirs, end):
        wire.send(end)
        with pytest.raises(WireError) as raised:
            wire.send(end)
        assert raised.value.kind == "unreachable"
        assert theirs.came == [1, 1]


def test_a_line_that_the_platform_says_it_will_close_is_not_kept(wire: WarmWire) -> None:
    def last_answer(line: socket.socket, _: int) -> bool:
        line.sendall(OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        return True

    with platform(last_answer) as (theirs, end):
        wire.send(end)
        wire.send(end)
        assert theirs.came == [1, 2]


def test_what_was_said_without_being_asked_is_never_taken_for_an_answer(wire: WarmWire) -> None:
    said = threading.Event()

    def say_too_much(line: socket.socket, count: int) -> bool:
        line.sendall(OK)
        if count == 1:
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nother")
        said.set()
        return True

    with platform(say_too_much) as (_, end):
        wire.send(end)
        assert said.wait(PATIENCE_SECONDS)
        assert wire.send(end).body == b"{}"


def test_a_line_with_an_answer_too_large_is_not_used_again(wire: WarmWire) -> None:
    def too_large(line: socket.socket, count: int) -> bool:
        if count > 1:
            line.sendall(OK)
            return True
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (2 * LARGEST_ANSWER_BYTES))
        line.sendall(b" " * 2 * LARGEST_ANSWER_BYTES)
        return True

    with platform(too_large) as (theirs, end):
        assert len(wire.send(end).body) == LARGEST_ANSWER_BYTES + 1
        assert wire.send(end).body == b"{}"
        assert theirs.came == [1, 2]


def test_each_call_waits_as_long_as_it_was_told_also_on_a_line_that_is_open(wire: WarmWire) -> None:
    def answer_the_first_only(line: socket.socket, count: int) -> bool:
        if count == 1:
            line.sendall(OK)
        return True

    with platform(answer_the_first_only) as (theirs, end):
        wire.send(end)
        with pytest.raises(WireError) as raised:
            wire.send(end._replace(wait_seconds=0.05))
        assert raised.value.kind == "timeout"
        assert theirs.came == [1, 1]


def test_many_at_once_each_have_a_line_and_only_so_many_are_kept(
    wire: WarmWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = threading.Barrier(8)

    def answer_together(line: socket.socket, count: int) -> bool:
        if count <= 8:
            together.wait(PATIENCE_SECONDS)
        line.sendall(OK)
        return True

    monkeypatch.setattr(warm, "MOST_IDLE", 3)
    with platform(answer_together) as (theirs, end):
        at_once(wire, end, 8)
        assert sorted(theirs.came) == list(range(1, 9))
        assert sum(len(lines) for lines in wire._idle.values()) == 3
        wire.close()
        assert not wire._idle


def at_once(wire: WarmWire, request: Request, count: int) -> None:
    threads = [threading.Thread(target=wire.send, args=(request,)) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_line_opened_ahead_is_the_one_that_the_next_request_takes(wire: WarmWire) -> None:
    with platform(answer) as (theirs, end):
        for _ in range(3):
            open_ahead(wire, theirs.address)
        assert theirs.came == [], "nothing is asked"
        for _ in range(2):
            wire.send(end)
        assert theirs.came == [1, 1]
        assert len(theirs._lines) == 1


def test_one_that_the_platform_closed_meanwhile_is_opened_anew(wire: WarmWire) -> None:
    with platform(answer) as (theirs, end):
        open_ahead(wire, theirs.address)
        while not theirs._lines:
            threading.Event().wait(0.001)
        theirs._lines[0].shutdown(socket.SHUT_RDWR)
        assert theirs.has_hung_up.wait(PATIENCE_SECONDS)
        open_ahead(wire, theirs.address)
        wire.send(end)
        assert theirs.came == [2]


def test_that_no_line_could_be_opened_ahead_is_told_by_the_request_that_needs_it(wire: WarmWire) -> None:
    nobody = Request("GET", "http://127.0.0.1:1/", {})
    open_ahead(wire, nobody.url)
    open_ahead(ColdWire(), nobody.url)
    with pytest.raises(WireError):
        wire.send(nobody)
