"""`pullcord guide`: what to do on which platform, and where help is, in a terminal. Nothing needs to be set up for it.

A link is read, never opened: nothing here asks any network.
"""

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, NamedTuple

from pullcord.config import ConfigError, read_config, without_settings
from pullcord.core import guide, texts
from pullcord.core.links import Found, platform_of
from pullcord.places.advice import read_advice
from pullcord.places.bridges import read_bridges
from pullcord.places.lines import directory, shipped
from pullcord.places.plain import advice_text, bridges_text, help_text, in_a_message, playbook_text
from pullcord.places.playbooks import DEVICES, GENERAL, Playbook, playbook, playbooks
from pullcord.places.select import Asks, Group, by_kind, lines_for, names_of, nations_of

SAID, USAGE = 0, 2
PHONE_BRIDGE: Final = "phone_bridge"
LONGEST_INPUT: Final = 1_000_000

USAGE_TEXT = """pullcord guide [PLATFORM | LINK | -] [--country GB] [--nation GB-SCT] [--police-in GB]
               [--device DEVICE] [--text TEXT] [--link-posted] [--money] [--worried] [--data FOLDER]

What to do now, the platform's own buttons, and where help is. PLATFORM is a name (zoom, teams, meet, ...); `-` reads a
link, an invitation or a whole mail from standard input, where no other user of this machine can see it. It is not opened."""

TEXTS: Final = ("police", "platform", "message", "notice")


class Asked(NamedTuple):
    platform: str = ""
    country: str = ""
    """Of the person who needs help; not said, the one of the settings. Never guessed: empty = no help lines."""
    nation: str = ""
    police_in: str = ""
    """The host's country, where it is another one."""
    device: str = ""
    text: str = ""
    data: str = ""
    asks: Asks = Asks()


class WrongWords(Exception):
    """What was asked cannot be meant; a sentence says why."""


def guide_in_terminal(words: list[str]) -> int:
    try:
        asked = _at_home(_read(words), datetime.now(tz=UTC).date())
        groups = _help(asked, datetime.now(tz=UTC).date())
        lines = list(_text(asked, groups) if asked.text else _guide(asked, groups))
    except WrongWords as wrong:
        print(f"{wrong}\n{USAGE_TEXT}" if str(wrong) else USAGE_TEXT, file=sys.stderr)
        return USAGE
    print("\n".join(lines))
    return SAID


def _read(words: list[str]) -> Asked:
    told: dict[str, str] = {}
    flags: set[str] = set()
    values = {"--country", "--nation", "--police-in", "--device", "--text", "--data"}
    rest = iter(words)
    for word in rest:
        if word in values:
            told[word[2:].replace("-", "_")] = next(rest, "")
        elif word in ("--link-posted", "--money", "--worried"):
            flags.add(word)
        elif word == "-" or (word and not word.startswith("-")):
            told["platform"] = f"{told.get('platform', '')} {word}".strip()
        else:
            raise WrongWords("" if word in ("-h", "--help") else f"“{word}” is not known here.")
    asks = Asks("--link-posted" in flags, "--money" in flags, "--worried" in flags)
    return _checked(Asked(asks=asks, **told))


def _checked(asked: Asked) -> Asked:
    if asked.device and asked.device not in DEVICES:
        raise WrongWords(f"There is no device “{asked.device}”. There are: {', '.join(DEVICES)}.")
    if asked.text and asked.text not in TEXTS:
        raise WrongWords(f"There is no text “{asked.text}”. There are: {', '.join(TEXTS)}.")
    if "://" in asked.platform:
        _say_aside("Other users of this machine can see this link while the command runs. Better: pullcord guide -")
    if asked.platform == "-":
        return asked._replace(platform=sys.stdin.read(LONGEST_INPUT))
    return asked


def _at_home(asked: Asked, today: date) -> Asked:
    """Where no country is said, the operator's own. Whatever is wrong with the settings, nobody goes without the guide."""
    try:
        config = None if asked.country else read_config(asked.data or None)
    except ConfigError as wrong:
        _say_aside(str(wrong))
        return asked
    if config is None or not config.country:
        return asked
    known = directory(_folder(asked.data), today=today)
    if known.country(config.country) is None:
        _say_aside(f"The settings say country {config.country}, of which we hold no help lines.")
        return asked
    part = config.part if config.part in nations_of(known, config.country) else ""
    _say_aside(f"Help for {part or config.country}, as the settings say. For somewhere else: --country")
    return asked._replace(country=config.country, nation=asked.nation or part)


def _help(asked: Asked, today: date) -> list[Group]:
    if not asked.country:
        return []
    known = directory(_folder(asked.data), today=today)
    for sentence in known.refused:
        _say_aside(sentence)
    nations = nations_of(known, asked.country)
    for country in (asked.country, asked.police_in):
        if country and known.country(country) is None:
            codes = ", ".join(sorted(known.countries))
            raise WrongWords(f"We hold no help lines for “{country}”. We hold them for: {codes} (ZZ: anywhere).")
    if asked.nation and asked.nation.upper() not in nations:
        raise WrongWords(f"“{asked.nation}” is none of these parts: {', '.join(nations) or 'there are none'}.")
    nation, police_in = asked.nation or None, asked.police_in or None
    shown = lines_for(known, asked.country, nation, today=today, asks=asked.asks, police_in=police_in)
    return by_kind(shown, asks=asked.asks)


def _folder(data: str) -> Path | None:
    """Newer tables and confirmations, where there is a data folder. Without one, what was shipped stands."""
    try:
        return Path(without_settings(data or None).path("places"))
    except ConfigError:
        return None


def _guide(asked: Asked, groups: list[Group]) -> Iterator[str]:
    found, book = _book(asked.platform)
    if found is not None:
        yield f"This link {found.says}."
    yield from guide.first_questions()
    yield guide.first_words(_emergency_number(groups))
    yield ""
    yield from (book.name, "=" * len(book.name), "")
    if book.key == PHONE_BRIDGE:
        yield from _own_bridges(asked)
    yield from playbook_text(book, asked.device or None)
    yield from _related(book)
    yield ""
    yield from _lists()
    yield from _who_answers(asked)
    yield from _help_or_how_to_get_it(asked, groups)


def _own_bridges(asked: Asked) -> Iterator[str]:
    """Above what holds nearly everywhere: every supplier has other codes."""
    own = read_bridges(_folder(asked.data), today=datetime.now(tz=UTC).date())
    if own.refused:
        _say_aside(own.refused)
    if own.bridges:
        yield "YOUR OWN BRIDGES"
        yield from (f"  {line}" for line in bridges_text(own))
        yield ""


def _who_answers(asked: Asked) -> Iterator[str]:
    folder = _folder(asked.data)
    advice = read_advice(folder)
    if advice.refused:
        _say_aside(advice.refused)
    names = names_of(directory(folder, today=datetime.now(tz=UTC).date())) if advice.people else {}
    yield "WHO ANSWERS IF YOU ASK FOR ADVICE"
    yield from (f"  {line}" for line in advice_text(advice.serving(asked.country, asked.nation), names))
    yield ""


def _book(asked: str) -> tuple[Found | None, Playbook]:
    """By name; else by the link that stands in what was given; else the general one."""
    if not asked:
        return None, playbook(GENERAL)
    named = playbook(asked) if len(asked) < 60 else playbook(GENERAL)
    if named.key != GENERAL or asked in (GENERAL, named.name):
        return None, named
    found = platform_of(asked)
    if found is None:
        names = ", ".join(book.key for book in playbooks())
        _say_aside(
            f"Neither a platform nor a link that we know. What holds nearly everywhere follows. We know: {names}."
        )
        return None, named
    return found, playbook(found.playbook or GENERAL)


def _related(book: Playbook) -> Iterator[str]:
    for key in book.related:
        yield f"If it is {playbook(key).name}: pullcord guide {key}"
    for key in book.took_over:
        yield f"For {playbook(key).name}: pullcord guide {key}"


def _lists() -> Iterator[str]:
    lists: tuple[tuple[str, Callable[[], tuple[str, ...]]], ...] = (
        ("IN THIS ORDER", guide.order),
        ("WHAT TO DO", guide.what_to_do),
        ("WHAT TO LEAVE ALONE", guide.what_not_to_do),
        ("IF THERE IS A RECORDING", guide.if_there_is_a_recording),
        ("IF YOU ARE A GUEST AND THE HOST CARRIES ON", guide.if_the_host_carries_on),
        ("IF A CHILD WAS THERE", guide.if_a_child_was_there),
    )
    for title, sentences in lists:
        yield title
        yield from (f"  - {sentence}" for sentence in sentences())
        yield ""


def _help_or_how_to_get_it(asked: Asked, groups: list[Group]) -> Iterator[str]:
    yield "WHERE HELP IS"
    if not groups:
        yield "  Say the country: pullcord guide --country GB"
        return
    parts = nations_of(shipped(), asked.country)
    if parts and not asked.nation:
        yield f"  It differs within the country. Say the part: --nation {' or '.join(parts)}"
    yield from (f"  {line}".rstrip() for line in help_text(groups))


def _emergency_number(groups: list[Group]) -> str:
    return next((line.phone for group in groups for line in group.shown if line.kind == "emergency"), "")


def _text(asked: Asked, groups: list[Group]) -> Iterator[str]:
    """One of the texts with lines to fill in, ready to be copied."""
    _, book = _book(asked.platform)
    told = texts.Told(platform=book.name if asked.platform and book.key != GENERAL else "")
    if asked.text == "police":
        yield texts.police_text(told)
    elif asked.text == "platform":
        yield texts.platform_text(told)
    elif asked.text == "message":
        yield texts.message_text(told, "", in_a_message(groups))
        yield from ("", *(f"({sentence})" for sentence in texts.how_to_send()))
    else:
        yield texts.notice_text(texts.Adjourned(body="", day=""), in_a_message(groups))
        yield from ("", *(f"({sentence})" for sentence in texts.before_the_notice()))


def _say_aside(sentence: str) -> None:
    """To the person, never into the text that is copied or printed."""
    print(sentence, file=sys.stderr)
