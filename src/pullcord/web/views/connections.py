"""Connections to platforms, for the owners of an organisation: tested, and only then kept."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pullcord.jobs import connections as job
from pullcord.jobs.connections import Tried
from pullcord.jobs.desk import current
from pullcord.jobs.kits import Refused
from pullcord.platforms import KNOWN, platform
from pullcord.store import connections, organisations
from pullcord.web.connect import Connect
from pullcord.web.forms import ConnectionName
from pullcord.web.present import known, title_of
from pullcord.web.told import bought, clock_of, row
from pullcord.web.views.asked import me


@require_safe
def show_all(request: HttpRequest) -> HttpResponse:
    organisations.owned_by(me(request))
    rows = [row(current(), one) for one in connections.all_of(me(request))]
    choices = [(name, limits.title) for name, limits in known() if platform(name).fields]
    return render(request, "connections/all.html", {"rows": rows, "choices": choices})


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, name: str) -> HttpResponse:
    if name not in KNOWN or not platform(name).fields:
        raise Http404
    user, desk = me(request), current()
    organisations.owned_by(user)
    named, form = _named(request), Connect(platform(name).of_connection, desk.config, request.POST or None)

    def test() -> Tried:
        told = {"at": form.at(), "secrets": form.secrets(), **named.cleaned_data}
        return job.try_new(desk, user, platform=name, **told)

    return _form(request, named, form, test, title=_("Connect %s") % title_of(name))


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, connection_id: str) -> HttpResponse:
    user, desk = me(request), current()
    one = connections.find(user, connection_id)
    secret = [field for field in platform(one.platform).of_connection if field.kind == "secret"]
    asked = [field._replace(required=False) for field in secret]
    named, form = _named(request, one.name), Connect(asked, desk.config, request.POST or None)

    def test() -> Tried:
        return job.try_change(desk, user, one.pk, secrets=form.secrets(), **named.cleaned_data)

    explain = _("The server stays the same. What you leave empty stays as it is.")
    return _form(request, named, form, test, title=_("Change “%s”") % one.name, explain=explain)


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    kept = job.keep(current(), me(request), request.POST.get("tested", ""))
    messages.success(request, _("It is kept. Every meeting on it uses this from now on."))
    return redirect("connection", kept.pk)


@require_safe
def show(request: HttpRequest, connection_id: str) -> HttpResponse:
    user = me(request)
    one = connections.find(user, connection_id)
    told = row(current(), one)
    features = () if told.look is None else told.look.features
    page = {
        "row": told,
        "connection": one,
        "bought": bought(features),
        "on": connections.meetings_on(user, one.pk),
        "reports_to": job.reports_to(current(), one),
    }
    return render(request, "connections/connection.html", page)


@require_POST
def test_again(request: HttpRequest, connection_id: str) -> HttpResponse:
    job.try_again(current(), me(request), connection_id)
    messages.success(request, _("It was tested just now."))
    return redirect("connection", connection_id)


@require_POST
def remove(request: HttpRequest, connection_id: str) -> HttpResponse:
    job.remove(current(), me(request), connection_id)
    messages.success(request, _("It is removed, and its credential with it."))
    return redirect("connections")


def _named(request: HttpRequest, name: str = "") -> ConnectionName:
    return ConnectionName(request.POST or None, initial={"name": name})


def _form(
    request: HttpRequest, named: ConnectionName, form: Connect, test: Callable[[], Tried], **told: Any
) -> HttpResponse:
    """The form; after it was sent, what the test found: with the form where that cannot be kept, else with its keeping."""
    told |= {"named": named, "connect": form}
    if request.method != "POST" or not (named.is_valid() and form.is_valid()):
        return render(request, "connections/form.html", told)
    try:
        tried = test()
    except Refused as error:
        form.add_error(None, error.sentence)
        return render(request, "connections/form.html", told)
    told |= {"tried": tried, "bought": bought(tried.findings.features), "clock": clock_of(tried.look)}
    return render(request, "connections/form.html" if tried.keeps == "no" else "connections/tried.html", told)
