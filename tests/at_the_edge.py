"""One call through the fast door, in this process: what needs no session, no sign-in and no page."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

from pullcord import edge
from pullcord.jobs.desk import Desk
from tests.desk import ADDRESS


def post_at_the_edge(desk: Desk, path: str, **headers: str) -> int:
    return ask_at_the_edge(desk, "POST", path, **headers)


def ask_at_the_edge(desk: Desk, method: str, path: str, **headers: str) -> int:
    """The status of the answer."""
    app = edge.build(desk, people=None, practice=None, static=None)
    said: list[Any] = []
    told = {"host": urlsplit(ADDRESS).netloc, "content-length": "0", **headers}
    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in told.items()], "client": ("127.0.0.1", 1),
        "scheme": "http", "http_version": "1.1", "server": ("127.0.0.1", 1),
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        said.append(message)

    async def ask() -> None:
        await app(scope, receive, send)

    try:
        asyncio.run(ask())
    finally:
        app.state.edge.stops.shutdown()
    return int(said[0]["status"])
