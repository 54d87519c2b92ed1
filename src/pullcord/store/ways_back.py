"""Links by which somebody who is locked out signs in anew."""

from datetime import datetime

from pullcord.store import NotFound, helps, organisations
from pullcord.store.models import Membership, User, WayBack


def member(owner: User, member_id: int) -> User:
    """Of the owner's organisation. Raises NotFound."""
    for one in organisations.members(owner):
        if one.pk == member_id:
            return one.user
    raise NotFound


def opens_elsewhere(owner: User, user: User) -> bool:
    """Whether whoever has this account sees anything that the owner does not own."""
    owned = Membership.objects.filter(user=owner, role="owner").values("organisation")
    return Membership.objects.filter(user=user).exclude(organisation__in=owned).exists() or helps.helps_at_all(user)


def add(way_id: str, user: User, *, digest: str, by: User | None, at: datetime, expires: datetime) -> WayBack:
    """Any earlier one of theirs opens nothing from now on."""
    WayBack.objects.filter(user=user).delete()
    return WayBack.objects.create(id=way_id, user=user, digest=digest, made_by=by, made_at=at, expires=expires)


def find(digest: str, *, at: datetime) -> WayBack:
    """Only one that still opens: whoever lost what they were to the helper since is helped no more. Raises NotFound."""
    found = WayBack.objects.filter(digest=digest, expires__gt=at).select_related("user", "made_by").first()
    if found is None or (found.made_by is not None and opens_elsewhere(found.made_by, found.user)):
        raise NotFound
    return found


def take(way: WayBack) -> None:
    """Of two at once, one; within the caller's transaction. Raises NotFound."""
    if not WayBack.objects.filter(pk=way.pk).delete()[0]:
        raise NotFound
