"""The help lines that want somebody's word: what to check, one press for each, and what was confirmed here."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pullcord.jobs import confirm as job
from pullcord.jobs.confirm import NotConfirmed
from pullcord.jobs.desk import Desk, current
from pullcord.places.advice import read_advice
from pullcord.places.bridges import read_bridges
from pullcord.places.confirmed import last_day, standing, wanted
from pullcord.places.lines import CONFIRMED, directory
from pullcord.places.values import Confirmed, Country, Directory
from pullcord.store import organisations
from pullcord.web.views.asked import me


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    desk, theirs = current(), _theirs(request)
    today, known = today_of(desk), lines_of(desk)
    table = known.country(request.GET.get("country", "") or desk.config.country)
    told = {
        "countries": _choices(known, first=desk.config.country),
        "country": table,
        "wanted": wanted(known, table.code, today=today) if table is not None else [],
        "standing": standing(known, today=today),
        "theirs": theirs,
        "refused": [*known.refused, *_refused_besides(desk)],
        "is_closed": any(sentence.startswith(CONFIRMED) for sentence in known.refused),
        "name": job.printable(me(request).shown_name),
    }
    return render(request, "help_lines.html", told)


def _refused_besides(desk: Desk) -> list[str]:
    """The operator's other files: nowhere else would anybody see that one was not taken."""
    own = (read_advice(places_of(desk)).refused, read_bridges(places_of(desk), today=today_of(desk)).refused)
    return [sentence for sentence in own if sentence]


def _choices(known: Directory, *, first: str) -> list[Country]:
    return sorted(known.countries.values(), key=lambda country: (country.code != first, country.name))


@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    desk, told = current(), request.POST
    organisations.any_of(me(request))

    def press() -> str:
        by, numbers = me(request).shown_name, tuple(told.getlist("number"))
        done = job.confirm(places_of(desk), told.get("id", ""), numbers, by=by, today=today_of(desk))
        day = date_format(last_day(done.on), "j F Y")
        return _("Thank you. %(number)s is confirmed by you until %(day)s.") % {"number": done.number, "day": day}

    return _tried(request, press)


@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    told = request.POST
    theirs = _theirs(request)

    def press() -> str:
        if told.get("by") in theirs:
            raise NotConfirmed(_("Only whoever confirmed a number, or somebody beside them, takes that back."))
        shown = Confirmed(told.get("id", ""), told.get("number", ""), told.get("by", ""), _day(told.get("on", "")))
        job.take_back(places_of(current()), shown, today=today_of(current()))
        return _("It is taken back.")

    return _tried(request, press)


def _theirs(request: HttpRequest) -> set[str]:
    """Under which names others confirm: all organisations of a server use one list, and none reads another's names there.

    Raises NotFound for whoever belongs nowhere.
    """
    return {job.printable(name) for name in organisations.names_elsewhere(me(request))}


def _tried(request: HttpRequest, press: Callable[[], str]) -> HttpResponse:
    """Back to the list in either case: there it stands as it is now."""
    try:
        messages.success(request, press())
    except NotConfirmed as why:
        messages.warning(request, _("%s Nothing was changed.") % why)
    return redirect(f"{reverse('help_lines')}?{urlencode({'country': request.POST.get('country', '')})}")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return date.min


def lines_of(desk: Desk) -> Directory:
    return directory(places_of(desk), today=today_of(desk))


def places_of(desk: Desk) -> Path:
    return Path(desk.config.path("places"))


def today_of(desk: Desk) -> date:
    """In UTC, as everything that reads the file counts: a day that has still to come there would spoil the whole of it."""
    return datetime.fromtimestamp(desk.means.clock(), UTC).date()


def wanted_at_home(desk: Desk) -> int:
    """How many lines of the operator's own country want somebody's word. 0 also where no country was set."""
    home = desk.config.country
    return len(wanted(lines_of(desk), home, today=today_of(desk))) if home else 0
