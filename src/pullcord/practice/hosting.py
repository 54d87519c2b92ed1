"""A practice meeting for an account of this server: the room, the simulated people in it, and the meeting as the store knows it."""

import time
from typing import Final

from pullcord.jobs.desk import Desk
from pullcord.practice import reporting
from pullcord.practice.invitations import Role
from pullcord.practice.rooms import Rooms
from pullcord.words import Meeting

NAME: Final = "Practice meeting"
PEOPLE: Final[tuple[tuple[str, Role], ...]] = (
    ("You", "host"),
    ("Maya", "simulated"),
    ("Tom", "simulated"),
    ("Guest 17", "intruder"),
)


def open_room(rooms: Rooms, desk: Desk, name: str) -> Meeting:
    """A room of this name with simulated people, and all that ending it needs. Raises OSError."""
    secret = reporting.secret_in(rooms.folder)
    new = rooms.create(name, PEOPLE, now=time.time())
    ways_in = {f"way in {link.role}": link.token for link in new.links if link.role != "simulated"}
    at = {"server": desk.config.address, "room": new.room, "events": reporting.SOURCE}
    return Meeting(
        new.room, name, "practice", at, {"admin": new.admin, "events": secret, "stage": new.stage, **ways_in}
    )


def host_one(rooms: Rooms, desk: Desk, owner_id: str) -> str:
    """The id of the new meeting. Raises Refused, NotFound, OSError."""
    from pullcord.jobs import meetings  # these read Django's settings as they are loaded
    from pullcord.store import users

    new = open_room(rooms, desk, NAME)
    row = meetings.add(
        desk,
        users.find(owner_id),
        name=NAME,
        platform=new.platform,
        at=new.at,
        secrets=new.secrets,
        meeting_id=new.id,
    )
    return row.id
