"""How long an organisation keeps the people of an incident, and who looked at them: the choices, and when it is over."""

from datetime import datetime, timedelta
from typing import Final

PEOPLE_DAYS: Final = (30, 90, 180, 365, 1095)
WORDS_DAYS: Final = PEOPLE_DAYS
LOOKS_DAYS: Final = (365, 730, 1825)
USUAL_PEOPLE_DAYS: Final = 365
"""A report to the police, an insurer or a regulator, and the questions that come back, are mostly over within a year."""
USUAL_WORDS_DAYS: Final = USUAL_PEOPLE_DAYS
"""As long as the names: whoever writes down what happened names people, whatever we ask."""
USUAL_LOOKS_DAYS: Final = 730
"""Longer than the people: whoever asks who saw a name may ask after the name is gone."""


def over_before(now: datetime, days: int) -> datetime:
    """What is older than this has been kept long enough."""
    return now - timedelta(days=days)


def over_at(since: datetime, days: int) -> datetime:
    """When what is counted from then has been kept long enough."""
    return since + timedelta(days=days)


def is_allowed(people_days: int, looks_days: int, words_days: int) -> bool:
    """Who looked is kept at least as long as who could be looked at."""
    known = people_days in PEOPLE_DAYS and looks_days in LOOKS_DAYS and words_days in WORDS_DAYS
    return known and looks_days >= people_days
