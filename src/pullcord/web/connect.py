"""What each platform must be told to be reached, as a form; and where a web form may not send us.

An owner types a server's address: it must not lead to this machine or its neighbours unless the operator named it.
"""

import ipaddress
import socket
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from pullcord.config import Config
from pullcord.web.forms import Secret


class Connect(forms.Form):
    """One platform's questions. `AT` and `SECRETS` name the fields that become the adapter's keys."""

    AT: tuple[str, ...] = ()
    SECRETS: tuple[str, ...] = ()
    RARE: tuple[str, ...] = ()
    """Fields that most servers do not need."""

    def usual(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name not in self.RARE]

    def rare(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name in self.RARE]

    def has_rare_errors(self) -> bool:
        return any(name in self.errors for name in self.RARE)

    def at(self) -> dict[str, str]:
        return self._told(self.AT)

    def secrets(self) -> dict[str, str]:
        return self._told(self.SECRETS)

    def _told(self, names: tuple[str, ...]) -> dict[str, str]:
        return {name: str(self.cleaned_data[name]) for name in names if self.cleaned_data.get(name)}


class Janus(Connect):
    AT = ("server", "room", "ids", "link")
    SECRETS = ("admin", "room_secret", "create", "invitations", "events")
    RARE = ("link", "create", "invitations", "events")

    server = forms.CharField(
        label=_("Admin address of the server"),
        max_length=300,
        help_text=_("For example https://meet.example.org/admin"),
    )
    room = forms.CharField(label=_("Room"), max_length=100)
    ids = forms.ChoiceField(
        label=_("How this server names rooms"),
        choices=[("numbers", _("By numbers")), ("", _("By words"))],
        required=False,
    )
    link = forms.CharField(
        label=_("The link people use to come in"),
        max_length=500,
        required=False,
        help_text=_("So that it is recognised when somebody pastes it. It is never opened by us."),
    )
    admin = Secret(label=_("Admin secret of the server"), max_length=500)
    room_secret = Secret(label=_("Secret of the room"), max_length=500)
    create = Secret(
        label=_("Admin key for making rooms"),
        max_length=500,
        required=False,
        help_text=_("Where the server asks for one."),
    )
    invitations = Secret(
        label=_("Invitations"),
        max_length=100_000,
        required=False,
        help_text=_("Where the room asks for them: public numbers and their tokens, as a JSON object."),
    )
    events = Secret(
        label=_("Name and password of the event handler"),
        max_length=500,
        required=False,
        help_text=_("As name:password. Without it we hear of nothing and ask instead."),
    )

    def secrets(self) -> dict[str, str]:
        told = super().secrets()
        return {("room" if name == "room_secret" else name): value for name, value in told.items()}


FORMS: Mapping[str, type[Connect]] = {"janus": Janus}


def why_not(server: str, config: Config) -> str | None:
    """None = a web form may send us there; else the sentence why not. Resolves the name, and asks nothing else."""
    try:
        parts = urlsplit(server)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return say("This is not an address of a server.")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        return say("This is not an address of a server.")
    if f"{parts.hostname}:{port}" in config.private_targets:
        return None
    if parts.scheme != "https":
        return say("The address must begin with https://, or whoever runs this server must name it in its settings.")
    return _why_not_public(parts.hostname, port)


def _why_not_public(host: str, port: int) -> str | None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return say("No server of this name was found.")
    if all(_is_public(str(address[0])) for *_rest, address in found):
        return None
    return say("This address lies on a private network. Whoever runs this server must name it in its settings first.")


def _is_public(address: str) -> bool:
    read: Any = ipaddress.ip_address(address.partition("%")[0])
    return bool((getattr(read, "ipv4_mapped", None) or read).is_global)
