"""Who belongs to whom, and what they may see: every query of the store that is asked for somebody goes through `seen_by`.

An organisation sees itself only; what it may not see looks like what does not exist.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple

from django.db import transaction
from django.db.models import Q, QuerySet

from pullcord.store import NotFound, ground
from pullcord.store.models import Drill, Invitation, Meeting, Membership, Organisation, User

Role = Literal["owner", "host", "lead", "caseworker"]
ROLES: Final[tuple[Role, ...]] = ("owner", "host", "lead", "caseworker")
"""Owner: all of the organisation. Host: the meetings he hosts. Lead (safeguarding): all records, and no meeting's settings.
Caseworker (of a charity that supports others): nothing here; elsewhere the records that they are asked to help with: `store.helps`.

A watcher has no account: his link stops one meeting, and shows neither names nor answers nor records.
"""
MANY: Final[tuple[Role, ...]] = ("owner", "host")
"""Who may have meetings."""
WRITERS: Final[tuple[Role, ...]] = ("owner", "host", "lead")
"""Who may open a record, and confirm a help line."""
FIRST_NAME: Final = "My organisation"


Ended = Callable[[Membership], None]
"""Writes it down where a restored backup finds it; the last act before the commit."""


class LastOwner(Exception):
    """An organisation without an owner could be helped by nobody."""


def meetings_seen_by(user: User) -> Q:
    """An owner sees all of them, a host his own, nobody else any."""
    return Q(organisation__in=_where(user, "owner")) | Q(owner=user, organisation__in=_where(user, "host"))


def incidents_seen_by(user: User) -> Q:
    """Owner and lead see all of them; a host those of his own meetings, and what he opened himself.

    What somebody practised is shown to those who have the meeting, and to no lead.
    """
    practised = Q(meeting_told__in=Drill.objects.values("practice"))
    return (
        Q(organisation__in=_where(user, "owner"))
        | Q(owner=user, organisation__in=_where(user, "host"))
        | (Q(organisation__in=_where(user, "lead")) & ~practised)
    )


def reads_all(user: User, organisation: Organisation | None) -> bool:
    """Whether every record of this organisation is theirs to look after."""
    return organisation is not None and _where(user, "owner", "lead").filter(organisation=organisation).exists()


def connections_owned_by(user: User) -> Q:
    """Who sees and changes them."""
    return Q(organisation__in=_where(user, "owner"))


def connections_used_by(user: User) -> Q:
    """Who may have meetings on them, and sees no more of them than their name."""
    return Q(organisation__in=_where(user, *MANY))


def found(organisation_id: str, name: str, owner: User, *, at: datetime) -> Organisation:
    """A new one with its first owner."""
    with transaction.atomic():
        made = Organisation.objects.create(id=organisation_id, name=name or FIRST_NAME, created_at=at)
        Membership.objects.create(organisation=made, user=owner, role="owner", since=at)
    return made


def begin(
    organisation_id: str, name: str, invitation_id: str, *, digest: str, at: datetime, expires: datetime
) -> Invitation:
    """A new one to which nobody belongs, and by what its first owner comes in."""
    with transaction.atomic():
        made = Organisation.objects.create(id=organisation_id, name=name, created_at=at)
        return Invitation.objects.create(
            id=invitation_id, organisation=made, digest=digest, role="owner", who=name, made_at=at, expires=expires
        )


class Counted(NamedTuple):
    name: str
    since: str
    """The day."""
    members: int
    meetings: int
    """Those that are not put away."""


def counted() -> list[Counted]:
    """Of everybody, and nobody's name: for whoever runs the installation, and for no page."""
    return [
        Counted(
            row.name,
            row.created_at.date().isoformat(),
            Membership.objects.filter(organisation=row).count(),
            Meeting.objects.filter(organisation=row, archived_at=None).count(),
        )
        for row in Organisation.objects.order_by("created_at", "pk")
    ]


def home_of(user: User) -> Organisation:
    """Where what he adds belongs: the first organisation in which he may have meetings. Raises NotFound."""
    return _first(user, MANY)


def any_of(user: User) -> Organisation:
    """Where what he writes down belongs, whatever he is there; a caseworker writes nothing. Raises NotFound."""
    return _first(user, WRITERS)


def roles_of(user: User) -> set[str]:
    return set(Membership.objects.filter(user=user).values_list("role", flat=True))


def names_elsewhere(user: User) -> set[str]:
    """Of all who belong only where he does not. Raises NotFound for whoever belongs nowhere."""
    any_of(user)
    beside = Membership.objects.filter(organisation__in=_where(user, *ROLES)).values("user")
    others = Membership.objects.exclude(user__in=beside).select_related("user")
    return {one.user.shown_name for one in others} - {one.shown_name for one in User.objects.filter(pk__in=beside)}


def owned_by(user: User) -> Organisation:
    """Raises NotFound for whoever owns none."""
    return _first(user, ("owner",))


def members(owner: User) -> list[Membership]:
    """By name. Raises NotFound."""
    mine = Membership.objects.filter(organisation=owned_by(owner)).select_related("user")
    return sorted(mine, key=lambda one: (one.user.shown_name.casefold(), one.pk))


def time_of(one: Membership) -> tuple[str, int, str]:
    """Where, who and since when: by these a restored backup knows that it has ended."""
    return one.organisation_id, one.user_id, one.since.astimezone(UTC).isoformat()


def rename(owner: User, name: str) -> None:
    """Raises NotFound."""
    Organisation.objects.filter(pk=owned_by(owner).pk).update(name=name)


def choose_sender(owner: User, name: str) -> None:
    """Raises NotFound."""
    Organisation.objects.filter(pk=owned_by(owner).pk).update(sender=name)


def change_role(owner: User, member: int, role: Role, *, at: datetime, ended: Ended) -> None:
    """What they were ends, and the new role begins. Raises NotFound, LastOwner, and what `ended` raises."""
    with _alone(owner) as organisation:
        one = _member(organisation, member)
        if role != "owner":
            _refuse_last(organisation, one)
        Membership.objects.filter(pk=one.pk).update(role=role, since=at)
        ended(one)


def remove(owner: User, member: int, *, ended: Ended) -> None:
    """From now on that account sees nothing of this organisation; its meetings stay, with the owners.

    Raises NotFound, LastOwner, and what `ended` raises.
    """
    with _alone(owner) as organisation:
        one = _member(organisation, member)
        _refuse_last(organisation, one)
        Membership.objects.filter(pk=one.pk).delete()
        ended(one)


# -- invitations -------------------------------------------------------------------------------------------------------


def invite(
    owner: User, invitation_id: str, *, digest: str, role: Role, who: str, at: datetime, expires: datetime
) -> Invitation:
    """Raises NotFound."""
    return Invitation.objects.create(
        id=invitation_id, organisation=owned_by(owner), digest=digest, role=role, who=who,
        made_by=owner, made_at=at, expires=expires,
    )  # fmt: skip


def open_invitations(owner: User, *, at: datetime) -> list[Invitation]:
    """Neither used nor revoked nor too old, oldest first. Raises NotFound."""
    return list(_open(at).filter(organisation=owned_by(owner)).order_by("made_at", "pk"))


def revoke_invitation(owner: User, invitation_id: str, *, at: datetime) -> None:
    """Raises NotFound."""
    if not _open(at).filter(organisation=owned_by(owner), pk=invitation_id).update(revoked_at=at):
        raise NotFound


def find_invitation(digest: str, *, at: datetime) -> Invitation:
    """Only one that still opens. Raises NotFound."""
    found = _open(at).filter(digest=digest).select_related("organisation").first()
    if found is None:
        raise NotFound
    return found


def accept(invitation: Invitation, user: User, *, at: datetime) -> None:
    """Of two at once, one; within the caller's transaction. Who is a member already keeps what he is. Raises NotFound."""
    if not _open(at).filter(pk=invitation.pk).update(used_at=at):
        raise NotFound
    told = {"role": invitation.role, "since": at}
    Membership.objects.get_or_create(organisation_id=invitation.organisation_id, user=user, defaults=told)


def _open(at: datetime) -> QuerySet[Invitation]:
    return Invitation.objects.filter(used_at=None, revoked_at=None, expires__gt=at)


def _where(user: User, *roles: Role) -> QuerySet[Membership]:
    """As a question of its own, not joined: a join could not be locked for a change on every database."""
    return Membership.objects.filter(user=user, role__in=roles).values("organisation")  # type: ignore[return-value]


def _first(user: User, roles: Sequence[Role]) -> Organisation:
    found = Membership.objects.filter(user=user, role__in=roles).select_related("organisation").order_by("pk").first()
    if found is None:
        raise NotFound
    return found.organisation


class _alone:
    """The owner's organisation, for this change alone: two owners who remove each other at once would leave none."""

    def __init__(self, owner: User) -> None:
        self._owner, self._together = owner, transaction.atomic()

    def __enter__(self) -> Organisation:
        organisation = owned_by(self._owner)
        self._together.__enter__()
        ground.alone(f"organisation {organisation.pk}")
        return organisation

    def __exit__(self, *told: object) -> None:
        self._together.__exit__(*told)  # type: ignore[arg-type]


def _member(organisation: Organisation, member: int) -> Membership:
    found = Membership.objects.filter(organisation=organisation, pk=member).first()
    if found is None:
        raise NotFound
    return found


def _refuse_last(organisation: Organisation, one: Membership) -> None:
    others = Membership.objects.filter(organisation=organisation, role="owner").exclude(pk=one.pk)
    if one.role == "owner" and not others.exists():
        raise LastOwner
