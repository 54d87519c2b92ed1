"""One page's socket: it comes in, is heard and answered until either side ends it."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocket, WebSocketDisconnect

from pullcord.practice import signals
from pullcord.practice.rooms import Refusal, Rooms, Seat

SECONDS_TO_COME_IN: Final = 10.0
SECONDS_TO_SEND: Final = 10.0
MOST_WAITING: Final = 4_000
"""Messages that a page may leave unread before it is hung up on."""
BURST: Final = 3_000
PER_SECOND: Final = 200
"""A page may say a mesh's worth at once, then this many a second: the stop is served by the same process."""

UNFIT, OVER, REFUSED = 1008, 4001, 4003


class Line:
    """The way out to one page: messages in order, the last one followed by the end of the socket."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._loop = asyncio.get_running_loop()
        self._waiting: asyncio.Queue[tuple[Mapping[str, Any] | None, int | None]] = asyncio.Queue()

    def tell(self, message: Mapping[str, Any]) -> None:
        self._loop.call_soon_threadsafe(self._put, message, None)

    def hang_up(self, message: Mapping[str, Any]) -> None:
        self._loop.call_soon_threadsafe(self._put, message, OVER)

    async def run(self) -> None:
        """Send until the last message. A page that does not read for ten seconds is left."""
        while True:
            message, code = await self._waiting.get()
            async with asyncio.timeout(SECONDS_TO_SEND):
                if message is not None:
                    await self._socket.send_json(message)
                if code is not None:
                    return await self._socket.close(code)

    def _put(self, message: Mapping[str, Any], code: int | None) -> None:
        if self._waiting.qsize() >= MOST_WAITING:
            self._waiting.put_nowait((None, UNFIT))
        else:
            self._waiting.put_nowait((message, code))


class Pace:
    """How long the next message has to wait: nothing for a burst, then so many a second."""

    def __init__(self, now: float) -> None:
        self._left, self._at = float(BURST), now

    def wait_seconds(self, now: float) -> float:
        self._left = min(BURST, self._left + (now - self._at) * PER_SECOND) - 1
        self._at = now
        return max(0.0, -self._left / PER_SECOND)


async def serve(socket: WebSocket, rooms: Rooms, token: str) -> None:
    """Everything from the opening of an invited page's socket to its close."""
    await socket.accept()
    line = Line(socket)
    seat = None
    try:
        seat = await _come_in(socket, rooms, token, line)
        if seat:
            await _stay(socket, rooms, seat, line)
    except signals.Unfit:
        await _close(socket, UNFIT)
    except (WebSocketDisconnect, TimeoutError):
        pass  # the page is gone, or does not read
    finally:
        if seat:
            rooms.leave(seat, now=time.time())


async def _come_in(socket: WebSocket, rooms: Rooms, token: str, line: Line) -> Seat | None:
    """A seat once the page asks for it. Raises Unfit, TimeoutError, WebSocketDisconnect."""
    async with asyncio.timeout(SECONDS_TO_COME_IN):
        asked = signals.read(await _next(socket))
    if not isinstance(asked, signals.Join):
        raise signals.Unfit("join comes first")
    answer = rooms.join(token, asked.name, line, now=time.time())
    if isinstance(answer, Seat):
        return answer
    if isinstance(answer, Refusal):
        await run_in_threadpool(rooms.keep, answer.room)
    await socket.send_json({"kind": "refused", "text": answer.text if answer else signals.DEAD})
    await socket.close(REFUSED)
    return None


async def _stay(socket: WebSocket, rooms: Rooms, seat: Seat, line: Line) -> None:
    """Hear and answer until one of the two is over. Raises what it was over with."""
    both = {asyncio.create_task(_listen(socket, rooms, seat)), asyncio.create_task(line.run())}
    try:
        over, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in both:
            task.cancel()
        await asyncio.gather(*both, return_exceptions=True)
    for task in over:
        task.result()


async def _listen(socket: WebSocket, rooms: Rooms, seat: Seat) -> None:
    loop = asyncio.get_running_loop()
    pace = Pace(loop.time())
    while True:
        message = signals.read(await _next(socket))
        if isinstance(message, signals.Leave):
            return await _close(socket, OVER)
        if not isinstance(message, signals.Relay):
            raise signals.Unfit("in already")
        rooms.relay(seat, message)
        await asyncio.sleep(pace.wait_seconds(loop.time()))


async def _next(socket: WebSocket) -> str:
    """The next text. Raises Unfit for bytes, WebSocketDisconnect."""
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    text = message.get("text")
    if not isinstance(text, str):
        raise signals.Unfit("not text")
    return text


async def _close(socket: WebSocket, code: int) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):  # closed from the other side, or by us, a moment before
        await socket.close(code)
