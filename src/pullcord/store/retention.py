"""What is kept long enough is put away: the people of an incident, and who looked at them. Each organisation says how long."""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from pullcord.core.retention import USUAL_PEOPLE_DAYS, USUAL_WORDS_DAYS, over_at, over_before
from pullcord.store import NotFound, chain, ground, incidents, looks, organisations
from pullcord.store.models import Incident, Look, Organisation, Presence, Step, User

Listed = Callable[[Iterable[Presence]], None]
"""Writes down that they must not come back with a backup; what it raises undoes the putting away."""


def choose(owner: User, *, people_days: int, looks_days: int, words_days: int, at: datetime) -> None:
    """Raises NotFound."""
    organisation = organisations.owned_by(owner)
    with transaction.atomic():
        told = {"people_days": people_days, "looks_days": looks_days, "words_days": words_days}
        Organisation.objects.filter(pk=organisation.pk).update(**told)
        looks.note("keeping", by=owner, organisation=organisation, incident_id="", people=None, at=at)


def people_due(owner: User, *, at: datetime) -> int:
    """How many go with the next daily look. Raises NotFound."""
    organisation = organisations.owned_by(owner)
    return _people(organisation, organisation.people_days, at).count()


@transaction.atomic
def keep_on(user: User, incident_id: str, *, on: bool, at: datetime) -> None:
    """While a case is open its people are not put away. For owners and leads; raises NotFound for others."""
    incident = incidents.find(user, incident_id)
    if not organisations.reads_all(user, incident.organisation):
        raise NotFound
    Incident.objects.filter(pk=incident.pk).update(kept_on_since=at if on else None)
    chain.note(incident.pk, "kept on" if on else "not kept on", at, {"by": incidents.name_of(user)})


def due(at: datetime) -> list[str]:
    """The incidents whose people have been kept long enough, oldest first; of all organisations."""
    of_all = [(one, one.people_days) for one in Organisation.objects.all()]
    questions = [_people(organisation, days, at) for organisation, days in (*of_all, (None, USUAL_PEOPLE_DAYS))]
    found = {pair for one in questions for pair in one.values_list("incident__opened_at", "incident_id")}
    return [incident_id for _, incident_id in sorted(found)]


def put_away_people(incident_id: str, *, at: datetime, listed: Listed) -> int:
    """Erase all who were there; how many. What is still to be kept by now is kept."""
    with transaction.atomic():
        chain.claim(incident_id)
        incident = Incident.objects.select_related("organisation").get(pk=incident_id)
        days = USUAL_PEOPLE_DAYS if incident.organisation is None else incident.organisation.people_days
        people = list(_people(incident.organisation, days, at).filter(incident=incident))
        if not people:
            return 0
        listed(people)
        Presence.objects.filter(pk__in=[one.pk for one in people]).delete()
        told = {"by": looks.BY_THE_SERVER, "people": len(people), "days": days}
        chain.note(incident_id, "people put away", at, told)
        if incident.organisation is not None:
            looks.note(
                "put away", by=None, organisation=incident.organisation, incident_id=incident_id,
                people=len(people), at=at,
            )  # fmt: skip
    return len(people)


def words_until(incident: Incident) -> datetime | None:
    """When the words on it go; None = there are none, or a case is open."""
    if incident.words_at is None or incident.kept_on_since is not None:
        return None
    return over_at(incident.words_at, _words_days(incident.organisation))


def put_away_words(at: datetime) -> int:
    """The words on every record that were kept long enough, those beside its steps too; on how many records."""
    of_all = [*Organisation.objects.all(), None]
    return sum(_put_away_words_of(one, at) for one in of_all)


@transaction.atomic
def _put_away_words_of(organisation: Organisation | None, at: datetime) -> int:
    days = _words_days(organisation)
    old = Incident.objects.filter(
        organisation=organisation, words_at__lt=over_before(at, days), kept_on_since=None
    ).order_by("pk")
    due = list(old.values_list("pk", flat=True))
    for incident_id in due:
        chain.claim(incident_id)
        if not old.filter(pk=incident_id).update(told="", title="", words_at=None):
            continue  # somebody wrote on it, or a case was opened, meanwhile
        Step.objects.filter(incident=incident_id).update(handed_to="", note="")
        chain.note(incident_id, "words put away", at, {"by": looks.BY_THE_SERVER, "days": days})
    return len(due)


def _words_days(organisation: Organisation | None) -> int:
    return USUAL_WORDS_DAYS if organisation is None else organisation.words_days


def put_away_looks(at: datetime) -> int:
    """How many lines; that it was done is a line itself."""
    return sum(_put_away_looks_of(one, at) for one in Organisation.objects.all())


def forget() -> None:
    """What was put away must not stay readable in what the database has put aside."""
    ground.forget_for_good()


@transaction.atomic
def _put_away_looks_of(organisation: Organisation, at: datetime) -> int:
    old = Look.objects.filter(organisation=organisation, at__lt=over_before(at, organisation.looks_days))
    is_news = old.exclude(by=looks.BY_THE_SERVER).exists()
    count, _ = old.delete()
    if is_news:
        looks.note("put away", by=None, organisation=organisation, incident_id="", people=None, at=at)
    return count


def _people(organisation: Organisation | None, days: int, at: datetime) -> QuerySet[Presence]:
    return Presence.objects.filter(
        incident__organisation=organisation, incident__opened_at__lt=over_before(at, days), incident__kept_on_since=None
    )
