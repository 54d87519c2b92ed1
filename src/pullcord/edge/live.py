"""A live view of one incident for the page that holds a ticket: it says that something changed, never what."""

import asyncio
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from pullcord.edge.parts import Edge

LOOK_EVERY_SECONDS = 0.25
ALIVE_EVERY_LOOKS = 60


async def stream(request: Request) -> Response:
    edge: Edge = request.app.state.edge
    ticket = edge.desk.tickets.find("live", request.path_params["ticket"])
    if ticket is None:
        return JSONResponse({"error": {"code": "no-right", "sentence": "This page was too old. Open it again."}}, 404)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_changes(request, edge, ticket.about[0]), media_type="text/event-stream", headers=headers)


async def _changes(request: Request, edge: Edge, incident_id: str) -> AsyncIterator[str]:
    seen = await asyncio.to_thread(edge.desk.means.book.find, incident_id)
    yield "retry: 2000\n\n"
    quiet = 0
    while edge.desk.tickets.find("live", request.path_params["ticket"]) and not await request.is_disconnected():
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        now = await asyncio.to_thread(edge.desk.means.book.find, incident_id)
        quiet += 1
        if now != seen:
            seen, quiet = now, 0
            yield "event: change\ndata: \n\n"
        elif quiet % ALIVE_EVERY_LOOKS == 0:
            yield ": still here\n\n"
