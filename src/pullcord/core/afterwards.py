"""Who was there by a platform's report afterwards, beside whom we knew already: nobody is missed, and nobody listed twice without need.

A report knows people by other handles than what we saw. So it is counted: of a name that the report has three of at one time and
we have two of, one is new. Two stays of one name, one after the other, are one person.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from pullcord.words import Person


class Stay(NamedTuple):
    """One line of a report."""

    person: Person
    since: float
    until: float


def newcomers(known: Iterable[Person], stays: Iterable[Stay]) -> list[Person]:
    """Those of the report that are not among the known, the earliest first."""
    had: dict[str, int] = defaultdict(int)
    for person in known:
        had[_name(person)] += 1
    of_name: dict[str, list[Stay]] = defaultdict(list)
    for stay in sorted(stays, key=lambda stay: stay.since):
        of_name[_name(stay.person)].append(stay)
    found = [person for name, theirs in of_name.items() for person in _at_once(theirs)[had[name] :]]
    return sorted(found, key=lambda person: person.since or 0.0)


def _at_once(stays: list[Stay]) -> list[Person]:
    """As many as were in at one time: each goes on where another of that name has left."""
    ends: list[float] = []
    people: list[Person] = []
    for person, since, until in stays:
        free = next((at for at, end in enumerate(ends) if end <= since), None)
        if free is None:
            ends.append(until)
            people.append(person)
        else:
            ends[free] = until
            people[free] = people[free]._replace(email=people[free].email or person.email)
    return people


def _name(person: Person) -> str:
    return " ".join((person.name or "").casefold().split())
