"""What a browser says of a passkey is read once before anything looks into it: a stranger may post any nonsense."""

from struct import error as TooShort
from typing import Any, ClassVar

from allauth.mfa.webauthn import forms as known
from django import forms
from django.utils.translation import gettext_lazy as _
from fido2.webauthn import AuthenticationResponse, RegistrationResponse

NONSENSE = (TypeError, ValueError, LookupError, AttributeError, TooShort)
"""All that the readers were seen to raise of what is no answer of a device."""


class Said(forms.JSONField):
    default_error_messages: ClassVar[Any] = {"invalid": _("No passkey came from this device. Try once more.")}

    def __init__(self, kind: type[AuthenticationResponse] | type[RegistrationResponse]) -> None:
        super().__init__(widget=forms.HiddenInput)
        self._kind = kind

    def to_python(self, value: Any) -> Any:
        told = super().to_python(value)
        try:
            handle = self._kind.from_dict(told) and told["response"].get("userHandle")
        except NONSENSE:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None
        if not isinstance(handle, str | None):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return told


class Added(known.AddWebAuthnForm):  # type: ignore[misc]  # allauth brings no types
    credential = Said(RegistrationResponse)


class Shown(known.AuthenticateWebAuthnForm):  # type: ignore[misc]
    credential = Said(AuthenticationResponse)


class ShownAlone(known.LoginWebAuthnForm):  # type: ignore[misc]
    credential = Said(AuthenticationResponse)


class ShownAgain(known.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    credential = Said(AuthenticationResponse)
