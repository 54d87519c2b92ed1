"""One's own ways to sign in; and, while there is only a password, the meetings to be ended from here all the same."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pullcord.jobs.desk import current
from pullcord.store import meetings
from pullcord.web.factors import has_second_factor
from pullcord.web.present import kit_of
from pullcord.web.views.asked import me, press_ticket


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    user, desk = me(request), current()
    if has_second_factor(user):
        return render(request, "mfa/index.html", {"is_set_up": True})
    mine = [meeting for meeting in meetings.all_of(user) if kit_of(desk, meeting.id) is not None]
    ends = [(meeting.name, press_ticket(desk, user, meeting.id)) for meeting in mine]
    return render(request, "mfa/index.html", {"is_set_up": False, "ends": ends})
