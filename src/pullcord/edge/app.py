"""The fast door put together: its own routes first, the practice meeting, then the people pages for whatever is left."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from pullcord.edge import api, cord, drill, events, host, live
from pullcord.edge.ears import Ears
from pullcord.edge.failures import Failures
from pullcord.edge.guards import OnlyOurHost, SmallBodies
from pullcord.edge.metrics import Count, Metrics
from pullcord.edge.pages import ICON_AT, sorry_page
from pullcord.edge.parts import Edge
from pullcord.jobs.desk import Desk

STOPS_AT_ONCE = 128
"""Threads that wait for platforms. A hundred meetings of a school may be ended in the same second."""


def build(
    desk: Desk,
    *,
    people: ASGIApp | None,
    practice: ASGIApp | None,
    static: str | None,
    guide: ASGIApp | None = None,
    trouble: Callable[[], str | None] = lambda: None,
    ears: Ears | None = None,
    counts: Callable[[], Iterable[Count]] = tuple,
) -> Starlette:
    """`people`: the Django pages; None = stop-only. `practice`: the practice meeting's app, mounted at /practice.

    `guide`: what to do, for anyone, at /guide: it needs nothing of the rest.
    """
    stops = ThreadPoolExecutor(STOPS_AT_ONCE, thread_name_prefix="stop")
    edge = Edge(desk, stops, Failures(), trouble, ears or Ears())
    routes: list[Route | Mount] = [
        Route("/events/{platform}/{source}", events.Door(), methods=["POST"]),  # first: it comes most often by far
        Route("/c/{token}", cord.show, methods=["GET"]),
        Route("/c/{token}/stop", cord.press, methods=["POST"]),
        Route("/c/{token}/back", cord.take_back, methods=["POST"]),
        Route("/c/{token}/begin", drill.begin, methods=["POST"]),
        Route("/c/{token}/next.ics", drill.next_day, methods=["GET"]),
        Route("/host/{ticket}/stop", host.press, methods=["POST"]),
        Route("/host/{ticket}/stop-all", host.press_all, methods=["POST"]),
        Route("/api/stop", api.stop_by_token, methods=["POST"]),
        Route("/live/{ticket}", live.stream, methods=["GET"]),
        Route(ICON_AT, cord.icon, methods=["GET"]),
        Route("/health", health, methods=["GET"]),
    ]
    if static is not None:
        routes.append(Mount("/static", StaticFiles(directory=static)))
    if practice is not None:
        routes.append(Mount("/practice", practice))
    if guide is not None:
        routes += [Route("/guide", to_the_guide, methods=["GET"]), Mount("/guide", guide)]
    routes.append(Mount("/", _Rest(people, trouble)))
    before = [Middleware(Metrics, counts=counts), Middleware(OnlyOurHost, config=desk.config), Middleware(SmallBodies)]
    app = Starlette(routes=routes, middleware=before)
    app.state.edge = edge
    return app


def make_ready(app: Starlette) -> None:
    """Have all threads there before the first press: making one takes half a millisecond, of a hundred stops most of their time."""
    stops, gate = app.state.edge.stops, Barrier(STOPS_AT_ONCE)
    for _ in range(STOPS_AT_ONCE):
        stops.submit(gate.wait)


async def health(request: Request) -> Response:
    """Whether this server ends meetings, and whether the rest of it works too."""
    trouble = request.app.state.edge.trouble()
    return JSONResponse({"stops": True, "mode": "stop-only" if trouble else "full"})


async def to_the_guide(request: Request) -> Response:
    return RedirectResponse("/guide/", 308)


class _Rest:
    """What the fast door does not answer itself. Only HTTP goes on to the people pages: a stray WebSocket is closed."""

    def __init__(self, people: ASGIApp | None, trouble: Callable[[], str | None]) -> None:
        self._people = people
        self._trouble = trouble

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 4404})
        elif self._people is None:
            await sorry_page(self._trouble())(scope, receive, send)
        else:
            await self._people({**scope, "root_path": ""}, receive, send)
