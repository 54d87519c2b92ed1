"""Somebody who is locked out: the owner who makes them a link, and the page that the link opens."""

from allauth.account.internal.flows.login import record_authentication
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from pullcord.jobs import ways_back as job
from pullcord.jobs.desk import current
from pullcord.jobs.meetings import Refused
from pullcord.store import NotFound
from pullcord.web import factors
from pullcord.web.forms import NewPassword
from pullcord.web.views import errors
from pullcord.web.views.asked import me


@require_POST
def make(request: HttpRequest, member: int) -> HttpResponse:
    """The link is shown once."""
    try:
        new = job.make(current(), me(request), member)
    except Refused as why:
        messages.warning(request, _("%s Nothing was changed.") % why.sentence)
        return redirect("people")
    who = new.way.user.shown_name
    told = {"title": _("A link to sign in anew, for %s") % who, "who": who, "text": new.link, "until": new.way.expires}
    return render(request, "people/invited.html", told)


@login_not_required
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def come_back(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows whose it is, and uses nothing up."""
    try:
        way = job.find(current(), token)
        form = NewPassword(request.POST or None)
        if request.method != "POST" or not form.is_valid():
            told = {"form": form, "owner": way.user, "is_from_owner": way.made_by is not None}
            return render(request, "first.html", told)
        user = job.use(current(), token, form.cleaned_data["password"], forget=factors.forget)
    except NotFound:
        return errors.dead_way_back()
    login(request, user)
    # Just chosen: nobody is asked for it again on the way to the second step.
    record_authentication(request, user, "password", reauthenticated=True)
    return redirect("home")
