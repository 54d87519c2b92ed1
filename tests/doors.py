"""The fast door on a real port, in this process, with the practice meeting behind it."""

import http.client
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

from pullcord import edge
from pullcord.config import read_config
from pullcord.edge.ears import Ears
from pullcord.edge.parts import Edge
from pullcord.jobs.desk import open_desk
from tests.contract.ground_practice import Prompt, _bound
from tests.stopping import Scene, scene


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def told(self) -> Any:
        return json.loads(self.text)


class Door(NamedTuple):
    scene: Scene
    port: int
    app: Starlette

    @property
    def edge(self) -> Edge:
        found: Edge = self.app.state.edge
        return found

    def ask(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        host: str | None = None,
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        sent = {"Host": host or f"127.0.0.1:{self.port}", **(headers or {})}
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")  # one route answers with a picture
        connection.close()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, text)


@contextmanager
def door(
    folder: Path,
    *,
    trouble: str | None = None,
    ears: Ears | None = None,
    guide: ASGIApp | None = None,
    practice: Callable[[str], ASGIApp] | None = None,
) -> Iterator[Door]:
    """`trouble`: what the banner says; the door then stands alone, as in stop-only mode. `practice`: told the address."""
    with scene(folder) as now, _bound() as listening:
        port = listening.getsockname()[1]
        config = read_config(str(folder), environment={"PULLCORD_LISTEN": f"127.0.0.1:{port}"})
        desk = open_desk(config, wire=lambda _: now.wire)
        room = practice(f"http://127.0.0.1:{port}") if practice else None
        app = edge.build(desk, people=None, practice=room, static=None, trouble=lambda: trouble, ears=ears, guide=guide)
        server = Prompt(
            uvicorn.Config(app, ws="websockets-sansio", lifespan="off", log_level="warning", access_log=False)
        )
        server.config.timeout_graceful_shutdown = 1
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            yield Door(now._replace(desk=desk), port, app)
        finally:
            server.should_exit = True
            thread.join(10)
            desk.means.journal.close()
