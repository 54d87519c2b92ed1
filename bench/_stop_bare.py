"""The bare limit: a uvicorn handler that makes a stop's calls and nothing else. No kit, no right, no journal, no proof kept.

Run as a process of its own with the platform's port; prints the port on which it listens.
"""

import asyncio
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import uvicorn

ASKED: Final = b"%b /practice/api/rooms/%b%b HTTP/1.1\r\nHost: platform\r\nContent-Length: 0\r\n\r\n"

Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Bare:
    def __init__(self, platform: int) -> None:
        self._platform = platform
        self._idle: list[Line] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """`POST /c/TOKEN/stop`, as at the real edge; the token is the room."""
        room = scope["path"].split("/")[2].encode()
        await asyncio.gather(self._ask(b"GET", room), self._ask(b"POST", room, b"/hold"))
        await self._ask(b"POST", room, b"/end")
        await self._ask(b"GET", room)
        await send({"type": "http.response.start", "status": 303, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def _ask(self, method: bytes, room: bytes, verb: bytes = b"") -> bytes:
        reader, writer = self._idle.pop() if self._idle else await asyncio.open_connection("127.0.0.1", self._platform)
        writer.write(ASKED % (method, room, verb))
        head = await reader.readuntil(b"\r\n\r\n")
        said = await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].split()[0]))
        self._idle.append((reader, writer))
        return said


@contextmanager
def running(platform: int) -> Iterator[int]:
    """Its port."""
    command = [sys.executable, "-m", "bench._stop_bare", str(platform)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", 0), backlog=512) as door:
        print(door.getsockname()[1], flush=True)
        settings = uvicorn.Config(Bare(int(sys.argv[1])), lifespan="off", log_level="warning", access_log=False)
        uvicorn.Server(settings).run([door])
