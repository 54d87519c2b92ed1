"""What every view asks of its request: who is signed in, and the rights that go into the page."""

from django.http import HttpRequest

from pullcord.jobs.desk import Desk
from pullcord.store.models import User

PRESS_SECONDS = 12 * 60 * 60.0
LIVE_SECONDS = 10 * 60.0


def me(request: HttpRequest) -> User:
    """Whoever is signed in: the middleware let nobody else come this far."""
    assert isinstance(request.user, User)  # noqa: S101
    return request.user


def press_ticket(desk: Desk, owner: User, meeting_id: str) -> str:
    return desk.tickets.issue("press", by=f"user:{owner.pk}", about=(meeting_id,), seconds=PRESS_SECONDS)


def live_ticket(desk: Desk, owner: User, incident_id: str) -> str:
    return desk.tickets.issue("live", by=f"user:{owner.pk}", about=(incident_id,), seconds=LIVE_SECONDS)
