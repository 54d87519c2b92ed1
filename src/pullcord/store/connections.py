"""An organisation's connections to platforms. Those that change something are called by `jobs.connections` alone, in its transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from pullcord.store import NotFound, organisations
from pullcord.store.models import Connection, Meeting, User


def all_of(owner: User) -> list[Connection]:
    """By name; none for whoever owns no organisation."""
    return list(_those(organisations.connections_owned_by(owner)).order_by("name", "id"))


def usable(user: User) -> list[Connection]:
    """On which he may have meetings, by name."""
    return list(_those(organisations.connections_used_by(user)).order_by("name", "id"))


def find(owner: User, connection_id: str) -> Connection:
    """To be seen and changed. Raises NotFound."""
    return _one(_those(organisations.connections_owned_by(owner)), connection_id)


def find_usable(user: User, connection_id: str) -> Connection:
    """To have a meeting on. Raises NotFound."""
    return _one(_those(organisations.connections_used_by(user)), connection_id)


def all_of_everybody() -> list[Connection]:
    """For the daily look, and for no page."""
    return list(Connection.objects.order_by("id"))


def meetings_on(owner: User, connection_id: str) -> list[Meeting]:
    """Those that are not put away, by name. Raises NotFound."""
    on = Meeting.objects.filter(connection=find(owner, connection_id), archived_at=None)
    return list(on.order_by("name", "id"))


# -- changing ----------------------------------------------------------------------------------------------------------


def add(owner: User, connection_id: str, *, at_time: datetime, **columns: Any) -> Connection:
    """In the organisation that he owns. Raises NotFound."""
    where = organisations.owned_by(owner)
    return Connection.objects.create(id=connection_id, organisation=where, made_by=owner, made_at=at_time, **columns)


def claim(owner: User, connection_id: str) -> Connection:
    """For this transaction to change alone. Raises NotFound."""
    return _one(_those(organisations.connections_owned_by(owner)).select_for_update(no_key=True), connection_id)


def claim_usable(user: User, connection_id: str) -> Connection:
    """For a meeting to be added on it: its credential must not change before that meeting's kit is written. Raises NotFound."""
    return _one(_those(organisations.connections_used_by(user)).select_for_update(no_key=True), connection_id)


def change(connection: Connection, columns: Mapping[str, Any]) -> None:
    Connection.objects.filter(pk=connection.pk).update(**columns)


def claim_meetings_on(connection: Connection) -> list[Meeting]:
    """Always in the same order, so that two changes at once never wait for each other in a ring."""
    on = Meeting.objects.filter(connection=connection, archived_at=None).select_for_update(no_key=True)
    return list(on.order_by("id"))


def move_meeting(meeting: Meeting, at: Mapping[str, str]) -> None:
    Meeting.objects.filter(pk=meeting.pk).update(at=dict(at))


def remove(connection: Connection) -> None:
    """Meetings that were put away keep what happened in them, and no right."""
    Meeting.objects.filter(connection=connection).exclude(archived_at=None).update(connection=None)
    Connection.objects.filter(pk=connection.pk).delete()


def _those(which: Q) -> QuerySet[Connection]:
    return Connection.objects.filter(which)


def _one(connections: QuerySet[Connection], connection_id: str) -> Connection:
    found = connections.filter(pk=connection_id).first()
    if found is None:
        raise NotFound
    return found
