"""Somebody erased from an incident, and kept from coming back with a backup."""

from datetime import UTC, datetime

from pullcord.jobs.desk import Desk
from pullcord.jobs.meetings import or_refuse
from pullcord.safe import gone
from pullcord.store import people
from pullcord.store.models import Presence, User


def erase(desk: Desk, owner: User, incident_id: str, presence: int) -> None:
    """For good. For owners and leads. Raises NotFound; Refused where the list of the erased cannot be written: nobody was erased."""

    def listed(person: Presence) -> None:
        or_refuse(desk.gone.add, *lines_of(desk, person))

    people.erase(owner, incident_id, presence, at=datetime.fromtimestamp(desk.means.clock(), UTC), listed=listed)


def lines_of(desk: Desk, person: Presence) -> tuple[gone.Line, gone.Line]:
    """By which a restored backup knows them."""
    return (
        gone.Line("erased person", gone.person(bytes(person.key))),
        gone.Line("erased handle", gone.handle(desk.keys, person.incident_id, person.handle)),
    )
