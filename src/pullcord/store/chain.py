"""The entries of an incident's timeline, in the store. They are added, and never changed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pullcord.core import timeline
from pullcord.store.models import Entry, Incident


def note(
    incident_id: str, kind: str, at: datetime, fields: Mapping[str, Any], *, mark: str | None = None
) -> timeline.Entry:
    """Add an entry at the end. Within a transaction: it claims the incident, so that two never take the same number."""
    Incident.objects.select_for_update().filter(pk=incident_id).first()
    last = Entry.objects.filter(incident_id=incident_id).order_by("-number").first()
    entry = timeline.append(None if last is None else _value(last), kind, at, fields, mark=mark)
    Entry.objects.create(incident_id=incident_id, **entry._asdict())
    return entry


def read(incident_id: str) -> list[timeline.Entry]:
    return [_value(row) for row in Entry.objects.filter(incident_id=incident_id).order_by("number")]


def has(incident_id: str, kind: str) -> bool:
    return Entry.objects.filter(incident_id=incident_id, kind=kind).exists()


def _value(row: Entry) -> timeline.Entry:
    return timeline.Entry(row.number, row.at, row.kind, row.fields, row.mark, row.previous, row.hash)
