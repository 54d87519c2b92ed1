"""Meetings on a connection: one that is there already, or a new room. For owners and hosts; nobody types a credential."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from pullcord.jobs import connections as job
from pullcord.jobs import onto
from pullcord.jobs.desk import current
from pullcord.jobs.kits import Refused
from pullcord.platforms import platform
from pullcord.store import connections
from pullcord.web.connect import Connect
from pullcord.web.forms import Hours, NewRoom
from pullcord.web.views.asked import me
from pullcord.web.views.meetings import passed_on
from pullcord.words import PlatformError


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def adopt(request: HttpRequest, connection_id: str) -> HttpResponse:
    user, desk = me(request), current()
    one = connections.find_usable(user, connection_id)
    hours, form = (
        Hours(request.POST or None),
        Connect(platform(one.platform).of_meeting, desk.config, request.POST or None),
    )
    if request.method == "POST" and hours.is_valid() and form.is_valid():
        try:
            told = {"at": form.at(), "secrets": form.secrets(), **hours.columns()}
            made = job.adopt(desk, user, one.pk, **told)
        except Refused as error:
            form.add_error(None, error.sentence)
        else:
            _say(request, made)
            return redirect("meeting", made.meeting.pk)
    is_read = any(field.names_rooms for field in platform(one.platform).fields)
    title, act = _("A meeting on “%s”") % one.name, _("Test it and add it")
    told = {"hours": hours, "connect": form, "title": title, "act": act, "room_is_read": is_read, "connection": one}
    return render(request, "meetings/connect.html", told)


def _say(request: HttpRequest, made: job.Adopted) -> None:
    if made.is_proven:
        messages.success(request, _("Added. The platform was asked, and it can be ended."))
    else:
        messages.warning(request, _("Added. Whether it can be ended is not known yet. %s") % made.why)


@require_POST
def move(request: HttpRequest, meeting_id: str, connection_id: str) -> HttpResponse:
    """A meeting with a credential of its own comes onto a connection."""
    try:
        moved = onto.move(current(), me(request), meeting_id, connection_id)
    except Refused as why:
        messages.warning(request, why.sentence)
    else:
        says = {"name": moved.meeting.connection.name} if moved.meeting.connection else {}
        messages.success(request, _("It is reached by “%(name)s” now. The credential of its own is forgotten.") % says)
    return redirect("meeting", meeting_id)


@require_http_methods(["GET", "HEAD", "POST"])
def make(request: HttpRequest, connection_id: str) -> HttpResponse:
    one = connections.find_usable(me(request), connection_id)
    if platform(one.platform).new_room is None:
        raise Http404
    hours, room = Hours(request.POST or None), NewRoom(request.POST or None)
    if request.method == "POST" and hours.is_valid() and room.is_valid():
        try:
            new = job.create(current(), me(request), one.pk, **room.cleaned_data, **hours.columns())
        except (PlatformError, Refused) as error:
            room.add_error(None, error.sentence)
        else:
            return passed_on(request, new, _("The way into %s") % new.meeting.name, _("The room is made."))
    told = {"hours": hours, "room": room, "title": _("A new room on “%s”") % one.name, "act": _("Make the room")}
    return render(request, "meetings/connect.html", told)
