"""An incident's pages: how it stands, the next step, letting people back in, and the record."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pullcord.core.steps import KNOWN, STEPS, morning, next_step
from pullcord.jobs import erase as erase_job
from pullcord.jobs import meetings as job
from pullcord.jobs import own_lines as own_lines_job
from pullcord.jobs.desk import Desk, current
from pullcord.jobs.meetings import Refused
from pullcord.safe.kit import KitUnreadable
from pullcord.store import helps, incidents, organisations, own_lines, retention
from pullcord.store.models import Meeting, Step, User
from pullcord.web import cases
from pullcord.web.cases import Case
from pullcord.web.entries import shown
from pullcord.web.factors import has_second_factor, needs_second_factor
from pullcord.web.forms import AskHelp, BackIn
from pullcord.web.present import came_back, hands_of, limits_of, stage
from pullcord.web.taps import taps_of
from pullcord.web.views import looked
from pullcord.web.views.asked import live_ticket, me, press_ticket
from pullcord.words import PlatformError


@require_safe
def latest(request: HttpRequest, meeting_id: str) -> HttpResponse:
    """Where a press sends the host to."""
    found = cases.latest_id(current(), me(request), meeting_id)
    return redirect("meeting", meeting_id) if found is None else redirect("incident", found)


@require_safe
def show(request: HttpRequest, incident_id: str) -> HttpResponse:
    desk, owner = current(), me(request)
    case = cases.find(desk, owner, incident_id)
    stands = "told" if case.is_told else stage(case.incident, desk.means.clock())
    # Before the second step the page is for seeing whether it is over, and for nothing that was written down.
    is_whole = has_second_factor(owner) or not needs_second_factor(owner)
    told = {
        "case": case,
        "incident": case.incident,
        "stage": stands,
        "platform": case.platform or _("The platform"),
        "limits": None if case.meeting is None else limits_of(case.meeting.platform),
        "hands": hands_of(None if case.meeting is None else case.meeting.platform),
        "taps": taps_of(None if case.meeting is None else case.meeting.platform),
        "people": cases.of_people(desk, owner, case),
        "can_let_in": can_let_in(desk, case),
        "lines": own_lines_of(desk, case),
        "is_whole": is_whole,
        **(for_leads(desk, owner, case) if is_whole else {}),
        "words_until": None if case.row is None else retention.words_until(case.row),
        "back": came_back(case.incident),
        "soon": cases.before_its_time(desk, owner, case),
        "new_way": new_way(desk, case),
        "press": again(desk, owner, case, stands),
        "stream": "" if case.is_told else live_ticket(desk, owner, incident_id),
        **steps_of(owner, case),
    }
    return render(request, "incidents/incident.html", told)


@require_POST
def people(request: HttpRequest, incident_id: str) -> HttpResponse:
    """The names are shown by POST alone, for it is written down first who looks, and reading changes nothing."""
    desk, owner = current(), me(request)
    case = cases.find(desk, owner, incident_id)
    shown = cases.of_people(desk, owner, case) or []
    looked.write_down(request, case, "people", people=len(shown))
    may_erase = case.row is not None and organisations.reads_all(owner, case.row.organisation)
    return render(request, "incidents/names.html", {"case": case, "people": shown, "may_erase": may_erase})


@require_POST
def erase(request: HttpRequest, incident_id: str, presence: int) -> HttpResponse:
    """For owners and leads, after a fresh sign-in; back to the incident, for the names are shown by a press only."""
    try:
        erase_job.erase(current(), me(request), incident_id, presence)
    except Refused as why:
        messages.warning(request, why.sentence)
    else:
        messages.success(request, _("This person is erased from the record, for good."))
    return redirect("incident", incident_id)


def can_let_in(desk: Desk, case: Case) -> bool:
    """Only where people are kept out, and by this incident's own bar."""
    if case.meeting is None or not case.has_meeting or case.incident.is_done or case.incident.kept_until is None:
        return False
    newest = desk.means.book.latest(case.meeting.id)
    return newest is not None and newest.id == case.id


def new_way(desk: Desk, case: Case) -> Meeting | None:
    """The meeting that is kept closed, where another can be made beside it."""
    can = case.meeting is not None and can_let_in(desk, case) and cases.can_renew(case.meeting)
    return case.meeting if can else None


def again(desk: Desk, owner: User, case: Case, stands: str) -> str:
    """The right to press once more, where it is not over, or nothing keeps people out."""
    if case.kit is None or not case.has_meeting or stands not in ("asking", "by hand", "open door"):
        return ""
    return press_ticket(desk, owner, case.kit.meeting.id)


def own_lines_of(desk: Desk, case: Case) -> list[own_lines_job.Shown]:
    """Those of the organisation whose incident it is."""
    kept = case.row if case.row is not None else case.meeting
    return [] if kept is None else own_lines_job.shown(desk, own_lines.shown_at(kept.organisation_id))


def for_leads(desk: Desk, owner: User, case: Case) -> dict[str, Any]:
    """What only owners and leads decide: whether its names are kept on, and who from outside helps."""
    if case.row is None or not organisations.reads_all(owner, case.row.organisation):
        return {}
    at = datetime.fromtimestamp(desk.means.clock(), UTC)
    return {"keeps_on": True, "helps": helps.of_incident(owner, case.id, at=at), "ask_help": AskHelp()}


def steps_of(owner: User, case: Case) -> dict[str, Any]:
    rows: dict[str, Step] = {} if case.row is None else incidents.steps(owner, case.id)
    states = {code: step.state for code, step in rows.items()}
    code = next_step(states)
    return {
        "step": None if code is None else KNOWN[code],
        "waiting": [KNOWN[one] for one in morning(states) if one != code],
        "settled": [(step, rows[step.code]) for step in STEPS if states.get(step.code, "open") != "open"],
    }


@require_http_methods(["GET", "HEAD", "POST"])
def back_in(request: HttpRequest, incident_id: str) -> HttpResponse:
    """The second act of letting people back in; the first was to come here."""
    desk = current()
    case = cases.find(desk, me(request), incident_id)
    if not can_let_in(desk, case):
        messages.info(request, _("Nothing keeps people out, so there is nothing to open."))
        return redirect("incident", incident_id)
    links = [(who.link, who.name) for who in case.who if who.link is not None]
    form = BackIn(request.POST if request.method == "POST" else None, links=links)
    if request.method == "POST" and form.is_valid() and _let_in(request, case, form):
        messages.success(request, _("People can come back in."))
        return redirect("incident", incident_id)
    return render(request, "incidents/back_in.html", {"case": case, "form": form})


def _let_in(request: HttpRequest, case: Case, form: forms.Form) -> bool:
    assert case.meeting is not None  # noqa: S101  # `can_let_in` looked
    told = form.cleaned_data
    try:
        job.let_back_in(
            current(),
            me(request),
            case.meeting.id,
            false_alarm_cord=told.get("false_alarm") or None,
            revoke=bool(told.get("revoke")),
        )
    except PlatformError as error:
        form.add_error(None, _("%s People are still kept out.") % error.sentence)
        return False
    except KitUnreadable:
        form.add_error(None, _("What is needed to open it again cannot be read. Tell whoever runs this server."))
        return False
    return True


@require_safe
def record(request: HttpRequest, incident_id: str) -> HttpResponse:
    case = cases.find(current(), me(request), incident_id)
    entries = [] if case.row is None else incidents.entries(me(request), incident_id)
    return render(request, "incidents/record.html", {"case": case, **shown(entries, case.names)})
