"""Who belongs to an organisation: founding one, inviting somebody into it, coming in by the link, roles and leaving.

Nothing is mailed yet: an invitation's link is shown once to whoever made it, who passes it on.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db import transaction

from pullcord.core.sender import wrong_with
from pullcord.jobs.desk import Desk
from pullcord.jobs.meetings import Refused, or_refuse, plain_name
from pullcord.jobs.stop import new_id
from pullcord.safe import gone
from pullcord.safe.gone import Line
from pullcord.safe.keys import digest, new_token
from pullcord.store import meetings, organisations, users
from pullcord.store.models import Invitation, Membership, User
from pullcord.store.organisations import ROLES, LastOwner, Role

INVITATION_DAYS = 14


class NewInvitation(NamedTuple):
    invitation: Invitation
    link: str
    """Shown once; it is kept nowhere."""


def found(desk: Desk, username: str, password: str, *, name: str = "", organisation: str = "") -> User:
    """A new organisation with its first owner. Raises ValueError where the account's name is taken."""
    with transaction.atomic():
        user = users.add(username, password, name=name)
        organisations.found(new_id(), organisation.strip(), user, at=now(desk))
    return user


def begin(desk: Desk, name: str) -> NewInvitation:
    """Another organisation on this installation, and the invitation of its first owner: nobody belongs to it yet. Raises Refused."""
    token, moment = new_token(), now(desk)
    named = plain_name(name, "Say what the organisation is called.")
    row = organisations.begin(
        new_id(), named, new_id(), digest=digest(token), at=moment, expires=moment + timedelta(days=INVITATION_DAYS)
    )
    return NewInvitation(row, f"{desk.config.address}/i/{token}")


def invite(desk: Desk, owner: User, *, who: str, role: str, days: int = INVITATION_DAYS) -> NewInvitation:
    """Raises NotFound for whoever owns no organisation, Refused."""
    token, moment, wanted = new_token(), now(desk), _role(role)
    named = plain_name(who, "Say who is invited, so that you know whose link it is.")
    row = organisations.invite(
        owner, new_id(), digest=digest(token), role=wanted, who=named, at=moment, expires=moment + timedelta(days=days)
    )
    return NewInvitation(row, f"{desk.config.address}/i/{token}")


def invitation(desk: Desk, token: str) -> Invitation:
    """What this link opens. Changes nothing. Raises NotFound."""
    return organisations.find_invitation(digest(token), at=now(desk))


def come_in(desk: Desk, token: str, username: str, password: str, *, name: str) -> User:
    """By the link, with a new account.

    Raises NotFound where the link is used up meanwhile, ValueError where the name is taken, Refused.
    """
    with transaction.atomic():
        opened = invitation(desk, token)
        user = users.add(username, password, name=name)
        _accept(desk, opened, user)
    return user


def come_in_as(desk: Desk, token: str, user: User) -> None:
    """By the link, with the account that is there: one person may belong to several. Raises NotFound."""
    with transaction.atomic():
        _accept(desk, invitation(desk, token), user)


def take_back(desk: Desk, owner: User, invitation_id: str) -> None:
    """Raises NotFound, Refused."""
    with transaction.atomic():
        organisations.revoke_invitation(owner, invitation_id, at=now(desk))
        or_refuse(desk.gone.add, Line("closed invitation", invitation_id))


def change_role(desk: Desk, owner: User, member: int, role: str) -> None:
    """Raises NotFound, Refused."""
    try:
        organisations.change_role(owner, member, _role(role), at=now(desk), ended=_writer(desk))
    except LastOwner:
        raise _last_owner() from None


def remove(desk: Desk, owner: User, member: int) -> None:
    """Raises NotFound, Refused."""
    try:
        organisations.remove(owner, member, ended=_writer(desk))
    except LastOwner:
        raise _last_owner() from None


def rename(owner: User, name: str) -> None:
    """Raises NotFound, Refused."""
    organisations.rename(owner, plain_name(name, "Give your organisation a name."))


def choose_sender(owner: User, name: str) -> None:
    """Under which name the organisation writes to people; empty = the usual one. Raises NotFound, Refused."""
    organisations.owned_by(owner)
    chosen = " ".join(name.split())
    if chosen and (why := wrong_with(chosen, meetings=[one.name for one in meetings.all_of(owner)])):
        raise Refused("telling-name", why)
    organisations.choose_sender(owner, chosen)


def _accept(desk: Desk, opened: Invitation, user: User) -> None:
    organisations.accept(opened, user, at=now(desk))
    or_refuse(desk.gone.add, Line("closed invitation", opened.pk))


def _writer(desk: Desk) -> Callable[[Membership], None]:
    """A backup from before must not give anybody back what they were."""

    def write(one: Membership) -> None:
        or_refuse(desk.gone.add, Line("ended membership", gone.membership(*organisations.time_of(one))))

    return write


def _role(told: str) -> Role:
    for role in ROLES:
        if told == role:
            return role
    raise Refused("bad-role", "Choose what this person may do.")


def _last_owner() -> Refused:
    return Refused("last-owner", "This is the last owner. Make somebody else an owner first.")


def now(desk: Desk) -> datetime:
    return datetime.fromtimestamp(desk.means.clock(), UTC)
