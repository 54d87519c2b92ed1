"""What a platform must be told to be reached, as a form made of what its adapter says; and where that form may not send us.

An owner types a server's address: it must not lead to this machine or its neighbours unless the operator named it.
"""

import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext as say

from pullcord.config import Config
from pullcord.platforms.reach import OutOfReach, Reach
from pullcord.web.forms import Secret
from pullcord.words import Field


class Connect(forms.Form):
    """Some of a platform's questions, in its adapter's order."""

    def __init__(self, asked: Iterable[Field], config: Config, *given: Any) -> None:
        super().__init__(*given)
        self._asked, self._config = tuple(asked), config
        for field in self._asked:
            self.fields[field.name] = _of(field)

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or self.cleaned_data
        for field in self._asked:
            look = LOOKS.get(field.kind)
            if look and told.get(field.name) and (refused := look(told[field.name], self._config)):
                self.add_error(field.name, refused)
        return told

    def usual(self) -> list[forms.BoundField]:
        return [self[field.name] for field in self._asked if not field.is_rare]

    def rare(self) -> list[forms.BoundField]:
        return [self[field.name] for field in self._asked if field.is_rare]

    def has_rare_errors(self) -> bool:
        return any(field.errors for field in self.rare())

    def at(self) -> dict[str, str]:
        return self._told(are_secret=False)

    def secrets(self) -> dict[str, str]:
        return self._told(are_secret=True)

    def _told(self, *, are_secret: bool) -> dict[str, str]:
        """What was left empty is not known, and is not kept."""
        asked = [field for field in self._asked if (field.kind == "secret") is are_secret]
        return {
            field.key or field.name: str(self.cleaned_data[field.name])
            for field in asked
            if self.cleaned_data[field.name]
        }


def _of(field: Field) -> forms.Field:
    told: dict[str, Any] = {"label": say(field.label), "help_text": field.help and say(field.help)}
    if field.choices:
        choices = [(value, say(called)) for value, called in field.choices]
        return forms.ChoiceField(choices=choices, required=field.required, **told)
    kind = Secret if field.kind == "secret" else forms.CharField
    looks = [_must_be_json] if field.is_json else []
    return kind(max_length=field.longest, required=field.required, validators=looks, **told)


def _must_be_json(text: str) -> None:
    """What cannot be read is better found out now than in the middle of a stop."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise forms.ValidationError(say("This is not a JSON object: {…}."))


def why_not(server: str, config: Config) -> str | None:
    """None = a web form may send us there; else the sentence why not. Resolves the name, and asks nothing else."""
    try:
        parts = urlsplit(server)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return say("This is not an address of a server.")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        return say("This is not an address of a server.")
    reach = Reach(config.private_targets)
    if reach.is_named(parts.hostname, port):
        return None
    if parts.scheme != "https":
        return say("The address must begin with https://, or whoever runs this server must name it in its settings.")
    return _why_not_public(reach, parts.hostname, port)


def why_not_host(server: str, config: Config) -> str | None:
    """The same for HOST:PORT, where what is spoken is no HTTP. Encrypted or not is the adapter's to look at."""
    if not re.fullmatch(r"[^/?#@\s]+:[0-9]{1,5}", server):
        return say("This is not an address of a server: HOST:PORT.")
    return why_not(f"https://{server}", config)


LOOKS = {"server": why_not, "host": why_not_host}
"""How an address is looked at, by the kind of its field."""


def _why_not_public(reach: Reach, host: str, port: int) -> str | None:
    try:
        reach.addresses(host, port)
    except OutOfReach:
        return say(
            "This address lies on a private network. Whoever runs this server must name it in its settings first."
        )
    except (OSError, UnicodeError):
        return say("No server of this name was found.")
    return None
