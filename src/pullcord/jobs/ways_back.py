"""Somebody who is locked out comes back: by a second owner's link, or by one that was made at the machine. All owners are told.

Until the link is used nothing changes for them: a press on it by mistake locks nobody out.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Final, NamedTuple

from django.db import transaction

from pullcord.jobs.desk import Desk
from pullcord.jobs.meetings import Refused
from pullcord.jobs.people import now
from pullcord.jobs.stop import new_id
from pullcord.safe.keys import digest, new_token
from pullcord.store import NotFound, notices, users, ways_back
from pullcord.store.models import User, WayBack

BY_AN_OWNER: Final = timedelta(hours=24)
"""It is passed on by hand: to somebody who may be asleep."""
AT_THE_MACHINE: Final = timedelta(minutes=30)


class NewWay(NamedTuple):
    way: WayBack
    link: str
    """Shown once; it is kept nowhere."""


def make(desk: Desk, owner: User, member: int) -> NewWay:
    """Raises NotFound, Refused."""
    user = ways_back.member(owner, member)
    if user == owner:
        raise Refused("yourself", "You are signed in: change your own way of signing in under “How you sign in”.")
    if ways_back.opens_elsewhere(owner, user):
        # Why is theirs to know: this organisation sees itself only.
        raise Refused(
            "not-from-here",
            "This account cannot be helped from here. Whoever runs this server can: pullcord signin-link NAME.",
        )
    return _made(desk, user, by=owner, good_for=BY_AN_OWNER)


def make_at_the_machine(desk: Desk, username: str) -> NewWay:
    """For any account. Raises Refused."""
    try:
        user = users.named(username)
    except NotFound:
        raise Refused("no-account", "There is no account of this name. It is the name for signing in.") from None
    return _made(desk, user, by=None, good_for=AT_THE_MACHINE)


def find(desk: Desk, token: str) -> WayBack:
    """Whom this link lets in. Changes nothing. Raises NotFound."""
    return ways_back.find(digest(token), at=now(desk))


def use(desk: Desk, token: str, password: str, *, forget: Callable[[User], None]) -> User:
    """Raises NotFound where the link opens nothing, or was used meanwhile."""
    with transaction.atomic():
        way = find(desk, token)
        ways_back.take(way)
        renew(desk, way.user, password, forget=forget)
    return way.user


def renew(desk: Desk, user: User, password: str, *, forget: Callable[[User], None]) -> None:
    """What was lost or stolen opens nothing from now on. `forget`: the second step."""
    with transaction.atomic():
        users.set_password(user, password)
        forget(user)
        users.sign_out(user)
        notices.tell("way back used", about=user, by=user, at=now(desk))


def _made(desk: Desk, user: User, *, by: User | None, good_for: timedelta) -> NewWay:
    token, moment = new_token(), now(desk)
    with transaction.atomic():
        way = ways_back.add(new_id(), user, digest=digest(token), by=by, at=moment, expires=moment + good_for)
        notices.tell("way back made", about=user, by=by, at=moment)
    return NewWay(way, f"{desk.config.address}/i/back/{token}")
