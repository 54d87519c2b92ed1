"""The first page: my meetings, how they stand, and ending them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pullcord.core.cords import may_press
from pullcord.core.incident import NO_HOLD_SECONDS, Incident
from pullcord.jobs import checked
from pullcord.jobs.checked import Checked
from pullcord.jobs.desk import Desk, current
from pullcord.safe import alarms
from pullcord.safe.alarms import Warned
from pullcord.safe.kit import Kit
from pullcord.store import connections, helps, meetings, notices, organisations
from pullcord.store.models import Meeting, Notice, User
from pullcord.web import cases, seams, told
from pullcord.web.cases import Case
from pullcord.web.present import kit_of, stage, title_of
from pullcord.web.views.asked import PRESS_SECONDS, me, press_ticket
from pullcord.web.views.help_lines import wanted_at_home

MOST_INCIDENTS = 10


class Row(NamedTuple):
    meeting: Meeting
    platform: str
    stage: str
    """As in `present.stage`; empty = nothing was ended here lately."""
    kept_until: float | None
    incident: str | None
    press: str
    """The right to end it, for the form's address; empty = its stop kit cannot be read."""
    checked: Checked | None
    """What the last daily look found; None = not known."""
    warned: Warned | None
    """The platform's own warning, until somebody has seen it."""
    can_renew: bool


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    desk, owner = current(), me(request)
    roles = organisations.roles_of(owner)
    mine = meetings.all_of(owner)
    looks = checked.read(desk)
    kits = {meeting.id: kit for meeting in mine if (kit := kit_of(desk, meeting.id)) is not None}
    live = [kit for kit in kits.values() if may_be_live(desk, kit)]
    page = {
        "owns": "owner" in roles,
        "notices": [(one, _by(one)) for one in notices.of(owner)],
        "broken_connections": told.broken(desk, connections.all_of(owner)),
        "belongs_nowhere": not roles,
        "writes": bool(roles & set(organisations.WRITERS)),
        "helps": helps.asked_of(owner, at=datetime.fromtimestamp(desk.means.clock(), UTC)),
        "may_have_meetings": bool(roles & set(organisations.MANY)),
        "rows": [row(desk, owner, meeting, kits.get(meeting.id), looks) for meeting in mine],
        "live": [kit.meeting.name for kit in live],
        "press_all": end_all_ticket(desk, owner, live),
        "happened": _cases(desk, owner, mine, drills=False),
        "practised": _cases(desk, owner, mine, drills=True),
        "can_practise": seams.make_practice_meeting is not None,
        "wanted": wanted_at_home(desk),
        "practice": [meeting for meeting in mine if meeting.platform == "practice"],
    }
    return render(request, "home.html", page)


def _by(notice: Notice) -> str:
    return _("Whoever runs this server") if notice.by is None else notice.by.shown_name


@require_POST
def seen(request: HttpRequest, notice: int) -> HttpResponse:
    notices.see(me(request), notice, at=datetime.fromtimestamp(current().means.clock(), UTC))
    return redirect("home")


def _cases(desk: Desk, owner: User, mine: list[Meeting], *, drills: bool) -> list[tuple[Case, str]]:
    """Each with how it stands."""
    found = cases.newest(desk, owner, mine, drills=drills, most=MOST_INCIDENTS)
    return [(case, "" if case.is_told else stage(case.incident, desk.means.clock())) for case in found]


def row(desk: Desk, owner: User, meeting: Meeting, kit: Kit | None, looks: Mapping[str, Checked]) -> Row:
    """`looks`: what the daily looks found, read once for all of a page."""
    now, incident = desk.means.clock(), desk.means.book.latest(meeting.id)
    press = press_ticket(desk, owner, meeting.id) if kit is not None else ""
    look = None if kit is None else checked.of(desk, kit, looks)
    stands, kept_until, incident_id = "", None, None
    if incident is not None and _is_recent(incident, now):
        stands, kept_until, incident_id = stage(incident, now), incident.kept_until, incident.id
    warned, can_renew = alarms.read(desk.config.data, meeting.id), cases.can_renew(meeting)
    title = title_of(meeting.platform)
    return Row(meeting, title, stands, kept_until, incident_id, press, look, warned, can_renew)


def _is_recent(incident: Incident, now: float) -> bool:
    """Last month's incident says nothing of tonight's meeting."""
    return incident.takes_presses(now) or now - incident.pressed_at < NO_HOLD_SECONDS


def may_be_live(desk: Desk, kit: Kit) -> bool:
    """By its hours, and not ended already. Whether it really is, the platform is asked when the button is pressed."""
    now, incident = desk.means.clock(), desk.means.book.latest(kit.meeting.id)
    if incident is not None and incident.is_over and (incident.is_held(now) or incident.is_watched(now)):
        return False
    hours = may_press(now=now, starts=kit.starts, ends=kit.ends, expires=None, suspended=False, held=False)
    return hours == "stop"


def end_all_ticket(desk: Desk, owner: User, live: list[Kit]) -> str:
    """Empty where there are not two: one meeting has its own button."""
    if len(live) < 2:
        return ""
    about = tuple(kit.meeting.id for kit in live)
    return desk.tickets.issue("end all", by=f"user:{owner.pk}", about=about, seconds=PRESS_SECONDS)
