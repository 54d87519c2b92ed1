"""When a page cannot be given: what happened, what is safe, what next. No session, account or database is asked."""

import sys

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from pullcord.jobs.meetings import Refused
from pullcord.jobs.stop import GENERAL_HANDS
from pullcord.store import StoreBroken

TROUBLES = (DatabaseError, StoreBroken)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(
        404,
        title=_("There is nothing here for you"),
        happened=_("The address is mistyped or old, or the page belongs to somebody else."),
        safe=_("Nothing was changed."),
        next_=_("Go to your meetings, and open it from there."),
    )


def dead_link() -> HttpResponse:
    """A sign-in link that opens nothing: used, too old, or never one. It does not say which."""
    return _opens_nothing(
        _("A sign-in link works once, and for half an hour."),
        _("Whoever runs this server makes a new one with: pullcord signin-link"),
    )


def dead_invitation() -> HttpResponse:
    """The same for an invitation."""
    return _opens_nothing(
        _("An invitation works once, and for two weeks."), _("Ask whoever invited you for a new one.")
    )


def dead_way_back() -> HttpResponse:
    """The same for a link by which somebody who was locked out signs in anew."""
    return _opens_nothing(
        _("A link to sign in anew works once, and for a day at most."), _("Ask whoever made it for a new one.")
    )


def _opens_nothing(happened: str, next_: str) -> HttpResponse:
    title, safe = _("This link opens nothing"), _("Nothing was changed.")
    return _page(404, title=title, happened=happened, safe=safe, next_=next_)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(
        403,
        title=_("That is not yours to do"),
        happened=_("Your account has no right to this."),
        safe=_("Nothing was changed."),
        next_=_("Ask the host of the meeting."),
    )


def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    """A job that would not do it says why, in its own sentence."""
    return _page(
        409,
        title=_("This was not done"),
        happened=error.sentence,
        safe=_("Nothing was changed."),
        next_=_("Go back, and try it another way."),
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(
        400,
        title=_("We could not read that"),
        happened=_("The request was not complete, or was meant for another address."),
        safe=_("Nothing was changed."),
        next_=_("Open this site by the address you were given."),
    )


def broken(request: HttpRequest) -> HttpResponse:
    """Also where the database is the trouble: Django comes here with the error still at hand."""
    if isinstance(sys.exc_info()[1], TROUBLES):
        return no_store()
    return _page(
        500,
        title=_("Something broke on our side"),
        happened=_("It is not your fault. The page could not be made."),
        safe=_("What was already done stays done, and every stop is written down."),
        next_=_("Try once more. If it breaks again, tell whoever runs this server the time at which it happened."),
        hands=True,
    )


def no_store() -> HttpResponse:
    return _page(
        503,
        title=_("The list of your meetings cannot be read just now"),
        happened=_("The server cannot reach its database."),
        safe=_("Ending meetings does not need it. Everything that was pressed is written down elsewhere."),
        next_=_("Tell whoever runs this server. Then load this page again."),
        hands=True,
    )


def _page(status: int, *, title: str, happened: str, safe: str, next_: str, hands: bool = False) -> HttpResponse:
    told = {
        "title": title,
        "happened": happened,
        "safe": safe,
        "next": next_,
        "hands": GENERAL_HANDS if hands else (),
        "sign": _("Not done"),
        "kind": "warn",
    }
    return HttpResponse(render_to_string("trouble.html", told), status=status)
