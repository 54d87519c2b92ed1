"""A meeting that has a credential of its own comes onto a connection of its organisation: tested first, and never without a kit."""

from collections.abc import Iterator

from django.db import transaction

from pullcord.jobs.connections import Adopted, asked_after, look_of
from pullcord.jobs.desk import Desk
from pullcord.jobs.kits import Refused, kit_of, opened, or_refuse, own_part
from pullcord.jobs.sealing import seal
from pullcord.platforms import platform as on_platform
from pullcord.store import connections, meetings
from pullcord.store.models import Connection, Meeting, User
from pullcord.words import Meeting as Place
from pullcord.words import PlatformError


def fitting(user: User, meeting: Meeting) -> Iterator[Connection]:
    """The connections on which it could be: of its own organisation, and to the very server on which it is."""
    if meeting.connection is None and meeting.archived_at is None and on_platform(meeting.platform).fields:
        for one in connections.usable(user):
            if one.organisation_id == meeting.organisation_id and is_same_server(meeting, one):
                yield one


def is_same_server(meeting: Meeting, connection: Connection) -> bool:
    if meeting.platform != connection.platform:
        return False
    fields = [field for field in on_platform(meeting.platform).of_connection if field.kind != "secret"]
    service = meeting.at["room"].rpartition("@")[2]
    known = {field.name: service if field.names_rooms else meeting.at.get(field.name, "") for field in fields}
    return all(connection.at.get(name, "") == told for name, told in known.items())


def move(desk: Desk, user: User, meeting_id: str, connection_id: str) -> Adopted:
    """The credential of its own is forgotten once the kit with the connection's is on disk. Raises NotFound, Refused.

    Nothing is changed where the platform denies us this room by the connection, or where neither was ever proven.
    """
    meeting, row = meetings.find(user, meeting_id), connections.find_usable(user, connection_id)
    if row not in list(fitting(user, meeting)):
        raise Refused("another-server", "This connection leads to another server, or the meeting is on one already.")
    own = own_part(row.platform, opened(desk, meeting))
    at = {**meeting.at, **row.at}
    try:
        end = asked_after(desk, Place("", "", row.platform, at, {**own, **opened(desk, row)}))
    except PlatformError as error:
        raise Refused(error.code, error.sentence) from None
    look = look_of(desk, row)
    if end is None or end.answer == "no":
        raise Refused("not-ours", end.why if end else "This platform cannot end a meeting from outside.")
    if end.answer == "unknown" and (look is None or look.how != "well"):
        raise Refused("not-proven", f"{end.why} Nothing was changed: test the connection first.")
    with transaction.atomic():
        connection = connections.claim_usable(user, connection_id)
        claimed = meetings.claim(user, meeting_id)
        if (bytes(connection.sealed), bytes(claimed.sealed)) != (bytes(row.sealed), bytes(meeting.sealed)):
            raise Refused(
                "changed-meanwhile", "Somebody changed it in the same moment. Look at it, and press once more."
            )
        columns = {"at": at, "sealed": seal(desk, claimed.organisation_id, own), "connection": connection}
        or_refuse(desk.kits.write, kit_of(desk, meetings.change(claimed, columns)))
    return Adopted(meetings.find(user, meeting_id), end.answer == "yes", end.why)
