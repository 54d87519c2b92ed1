"""A fresh sign-in: less than ten minutes old."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest

from pullcord.store.models import User


def begin(sender: Any, request: HttpRequest, user: User, **told: Any) -> None:
    """Whoever has just signed in, by whatever way, is not asked for it again at once."""
    record_authentication(request, user, "signed in", reauthenticated=True)
