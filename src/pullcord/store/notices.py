"""What people are told on their first page until they said that they saw it: that somebody's way of signing in is new."""

from datetime import datetime
from typing import Final, Literal

from pullcord.store import NotFound
from pullcord.store.models import Membership, Notice, User

Kind = Literal["way back made", "way back used"]
KINDS: Final[tuple[Kind, ...]] = ("way back made", "way back used")


def tell(kind: Kind, *, about: User, by: User | None, at: datetime) -> None:
    """Every owner of wherever that account belongs, and the account itself; not whoever did it."""
    where = Membership.objects.filter(user=about).values("organisation")
    owners = Membership.objects.filter(organisation__in=where, role="owner").values_list("user", flat=True)
    told = {*owners, about.pk} - {by.pk if by is not None else None}
    Notice.objects.bulk_create([Notice(user_id=one, kind=kind, about=about, by=by, at=at) for one in sorted(told)])


def of(user: User) -> list[Notice]:
    """Those not seen yet, oldest first: about themselves, or about somebody of an organisation that they still own."""
    owned = Membership.objects.filter(user=user, role="owner").values("organisation")
    ours = {user.pk, *Membership.objects.filter(organisation__in=owned).values_list("user", flat=True)}
    unseen = Notice.objects.filter(user=user, seen_at=None).select_related("about", "by").order_by("at", "pk")
    return [one for one in unseen if one.about_id in ours]


def see(user: User, notice: int, *, at: datetime) -> None:
    """Raises NotFound."""
    if not Notice.objects.filter(pk=notice, user=user, seen_at=None).update(seen_at=at):
        raise NotFound
