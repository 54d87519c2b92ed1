"""What the guide is made of on this machine, today: what was shipped, and what the data folder has over it."""

from datetime import date
from pathlib import Path

from pullcord.guide.site import Known
from pullcord.places.lines import directory


def known_here(folder: Path | None, *, today: date, country: str = "") -> tuple[Known, tuple[str, ...]]:
    """`folder`: `places` of the data folder; None = there is none. And a sentence for each file that was not taken."""
    found = directory(folder, today=today)
    return Known(found, today, country), found.refused
