"""The entries of an incident's timeline, in the store. They are added, and never changed."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from pullcord.core import timeline
from pullcord.store import fit
from pullcord.store.models import Entry, Incident


class New(NamedTuple):
    """What is to be added."""

    kind: str
    at: datetime
    fields: Mapping[str, Any]
    mark: str | None


def note(
    incident_id: str, kind: str, at: datetime, fields: Mapping[str, Any], *, mark: str | None = None
) -> timeline.Entry:
    """Add an entry at the end: see `note_all`."""
    return note_all(incident_id, [New(kind, at, fields, mark)])[0]


def note_all(incident_id: str, new: Iterable[New]) -> list[timeline.Entry]:
    """Add these at the end. Within a transaction: it claims the incident, so that two never take the same number."""
    claim(incident_id)
    found = Entry.objects.filter(incident_id=incident_id).order_by("-number").first()
    last, entries = None if found is None else _value(found), []
    for kind, at, fields, mark in new:
        last = timeline.append(last, kind, at, fit.plain(fields), mark=mark)
        entries.append(last)
    Entry.objects.bulk_create([Entry(incident_id=incident_id, **entry._asdict()) for entry in entries])
    return entries


def claim(incident_id: str) -> None:
    """The incident, for this transaction to add to alone. What is read of it from now on is what the one before left."""
    Incident.objects.select_for_update(no_key=True).filter(pk=incident_id).values_list("pk").first()


def read(incident_id: str, *, using: str = "default") -> list[timeline.Entry]:
    """`using`: the database, where there are two: see `store.move`."""
    return [_value(row) for row in Entry.objects.using(using).filter(incident_id=incident_id).order_by("number")]


def has(incident_id: str, kind: str) -> bool:
    return Entry.objects.filter(incident_id=incident_id, kind=kind).exists()


def _value(row: Entry) -> timeline.Entry:
    return timeline.Entry(row.number, row.at, row.kind, row.fields, row.mark, row.previous, row.hash)
