"""The one-time sign-in link: GET shows a form and uses nothing up, POST makes or opens the owner's account."""

from allauth.account.internal.flows.login import record_authentication
from django import forms
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from pullcord.jobs import people, ways_back
from pullcord.jobs.desk import current
from pullcord.store import users
from pullcord.store.models import User
from pullcord.web import factors, first
from pullcord.web.forms import FirstOwner, NewPassword
from pullcord.web.views import errors


@login_not_required
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_once(request: HttpRequest, token: str) -> HttpResponse:
    owner = users.first()
    if not first.opens(current(), token, has_owner=owner is not None):
        return errors.dead_link()
    form = _form(owner)(request.POST or None)
    if request.method == "POST" and form.is_valid() and _take(request, token, form, owner):
        return redirect("home")
    return render(request, "first.html", {"form": form, "owner": owner})


def _form(owner: User | None) -> type[forms.Form]:
    return FirstOwner if owner is None else NewPassword


def _take(request: HttpRequest, token: str, form: forms.Form, owner: User | None) -> bool:
    """Whether this request had the link. The link is used up before the account is touched, so that it cannot be used twice."""
    if not first.redeem(current(), token, has_owner=owner is not None):
        form.add_error(None, _("This link has just been used."))
        return False
    if owner is None:
        told = form.cleaned_data
        owner = people.found(current(), told["username"], told["password"], organisation=told["organisation"])
    else:
        ways_back.renew(current(), owner, form.cleaned_data["password"], forget=factors.forget)
    login(request, owner)
    # Just chosen: nobody is asked for it again on the way to the second step.
    record_authentication(request, owner, "password", reauthenticated=True)
    return True
