"""How long the organisation keeps what it keeps: for its owners. And an incident that is kept on while a case is open."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pullcord.jobs import record
from pullcord.jobs import retention as job
from pullcord.jobs.desk import current
from pullcord.store import organisations, retention
from pullcord.web import cases
from pullcord.web.forms import Keeping
from pullcord.web.views.asked import me


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    owner = me(request)
    organisation = organisations.owned_by(owner)
    first = {name: getattr(organisation, name) for name in Keeping.base_fields}
    form = Keeping(request.POST if request.method == "POST" else None, initial=first)
    if request.method == "POST" and form.is_valid():
        job.choose(current(), owner, **form.cleaned_data)
        messages.success(request, _("Changed."))
        return redirect("keeping")
    due = retention.people_due(owner, at=job.now(current()))
    return render(request, "people/keeping.html", {"form": form, "due": due, "organisation": organisation})


@require_POST
def keep_on(request: HttpRequest, incident_id: str) -> HttpResponse:
    """For owners and leads: while a case is open, nothing of it goes by age."""
    case = cases.find(current(), me(request), incident_id)
    if case.row is None:
        record.take_in(current(), incident_id)
    on = request.POST.get("on") != "no"
    retention.keep_on(me(request), incident_id, on=on, at=job.now(current()))
    messages.success(request, _("The names are kept on.") if on else _("The names go when their time is over."))
    return redirect("incident", incident_id)
