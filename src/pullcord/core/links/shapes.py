"""What an entry of the table is made of."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from pullcord.core.links.found import Kind

GUID: Final = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
WORD: Final = r"[\w.~%+-]+"
JWT: Final = r"eyJ[\w-]+\.[\w-]+"
END: Final = r"/?(?:[?#]|$)"


class Shape(NamedTuple):
    """One form of a platform's links, matched from the start of `/path?query#fragment`, with the path decoded."""

    form: str
    """A pattern; its group `id` is what names the meeting."""
    key: str = "{platform}:{id}"
    """May use platform, id, host and site (the host's first label). Never a passcode."""
    kind: Kind = "join"
    flags: tuple[str, ...] = ()
    playbook: str | None = None
    """Where it is another than the platform's."""
    host: str = ""
    """A pattern that the host must fit too."""
    hint: str = ""
    """Of a form on anybody's host: how its path begins, so that every link of a text can be asked for it quickly;
    each alternative begins with its letters, for the same reason.
    Empty = it is looked for where the host fits."""


class Platform(NamedTuple):
    title: str
    playbook: str | None
    hosts: tuple[str, ...]
    """With everything below them."""
    shapes: tuple[Shape, ...]
    """The first that fits says what a link is."""
    anywhere: tuple[Shape, ...] = ()
    """Forms on hosts that are anybody's own: only what can hardly be anything else."""
    secrets: tuple[tuple[str, str], ...] = ()
    """What in `?query#fragment` opens the door or belongs to one person: a pattern, and the flag that says so."""
    keyed: Mapping[str, str] = {}
    """Hosts whose meetings are not those of the others, and how their keys begin."""
    schemes: tuple[str, ...] = ()
    """Addresses of its apps, which name no host of it."""
    is_loose: bool = False
    """Its meetings have names like words: the end of a line is never taken for a break inside one."""
    is_quiet: bool = False
    """Much else lives on its hosts: what is no link to a meeting is passed over in silence."""
    ignores_case: bool = False
    """Jane and jane are one meeting."""
    is_closed: bool = False
    is_copied: bool = False
    """Its name is worth imitating: addresses that resemble it are named."""


def registration(form: str, key: str, playbook: str | None = None, host: str = "") -> Shape:
    return Shape(form, key, "registration", ("REGISTRATION",), playbook, host)


def recording(form: str, host: str = "", hint: str = "") -> Shape:
    return Shape(form, "", "recording", ("RECORDING_LINK",), None, host, hint)


def organiser(form: str, key: str = "{platform}:{id}") -> Shape:
    return Shape(form, key, "organiser", ("ORGANISER_LINK",))


def stream(form: str, key: str = "{platform}:{id}", host: str = "") -> Shape:
    return Shape(form, key, "stream", ("VIEW_ONLY",), None, host)


def no_join(form: str, key: str = "", host: str = "") -> Shape:
    return Shape(form, key, "other", ("NOT_A_JOIN_LINK",), None, host)


def closed(title: str, playbook: str | None, hosts: str, form: str = r"/.") -> Platform:
    """A service that is no more: every link to it leads nowhere."""
    dead = Shape(form, "{platform}:{host}", "closed", ("DEAD_SERVICE",))
    return Platform(title, playbook, tuple(hosts.split()), (dead,), is_closed=True, is_quiet=True)


def plain(
    title: str, hosts: str, *forms: str, key: str = "{platform}:{id}", secrets: tuple[tuple[str, str], ...] = ()
) -> Platform:
    """A platform of one kind of link, with much else on its hosts and no playbook of its own."""
    shapes = tuple(Shape(form, key) for form in forms)
    return Platform(title, None, tuple(hosts.split()), shapes, secrets=secrets, is_loose=True, is_quiet=True)
