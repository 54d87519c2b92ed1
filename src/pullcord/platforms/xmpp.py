"""A room of an XMPP server, by plain administration: what XEP-0045 gives to an administrator of the room service.

`Meeting.at`: `server` (HOST:PORT), `tls` ("starttls", "direct"; "none" on this very machine only), `room` (bare JID),
`service`, `link` (what people open; may be missing). `Meeting.secrets`: `jid` and `password` of the administrator; and what a release
gives back, where the room has it: `room` (its password), `owners` and `members` (addresses, separated by spaces).

A hold leaves a shell: the room stays, empty, permanent and for members only, and has no member, owner or administrator.
Not a tombstone (a permanent room destroyed), though Prosody keeps one: the shell can be read back, needs no setting of the
server, does not end by itself, and is not lifted by the mere coming of another administrator. See docs/why/xmpp.md.
"""

from collections.abc import Callable, Coroutine
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pullcord.platforms.wire import Wire, patience
from pullcord.platforms.xmpp_room import (
    ABSENT,
    LISTED,
    NOT_THERE,
    WHICH,
    WHO_IS_IN_LISTS,
    affiliation_of,
    ask,
    bare,
    destroyed,
    expect,
    given_back,
    look,
    people_in,
    shut,
    taken,
)
from pullcord.words import Field, Held, Kicked, Limits, Meeting, Over, Person, PlatformError, Released, Stopped

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from pullcord.platforms.xmpp_line import Line, Place

LIMITS: Final = Limits(
    title="XMPP conference (plain administration)",
    end="sync",
    keep_ended="recipe",
    # An address is barred, and a guest has another one next time.
    kick_is_ban=False,
    emails="none",
    over_within_seconds=1.0,
    calls_per_second=None,
    over_proves=(
        "The room service was asked who is in the room, and whether it is closed to everybody: for members only, with no "
        "member, owner or administrator but our own account. Administrators of the whole server can always come in. "
        "Pictures and sound that go another way are not seen by it."
    ),
    recordings="none",
    tells_of_tries=False,
    own_hands=(
        "In your chat program, open the room's configuration (only its owners can): choose “members only”, and save.",
        "In the list of members and owners, remove everybody but yourself.",
        "Then choose “Destroy room”. On most servers whoever comes next opens it again, and owns it.",
        "If you do not own the room: ask whoever runs the server to end it, or to stop the server (systemctl stop "
        "prosody). That ends every room on that server, and nobody can get in while it is stopped.",
        "Tell everyone, by another way, that this was the end and that the room is not to be used again.",
    ),
    # Sent together, a hold puts people out with “members only” before the end can tell them that it is the end.
    bars_after_end=True,
)

FIELDS: Final = (
    Field("server", "Address of the server", "As HOST:PORT, for example xmpp.example.org:5222", "host"),
    Field(
        "tls",
        "Encryption",
        choices=(
            ("starttls", "Begun after the greeting (usual for port 5222)"),
            ("direct", "From the first byte (usual for port 5223)"),
            ("none", "None: only for a server on this very machine"),
        ),
    ),
    Field("service", "Name of the room service", "For example conference.example.org", names_rooms=True),
    Field("room", "Address of the room", "For example tuesday@conference.example.org", of_meeting=True),
    Field(
        "link",
        "The link people use to come in",
        "So that it is recognised when somebody pastes it. It is never opened by us.",
        required=False,
        is_rare=True,
        of_meeting=True,
    ),
    Field(
        "jid",
        "Address of an administrator of the room service",
        "It has to be named in the server's settings.",
        "secret",
    ),
    Field("password", "Password of that account", kind="secret"),
    Field(
        "room_password",
        "Password of the room",
        "Where it has one. Without it here, the room has none after you let people back in.",
        kind="secret",
        required=False,
        key="room",
        of_meeting=True,
    ),
    Field(
        "owners",
        "Addresses of those who own the room",
        "Separated by spaces. They own it again when you let people back in.",
        kind="secret",
        required=False,
        is_rare=True,
        longest=20_000,
        of_meeting=True,
    ),
    Field(
        "members",
        "Addresses of its members",
        "Where only members may come in. Separated by spaces. They, and only they, get in when you let people back in.",
        kind="secret",
        required=False,
        is_rare=True,
        longest=100_000,
        of_meeting=True,
    ),
)

SPEAKS: Final = "xmpp"
WAIT_SECONDS: Final = 5.0
TRIES: Final = 3
"""A hold while somebody else opens and ends the room: each try begins anew with what is there."""

T = TypeVar("T")


def roster(meeting: Meeting, wire: Wire) -> list[Person]:
    """`key` is the person's full address (JID). No e-mail: it stands in what only those who are in the room are sent."""

    async def do(line: "Line") -> list[Person]:
        return [*people_in(meeting, await line.ask(meeting.at["room"], *WHO_IS_IN_LISTS))]

    return _during(meeting, wire, do)


def stop(meeting: Meeting, wire: Wire) -> Stopped:
    """Destroy the room, with our words. One that is held and empty is a stop done, and stays as it is."""

    async def do(line: "Line") -> Stopped:
        room = await look(meeting, line)
        if not room.people:
            return Stopped(room.missing or "nobody in it", already=True)
        said = await ask(meeting, line, destroyed())
        if said.refused in NOT_THERE:
            return Stopped(str(said.refused), already=True)
        expect(said.refused)
        held = room.is_held is True and await shut(meeting, line)
        return Stopped(f"destroyed, {len(room.people)} put out{', and held' if held else ''}")

    return _during(meeting, wire, do)


def hold(meeting: Meeting, wire: Wire) -> Held:
    """Close the room to everybody, as it runs, or open it in order to close it. Whoever is in it is put out."""

    async def do(line: "Line") -> Held:
        for _ in range(TRIES):
            if await shut(meeting, line):
                return Held("for members only, and nobody is a member")
        raise taken()

    return _during(meeting, wire, do)


def release(meeting: Meeting, wire: Wire) -> Released:
    """Open the closed room: with its password, for its members and with its owners, as the kit knows them."""

    async def do(line: "Line") -> Released:
        room = await look(meeting, line)
        is_plain = not any(meeting.secrets.get(name) for name in ("room", "owners", "members"))
        if (room.missing == ABSENT and is_plain) or (not room.missing and not room.is_held):
            return Released("open already")
        if room.missing and not await shut(meeting, line):
            raise taken()
        for said in await line.ask(meeting.at["room"], *given_back(meeting)):
            expect(said.refused)
        return Released("opened")

    return _during(meeting, wire, do)


def is_over(meeting: Meeting, wire: Wire) -> Over:
    room = _during(meeting, wire, lambda line: look(meeting, line))
    if room.missing:
        # A tombstone is no hold: it ends when the server says, or with the coming of any of its administrators.
        door = "whoever comes opens it again" if room.missing == ABSENT else "the server refuses, for a time of its own"
        return Over(True, False, f"{room.missing}: {door}", people=0)
    people = len(room.people)
    door = f"members only, and has {len(room.may_come)}" if room.is_closed else "not closed"
    return Over(people == 0, room.is_held, f"the room lists {people}; it is {door}", people=people)


def about(connection: Meeting, wire: Wire) -> "tuple[Element | None, Element | None]":
    """What the server says it is (XEP-0092), and which rooms the service lists to our account (XEP-0030).

    None = it refused to say. Raises PlatformError.
    """

    async def do(line: "Line") -> "tuple[Element | None, Element | None]":
        server = connection.secrets["jid"].partition("@")[2].partition("/")[0]
        (version,) = await line.ask(server, WHICH)
        (listed,) = await line.ask(connection.at["service"], LISTED)
        return version.told, listed.told

    return _during(connection, wire, do)


def kick(meeting: Meeting, person: Person, wire: Wire) -> Kicked:
    """Bar their address, which puts them out: an administrator who is not in the room can do no less."""

    async def do(line: "Line") -> Kicked:
        said = await ask(meeting, line, affiliation_of(bare(person.key), "outcast"))
        if said.refused in NOT_THERE:
            return Kicked("gone already")
        expect(said.refused)
        return Kicked("put out, and this address is barred; a guest comes back under another one")

    return _during(meeting, wire, do)


# The way to the server.


def _during(meeting: Meeting, wire: Wire, do: "Callable[[Line], Coroutine[Any, Any, T]]") -> T:
    """Loaded here: slixmpp is an extra, and takes a third of a second."""
    place, account = _place(meeting), (meeting.secrets["jid"], meeting.secrets["password"])
    try:
        from pullcord.platforms.xmpp_line import during
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("pullcord"):
            raise
        sentence = "This machine lacks what speaks XMPP. Whoever runs it gets it by: pip install pullcord[xmpp]."
        raise PlatformError("xmpp-not-installed", sentence, retry=False) from None
    return during(place, *account, patience(wire, WAIT_SECONDS), wire.reach, do)


def _place(meeting: Meeting) -> "Place":
    """Raises PlatformError: a password goes unencrypted to this very machine only."""
    host, _, port = meeting.at["server"].rpartition(":")
    host, tls = host.removeprefix("[").removesuffix("]"), meeting.at["tls"]
    if not host or not port.isdecimal() or not 0 < int(port) < 65536 or tls not in ("starttls", "direct", "none"):
        raise PlatformError(
            "meeting-incomplete", "What is known here of this meeting's server cannot be read.", retry=False
        )
    if tls == "none" and not _is_this_machine(host):
        sentence = "Only a server on this very machine is spoken to without encryption. Our password was not sent."
        raise PlatformError("xmpp-unencrypted", sentence, retry=False)
    return host, int(port), tls


def _is_this_machine(host: str) -> bool:
    """By number: a name may lead elsewhere tomorrow."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
