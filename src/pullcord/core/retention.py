"""How long an organisation keeps the people of an incident, and who looked at them: the choices, and when it is over."""

from datetime import datetime, timedelta
from typing import Final

PEOPLE_DAYS: Final = (30, 90, 180, 365, 1095)
LOOKS_DAYS: Final = (365, 730, 1825)
USUAL_PEOPLE_DAYS: Final = 365
"""A report to the police, an insurer or a regulator, and the questions that come back, are mostly over within a year."""
USUAL_LOOKS_DAYS: Final = 730
"""Longer than the people: whoever asks who saw a name may ask after the name is gone."""


def over_before(now: datetime, days: int) -> datetime:
    """What is older than this has been kept long enough."""
    return now - timedelta(days=days)


def is_allowed(people_days: int, looks_days: int) -> bool:
    """Who looked is kept at least as long as who could be looked at."""
    return people_days in PEOPLE_DAYS and looks_days in LOOKS_DAYS and looks_days >= people_days
