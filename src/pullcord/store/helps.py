"""A caseworker of a supporting charity reads the record of one incident, until a day, because its owner or lead asked them to.

They see nothing else of that organisation; the charity sees how many, and never which.
"""

from datetime import datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet

from pullcord.core import timeline
from pullcord.store import NotFound, chain, incidents, organisations
from pullcord.store.models import Help, Incident, Membership, Organisation, User


class Counts(NamedTuple):
    """All that a charity sees of the records that its caseworkers were asked to help with."""

    now: int
    before: int


# -- for owners and leads ----------------------------------------------------------------------------------------------


def ask(user: User, incident_id: str, help_id: str, *, digest: str, who: str, at: datetime, until: datetime) -> Help:
    """Raises NotFound for whoever may not ask others in."""
    incident = _of_all(user, incident_id)
    return Help.objects.create(
        id=help_id, incident=incident, digest=digest, who=who, made_by=user, made_at=at, until=until
    )


def of_incident(user: User, incident_id: str, *, at: datetime) -> list[Help]:
    """Those that are not over, oldest first. Raises NotFound."""
    return list(_open(at).filter(incident=_of_all(user, incident_id)).select_related("user").order_by("made_at", "pk"))


def end(user: User, incident_id: str, help_id: str, *, at: datetime) -> None:
    """From now on they see nothing of it. Raises NotFound."""
    if not _open(at).filter(incident=_of_all(user, incident_id), pk=help_id).update(revoked_at=at):
        raise NotFound


# -- for the caseworker ------------------------------------------------------------------------------------------------


def find_link(digest: str, *, at: datetime) -> Help:
    """Only one that still opens. Raises NotFound."""
    found = _open(at).filter(digest=digest, accepted_at=None).select_related("incident__organisation").first()
    if found is None:
        raise NotFound
    return found


def accept(asked: Help, user: User, *, at: datetime) -> None:
    """Of two at once, one. Raises NotFound."""
    told = {"accepted_at": at, "user": user, "charity": _charity_of(user)}
    if not _open(at).filter(pk=asked.pk, accepted_at=None).update(**told):
        raise NotFound


def asked_of(user: User, *, at: datetime) -> list[Help]:
    """What they may read now, soonest over first."""
    mine = _open(at).filter(user=user).select_related("incident__meeting", "incident__organisation")
    return list(mine.order_by("until", "pk"))


def find(user: User, help_id: str, *, at: datetime) -> Help:
    """Raises NotFound: another's, one that is over, or none at all."""
    found = next((one for one in asked_of(user, at=at) if one.pk == help_id), None)
    if found is None:
        raise NotFound
    return found


def entries(user: User, help_id: str, *, at: datetime) -> list[timeline.Entry]:
    """The chain of that one incident. Raises NotFound."""
    return chain.read(find(user, help_id, at=at).incident_id)


def helps_at_all(user: User) -> bool:
    """Whether they were ever asked: such an account needs a second step of signing in, as a lead's does."""
    return Help.objects.filter(user=user).exists()


# -- for the charity ---------------------------------------------------------------------------------------------------


def counts(owner: User, *, at: datetime) -> Counts:
    """Raises NotFound for whoever owns none."""
    ours = Help.objects.filter(charity=organisations.owned_by(owner), accepted_at__isnull=False)
    now = ours.filter(_is_open(at)).count()
    return Counts(now, ours.count() - now)


def _charity_of(user: User) -> Organisation | None:
    """The one for which they are a caseworker; None = they help on their own account."""
    found = (
        Membership.objects.filter(user=user, role="caseworker").select_related("organisation").order_by("pk").first()
    )
    return None if found is None else found.organisation


def _of_all(user: User, incident_id: str) -> Incident:
    incident = incidents.find(user, incident_id)
    if not organisations.reads_all(user, incident.organisation):
        raise NotFound
    return incident


def _open(at: datetime) -> QuerySet[Help]:
    return Help.objects.filter(_is_open(at))


def _is_open(at: datetime) -> Q:
    return Q(revoked_at=None, until__gt=at)
