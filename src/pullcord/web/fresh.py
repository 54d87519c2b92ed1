"""A fresh sign-in, less than ten minutes old, is asked for before whatever a thief of an open page would want most.

Ending a meeting is never among it: that passes the edge, and no page that leads there is in the table.
"""

from typing import Any, Final

from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from pullcord.store.models import User
from pullcord.web.middleware import Answer, View

ASKED_BEFORE: Final = {
    # the credentials of a connection
    "meeting_connect": "meeting_connect",
    "meeting_move": "meeting",
    "connection_new": "connection_new",
    "connection_keep": "connections",
    "connection_change": "connection_change",
    "connection_remove": "connections",
    # who can end a meeting: also whoever takes that away from the others
    "link_give": "meeting",
    "link_act": "meeting",
    "token_give": "meeting",
    "token_revoke": "meeting",
    "meeting_put_away": "meeting",
    # letting people back in
    "incident_back_in": "incident_back_in",
    # who belongs to us
    "people_invite": "people",
    "invitation_take_back": "people",
    "member_change": "people",
    "member_remove": "people",
    "member_way_back": "people",
    # whom people of ours are told to call
    "own_lines": "own_lines",
    "own_line_act": "own_lines",
    # who else reads a record, and until when names are kept
    "help_ask": "incident",
    # what cannot be taken back
    "incident_erase": "incident",
    "keeping": "keeping",
    # how one signs in; a new password asks for the old one by itself
    "mfa_add_webauthn": "mfa_add_webauthn",
    "mfa_edit_webauthn": "mfa_edit_webauthn",
    "mfa_remove_webauthn": "mfa_remove_webauthn",
    "mfa_activate_totp": "mfa_activate_totp",
    "mfa_deactivate_totp": "mfa_deactivate_totp",
    "mfa_generate_recovery_codes": "mfa_generate_recovery_codes",
}
"""What is done -> the page on which it is done. Where they are one, the page itself is not shown before."""
NAMED: Final = {"meeting": ("meeting_id",), "incident": ("incident_id",), "incident_back_in": ("incident_id",)}
"""What stands in the address of such a page."""


def begin(sender: Any, request: HttpRequest, user: User, **told: Any) -> None:
    """Whoever has just signed in, by whatever way, is not asked for it again at once."""
    record_authentication(request, user, "signed in", reauthenticated=True)


class Fresh:
    """Asks for it, and leads back to the page. What was posted is dropped: it may be a credential, and sessions are on disk."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_view(self, request: HttpRequest, view: View, given: Any, named: Any) -> HttpResponseBase | None:
        page = _page(request)
        if page is None or not isinstance(request.user, User) or did_recently_reauthenticate(request):
            return None
        if request.method == "POST":
            messages.info(request, _("Nothing was changed yet. Say who you are, and press once more."))
        return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': page})}")


def _page(request: HttpRequest) -> str | None:
    """Where it is done. None = this is not asked for."""
    match = request.resolver_match
    page = ASKED_BEFORE.get(str(match.url_name)) if match else None
    if match is None or page is None:
        return None
    if page == match.url_name:
        return request.path
    named = {name: value for name, value in match.kwargs.items() if name in NAMED.get(page, ())}
    return reverse(page, kwargs=named) if request.method == "POST" else None
