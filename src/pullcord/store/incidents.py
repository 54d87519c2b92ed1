"""Incidents: what happened, who pressed, what was done since, and the chain that says so."""

import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import QuerySet

from pullcord.core import timeline
from pullcord.core.steps import KNOWN, STATES
from pullcord.core.steps import State as StepState
from pullcord.store import NotFound, chain, meetings, organisations
from pullcord.store.models import Incident, Press, Step, User


class Told(NamedTuple):
    """What a host can say of an incident, perhaps days later. None = not known, and stays so."""

    title: str
    told: str = ""
    happened_at: datetime | None = None
    over_at: datetime | None = None
    people_out: int | None = None
    meeting_id: str | None = None
    """One of the host's own meetings; it may be none that we know."""


# -- looking -----------------------------------------------------------------------------------------------------------


def all_of(owner: User) -> list[Incident]:
    """Newest first, with their meetings; those of practice meetings too."""
    return list(_of(owner).select_related("meeting").order_by("-opened_at", "-id"))


def of_meeting(owner: User, meeting_id: str) -> list[Incident]:
    """Newest first; empty for another's meeting."""
    return list(_of(owner).filter(meeting_id=meeting_id).order_by("-opened_at", "-id"))


def find(owner: User, incident_id: str) -> Incident:
    """Raises NotFound."""
    found = _of(owner).select_related("meeting").filter(pk=incident_id).first()
    if found is None:
        raise NotFound
    return found


def presses(owner: User, incident_id: str) -> list[Press]:
    """In their order; the first one led. Raises NotFound."""
    return list(Press.objects.filter(incident=find(owner, incident_id)).order_by("at", "pk"))


def entries(owner: User, incident_id: str) -> list[timeline.Entry]:
    """The chain, oldest first. Raises NotFound."""
    return chain.read(find(owner, incident_id).pk)


def steps(owner: User, incident_id: str) -> dict[str, Step]:
    """By code, those that were touched; a step without a row is open. Raises NotFound."""
    return {step.code: step for step in Step.objects.filter(incident=find(owner, incident_id))}


# -- changing ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def open_by_hand(owner: User, told: Told, *, at: datetime) -> Incident:
    """Days later, without connection, meeting or roster. Raises NotFound for a meeting that is not theirs to see."""
    meeting = None if told.meeting_id is None else meetings.find(owner, told.meeting_id)
    where = organisations.any_of(owner) if meeting is None else meeting.organisation
    incident = Incident.objects.create(
        id=os.urandom(8).hex(),
        owner=owner,
        organisation=where,
        meeting=meeting,
        meeting_told=told.meeting_id or "",
        opened_at=at,
        opened_by_hand=True,
        title=told.title,
        told=told.told,
        happened_at=told.happened_at,
        over_at=told.over_at,
        people_out=told.people_out,
        words_at=at if told.title or told.told else None,
    )
    chain.note(incident.pk, "opened by hand", at, {"incident": incident.pk, "by": name_of(owner)})
    return incident


@transaction.atomic
def tell(owner: User, incident_id: str, told: Mapping[str, Any], *, at: datetime) -> Incident:
    """Add or correct what the host says: `title`, `told`, `happened_at`; and where it was opened by hand, `over_at` and
    `people_out` too, which we otherwise know ourselves. The words go into the table, into the chain only that they changed.
    Raises NotFound; ValueError for anything else.
    """
    incident = find(owner, incident_id)
    allowed = {"title", "told", "happened_at"} | ({"over_at", "people_out"} if incident.opened_by_hand else set())
    if set(told) - allowed:
        raise ValueError(f"not for the host to say: {sorted(set(told) - allowed)}")
    Incident.objects.filter(pk=incident.pk).update(**told, words_at=at)
    chain.note(incident.pk, "told", at, {"fields": sorted(told), "by": name_of(owner)})
    return find(owner, incident_id)


@transaction.atomic
def set_step(
    owner: User, incident_id: str, code: str, state: StepState, *, at: datetime, handed_to: str = "", note: str = ""
) -> None:
    """Raises NotFound, for a step that does not exist too; ValueError for an unknown state, or one handed to nobody."""
    incident = find(owner, incident_id)
    if code not in KNOWN:
        raise NotFound
    if state not in STATES or (state == "handed" and not handed_to.strip()):
        raise ValueError(f"not a state of a step: {state}")
    told = {"state": state, "handed_to": handed_to.strip(), "note": note, "changed_at": at, "changed_by": owner}
    Step.objects.update_or_create(incident=incident, code=code, defaults=told)
    if handed_to.strip() or note:
        Incident.objects.filter(pk=incident.pk).update(words_at=at)
    chain.note(incident.pk, "step", at, {"code": code, "state": state, "by": name_of(owner)})


def name_of(user: User) -> str:
    """The opaque id by which the journal and the chain know this account."""
    return f"user:{user.pk}"


def _of(owner: User) -> QuerySet[Incident]:
    return Incident.objects.filter(organisations.incidents_seen_by(owner))
