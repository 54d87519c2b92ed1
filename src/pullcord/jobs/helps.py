"""A caseworker is asked to help with one incident, until a day, by a link that is shown once; and is let go again."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction

from pullcord.jobs.desk import Desk
from pullcord.jobs.meetings import Refused, or_refuse, plain_name
from pullcord.jobs.people import now
from pullcord.jobs.stop import new_id
from pullcord.safe.gone import Line
from pullcord.safe.keys import digest, new_token
from pullcord.store import helps, users
from pullcord.store.models import Help, User

MOST_DAYS = 90


class NewHelp(NamedTuple):
    help: Help
    link: str
    """Shown once; it is kept nowhere."""


def ask(desk: Desk, user: User, incident_id: str, *, who: str, until: datetime) -> NewHelp:
    """Raises NotFound, Refused."""
    token, moment = new_token(), now(desk)
    named = plain_name(who, "Say who is asked, so that you know whose link it is.")
    if not moment < until <= moment + timedelta(days=MOST_DAYS):
        raise Refused("bad-day", f"Choose a day that is still to come, and at most {MOST_DAYS} days away.")
    row = helps.ask(user, incident_id, new_id(), digest=digest(token), who=named, at=moment, until=until)
    return NewHelp(row, f"{desk.config.address}/i/help/{token}")


def asked(desk: Desk, token: str) -> Help:
    """What this link opens. Changes nothing. Raises NotFound."""
    return helps.find_link(digest(token), at=now(desk))


def come(desk: Desk, token: str, username: str, password: str, *, name: str) -> User:
    """With a new account.

    Raises NotFound where the link is used up meanwhile, ValueError where the name is taken, Refused.
    """
    with transaction.atomic():
        found = asked(desk, token)
        user = users.add(username, password, name=name)
        _accept(desk, found, user)
    return user


def come_as(desk: Desk, token: str, user: User) -> None:
    """With the account that is there. Raises NotFound, Refused."""
    with transaction.atomic():
        _accept(desk, asked(desk, token), user)


def _accept(desk: Desk, found: Help, user: User) -> None:
    """In a backup from before, the link is unused: whoever else has it must not come in by it."""
    helps.accept(found, user, at=now(desk))
    or_refuse(desk.gone.add, Line("used link", found.pk))


def end(desk: Desk, user: User, incident_id: str, help_id: str) -> None:
    """A backup from before must not give it back. Raises NotFound, Refused."""
    with transaction.atomic():
        helps.end(user, incident_id, help_id, at=now(desk))
        or_refuse(desk.gone.add, Line("closed invitation", help_id))
