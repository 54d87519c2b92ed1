"""A signed-in host's press. His page was made by Django, which knows him; the ticket in its form says so here."""

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pullcord.edge.guards import is_from_elsewhere
from pullcord.edge.pages import HEADERS, page
from pullcord.edge.parts import Edge
from pullcord.jobs.press import stop_if_running
from pullcord.jobs.stop import GENERAL_HANDS, stop
from pullcord.safe.kit import KitUnreadable
from pullcord.safe.tickets import Ticket

ANSWER_WITHIN_SECONDS = 2.5

Act = Callable[..., object]
"""`stop`, or `stop_if_running`: a kit, the means, by whom, through which door."""


async def press(request: Request) -> Response:
    ticket = _ticket(request, "press")
    if ticket is None:
        return _sign_in_again()
    await _stop_each(request, ticket, stop)
    return RedirectResponse(f"/incidents/latest/{ticket.about[0]}", status_code=303, headers=HEADERS)


async def press_all(request: Request) -> Response:
    ticket = _ticket(request, "end all")
    if ticket is None:
        return _sign_in_again()
    await _stop_each(request, ticket, stop_if_running)
    return RedirectResponse("/", status_code=303, headers=HEADERS)


def _ticket(request: Request, kind: str) -> Ticket | None:
    edge: Edge = request.app.state.edge
    if is_from_elsewhere(request, edge.desk.config):
        return None
    return edge.desk.tickets.find(kind, request.path_params["ticket"])


async def _stop_each(request: Request, ticket: Ticket, act: Act) -> None:
    """All at once; those that take longer than the answer go on behind it."""
    edge: Edge = request.app.state.edge
    loop = asyncio.get_running_loop()
    acting = [loop.run_in_executor(edge.stops, _stop, edge, meeting, ticket.by, act) for meeting in ticket.about]
    if acting:
        await asyncio.wait(acting, timeout=ANSWER_WITHIN_SECONDS)


def _stop(edge: Edge, meeting_id: str, by: str, act: Act) -> None:
    try:
        kit = edge.desk.kits.read(meeting_id)
    except KitUnreadable:
        kit = None
    if kit is None:
        # Nothing to act with: the record says so, and the page it leads to shows the platform's own buttons.
        edge.desk.means.journal.append("no kit", meeting=meeting_id, by=by, door="host page")
        return
    act(kit, edge.desk.means, by=by, door="host page")


def _sign_in_again() -> Response:
    steps = "".join(f"<li>{step}</li>" for step in GENERAL_HANDS)
    said = f'<h1>Nothing was ended</h1><p>This page was too old. <a href="/">Open it again</a> and press there, or end the meeting yourself:</p><ol>{steps}</ol>'
    return page(said, status=403)
