"""Recognises every platform's join link, wherever in a text it is hidden. Links are read, never requested."""

from pullcord.core.links.colons import may_be_mail, telling
from pullcord.core.links.found import Found, Kind, merged
from pullcord.core.links.hosts import PLATFORMS
from pullcord.core.links.mail import parts
from pullcord.core.links.passes import sweep

__all__ = ["PLATFORMS", "Found", "Kind", "platform_of", "recognise"]


def recognise(text: str, *, is_thorough: bool = False) -> list[Found]:
    """Every meeting and every link of a meeting platform, each once, in the order of the text.

    The text may be plain, HTML, Markdown, JSON, a calendar file or a whole mail. Passcodes are seen, and not kept.
    `is_thorough` takes no short cut and finds the same, more slowly: it is what the short cuts are compared with.
    """
    if not is_thorough and not may_be_mail(said := telling(text)):
        return merged(sweep(text, said))
    found = []
    for part in parts(text):
        inside = sweep(part.text, None if is_thorough else telling(part.text))
        if part.is_decoded:
            found += [one._replace(places=((part.start, part.end),)) for one in inside]
        elif part.start:
            found += [one._replace(places=_moved(one, part.start)) for one in inside]
        else:
            found += inside
    return merged(found)


def _moved(one: Found, by: int) -> tuple[tuple[int, int], ...]:
    return tuple((start + by, end + by) for start, end in one.places)


def platform_of(text: str) -> Found | None:
    """The first meeting of the text; else the first thing that is told of a platform, such as a recording; else None."""
    found = recognise(text)
    return next((one for one in found if one.is_join), found[0] if found else None)
