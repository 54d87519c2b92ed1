"""Who was there: the one table that holds people, and from which they can be erased."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from pullcord.core.timeline import digest_of
from pullcord.store import NotFound, chain, ground, incidents
from pullcord.store.models import Presence, User


def of_incident(owner: User, incident_id: str) -> list[Presence]:
    """By name. Empty = nobody is known; whether a roster was ever read is in the incident's entries. Raises NotFound."""
    incident = incidents.find(owner, incident_id)
    return list(Presence.objects.filter(incident=incident).order_by("name", "pk"))


def erase(owner: User, incident_id: str, presence: int, *, at: datetime, listed: Callable[[Presence], None]) -> None:
    """Erase this person from this incident, with the key: the chain still holds, and says nothing of them. Raises NotFound.

    `listed` writes down that they must not come back with a backup; what it raises undoes the erasure.
    """
    incident = incidents.find(owner, incident_id)
    with transaction.atomic():
        person = Presence.objects.filter(incident=incident, pk=presence).first()
        if person is None:
            raise NotFound
        listed(person)
        Presence.objects.filter(pk=presence).delete()
        chain.note(incident.pk, "person erased", at, {"by": incidents.name_of(owner)})
    ground.forget_for_good()


def is_in_the_chain(person: Presence, digests: list[str]) -> bool:
    """Whether an entry's digests speak of this person."""
    return proof_of(person.key, person.handle, person.name, person.email) in digests


def proof_of(key: bytes | memoryview, handle: str, name: str | None, email: str | None) -> str:
    """What the chain holds of a person: keyed, over handle, name and address, one a line."""
    return digest_of(bytes(key), "\n".join((handle, name or "", email or "")))
