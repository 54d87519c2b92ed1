"""Who was there: the one table that holds people, and from which they can be erased."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction

from pullcord.core.timeline import digest_of
from pullcord.store import NotFound, chain, ground, incidents, organisations
from pullcord.store.models import InboxEvent, Presence, User


def of_incident(owner: User, incident_id: str) -> list[Presence]:
    """By name. Empty = nobody is known; whether a roster was ever read is in the incident's entries. Raises NotFound."""
    incident = incidents.find(owner, incident_id)
    return list(Presence.objects.filter(incident=incident).order_by("name", "pk"))


def erase(owner: User, incident_id: str, presence: int, *, at: datetime, listed: Callable[[Presence], None]) -> None:
    """Erase this person from this incident, with the key: the chain still holds, and says nothing of them.

    What the platform reported of them, and was taken in, goes too. For owners and leads; raises NotFound for others.

    `listed` writes down that they must not come back with a backup; what it raises undoes the erasure.
    """
    incident = incidents.find(owner, incident_id)
    if not organisations.reads_all(owner, incident.organisation):
        raise NotFound
    with transaction.atomic():
        person = Presence.objects.filter(incident=incident, pk=presence).first()
        if person is None:
            raise NotFound
        listed(person)
        Presence.objects.filter(pk=presence).delete()
        _drop_reports(incident.meeting_told, person.handle)
        chain.note(incident.pk, "person erased", at, {"by": incidents.name_of(owner)})
    ground.forget_for_good()


def _drop_reports(meeting: str, handle: str) -> None:
    """Whole reports, also of others: they were taken in, and wait for nothing but their week."""
    folded = InboxEvent.objects.filter(folded_at__isnull=False, body__contains=json.dumps(handle))
    of_them = [row.pk for row in folded if any(_is_of(one, meeting, handle) for one in json.loads(row.body))]
    InboxEvent.objects.filter(pk__in=of_them).delete()


def _is_of(event: list[Any], meeting: str, handle: str) -> bool:
    """As `jobs.hear` reads it: the meeting first, the person last, by the platform's handle."""
    return event[0] == meeting and event[-1] is not None and event[-1][0] == handle


def is_in_the_chain(person: Presence, digests: list[str]) -> bool:
    """Whether an entry's digests speak of this person."""
    return proof_of(person.key, person.handle, person.name, person.email) in digests


def proof_of(key: bytes | memoryview, handle: str, name: str | None, email: str | None) -> str:
    """What the chain holds of a person: keyed, over handle, name and address, one a line."""
    return digest_of(bytes(key), "\n".join((handle, name or "", email or "")))
