"""A meeting that its platform warned of: what is recommended in one press, and the word that it was seen."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pullcord.jobs import alarms as job
from pullcord.jobs.desk import current
from pullcord.jobs.meetings import Refused
from pullcord.web.views.asked import me


@require_POST
def apply(request: HttpRequest, meeting_id: str) -> HttpResponse:
    try:
        done = job.apply(current(), me(request), meeting_id)
    except Refused as why:
        messages.warning(request, why.sentence)
        return redirect("meeting", meeting_id)
    if done.applied:
        messages.success(request, _("Done, and read back: %s.") % ", ".join(_(one) for one in done.applied))
    if done.ignored:
        told = ", ".join(_(one) for one in done.ignored)
        messages.warning(
            request, _("The platform took this and did not do it: %s. An administrator may have locked it.") % told
        )
    for one in done.by_hand:
        messages.warning(request, _(one))
    return redirect("meeting", meeting_id)


@require_POST
def seen(request: HttpRequest, meeting_id: str) -> HttpResponse:
    job.see(current(), me(request), meeting_id)
    return redirect("meeting", meeting_id)
