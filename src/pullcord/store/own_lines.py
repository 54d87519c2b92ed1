"""Help lines that an organisation entered for itself: seen by its own people alone, and never without their source."""

from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from pullcord.store import NotFound, organisations
from pullcord.store.models import OwnLine, User


def add(owner: User, *, at: datetime, **columns: Any) -> OwnLine:
    """Raises NotFound for whoever owns no organisation."""
    return OwnLine.objects.create(organisation=organisations.owned_by(owner), added_by=owner, added_at=at, **columns)


def of_mine(owner: User) -> list[OwnLine]:
    """By name. Raises NotFound for whoever owns none."""
    return list(_with_source().filter(organisation=organisations.owned_by(owner)).order_by("name", "pk"))


def shown_at(organisation_id: str | None) -> list[OwnLine]:
    """For whoever was let see something of this organisation, by name."""
    return list(_with_source().filter(organisation=organisation_id).order_by("name", "pk"))


def remove(owner: User, line: int) -> None:
    """Raises NotFound."""
    if not OwnLine.objects.filter(organisation=organisations.owned_by(owner), pk=line).delete()[0]:
        raise NotFound


def check_again(owner: User, line: int, *, on: date) -> None:
    """Raises NotFound."""
    if not OwnLine.objects.filter(organisation=organisations.owned_by(owner), pk=line).update(checked_on=on):
        raise NotFound


def _with_source() -> QuerySet[OwnLine]:
    return OwnLine.objects.exclude(source="")
