"""Signed reports, made beforehand, over connections that stay open: as many as are answered, or at an even pace."""

import asyncio
import time
from collections.abc import Iterable, Iterator
from itertools import count
from typing import Final, NamedTuple

from pullcord.practice import events
from pullcord.practice.events import Happened
from pullcord.safe.keys import new_token

SECRET: Final = "a-secret-of-at-least-thirty-two-bytes"
SOURCE: Final = "here"
MEETINGS: Final = 50
CONNECTIONS: Final = 64

Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Outcome(NamedTuple):
    seconds: float
    waits: list[float]
    """How long each answer took, in milliseconds, the shortest first."""

    @property
    def a_second(self) -> float:
        return len(self.waits) / self.seconds

    def at(self, share: float) -> float:
        return self.waits[min(len(self.waits) - 1, int(share * len(self.waits)))]


def room(number: int) -> str:
    return f"room-{number % MEETINGS}"


def reports(port: int, how_many: int) -> list[bytes]:
    return [_report(port, number) for number in range(how_many)]


def _report(port: int, number: int) -> bytes:
    kind = "joined" if number % 2 else "left"
    happened = Happened(kind, room(number), time.time(), str(number % 500), f"Person {number % 500}")  # type: ignore[arg-type]
    headers, raw = events.signed(happened, secret=SECRET, now=time.time(), nonce=new_token())
    told = {"Host": f"127.0.0.1:{port}", "Content-Length": str(len(raw)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"POST /events/practice/{SOURCE} HTTP/1.1\r\n{head}\r\n".encode() + raw


def as_many_as_are_answered(port: int, how_many: int) -> Outcome:
    made = iter(reports(port, how_many))
    return asyncio.run(_all(port, made, None))


def at_a_pace(port: int, how_many: int, *, a_second: float) -> Outcome:
    return asyncio.run(_all(port, iter(reports(port, how_many)), a_second))


async def _all(port: int, made: Iterator[bytes], a_second: float | None) -> Outcome:
    lines = [await asyncio.open_connection("127.0.0.1", port) for _ in range(CONNECTIONS)]
    began = time.perf_counter()
    due: Iterable[float] = (began if a_second is None else began + n / a_second for n in count())
    turns = zip(made, due, strict=False)
    waits = await asyncio.gather(*(_send(line, turns) for line in lines))
    seconds = time.perf_counter() - began
    for _, writer in lines:
        writer.close()
    return Outcome(seconds, sorted(wait for one in waits for wait in one))


async def _send(line: Line, turns: Iterator[tuple[bytes, float]]) -> list[float]:
    reader, writer = line
    waits = []
    for report, due in turns:
        if (ahead := due - time.perf_counter()) > 0:
            await asyncio.sleep(ahead)
        sent = time.perf_counter()
        writer.write(report)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].split()[0]))
        waits.append((time.perf_counter() - sent) * 1000)
    return waits
