"""Counts for a Prometheus on the same machine: figures alone, no id, no name, no address.

Only a caller on loopback who came through no proxy is answered; to everybody else this door does not exist.
"""

from collections.abc import Callable, Iterable, Mapping
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

PATH = "/metrics"
TYPE = "text/plain; version=0.0.4; charset=utf-8"
CAME_THROUGH = (b"forwarded", b"via", b"x-real-ip")


class Count(NamedTuple):
    name: str
    value: float
    labels: Mapping[str, str] = {}


class Metrics:
    """Stands before the check of the Host: a program on the machine asks by the loopback address, not by the public one."""

    def __init__(self, app: ASGIApp, counts: Callable[[], Iterable[Count]]) -> None:
        self._app = app
        self._counts = counts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH:
            return await self._app(scope, receive, send)
        if scope["method"] != "GET" or not is_from_this_machine(scope):
            return await PlainTextResponse("There is nothing here.\n", 404)(scope, receive, send)
        text = await run_in_threadpool(lambda: written(self._counts()))
        return await PlainTextResponse(text, media_type=TYPE)(scope, receive, send)


def is_from_this_machine(scope: Scope) -> bool:
    """By every sign there is: the line, the Host, and no header of a proxy. A proxy that passes the Host on fails by that."""
    caller = (scope.get("client") or ("", 0))[0]
    headers = [(name, value) for name, value in scope["headers"]]
    host = b"".join(value for name, value in headers if name == b"host").decode("latin-1")
    through = any(name in CAME_THROUGH or name.startswith(b"x-forwarded") for name, _ in headers)
    return not through and scope["http_version"] != "1.0" and _is_loopback(caller) and _is_loopback(_name(host))


def _name(host: str) -> str:
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
    return "127.0.0.1" if name == "localhost" else name


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def written(counts: Iterable[Count]) -> str:
    """In the text format of Prometheus, 0.0.4."""
    return "".join(f"{one.name}{_labels(one.labels)} {one.value:g}\n" for one in counts)


def _labels(labels: Mapping[str, str]) -> str:
    told = ",".join(f'{name}="{value}"' for name, value in labels.items())
    return f"{{{told}}}" if told else ""
