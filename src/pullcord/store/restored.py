"""A database that comes from a backup: who was erased since, and what was revoked since, is so again before it is served."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import NamedTuple

from django.contrib.sessions.models import Session
from django.db import transaction

from pullcord.store import chain, ground, organisations, retention
from pullcord.store.connections import remove
from pullcord.store.models import (
    Connection,
    Cord,
    Help,
    InboxEvent,
    Invitation,
    Meeting,
    Membership,
    Presence,
    StopToken,
    WayBack,
)


class Replayed(NamedTuple):
    people: int
    cords: int
    tokens: int
    meetings: int
    memberships: int
    invitations: int
    connections: int


def replay(
    is_erased: Callable[[str, str, bytes], bool],
    *,
    cords: Collection[str],
    tokens: Collection[str],
    put_away: Collection[str],
    has_ended: Callable[[str, int, str], bool],
    invitations: Collection[str],
    used: Collection[str],
    connections: Collection[str],
    at: datetime,
) -> Replayed:
    """How many came back and are gone again. Words whose time is over go
    again; nobody stays signed in, no link to sign in anew
    opens, and reports of platforms that waited are dropped.

    `is_erased` is asked for the incident, the handle and the key of everybody who was ever there; `has_ended` for the
    organisation, the account and the beginning of every membership.
    """
    with transaction.atomic():
        done = Replayed(
            _erase(is_erased, at),
            sum(Cord.objects.filter(pk=one, revoked_at=None).update(revoked_at=at) for one in cords),
            sum(StopToken.objects.filter(pk=one, revoked_at=None).update(revoked_at=at) for one in tokens),
            sum(Meeting.objects.filter(pk=one, archived_at=None).update(archived_at=at) for one in put_away),
            sum(one.delete()[0] for one in Membership.objects.all() if has_ended(*organisations.time_of(one))),
            sum(_close(one, at) for one in invitations) + sum(_use_up(one, at) for one in used),
            sum(_remove(one) for one in Connection.objects.filter(pk__in=list(connections))),
        )
        retention.put_away_words(at)
        WayBack.objects.all().delete()
        Session.objects.all().delete()
        InboxEvent.objects.all().delete()
    ground.forget_for_good()
    return done


def _close(one: str, at: datetime) -> int:
    """An invitation that is open again; or help of a caseworker that was ended, whether or not they had come."""
    closed = Invitation.objects.filter(pk=one, used_at=None).update(revoked_at=at)
    return closed + Help.objects.filter(pk=one, revoked_at=None).update(revoked_at=at)


def _use_up(one: str, at: datetime) -> int:
    """A caseworker's link by which they had come since; who had come before goes on reading."""
    return Help.objects.filter(pk=one, accepted_at=None, revoked_at=None).update(revoked_at=at)


def _remove(connection: Connection) -> int:
    """Unless a meeting needs it: its removal was listed, and then not done."""
    if Meeting.objects.filter(connection=connection, archived_at=None).exists():
        return 0
    remove(connection)
    return 1


def _erase(is_erased: Callable[[str, str, bytes], bool], at: datetime) -> int:
    columns = Presence.objects.values_list("pk", "incident_id", "handle", "key")
    gone = [(pk, incident) for pk, incident, handle, key in columns if is_erased(incident, handle, bytes(key))]
    for pk, incident in gone:
        Presence.objects.filter(pk=pk).delete()
        chain.note(incident, "person erased", at, {"by": "restore"})
    return len(gone)
