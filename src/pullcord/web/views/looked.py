"""Who looked at whom: the one place by which every page writes it down, and the owners' page to read it."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pullcord.jobs.desk import current
from pullcord.store import NotFound, looks, organisations
from pullcord.store.looks import Kind
from pullcord.store.models import Organisation
from pullcord.web.cases import Case
from pullcord.web.views.asked import me


def write_down(request: HttpRequest, case: Case, kind: Kind, *, people: int | None = None) -> None:
    """Before it is shown: what cannot be written down is not shown. Raises NotFound, DatabaseError."""
    kept = case.row if case.row is not None else case.meeting
    if kept is None or kept.organisation is None:
        raise NotFound
    note(request, kept.organisation, case.id, kind, people=people)


def note(
    request: HttpRequest, organisation: Organisation, incident_id: str, kind: Kind, *, people: int | None = None
) -> None:
    """As above, where there is no case at hand."""
    at = datetime.fromtimestamp(current().means.clock(), UTC)
    looks.note(kind, by=me(request), organisation=organisation, incident_id=incident_id, people=people, at=at)


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    owner = me(request)
    told = {"looks": looks.of_mine(owner), "organisation": organisations.owned_by(owner), "most": looks.MOST_SHOWN}
    return render(request, "people/looked.html", told)
