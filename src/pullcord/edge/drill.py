"""What a practice link has beside the real page: a beginning from which one's own time counts, and a day for the next time."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from pullcord.edge.cord import back_to_page, from_elsewhere, with_cord
from pullcord.edge.guards import is_from_elsewhere
from pullcord.edge.pages import HEADERS
from pullcord.edge.parts import Edge
from pullcord.jobs import own_time
from pullcord.safe.kit import Cord, Kit


async def begin(request: Request) -> Response:
    """By a press, never by opening the page: a messenger's look at the link begins nothing."""

    def act(edge: Edge, kit: Kit, cord: Cord) -> Response:
        if own_time.is_drill(kit):
            own_time.start(edge.desk.means, kit.meeting.id, by=cord.id)
        return back_to_page(request)

    if is_from_elsewhere(request, request.app.state.edge.desk.config):
        return from_elsewhere()
    return await with_cord(request, act)


async def next_day(request: Request) -> Response:
    """A calendar file. A real link has none."""

    def act(edge: Edge, kit: Kit, cord: Cord) -> Response:
        if not own_time.is_drill(kit):
            return PlainTextResponse("", status_code=404, headers=HEADERS)
        times, desk = own_time.of(edge.desk.means, kit.meeting.id, by=(cord.id,)), edge.desk
        day = own_time.next_day(kit, times, now=desk.means.clock(), time_zone=desk.config.time_zone)
        file = own_time.calendar(desk.keys, kit.meeting.id, day, now=desk.means.clock())
        return Response(file, media_type="text/calendar", headers={**HEADERS, **own_time.AS_FILE})

    return await with_cord(request, act)
