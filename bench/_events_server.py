"""The two servers that are compared, each a process of its own: our edge, and a bare Starlette. Prints its port.

The bare one does what every such server has to: read the body, check its signature with the one secret it knows, see of what
type it is, write it under its nonce by the same group commit, answer. It knows no meetings and answers to any name.
"""

import hmac
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bench._events_load import SECRET
from pullcord import edge
from pullcord.config import read_config
from pullcord.edge.ears import Ears
from pullcord.jobs.desk import open_desk
from pullcord.platforms.practice import KINDS
from pullcord.safe.inbox import Inbox, Row

SWITCH_SECONDS: Final = 0.001
"""As in `serve`: neither of the two threads keeps the other waiting for longer."""


def ours(folder: str, place: str, port: int) -> Starlette:
    config = read_config(folder, environment={"PULLCORD_LISTEN": f"127.0.0.1:{port}"})
    return edge.build(open_desk(config), people=None, practice=None, static=None, ears=Ears(Inbox(place)))


def bare(_folder: str, place: str, _port: int) -> Starlette:
    inbox = Inbox(place)

    async def take(request: Request) -> Response:
        raw = await request.body()
        told = dict(part.split("=", 1) for part in request.headers["x-pullcord-signature"].split(","))
        signed = f"{told['t']}.{told['n']}.".encode() + raw
        if not hmac.compare_digest(hmac.digest(SECRET.encode(), signed, "sha256").hex(), told["v1"]):
            return JSONResponse({"code": "not-believed"}, 401)
        if json.loads(raw)["type"] not in KINDS:
            return JSONResponse({"code": "taken"})
        row = Row("practice", "here", told["n"], float(told["t"]), time.time(), raw.decode())
        return JSONResponse({"code": "taken"}, 200 if await inbox.write(row) else 503)

    return Starlette(routes=[Route("/events/{platform}/{source}", take, methods=["POST"])])


@contextmanager
def running(which: str, folder: str, place: str) -> Iterator[int]:
    """Its port."""
    command = [sys.executable, "-m", "bench._events_server", which, folder]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        print(place, file=process.stdin, flush=True)  # not on the command line: it has a password
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def main(which: str, folder: str) -> None:
    sys.setswitchinterval(SWITCH_SECONDS)
    place = sys.stdin.readline().strip()
    # With its protocol named: only then does asyncio send small answers at once, as it does where uvicorn listens itself.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
        app = {"ours": ours, "bare": bare}[which](folder, place, port)
        settings = uvicorn.Config(app, lifespan="off", log_level="warning", access_log=False, server_header=False)
        print(port, flush=True)
        uvicorn.Server(settings).run([door])


if __name__ == "__main__":
    main(*sys.argv[1:])
