"""Pressing over raw sockets: bytes made beforehand, stamped right before they go out, in milliseconds until they came."""

import selectors
import socket
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Final, NamedTuple

from bench import _stop_platform

ANSWER_SECONDS: Final = 30.0


class Link(NamedTuple):
    """What a press needs, and the room it ends."""

    token: str
    room: str


class Times(NamedTuple):
    """From the press's bytes to each meeting's first request and to its end on the wire, in milliseconds."""

    first: list[float]
    end: list[float]


def each_alone(port: int, links: Sequence[Link], platform: int, *, pause: Callable[[], None]) -> Times:
    """One after the other, each on a line of its own, as different people's phones would."""
    sent: dict[str, int] = {}
    for link in links:
        with socket.create_connection(("127.0.0.1", port), timeout=ANSWER_SECONDS) as line:
            pause()
            sent[link.room] = time.perf_counter_ns()
            line.sendall(_request(port, link))
            _answered(line.recv(65536))
    return _times(sent, platform)


def all_at_once(port: int, links: Sequence[Link], platform: int) -> Times:
    """Every line is open before the first byte goes out; all times count from that one."""
    requests = [(_request(port, link), _open(port)) for link in links]
    chosen = selectors.DefaultSelector()
    began = time.perf_counter_ns()
    for request, line in requests:
        line.sendall(request)
        chosen.register(line, selectors.EVENT_READ)
    _take_answers(chosen, len(links))
    return _times(dict.fromkeys((link.room for link in links), began), platform)


def _open(port: int) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", port), timeout=ANSWER_SECONDS)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return line


def _request(port: int, link: Link) -> bytes:
    return f"POST /c/{link.token}/stop HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 0\r\n\r\n".encode()


def _take_answers(chosen: selectors.BaseSelector, count: int) -> None:
    until = time.monotonic() + ANSWER_SECONDS
    while count and time.monotonic() < until:
        for key, _ in chosen.select(timeout=1.0):
            line = key.fileobj
            assert isinstance(line, socket.socket)
            _answered(line.recv(65536))
            chosen.unregister(line)
            line.close()
            count -= 1
    assert not count, f"{count} presses got no answer"


def _answered(answer: bytes) -> None:
    assert answer.split(b" ", 2)[1:2] == [b"303"], answer[:200]


def _times(sent: dict[str, int], platform: int) -> Times:
    """The server also looks at its meetings of its own accord, once a day and when it starts: that is no press's request."""
    came = _stop_platform.recorded(platform)
    firsts = [min(_since(at, chain.from_iterable(came[room].values()))) - at for room, at in sent.items()]
    ends = [min(_since(at, came[room]["end"])) - at for room, at in sent.items()]
    return Times(_milliseconds(firsts), _milliseconds(ends))


def _since(at: int, times: Iterable[int]) -> list[int]:
    return [one for one in times if one >= at]


def _milliseconds(nanoseconds: Iterable[int]) -> list[float]:
    return sorted(one / 1e6 for one in nanoseconds)


def at(times: Sequence[float], share: float) -> float:
    """The value below which this share of the sorted times lies."""
    return times[min(len(times) - 1, int(len(times) * share))]
