"""Who belongs to the organisation: for its owners. And the page by which somebody who was invited comes in."""

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pullcord.core.sender import shown
from pullcord.jobs import people as job
from pullcord.jobs.desk import current
from pullcord.jobs.meetings import Refused
from pullcord.store import NotFound, helps, organisations
from pullcord.store.models import Invitation, User
from pullcord.web.forms import ROLES, Invite, NewAccount, OrganisationName, SenderName
from pullcord.web.views import errors
from pullcord.web.views.asked import me


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    return _page(request, Invite())


@require_POST
def invite(request: HttpRequest) -> HttpResponse:
    form = Invite(request.POST)
    organisations.owned_by(me(request))
    if not form.is_valid():
        return _page(request, form)
    new = job.invite(current(), me(request), **form.cleaned_data)
    told = {
        "title": _("Their invitation"),
        "who": new.invitation.who,
        "text": new.link,
        "until": new.invitation.expires,
    }
    return render(request, "people/invited.html", told)


@require_POST
def take_back(request: HttpRequest, invitation_id: str) -> HttpResponse:
    job.take_back(current(), me(request), invitation_id)
    messages.success(request, _("That invitation opens nothing any more."))
    return redirect("people")


@require_POST
def change(request: HttpRequest, member: int) -> HttpResponse:
    job.change_role(current(), me(request), member, request.POST.get("role", ""))
    messages.success(request, _("Changed."))
    return redirect("people")


@require_POST
def remove(request: HttpRequest, member: int) -> HttpResponse:
    job.remove(current(), me(request), member)
    messages.success(
        request,
        _(
            "They see nothing of your organisation any more. Links that they were given still work: look at each meeting."
        ),
    )
    return redirect("home" if not organisations.roles_of(me(request)) & {"owner"} else "people")


@require_POST
def rename(request: HttpRequest) -> HttpResponse:
    form = OrganisationName(request.POST)
    organisations.owned_by(me(request))
    if form.is_valid():
        job.rename(me(request), form.cleaned_data["name"])
    return redirect("people")


@require_POST
def sender(request: HttpRequest) -> HttpResponse:
    form = SenderName(request.POST)
    organisations.owned_by(me(request))
    try:
        job.choose_sender(
            me(request), form.cleaned_data["sender"] if form.is_valid() else request.POST.get("sender", "")
        )
        messages.success(request, _("Changed."))
    except Refused as why:
        messages.warning(request, _("%s Nothing was changed.") % why.sentence)
    return redirect("people")


@login_not_required
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def come_in(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows who invites, and uses nothing up; POST makes the account, or lets the one that is signed in come in."""
    try:
        invitation = job.invitation(current(), token)
        if isinstance(request.user, User):
            return _as_i_am(request, token, invitation)
        return _as_new(request, token, invitation)
    except NotFound:
        return errors.dead_invitation()


def _as_i_am(request: HttpRequest, token: str, invitation: Invitation) -> HttpResponse:
    if request.method == "POST":
        job.come_in_as(current(), token, me(request))
        return redirect("home")
    return render(request, "people/come_in.html", {"organisation": invitation.organisation, "as_i_am": me(request)})


def _as_new(request: HttpRequest, token: str, invitation: Invitation) -> HttpResponse:
    form = NewAccount(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and (user := _made(token, form)):
        login(request, user)
        return redirect("home")
    return render(request, "people/come_in.html", {"organisation": invitation.organisation, "form": form})


def _made(token: str, form: NewAccount) -> User | None:
    told = form.cleaned_data
    try:
        return job.come_in(current(), token, told["username"], told["password"], name=told["name"])
    except ValueError:
        form.add_error("username", _("This name is taken. Choose another one."))
        return None


def _page(request: HttpRequest, form: Invite) -> HttpResponse:
    owner, now = me(request), job.now(current())
    told = {
        "organisation": organisations.owned_by(owner),
        "members": organisations.members(owner),
        "invitations": organisations.open_invitations(owner, at=now),
        "counts": helps.counts(owner, at=now),
        "form": form,
        "name": OrganisationName(initial={"name": organisations.owned_by(owner).name}),
        "roles": ROLES,
        "sender": SenderName(initial={"sender": organisations.owned_by(owner).sender}),
        "shown_sender": shown(organisations.owned_by(owner).sender),
    }
    return render(request, "people/people.html", told)
