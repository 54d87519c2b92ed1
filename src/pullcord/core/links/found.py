"""What is said of a link that was found. It carries no passcode and no token, so it can be printed."""

from typing import Final, Literal, NamedTuple

Kind = Literal[
    "join", "organiser", "registration", "calendar", "stream", "recording", "other", "closed", "wrapped", "lookalike"
]

SAYS: Final[dict[str, str]] = {
    "join": "leads into a meeting on {title}",
    "organiser": "the organiser's own link on {title}: whoever opens it may act as the host",
    "registration": "a registration page on {title}: it gives out links, and is none itself",
    "calendar": "a calendar file on {title}: the link to join stands in it",
    "stream": "a stream on {title}: it can be watched, not joined",
    "recording": "a recording on {title}",
    "other": "an address on {title} that lets nobody into a meeting",
    "closed": "{title} has closed: this link leads nowhere",
    "wrapped": "a link wrapped so that it cannot be read without opening it: check it by hand",
    "lookalike": "looks like an address of {title}, and is not: do not open it",
}


class Found(NamedTuple):
    """One meeting, or one link that is none, wherever in the text it was found."""

    platform: str
    """Of the table; `wrap` where the link itself cannot be read."""
    kind: Kind
    key: str
    """The same for the same meeting, however it was written, without its passcode; empty where there is no meeting."""
    flags: tuple[str, ...]
    places: tuple[tuple[int, int], ...]
    """Start and end in the text; for a part of a mail that was encoded, start and end of that part."""
    title: str
    playbook: str | None
    """Which playbook tells what to do; None = the general one."""

    @property
    def is_join(self) -> bool:
        return self.kind == "join"

    @property
    def says(self) -> str:
        return SAYS[self.kind].format(title=self.title)


def merged(found: list[Found]) -> list[Found]:
    """Each meeting once, with all its places and flags; what has no key is its own each time."""
    by_key: dict[tuple[object, ...], list[Found]] = {}
    for one in found:
        # A lookalike has no key: that two of them stand for one thing is not ours to say.
        same = (one.key, one.kind) if one.key else (one.kind, one.platform, one.places)
        by_key.setdefault(same, []).append(one)
    return sorted((_one(same) for same in by_key.values()), key=lambda one: one.places)


def _one(same: list[Found]) -> Found:
    if len(same) == 1:
        return same[0]
    flags = sorted({flag for one in same for flag in one.flags})
    places = sorted({place for one in same for place in one.places})
    return same[0]._replace(flags=tuple(flags), places=tuple(places))
