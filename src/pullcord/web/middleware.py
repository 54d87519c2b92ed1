"""What holds for every page: nobody comes in by accident, and no answer is stored, framed, or loads from elsewhere."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponseBase

from pullcord.jobs import desk
from pullcord.jobs.meetings import Refused
from pullcord.store import NotFound
from pullcord.web.views import errors

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    # Not `no-referrer`: the browser would post `Origin: null`, and Django's CSRF check would refuse every form.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}

Answer = Callable[[HttpRequest], HttpResponseBase]
View = Callable[..., HttpResponseBase]


class AfterTheEnds:
    """No page is begun while a meeting's end has still to go out: it would take its time from it. Half a second at most."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        desk.current().means.turns.let_others_send()
        return self._get_response(request)


class Headers:
    """The outermost of all, so that refusals and failures carry them too.

    It also lets nobody who is not signed in come to a page, unless the page says otherwise by `login_not_required`.
    """

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response
        self._gate = LoginRequiredMiddleware(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        for name, value in HEADERS.items():
            response[name] = value
        return response

    def process_view(self, request: HttpRequest, view: View, given: Any, named: Any) -> HttpResponseBase | None:
        return self._gate.process_view(request, view, given, named)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """What the rooms below say by an error of their own, as a page."""
        if isinstance(error, NotFound):
            return errors.not_found(request, error)
        if isinstance(error, Refused):
            return errors.refused(request, error)
        if isinstance(error, errors.TROUBLES):
            return errors.no_store()
        return None
