"""A watcher's page: one link, two deliberate acts, one POST. Served from kit and journal alone."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pullcord.core.cords import TAKE_BACK_SECONDS, may_press
from pullcord.core.drill import told_to_you
from pullcord.edge.guards import is_from_elsewhere
from pullcord.edge.pages import (
    HEADERS,
    ICON,
    Rehearsal,
    View,
    cord_page,
    no_link_page,
    page,
    too_many_page,
    unreadable_page,
)
from pullcord.edge.parts import Edge
from pullcord.jobs import own_time
from pullcord.jobs import press as presses
from pullcord.jobs.stop import GENERAL_HANDS
from pullcord.platforms import platform
from pullcord.safe.keys import digest
from pullcord.safe.kit import Cord, Kit
from pullcord.words import PlatformError

ANSWER_WITHIN_SECONDS = 2.5
"""How long a press waits for the proof before its page says that we are still asking."""

T = TypeVar("T")


async def icon(request: Request) -> Response:
    """For the phone's first screen. Nobody is asked who wants it."""
    return Response(ICON, media_type="image/png", headers={"Cache-Control": "public, max-age=86400"})


async def show(request: Request) -> Response:
    return await with_cord(request, lambda edge, kit, cord: _page(edge, kit, cord, request.path_params["token"]))


async def press(request: Request) -> Response:
    def act(edge: Edge, kit: Kit, cord: Cord) -> Response:
        pressed = presses.press_cord(kit, cord, edge.desk.means)
        if isinstance(pressed, presses.Refusal):
            return cord_page(_view(edge, kit, cord, refusal=pressed.sentence), request.path_params["token"])
        return back_to_page(request)

    if is_from_elsewhere(request, request.app.state.edge.desk.config):
        return from_elsewhere()
    return await with_cord(request, act, otherwise=lambda: back_to_page(request))


async def take_back(request: Request) -> Response:
    def act(edge: Edge, kit: Kit, cord: Cord) -> Response:
        try:
            done = presses.take_back(kit, cord.id, edge.desk.means)
        except PlatformError as error:
            done = presses.Refusal(error.code, f"{error.sentence} The host can let people back in after signing in.")
        if isinstance(done, presses.Refusal):
            return page(f"<h1>Nobody was let back in</h1><p>{done.sentence}</p>", status=409)
        return back_to_page(request)

    if is_from_elsewhere(request, request.app.state.edge.desk.config):
        return from_elsewhere()
    return await with_cord(request, act)


async def with_cord(
    request: Request,
    act: Callable[[Edge, Kit, Cord], Response],
    *,
    otherwise: Callable[[], Response] | None = None,
) -> Response:
    """Find the link's kit and act, off the event loop. `otherwise`: what to answer while the act goes on."""
    edge: Edge = request.app.state.edge
    token_digest = digest(request.path_params["token"])

    def find_and_act() -> Response:
        kit = edge.desk.kits.holding(token_digest)
        cord = None if kit is None else next((held for held in kit.cords if held.digest == token_digest), None)
        return _no_link(edge, request) if kit is None or cord is None else act(edge, kit, cord)

    # Where many press at once, all are read before the threads of the first ones take their time.
    await asyncio.sleep(0)
    acting = asyncio.get_running_loop().run_in_executor(edge.stops, find_and_act)
    if otherwise is None:
        return await acting
    done, _ = await asyncio.wait([acting], timeout=ANSWER_WITHIN_SECONDS)
    return acting.result() if done else otherwise()


def _no_link(edge: Edge, request: Request) -> HTMLResponse:
    names = sorted({error.platform for error in edge.desk.kits.unreadable()})
    if names:
        return unreadable_page({_title(name): _own_hands(name) for name in names if name}, trouble=edge.trouble())
    caller = request.client.host if request.client else ""
    return too_many_page() if edge.failures.count(caller) else no_link_page(trouble=edge.trouble())


def _page(edge: Edge, kit: Kit, cord: Cord, token: str) -> HTMLResponse:
    now, incident = edge.desk.means.clock(), edge.desk.means.book.latest(kit.meeting.id)
    held = incident is not None and incident.is_held(now)
    answer = may_press(
        now=now, starts=kit.starts, ends=kit.ends, expires=cord.expires, suspended=cord.suspended, held=held
    )
    refusals = {"expired": presses.EXPIRED.sentence, "suspended": presses.SUSPENDED.sentence}
    return cord_page(_view(edge, kit, cord, refusal=refusals.get(answer)), token)


def _view(edge: Edge, kit: Kit, cord: Cord, *, refusal: str | None) -> View:
    means, meeting = edge.desk.means, kit.meeting
    incident = means.book.latest(meeting.id)
    if incident is not None and not incident.takes_presses(means.clock()):
        incident = None
    return View(
        meeting=meeting.name,
        platform_title=_title(meeting.platform),
        own_hands=_own_hands(meeting.platform),
        stand_in=_stand_in(meeting.platform),
        incident=incident,
        refusal=refusal,
        unwritten=any(line.fields.get("meeting") == meeting.id for line in means.journal.late()),
        may_take_back=incident is not None and incident.is_over and _may_take_back(edge, kit, cord),
        trouble=edge.trouble(),
        now=means.clock(),
        time_zone=edge.desk.config.time_zone,
        drill=_drill(edge, kit, cord),
    )


def _drill(edge: Edge, kit: Kit, cord: Cord) -> Rehearsal | None:
    if not own_time.is_drill(kit):
        return None
    times = own_time.of(edge.desk.means, kit.meeting.id, by=(cord.id,))
    has_begun = times.begun_at is not None or times.pressed_at is not None
    day = own_time.next_day(kit, times, now=edge.desk.means.clock(), time_zone=edge.desk.config.time_zone)
    return Rehearsal(has_begun, told_to_you(times), day.timestamp())


def _may_take_back(edge: Edge, kit: Kit, cord: Cord) -> bool:
    incident = edge.desk.means.book.latest(kit.meeting.id)
    recent = incident is not None and edge.desk.means.clock() - incident.presses[-1].at <= TAKE_BACK_SECONDS
    return recent and presses.why_not_take_back(kit, cord.id, edge.desk.means) is None


def _title(name: str) -> str:
    try:
        return platform(name).limits.title
    except PlatformError:
        return "The platform"


def _own_hands(name: str) -> tuple[str, ...]:
    try:
        return platform(name).limits.own_hands
    except PlatformError:
        return GENERAL_HANDS


def _stand_in(name: str) -> str | None:
    try:
        return platform(name).limits.stand_in
    except PlatformError:
        return None


def back_to_page(request: Request) -> Response:
    return RedirectResponse(f"/c/{request.path_params['token']}", status_code=303, headers=HEADERS)


def from_elsewhere() -> HTMLResponse:
    return page(
        "<h1>Nothing was ended</h1><p>This was sent by another site's page. Open your own link and press there.</p>",
        status=403,
    )
