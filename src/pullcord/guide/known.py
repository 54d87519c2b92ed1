"""What the guide is made of on this machine, today: what was shipped, and what the data folder has over it."""

from datetime import date
from pathlib import Path

from pullcord.guide.site import Known
from pullcord.places.advice import read_advice
from pullcord.places.bridges import read_bridges
from pullcord.places.lines import directory


def known_here(folder: Path | None, *, today: date, country: str = "") -> tuple[Known, tuple[str, ...]]:
    """`folder`: `places` of the data folder; None = there is none. And a sentence for each file that was not taken."""
    found = directory(folder, today=today)
    advice, bridges = read_advice(folder), read_bridges(folder, today=today)
    refused = (*found.refused, *(sentence for sentence in (advice.refused, bridges.refused) if sentence))
    return Known(found, today, country, advice, bridges), refused
