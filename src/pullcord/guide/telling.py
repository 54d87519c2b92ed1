"""What the pages of playbooks and of texts are made of: numbered sources, and the lines that a page's script fills."""

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from pullcord.core import guide, texts
from pullcord.core.blanks import Line, fill, holes
from pullcord.core.saying import Say, in_english
from pullcord.guide.languages import Voice
from pullcord.places import playbooks as books
from pullcord.places.playbooks import ASIDES, DEVICES, Playbook, Section, Step

USUAL: Final = ("ios", "android", "phone")
"""Devices whose steps stand first: most people hold a phone."""

LINES: Final[dict[str, Callable[[Say], tuple[Line, ...]]]] = {
    "police": texts.police_lines,
    "platform": texts.platform_lines,
    "message": texts.message_lines,
    "notice": texts.notice_lines,
}
MEETING: Final = ("police", "platform", "message")
NOTICE: Final = ("notice",)


class Sources:
    """Each source once, with the number by which the steps name it."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def number(self, step: Step) -> int:
        """0 = from memory."""
        if step.source is None:
            return 0
        named = f"{step.source.url} ({step.source.copy})"
        if named not in self.seen:
            self.seen.append(named)
        return self.seen.index(named) + 1


class Block(NamedTuple):
    """Steps with their heading, in English: a device, or an aside."""

    title: str
    steps: tuple[Step, ...]
    is_ordered: bool


def of_playbook(book: Playbook, said: Voice) -> dict[str, Any]:
    """What a playbook's page asks for."""
    names = tuple(books.playbook(key).name for key in book.took_over)
    return {
        "book": book,
        "blocks": blocks,
        "sources": Sources(),
        "playbooks": books,
        "closed": said.all(lambda say: guide.if_it_has_closed_down(book.name, names, say)),
        "ends": said.all(lambda say: guide.end_words(book.ends_for_all, say)),
    }


def of_texts(said: Voice, names: tuple[str, ...]) -> dict[str, Any]:
    """What a page of these texts asks for. `english`: None where nobody needs it beside."""
    english = blanks(in_english, names) if said.language.needs_english else None
    return {"said": blanks(said.plain, names), "english": english, "empty": empty}


def blocks(book: Playbook, section: Section) -> Iterator[Block]:
    """What one part of a playbook says: what to press comes first, then who can, and what to watch out for."""
    part = book.part(section)
    devices = sorted(book.devices(section), key=lambda device: device not in USUAL)
    yield from (Block(DEVICES[device], part[device], True) for device in devices)
    yield from (Block(ASIDES[key], part[key], False) for key in ASIDES if key in part)


def blanks(say: Say, names: tuple[str, ...]) -> dict[str, Any]:
    """All that a page's script needs to make these texts: the same lines that the terminal fills."""
    lines = {name: LINES[name](say) for name in names}
    if names == NOTICE:
        return lines
    words = {
        "what": {category: texts.what(category, say) for category in texts.CATEGORIES},
        "how": {way: texts.how((way,), say) for way in texts.WAYS},
        "comma": say(", "),
        "yes": say("yes"),
        "no": say("no"),
    }
    return lines | words


def empty(lines: tuple[Line, ...]) -> str:
    """The text as a form to print: every blank a line to write on."""
    return fill(lines, dict.fromkeys(holes(lines), ""))
