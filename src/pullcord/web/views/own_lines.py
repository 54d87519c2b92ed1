"""The organisation's own help lines: for its owners to enter, check again and take away."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pullcord.jobs import own_lines as job
from pullcord.jobs.desk import current
from pullcord.jobs.meetings import Refused
from pullcord.store import NotFound, organisations, own_lines
from pullcord.web.forms import NewLine
from pullcord.web.views.asked import me


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    owner = me(request)
    organisation = organisations.owned_by(owner)
    form = NewLine(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _is_added(request, form):
        return redirect("own_lines")
    lines = job.shown(current(), own_lines.of_mine(owner))
    return render(request, "people/own_lines.html", {"form": form, "lines": lines, "organisation": organisation})


@require_POST
def act(request: HttpRequest, line: int, act: str) -> HttpResponse:
    if act == "checked":
        job.check_again(current(), me(request), line)
    elif act == "remove":
        own_lines.remove(me(request), line)
    else:
        raise NotFound
    messages.success(request, _("Changed."))
    return redirect("own_lines")


def _is_added(request: HttpRequest, form: NewLine) -> bool:
    try:
        job.add(current(), me(request), **form.cleaned_data)
    except Refused as why:
        form.add_error(None, why.sentence)
        return False
    messages.success(request, _("It is shown on your organisation’s incidents from now on."))
    return True
