"""All that the jobs have at hand in one process, opened once: by `serve`, by a command, or by a test."""

import os
from collections.abc import Callable
from typing import NamedTuple

from pullcord.config import Config
from pullcord.jobs.stop import Means
from pullcord.jobs.turns import Turns
from pullcord.platforms import platform
from pullcord.platforms.reach import EVERYWHERE, Reach
from pullcord.platforms.wire import ColdWire, Wire
from pullcord.safe.book import Book
from pullcord.safe.files import make_private_folder, refuse_if_others_can_read
from pullcord.safe.gone import FILE as ERASED
from pullcord.safe.gone import Gone
from pullcord.safe.journal import Journal
from pullcord.safe.keys import Keys, make_keys, read_keys
from pullcord.safe.kit import Kits
from pullcord.safe.rosters import Rosters
from pullcord.safe.tickets import Tickets


class Desk(NamedTuple):
    config: Config
    keys: Keys
    kits: Kits
    means: Means
    rosters: Rosters
    tickets: Tickets
    gone: Gone


def open_desk(config: Config, *, wire: Callable[[str], Wire] | None = None, about: str = "", new: bool = False) -> Desk:
    """The desk of this data folder. `new`: make the folder and the key where there are none. Raises KeysMissing, TooOpen.

    `about`: follow only this meeting's lines of the journal, for a process that ends one meeting and leaves.
    """
    folder = config.path("keys")
    if new:
        make_private_folder(config.data)
        make_private_folder(config.path("stop"))
    keys = make_keys(folder) if new else read_keys(folder)
    journal = Journal(config.path("stop"), keys)
    rosters = Rosters(config.path("stop", "rosters"), keys)
    means = Means(
        journal=journal,
        book=Book(journal, about=about),
        wire=wire or (lambda name: ColdWire(reach_of(config, name))),
        keep_roster=rosters.keep,
        turns=Turns(),
        pace={},
    )
    return Desk(
        config, keys, Kits(config.path("stop", "kits"), keys), means, rosters, Tickets(), Gone(erased_list(config))
    )


def erased_list(config: Config) -> str:
    """Where it is kept who was erased and what was revoked: as the operator said, or in the data folder."""
    return config.erased_list or config.path(ERASED)


def reach_of(config: Config, platform_name: str) -> Reach:
    """How far we go for a platform: where a form says where it is, to the public, and to what the operator named.

    Where we make the meetings ourselves, no form had a say. Where the settings cannot be read, a stop goes out all the same,
    to where its sealed kit says.
    """
    if not config.is_read or not platform(platform_name).fields:
        return EVERYWHERE
    return Reach(config.private_targets)


def refuse_open_folders(config: Config) -> None:
    """Raises TooOpen where others on this machine could read the key, the journal or the kits."""
    for path in (config.path("keys"), config.path("keys", "key"), config.path("stop"), config.path("stop", "journal")):
        if os.path.exists(path):
            refuse_if_others_can_read(path)


_desks: list[Desk] = []


def put(desk: Desk) -> None:
    """Make this the desk of the process, for the people pages, which the framework calls without one."""
    _desks[:] = [desk]


def current() -> Desk:
    return _desks[0]
