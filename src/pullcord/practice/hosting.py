"""A practice meeting for an account of this server: the room, the simulated people in it, and the meeting as the store knows it."""

import time
from typing import Final

from pullcord.jobs.desk import Desk
from pullcord.practice import reporting
from pullcord.practice.invitations import Role
from pullcord.practice.rooms import Rooms

NAME: Final = "Practice meeting"
PEOPLE: Final[tuple[tuple[str, Role], ...]] = (
    ("You", "host"),
    ("Maya", "simulated"),
    ("Tom", "simulated"),
    ("Guest 17", "intruder"),
)


def host_one(rooms: Rooms, desk: Desk, owner_id: str) -> str:
    """The id of the new meeting. Raises Refused, NotFound, OSError."""
    from pullcord.jobs import meetings  # these read Django's settings as they are loaded
    from pullcord.store import users

    secret = reporting.secret_in(rooms.folder)
    new = rooms.create(NAME, PEOPLE, now=time.time())
    ways_in = {f"way in {link.role}": link.token for link in new.links if link.role != "simulated"}
    row = meetings.add(
        desk,
        users.find(owner_id),
        name=NAME,
        platform="practice",
        at={"server": desk.config.address, "room": new.room, "events": reporting.SOURCE},
        secrets={"admin": new.admin, "events": secret, "stage": new.stage, **ways_in},
        meeting_id=new.room,
    )
    return row.id
