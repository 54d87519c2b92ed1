"""The second step of signing in: who needs one, what is kept of it, and who is sent to set it up.

It stands before pages only. A stop passes the edge and never this file.
"""

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import segno
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from pullcord.config import Config
from pullcord.jobs.desk import current
from pullcord.store import helps, organisations
from pullcord.store.models import User
from pullcord.web.middleware import Answer, View

WITHOUT_IT = {
    "first",
    "account_login",
    "account_logout",
    "sign_out_everywhere",
    "account_reauthenticate",
    "mfa_index",
    "mfa_add_webauthn",
    "mfa_activate_totp",
    "mfa_view_recovery_codes",
    "come_in",
    "come_back",
    "come_to_help",
}
"""Pages on the way to a second step."""
AFTER_A_STOP = {"incident_latest", "incident"}
"""Where the press of a stop leads: whoever ended a meeting must see whether it is over, second step or not."""


def needs_second_factor(user: User) -> bool:
    """Whoever sees records that are not their own meetings', or invites others."""
    return bool(organisations.roles_of(user) & {"owner", "lead", "caseworker"}) or helps.helps_at_all(user)


def has_second_factor(user: User) -> bool:
    """Recovery codes alone are none: they run out."""
    return bool(Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES).exists())


def has_code_app(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


def forget(user: User) -> None:
    """Whoever got a link on the machine itself sets everything up anew; what was lost or stolen opens nothing."""
    Authenticator.objects.filter(user=user).delete()


def passkeys_of(user: User) -> list[Authenticator]:
    """The oldest first."""
    return list(Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).order_by("pk"))


def can_have_passkeys(config: Config) -> bool:
    """Browsers make them for a name over TLS, and for localhost; never for a bare address."""
    name = host_name(config)
    try:
        ip_address(name)
    except ValueError:
        return config.is_https or name == "localhost" or name.endswith(".localhost")
    return False


def host_name(config: Config) -> str:
    """What a passkey is made for, and works for alone: the host of the public address, without its port."""
    return urlsplit(config.address).hostname or ""


class Sealed(DefaultMFAAdapter):  # type: ignore[misc]  # allauth brings no types
    """What codes are made from is sealed: whoever reads the database alone can make none."""

    def encrypt(self, text: str) -> str:
        return current().keys.seal(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return current().keys.open(encrypted_text.encode()).decode()

    def build_totp_svg(self, url: str) -> str:
        return segno.make(url).svg_inline(scale=5, border=4, light="white")

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": host_name(current().config), "name": "Pullcord"}

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        count = len(passkeys_of(user))
        return _("Passkey %d") % (count + 1) if count else _("Passkey")

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """There is no mail server yet."""


class SecondFactor:
    """Somebody who needs a second step and has none sets it up before any other page."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_view(self, request: HttpRequest, view: View, given: Any, named: Any) -> HttpResponseBase | None:
        if not isinstance(request.user, User) or _is_on_the_way(request):
            return None
        if not needs_second_factor(request.user) or has_second_factor(request.user):
            return None
        return redirect("mfa_index")


def _is_on_the_way(request: HttpRequest) -> bool:
    name = request.resolver_match.url_name if request.resolver_match else None
    return name in WITHOUT_IT or (name in AFTER_A_STOP and request.method in ("GET", "HEAD"))
