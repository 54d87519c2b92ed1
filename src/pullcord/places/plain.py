"""Help lines and playbooks as plain lines of text, for a terminal, a message or a sheet of paper. Nothing is left out of a source."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pullcord.core.guide import end_words, if_it_has_closed_down
from pullcord.core.saying import Say, in_english
from pullcord.places.advice import Advice
from pullcord.places.bridges import Bridges
from pullcord.places.playbooks import (
    ASIDES,
    BEFORE,
    DEVICES,
    MAY_DIFFER,
    SECTIONS,
    Part,
    Playbook,
    Section,
    Step,
    playbook,
)
from pullcord.places.select import Group, Shown

HELP_IN_MESSAGE: Final = (
    "emergency",
    "police",
    "victim_support",
    "abuse_survivors",
    "emotional_support",
    "child_helpline",
)


def help_text(groups: Sequence[Group], say: Say = in_english) -> Iterator[str]:
    """Every line with its source, its date and its address; of a kind of which we hold nothing, it is said."""
    for group in groups:
        yield say(group.title)
        for line in group.shown:
            yield from (f"  {text}" for text in of_line(line, say))
        if group.empty:
            yield f"  {say(group.empty)}"
        if group.ask_at is not None:
            asked = say("Ask here: {name}, {address}")
            yield "  " + asked.format(name=group.ask_at.name, address=group.ask_at.address)
        yield ""


def of_line(line: Shown, say: Say = in_english) -> Iterator[str]:
    """The name and the number first; then whom it is for; then how we know."""
    reached = ways(line, say)
    yield f"{named(line)}: {reached}"
    for title, value in (
        (say("From abroad"), line.abroad),
        (say("Textphone"), line.relay),
        (say("Mail"), line.email),
        (say("Hours"), line.hours),
        (say("Cost"), line.cost),
        (say("Languages"), line.languages),
        (say("For"), line.for_whom),
        ("", line.know),
        ("", say(line.withheld) if line.withheld else ""),
        (say("Official address"), "" if line.address == reached else line.address),
    ):
        if value:
            yield f"  {title}: {value}" if title else f"  {value}"
    yield f"  {say('Source')}: {'; '.join(line.source)} ({line.dated})"


def named(line: Shown) -> str:
    return f"{line.name} ({line.where})" if line.where and line.where not in line.name else line.name


def ways(line: Shown, say: Say = in_english) -> str:
    numbers = [line.phone, *(say("or {number}").format(number=number) for number in line.also)] if line.phone else []
    texts = [say("text {what}").format(what=line.text)] if line.text else []
    return say(", ").join([*numbers, *texts]) or line.address


def in_a_message(groups: Sequence[Group], say: Say = in_english) -> list[str]:
    """Each in one line, for people who did not ask for sources: with the address and the date all the same."""
    return [_briefly(line, say) for group in groups if group.kind in HELP_IN_MESSAGE for line in group.shown]


def _briefly(line: Shown, say: Say) -> str:
    about = [text for text in (line.cost, line.hours) if text]
    reached = ways(line, say)
    address = line.address if line.address and line.address not in reached else ""
    parts = [
        f"{named(line)}: {reached}",
        ", ".join(about),
        address,
        f"({line.dated})" if line.phone or line.text else "",
    ]
    return " · ".join(part for part in parts if part)


def advice_text(advice: Advice, names: Mapping[str, str], say: Say = in_english) -> Iterator[str]:
    """Who answers, by when, and whom to ask if nobody does; where nobody is named, that. `names`: of countries and parts."""
    if not advice.people:
        yield say("Nobody is named here who answers.")
    for person in advice.people:
        yield f"{person.name}, {person.role}: {', '.join(way for way in (person.phone, person.email) if way)}"
        yield f"  {say('Answers')}: {person.hours}"
        yield f"  {say('You hear back')}: {person.answers_within}"
        places = [names.get(code, code) for code in (*person.countries, *person.nations)]
        if places:
            yield f"  {say('For')}: {', '.join(places)}"
    if advice.if_nobody:
        yield f"{say('If nobody answers by then:')} {advice.if_nobody}" if advice.people else advice.if_nobody


def bridges_text(bridges: Bridges, say: Say = in_english) -> Iterator[str]:
    """The codes that somebody here has tried; where none is written down, that."""
    for bridge in bridges.bridges:
        yield bridge.name
        if bridge.dial_in:
            yield f"  {say('Dial in')}: {bridge.dial_in}"
        for title, code in (
            (say("End it for everyone"), bridge.end),
            (say("Lock it"), bridge.lock),
            (say("Mute everyone"), bridge.mute_all),
            (say("Hear how many are there"), bridge.counting),
        ):
            yield f"  {title}: {code or say('no code is written down')}"
        if bridge.note:
            yield f"  {bridge.note}"
        tried = say("Tried by {name} on {day}.")
        yield "  " + tried.format(name=bridge.checked_by, day=bridge.checked_on.isoformat())


def playbook_text(book: Playbook, device: str | None = None, say: Say = in_english) -> Iterator[str]:
    """The whole playbook in its order. `device`: one alone, where something is written for it."""
    seen: list[str] = []
    yield from _closed(book, seen, say)
    for section in SECTIONS:
        if book.part(section):
            yield from _section(book, section, device, seen, say)
    yield from _links(book, say)
    if seen:
        yield say("Where this was seen:")
        yield from (f"  [{number}] {source}" for number, source in enumerate(seen, start=1))
    yield say("Put together on {day}. Platforms change their buttons.").format(day=book.compiled.isoformat())


def _closed(book: Playbook, seen: list[str], say: Say) -> Iterator[str]:
    if book.status == "ended":
        names = tuple(playbook(key).name for key in book.took_over)
        yield from if_it_has_closed_down(book.name, names, say)
    if book.ended_notes or book.old_links:
        yield from (_step(step, seen, say) for step in (*book.ended_notes, *book.old_links))
        yield ""


def _section(book: Playbook, section: Section, device: str | None, seen: list[str], say: Say) -> Iterator[str]:
    part = book.part(section)
    yield say(SECTIONS[section]).upper()
    if section == "end" and book.status != "ended":
        yield from (f"  {sentence}" for sentence in end_words(book.ends_for_all, say))
    yield from _asides(part, [key for key in ASIDES if key in BEFORE], seen, say)
    for name in _devices(book, section, device):
        yield f"  {say(DEVICES[name])}"
        yield from (f"    {n}. {_step(step, seen, say)}" for n, step in enumerate(part[name], start=1))
    yield from _asides(part, [key for key in ASIDES if key not in BEFORE], seen, say)
    yield ""


def _devices(book: Playbook, section: Section, device: str | None) -> tuple[str, ...]:
    written = book.devices(section)
    if device is None or not written:
        return written
    return (device,) if device in written else tuple(name for name in written if name == "any") or written


def _asides(part: Part, keys: list[str], seen: list[str], say: Say) -> Iterator[str]:
    for key in keys:
        if key in part:
            yield f"  {say(ASIDES[key])}"
            yield from (f"    - {_step(step, seen, say)}" for step in part[key])


def _step(step: Step, seen: list[str], say: Say) -> str:
    """With the number of its source; or with what is said of every step that nobody has seen confirmed."""
    if step.source is None:
        return f"{step.say} ({say(MAY_DIFFER)})"
    source = f"{step.source.url} ({step.source.copy})"
    if source not in seen:
        seen.append(source)
    return f"{step.say} [{seen.index(source) + 1}]"


def _links(book: Playbook, say: Say) -> Iterator[str]:
    if book.links:
        yield say("Pages:")
        yield from (f"  {link.label}: {link.url}{_unsure(link.certain, say)}" for link in book.links)
        yield ""


def _unsure(certain: bool, say: Say) -> str:
    return "" if certain else f" ({say('address not checked')})"
