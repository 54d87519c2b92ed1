"""A caseworker asked to help with one incident: asking them, and the one page that they see of it."""

from datetime import UTC, datetime, time
from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from pullcord.jobs import helps as job
from pullcord.jobs import record
from pullcord.jobs.desk import current
from pullcord.jobs.people import now
from pullcord.store import NotFound, helps
from pullcord.store.models import Help, User
from pullcord.web import cases
from pullcord.web.entries import shown
from pullcord.web.forms import AskHelp, NewAccount
from pullcord.web.views import errors, looked
from pullcord.web.views.asked import me


@require_POST
def ask(request: HttpRequest, incident_id: str) -> HttpResponse:
    """For an owner or a lead. The link is shown once."""
    case = cases.find(current(), me(request), incident_id)
    if case.row is None:
        record.take_in(current(), incident_id)
    helps.of_incident(me(request), incident_id, at=now(current()))
    form = AskHelp(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Say who is asked, and until which day."))
        return redirect("incident", incident_id)
    until = datetime.combine(form.cleaned_data["until"], time.max, UTC)
    new = job.ask(current(), me(request), incident_id, who=form.cleaned_data["who"], until=until)
    told = {"title": _("Their link"), "who": new.help.who, "text": new.link, "until": new.help.until, "case": case}
    return render(request, "people/invited.html", told)


@require_POST
def end(request: HttpRequest, incident_id: str, help_id: str) -> HttpResponse:
    job.end(current(), me(request), incident_id, help_id)
    messages.success(request, _("They see nothing of it any more."))
    return redirect("incident", incident_id)


@login_not_required
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def come(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows who asks, and uses nothing up."""
    try:
        asked = job.asked(current(), token)
        if isinstance(request.user, User):
            return _as_i_am(request, token, asked)
        return _as_new(request, token, asked)
    except NotFound:
        return errors.dead_invitation()


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, help_id: str) -> HttpResponse:
    """The record is shown by POST alone, for it is written down first who reads it, and reading changes nothing."""
    at = now(current())
    asked = helps.find(me(request), help_id, at=at)
    organisation = asked.incident.organisation
    told: dict[str, Any] = {"help": asked, "organisation": organisation}
    if request.method == "POST" and organisation is not None:
        entries = helps.entries(me(request), help_id, at=at)
        looked.note(request, organisation, asked.incident_id, "record")
        told |= {"row": True, **shown(entries, None)}
    return render(request, "people/help.html", told)


def _as_i_am(request: HttpRequest, token: str, asked: Help) -> HttpResponse:
    if request.method == "POST":
        job.come_as(current(), token, me(request))
        return redirect("home")
    return render(request, "people/come_to_help.html", {"help": asked, "as_i_am": me(request)})


def _as_new(request: HttpRequest, token: str, asked: Help) -> HttpResponse:
    form = NewAccount(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and (user := _made(token, form)):
        login(request, user)
        return redirect("home")
    return render(request, "people/come_to_help.html", {"help": asked, "form": form})


def _made(token: str, form: NewAccount) -> User | None:
    told = form.cleaned_data
    try:
        return job.come(current(), token, told["username"], told["password"], name=told["name"])
    except ValueError:
        form.add_error("username", _("This name is taken. Choose another one."))
        return None
