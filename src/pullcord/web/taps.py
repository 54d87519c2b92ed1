"""What a platform lets nobody do from outside, as the taps that it takes in its own app, in its own words."""

from typing import NamedTuple

from django.utils.translation import gettext as _

from pullcord.places.playbooks import DEVICES, SECTIONS, Section, Step, playbook
from pullcord.platforms import platform
from pullcord.words import PlatformError

TAPPED: tuple[Section, ...] = ("remove", "lock", "stop_media", "switch_off", "recording")
"""In the order in which a host whose meeting goes on needs them; the end stands before them, with its own buttons."""


class OnDevice(NamedTuple):
    device: str
    steps: tuple[Step, ...]


class Taps(NamedTuple):
    heading: str
    devices: tuple[OnDevice, ...]


def taps_of(name: str | None) -> list[Taps]:
    """None of a platform whose every verb we have, or of which nobody has written any down."""
    try:
        key = platform(name or "").playbook
    except PlatformError:
        return []
    if key is None:
        return []
    found = playbook(key)
    return [
        Taps(_(SECTIONS[section]), tuple(OnDevice(_(DEVICES[one]), found.steps(section, one)) for one in devices))
        for section in TAPPED
        if (devices := found.devices(section))
    ]
