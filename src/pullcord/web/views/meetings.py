"""A meeting's pages: adding one, its links and tokens, its limits, and what happened in it."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pullcord.jobs import checked, drills, onto
from pullcord.jobs import meetings as job
from pullcord.jobs.connections import makes_rooms
from pullcord.jobs.desk import Desk, current
from pullcord.jobs.listening import address_of
from pullcord.jobs.meetings import Refused
from pullcord.platforms import KNOWN, platform
from pullcord.store import connections, meetings, organisations
from pullcord.store.models import Meeting, User
from pullcord.web import cases, seams
from pullcord.web.connect import Connect
from pullcord.web.forms import GiveLink, GiveToken, Hours
from pullcord.web.present import can_and_cannot, hands_of, kit_of, known, limits_of, practice_pages, title_of
from pullcord.web.taps import taps_of
from pullcord.web.views.asked import me
from pullcord.web.views.home import row
from pullcord.words import PlatformError

ACTS = {"revoke": job.revoke_cord, "resume": job.resume_cord}
MOST_IN_VAIN = 5


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    organisations.home_of(me(request))  # who may have no meetings is not asked for one
    choices = []
    for name, limits in known():
        can, cannot = can_and_cannot(limits)
        choices.append(
            {"name": name, "limits": limits, "can": can, "cannot": cannot, "has_form": bool(platform(name).fields)}
        )
    usable = [(one, title_of(one.platform), makes_rooms(current(), one)) for one in connections.usable(me(request))]
    owns = "owner" in organisations.roles_of(me(request))
    can_practise = seams.make_practice_meeting is not None
    told = {"choices": choices, "can_practise": can_practise, "connections": usable, "owns": owns}
    return render(request, "meetings/new.html", told)


@require_POST
def practise(request: HttpRequest) -> HttpResponse:
    if seams.make_practice_meeting is None:
        raise Http404
    try:
        meeting_id = seams.make_practice_meeting(str(me(request).pk))
    except (PlatformError, Refused) as error:
        messages.warning(request, error.sentence)
        return redirect("home")
    return redirect("meeting", meeting_id)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def connect(request: HttpRequest, name: str) -> HttpResponse:
    organisations.home_of(me(request))
    if name not in KNOWN or not platform(name).fields:
        raise Http404
    hours = Hours(request.POST or None)
    form = Connect(platform(name).of_lone_meeting, current().config, request.POST or None)
    if request.method == "POST" and hours.is_valid() and form.is_valid():
        at, secrets = form.at(), form.secrets()
        try:
            meeting = job.add(current(), me(request), platform=name, at=at, secrets=secrets, **hours.columns())
        except Refused as error:
            form.add_error(None, error.sentence)
        else:
            return redirect("meeting", meeting.id)
    title = _("A meeting on %s") % title_of(name)
    return render(
        request, "meetings/connect.html", {"hours": hours, "connect": form, "title": title, "act": _("Add it")}
    )


@require_safe
def show(request: HttpRequest, meeting_id: str) -> HttpResponse:
    return _page(request, meetings.find(me(request), meeting_id), GiveLink(), GiveToken())


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, meeting_id: str) -> HttpResponse:
    meeting = meetings.find(me(request), meeting_id)
    first = {
        "name": meeting.name,
        "starts": meeting.starts,
        "ends": meeting.ends,
        "hold_hours": meeting.hold_seconds / 3600,
    }
    hours = Hours(request.POST or None, initial=first)
    if request.method == "POST" and hours.is_valid():
        job.change(current(), me(request), meeting_id, **hours.columns())
        messages.success(request, _("Changed."))
        return redirect("meeting", meeting_id)
    told = {"hours": hours, "title": _("Change name or hours"), "act": _("Change it")}
    return render(request, "meetings/connect.html", told)


@require_POST
def put_away(request: HttpRequest, meeting_id: str) -> HttpResponse:
    job.archive(current(), me(request), meeting_id)
    messages.success(request, _("It is put away. Its links end nothing any more."))
    return redirect("home")


@require_POST
def renew(request: HttpRequest, meeting_id: str) -> HttpResponse:
    """A safe new way in, in one press."""
    meetings.find(me(request), meeting_id)
    try:
        new = job.renew(current(), me(request), meeting_id)
    except (PlatformError, Refused) as error:
        messages.warning(request, _("%s Nothing was changed.") % error.sentence)
        return redirect("meeting", meeting_id)
    if practice_pages(kit_of(current(), new.meeting.id)):
        messages.success(request, _("This is the new way in. The old room stays closed."))
        return redirect("meeting", new.meeting.id)
    return passed_on(request, new, _("The new way into %s") % new.meeting.name, _("The old room stays closed."))


def passed_on(request: HttpRequest, new: job.NewWay, title: str, happened: str) -> HttpResponse:
    """A room's name and invitations, shown this once."""
    told = {
        "meeting": new.meeting,
        "title": title,
        "explain": f"{happened} {_('Pass these on, each to one person, and only to those you know.')}",
        "text": "\n".join([f"{_('Room')}: {new.meeting.at['room']}", *_lines(new.invitations)]),
        "is_link": False,
    }
    return render(request, "meetings/shown_once.html", told)


def _lines(invitations: Mapping[str, str]) -> list[str]:
    return [f"{number}: {token}" for number, token in invitations.items()]


@require_POST
def give_link(request: HttpRequest, meeting_id: str) -> HttpResponse:
    meeting, form = meetings.find(me(request), meeting_id), GiveLink(request.POST)
    if not form.is_valid():
        return _page(request, meeting, form, GiveToken(), status=422)
    new = job.give_cord(current(), me(request), meeting_id, **form.cleaned_data)
    told = {
        "meeting": meeting,
        "title": _("The link for %s") % new.cord.who,
        "explain": _("Pass it on now: by your usual messenger, on paper, or straight from this screen."),
        "text": new.link,
        "is_link": True,
    }
    return render(request, "meetings/shown_once.html", told)


@require_POST
def act_on_link(request: HttpRequest, meeting_id: str, cord_id: str, act: str) -> HttpResponse:
    if act not in ACTS:
        raise Http404
    ACTS[act](current(), me(request), meeting_id, cord_id)
    messages.success(request, _("The link is revoked.") if act == "revoke" else _("The link works again."))
    return redirect("meeting", meeting_id)


@require_POST
def give_token(request: HttpRequest, meeting_id: str) -> HttpResponse:
    meeting, form = meetings.find(me(request), meeting_id), GiveToken(request.POST)
    if not form.is_valid():
        return _page(request, meeting, GiveLink(), form, status=422)
    new = job.give_token(current(), me(request), meeting_id, **form.cleaned_data)
    told = {
        "meeting": meeting,
        "title": _("The token for %s") % new.token.name,
        "explain": _("The program sends it in its Authorization header, to /api/stop."),
        "text": new.secret,
        "is_link": False,
    }
    return render(request, "meetings/shown_once.html", told)


@require_POST
def revoke_token(request: HttpRequest, meeting_id: str, token_id: str) -> HttpResponse:
    job.revoke_token(current(), me(request), meeting_id, token_id)
    messages.success(request, _("It is revoked."))
    return redirect("meeting", meeting_id)


def _page(
    request: HttpRequest, meeting: Meeting, link: GiveLink, token: GiveToken, *, status: int = 200
) -> HttpResponse:
    desk, owner = current(), me(request)
    limits, kit = limits_of(meeting.platform), kit_of(desk, meeting.id)
    can, cannot = ([], []) if limits is None else can_and_cannot(limits)
    told: dict[str, Any] = {
        "meeting": meeting,
        "row": row(desk, owner, meeting, kit, checked.read(desk)),
        "practice": practice_pages(kit),
        "reports_to": None if kit is None or practice_pages(kit) else address_of(desk.config, kit.meeting),
        "limits": limits,
        "can": can,
        "cannot": cannot,
        "hands": hands_of(meeting.platform),
        "taps": taps_of(meeting.platform),
        "cords": meetings.cords(owner, meeting.id),
        "tokens": meetings.tokens(owner, meeting.id),
        "in_vain": meetings.pressed_in_vain(owner, meeting.id)[:MOST_IN_VAIN],
        "past": cases.of_meeting(desk, owner, meeting),
        "onto": list(onto.fitting(owner, meeting)),
        **_practice(desk, owner, meeting),
        "give_link": link,
        "give_token": token,
    }
    return render(request, "meetings/meeting.html", told, status=status)


def _practice(desk: Desk, owner: User, meeting: Meeting) -> dict[str, Any]:
    """What was practised on it, apart from what happened in it; nothing for a practice meeting itself."""
    past = drills.past(desk, owner, meeting.id)
    can = seams.open_practice_room is not None and not drills.is_one(meeting)
    return {"can_practise": can, "practised": past, "next_practice": drills.next_date(desk, meeting, past)}
