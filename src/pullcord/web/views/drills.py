"""Practising on a meeting made for it: one's own link, a watcher's, and a day for the next time."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pullcord.jobs import drills as job
from pullcord.jobs import own_time
from pullcord.jobs.desk import current
from pullcord.jobs.meetings import NewCord, Refused
from pullcord.store import meetings
from pullcord.web import seams
from pullcord.web.present import kit_of, practice_pages
from pullcord.web.views.asked import me


@require_POST
def begin(request: HttpRequest, meeting_id: str) -> HttpResponse:
    def made(open_room: seams.OpenRoom) -> NewCord:
        return job.begin(current(), me(request), meeting_id, open_room=open_room)

    explain = _("Open it here, or point your phone at the picture: on a real evening you will hold a phone.")
    return _link(request, meeting_id, made, title=_("Your practice"), explain=explain, is_own=True)


@require_POST
def invite(request: HttpRequest, meeting_id: str, cord_id: str) -> HttpResponse:
    def made(open_room: seams.OpenRoom) -> NewCord:
        return job.invite(current(), me(request), meeting_id, cord_id, open_room=open_room)

    explain = _("Pass it on to them alone. It ends a practice meeting and nothing else, and works for a day.")
    return _link(request, meeting_id, made, title=_("A practice link"), explain=explain, is_own=False)


@require_safe
def next_day(request: HttpRequest, meeting_id: str) -> HttpResponse:
    desk, meeting = current(), meetings.find(me(request), meeting_id)
    day = job.next_date(desk, meeting, job.past(desk, me(request), meeting_id))
    file = job.calendar(desk, meeting_id, day)
    return HttpResponse(file, content_type="text/calendar", headers=own_time.AS_FILE)


def _link(
    request: HttpRequest,
    meeting_id: str,
    made: Callable[[seams.OpenRoom], NewCord],
    *,
    title: str,
    explain: str,
    is_own: bool,
) -> HttpResponse:
    meeting = meetings.find(me(request), meeting_id)
    if seams.open_practice_room is None:
        raise Http404
    try:
        new = made(seams.open_practice_room)
    except (Refused, OSError) as error:
        sentence = error.sentence if isinstance(error, Refused) else _("The disk did not take it.")
        messages.warning(request, _("%s Nothing was begun.") % sentence)
        return redirect("meeting", meeting_id)
    rooms = practice_pages(kit_of(current(), new.cord.meeting_id)) if is_own else {}
    told = {"meeting": meeting, "title": title, "explain": explain, "link": new.link, "is_own": is_own, "rooms": rooms}
    return render(request, "meetings/practise.html", told)
