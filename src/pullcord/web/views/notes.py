"""What the host writes on an incident: opens one by hand, moves its steps on, adds words."""

from datetime import UTC, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pullcord.core.steps import STATES
from pullcord.jobs import record
from pullcord.jobs.desk import Desk, current
from pullcord.store import incidents, meetings
from pullcord.store.incidents import Told
from pullcord.web import cases
from pullcord.web.forms import ByHand, MoreWords, Words
from pullcord.web.views.asked import me


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    mine = [(meeting.id, meeting.name) for meeting in meetings.all_of(me(request))]
    form = ByHand(request.POST if request.method == "POST" else None, meetings=mine)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data | {"meeting_id": form.cleaned_data["meeting_id"] or None}
        incident = incidents.open_by_hand(me(request), Told(**told), at=_now(current()))
        return redirect("incident", incident.id)
    page = {
        "form": form,
        "title": _("Open a record by hand"),
        "explain": _("Write what you know, and leave the rest empty: it stays “not known”. You can add to it later."),
        "act": _("Open the record"),
    }
    return render(request, "incidents/form.html", page)


@require_POST
def step(request: HttpRequest, incident_id: str) -> HttpResponse:
    code, state = request.POST.get("code", ""), request.POST.get("state", "")
    handed_to = "".join(sign for sign in request.POST.get("handed_to", "") if sign.isprintable()).strip()[:200]
    _be_taken_in(request, incident_id)
    if state == "handed" and not handed_to:
        messages.warning(request, _("Say who takes it."))
        return redirect("incident", incident_id)
    for known in STATES:
        if state == known:
            incidents.set_step(me(request), incident_id, code, known, at=_now(current()), handed_to=handed_to)
    return redirect("incident", incident_id)


@require_http_methods(["GET", "HEAD", "POST"])
def words(request: HttpRequest, incident_id: str) -> HttpResponse:
    case = cases.find(current(), me(request), incident_id)
    kind = MoreWords if case.is_told else Words
    first = {name: getattr(case.row, name, None) for name in kind.base_fields}
    form = kind(request.POST if request.method == "POST" else None, initial=first)
    if request.method == "POST" and form.is_valid():
        _be_taken_in(request, incident_id)
        incidents.tell(me(request), incident_id, form.cleaned_data, at=_now(current()))
        messages.success(request, _("It is written down."))
        return redirect("incident", incident_id)
    page = {
        "form": form,
        "title": _("What happened, in your words"),
        "explain": _(
            "Words only: keep no picture of what was shown. Times, names that were shown, who was there, what was said."
        ),
        "act": _("Keep it"),
    }
    return render(request, "incidents/form.html", page)


def _be_taken_in(request: HttpRequest, incident_id: str) -> None:
    """The store may be a moment behind the journal; what the host writes needs it. Raises NotFound."""
    case = cases.find(current(), me(request), incident_id)
    if case.row is None:
        record.take_in(current(), incident_id)


def _now(desk: Desk) -> datetime:
    return datetime.fromtimestamp(desk.means.clock(), UTC)
