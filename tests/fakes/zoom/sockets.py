"""Events over a line that the other side opened: no public address is needed. One line for each subscription, as the vendor has it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from starlette.websockets import WebSocket, WebSocketDisconnect

if TYPE_CHECKING:
    from tests.fakes.zoom.serving import Zoom

SUBSCRIPTION = "a-subscription"


class Line:
    """One open line. `send` may be called from any thread."""

    def __init__(self, socket: WebSocket, loop: asyncio.AbstractEventLoop) -> None:
        self._socket, self._loop = socket, loop

    def send(self, told: dict[str, Any]) -> None:
        asyncio.run_coroutine_threadsafe(self._socket.send_text(json.dumps(told)), self._loop).result(5)

    def hang_up(self) -> None:
        asyncio.run_coroutine_threadsafe(self._socket.close(), self._loop).result(5)


def door(zoom: "Zoom") -> Callable[[WebSocket], Awaitable[None]]:
    async def open_line(socket: WebSocket) -> None:
        token = socket.query_params.get("access_token", "")
        if (
            zoom.tokens.get(token, 0.0) <= zoom.account.clock()
            or socket.query_params.get("subscriptionId") != SUBSCRIPTION
        ):
            await socket.close(4401)
            return
        await socket.accept()
        for earlier in list(zoom.lines):  # a second line of the same subscription ends the first
            zoom.lines.remove(earlier)
            await earlier._socket.close()
        line = Line(socket, asyncio.get_running_loop())
        zoom.lines.append(line)
        await socket.send_text(json.dumps({"module": "build_connection", "success": True, "content": "{}"}))
        try:
            while True:
                told = json.loads(await socket.receive_text())
                if told.get("module") == "heartbeat":
                    await socket.send_text(json.dumps({"module": "heartbeat", "success": True}))
        except WebSocketDisconnect:
            if line in zoom.lines:
                zoom.lines.remove(line)

    return open_line


def tell(zoom: "Zoom", body: bytes) -> int:
    """To every open line, as the vendor wraps an event; how many there were."""
    lines = list(zoom.lines)
    for line in lines:
        line.send({"module": "message", "content": body.decode()})
    return len(lines)
