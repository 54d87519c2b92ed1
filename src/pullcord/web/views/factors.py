"""One's own ways to sign in; and, while there is only a password, the meetings to be ended from here all the same."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pullcord.jobs.desk import current
from pullcord.store import meetings, users
from pullcord.web.factors import can_have_passkeys, has_code_app, has_second_factor, needs_second_factor, passkeys_of
from pullcord.web.present import kit_of
from pullcord.web.views.asked import me, press_ticket


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    user, desk = me(request), current()
    told = {"can_have_passkeys": can_have_passkeys(desk.config)}
    if has_second_factor(user) or not needs_second_factor(user):
        mine_to_sign_in = {"is_set_up": True, "passkeys": passkeys_of(user), "has_app": has_code_app(user)}
        return render(request, "mfa/index.html", told | mine_to_sign_in | {"has_any": has_second_factor(user)})
    mine = [meeting for meeting in meetings.all_of(user) if kit_of(desk, meeting.id) is not None]
    ends = [(meeting.name, press_ticket(desk, user, meeting.id)) for meeting in mine]
    return render(request, "mfa/index.html", told | {"is_set_up": False, "ends": ends})


@require_POST
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    users.sign_out(me(request))
    logout(request)
    messages.success(request, _("You are signed out everywhere."))
    return redirect("account_login")
