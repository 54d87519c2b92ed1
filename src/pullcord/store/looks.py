"""Who looked at whom: one line each time an incident's people, or its record, were shown or taken out of here.

It is added to, and what is old is put away; nothing changes a line. It holds who, when, what kind and which incident,
never what was seen.
"""

from datetime import datetime
from typing import Final, Literal

from pullcord.store import incidents, organisations
from pullcord.store.models import Look, Organisation, User

Kind = Literal["people", "record", "export", "put away", "keeping"]
KINDS: Final[tuple[Kind, ...]] = ("people", "record", "export", "put away", "keeping")
"""The names of who was there, or the record, were shown; a file was made of it; what was kept long enough was put away;
somebody chose how long it is kept."""
BY_THE_SERVER: Final = "server"
MOST_SHOWN: Final = 500


def note(
    kind: Kind, *, by: User | None, organisation: Organisation, incident_id: str, people: int | None, at: datetime
) -> None:
    """`by`: None = the server did it by itself. `people`: how many; None = it was not people."""
    Look.objects.create(
        organisation=organisation,
        at=at,
        user=by,
        by=BY_THE_SERVER if by is None else incidents.name_of(by),
        kind=kind,
        incident_told=incident_id,
        people=people,
    )


def of_mine(owner: User) -> list[Look]:
    """The last ones in the owner's organisation, newest first. Raises NotFound for whoever owns none."""
    mine = Look.objects.filter(organisation=organisations.owned_by(owner)).select_related("user")
    return list(mine.order_by("-at", "-pk")[:MOST_SHOWN])
