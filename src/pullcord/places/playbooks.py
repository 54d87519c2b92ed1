"""What to tap, platform by platform: one file each, every step marked as seen somewhere or as only remembered."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from pullcord.core.saying import noted

FOLDER: Final = Path(__file__).parent / "playbooks"
GENERAL: Final = "general"

Ends = Literal["yes", "sometimes", "no"]
Status = Literal["live", "partly ended", "ended", "general"]
Section = Literal["end", "stop_media", "remove", "lock", "switch_off", "recording", "report", "new_link", "guest"]

SECTIONS: Final[Mapping[Section, str]] = {
    "end": noted("End the meeting for everyone"),
    "remove": noted("Remove a person"),
    "lock": noted("Lock the meeting"),
    "stop_media": noted("Stop somebody's screen, camera or sound"),
    "switch_off": noted("Switch off chat, sharing and recording"),
    "recording": noted("If there is a recording or a live stream"),
    "new_link": noted("Change the link for next time"),
    "report": noted("Report it to the platform"),
    "guest": noted("If you are a guest"),
}
"""In the order in which they are needed: end first, then close the way back; report afterwards."""
DEVICES: Final[Mapping[str, str]] = {
    "desktop": noted("On a computer"),
    "web": noted("In a browser"),
    "ios": noted("On an iPhone or iPad"),
    "android": noted("On an Android phone"),
    "mac": noted("On a Mac"),
    "phone": noted("On a phone"),
    "room_device": noted("On a room device"),
    "any": noted("On any device"),
}
ASIDES: Final[Mapping[str, str]] = {
    "who": noted("Who can do it"),
    "first": noted("If there is a second to spare"),
    "co_host": noted("If you are a co-host"),
    "outside": noted("From outside the meeting"),
    "shortcut": noted("By keyboard"),
    "one_person": noted("One person"),
    "waiting_room": noted("Waiting room"),
    "lobby": noted("Lobby"),
    "can_return": noted("Can they come back?"),
    "where": noted("Where it lies"),
    "after": noted("Afterwards"),
    "deadline": noted("By when"),
    "never": noted("Leave these empty"),
    "traps": noted("Watch out"),
    "notes": noted("Also"),
}
BEFORE: Final = ("who", "first")
"""What is said before the steps; the rest comes after them."""

MEMORY: Final = "memory"
MAY_DIFFER: Final = noted("may differ on your version")
QUOTED = re.compile(r"(?<!\w)'(.+?)'(?!\w)")


class Source(NamedTuple):
    url: str
    copy: str
    """The date of the copy that was read, as far as it shows one."""


class Step(NamedTuple):
    say: str
    """In the platform's own words: names of buttons stand in quotes, and stay as they are in every language."""
    source: Source | None
    """Where it was seen; None = from memory."""

    @property
    def certain(self) -> bool:
        return self.source is not None

    @property
    def buttons(self) -> tuple[str, ...]:
        return tuple(QUOTED.findall(self.say))


Part = Mapping[str, tuple[Step, ...]]
"""Steps by device, and what stands beside them."""


class Link(NamedTuple):
    label: str
    url: str
    certain: bool


class Playbook(NamedTuple):
    key: str
    name: str
    status: Status
    compiled: date
    ends_for_all: Ends
    parts: Mapping[Section, Part]
    links: tuple[Link, ...]
    also: tuple[str, ...] = ()
    """Other names that people know it by."""
    related: tuple[str, ...] = ()
    """The same maker's other editions: who is not sure looks there too."""
    ended: str = ""
    took_over: tuple[str, ...] = ()
    ended_notes: tuple[Step, ...] = ()
    old_links: tuple[Step, ...] = ()

    def part(self, section: Section) -> Part:
        return self.parts.get(section, {})

    def steps(self, section: Section, device: str) -> tuple[Step, ...]:
        """For this device, else for any; none where nobody has written any."""
        part = self.part(section)
        return part.get(device) or part.get("any") or ()

    def devices(self, section: Section) -> tuple[str, ...]:
        return tuple(device for device in DEVICES if device in self.part(section))


@cache
def playbook(name: str) -> Playbook:
    """By its key, its name or another name of it, however it is written; the general one where nobody knows it."""
    wanted = _plain(name)
    return next((found for found in playbooks() if wanted in _names(found)), _read(GENERAL))


@cache
def playbooks() -> tuple[Playbook, ...]:
    """All of them, the general one too, by key."""
    return tuple(_read(file.stem) for file in sorted(FOLDER.glob("*.toml")))


def _names(found: Playbook) -> set[str]:
    return {_plain(name) for name in (found.key, found.name, found.name.split(" (")[0], *found.also)}


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def _read(key: str) -> Playbook:
    return made(key, tomllib.loads((FOLDER / f"{key}.toml").read_text("utf-8")))


def made(key: str, document: dict[str, Any]) -> Playbook:
    """A playbook from its file. Raises KeyError on a source that is not listed."""
    sources = {row["id"]: Source(row["url"], row["copy"]) for row in document.get("sources", [])}
    parts = {
        section: {where: _steps(rows, sources) for where, rows in document[section].items()}
        for section in SECTIONS
        if section in document
    }
    return Playbook(
        key=key,
        name=document["name"],
        status=document["status"],
        compiled=document["compiled"],
        ends_for_all=document["ends_for_all"],
        parts=parts,
        links=tuple(Link(row["label"], row["url"], row["mark"] != MEMORY) for row in document.get("links", [])),
        also=tuple(document["also"]),
        related=tuple(document.get("related", [])),
        ended=document.get("ended", ""),
        took_over=tuple(document.get("took_over", [])),
        ended_notes=_steps(document.get("ended_notes", []), sources),
        old_links=_steps(document.get("old_links", []), sources),
    )


def _steps(rows: list[dict[str, str]], sources: Mapping[str, Source]) -> tuple[Step, ...]:
    return tuple(Step(row["say"], _source(row["mark"], sources)) for row in rows)


def _source(mark: str, sources: Mapping[str, Source]) -> Source | None:
    return None if mark == MEMORY else sources[mark.removeprefix("seen:")]


def rows_of(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every step as it is written, with the place where it stands."""
    for top in ("ended_notes", "old_links"):
        yield from ((top, row) for row in document.get(top, []))
    for section in SECTIONS:
        for where, rows in document.get(section, {}).items():
            yield from ((f"{section}.{where}", row) for row in rows)
