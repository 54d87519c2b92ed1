"""A room of an XMPP service as XEP-0045 has it: what its administrators ask and set, and what they are told."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple, NoReturn
from xml.etree.ElementTree import Element, SubElement

from pullcord.words import Meeting, Person, PlatformError

if TYPE_CHECKING:
    from pullcord.platforms.xmpp_line import Line, Question, Said

REASON: Final = "This meeting was ended by its host."
NICK: Final = "Pullcord"

MUC_ADMIN: Final = "http://jabber.org/protocol/muc#admin"
MUC_OWNER: Final = "http://jabber.org/protocol/muc#owner"
FORM: Final = "jabber:x:data"
ROOM_FORM: Final = "http://jabber.org/protocol/muc#roomconfig"
MEMBERS_ONLY: Final = "muc#roomconfig_membersonly"
PERSISTENT: Final = "muc#roomconfig_persistentroom"

VERSION: Final = "jabber:iq:version"
ITEMS: Final = "http://jabber.org/protocol/disco#items"

ABSENT, GONE = "item-not-found", "gone"
NOT_THERE: Final = (ABSENT, GONE)
DENIED: Final = ("forbidden", "not-allowed", "not-authorized", "registration-required")
BUSY: Final = ("resource-constraint", "policy-violation")
BROKEN: Final = ("internal-server-error", "service-unavailable")


class Room(NamedTuple):
    """What the service told of the room at one moment."""

    missing: str | None
    """ABSENT; GONE = its tombstone, at which Prosody refuses whoever is no administrator of it; None = it is there."""
    is_closed: bool | None = None
    """It stays when empty, and is for members only. None = it could not be told."""
    people: tuple[Person, ...] = ()
    may_come: tuple[str, ...] = ()
    """Who may come into it while it is closed, ourselves left out."""

    @property
    def is_held(self) -> bool | None:
        return False if self.may_come else self.is_closed


async def ask(meeting: Meeting, line: "Line", question: "Question") -> "Said":
    return (await line.ask(meeting.at["room"], question))[0]


def expect(refused: str | None) -> None:
    """Raises what the protocol's word means; None = it did as asked."""
    if refused is None:
        return
    if refused in DENIED:
        sentence = "The room service does not count our account among its administrators."
        raise PlatformError("xmpp-denied", sentence, retry=False)
    if refused in BUSY:
        raise PlatformError("xmpp-busy", "The XMPP server asked us to wait.", retry=True)
    if refused in BROKEN:
        raise PlatformError("xmpp-broken", "The room service has a fault of its own, or is switched off.", retry=True)
    if refused == "remote-server-timeout":
        raise PlatformError("xmpp-timeout", "The XMPP server did not reach the room service in time.", retry=True)
    if refused == "remote-server-not-found":
        raise PlatformError("xmpp-no-service", "The XMPP server knows no room service of this address.", retry=False)
    raise PlatformError("xmpp-refused", "The room service refused.", retry=False)


def taken() -> PlatformError:
    return PlatformError("xmpp-taken", "Somebody else opened or ended the room in the same moment.", retry=True)


def _odd() -> NoReturn:
    raise PlatformError("xmpp-odd", "The room service answered in a way we do not understand.", retry=False)


# The room.


async def look(meeting: Meeting, line: "Line") -> Room:
    """Its form is asked for first: who is not in a closed room afterwards does not get in either."""
    form, *lists = await line.ask(meeting.at["room"], ("get", _query(MUC_OWNER)), *MAY_COME_LISTS, *WHO_IS_IN_LISTS)
    if form.refused in NOT_THERE:
        return Room(form.refused)
    expect(form.refused)
    people = people_in(meeting, lists[len(MAY_COME_LISTS) :])
    return Room(None, _is_closed(form), people, _may_come(meeting, lists[: len(MAY_COME_LISTS)]))


async def shut(meeting: Meeting, line: "Line") -> bool:
    """Close it, opened for that where it is missing. False = it came or went meanwhile.

    From the first on no newcomer gets in. Then whoever may come all the same loses that right, and with it is put out.
    """
    if not (closed := await _close(meeting, line)):
        refused = await line.enter(f"{meeting.at['room']}/{NICK}")
        expect(refused if refused in ("forbidden", "not-allowed") else None)
        closed = await _close(meeting, line)
    if not closed:
        return False
    revoked = [affiliation_of(jid, "none") for jid in _may_come(meeting, closed)]
    said = await line.ask(meeting.at["room"], *revoked)
    for one in said:
        expect(one.refused if one.refused not in NOT_THERE else None)
    return not [one for one in said if one.refused]


async def _close(meeting: Meeting, line: "Line") -> "list[Said]":
    """Who may come all the same, as lists; none = there is no room."""
    closing = _configured({PERSISTENT: "1", MEMBERS_ONLY: "1"})
    closed, *lists = await line.ask(meeting.at["room"], closing, *MAY_COME_LISTS)
    if closed.refused in NOT_THERE:
        return []
    expect(closed.refused)
    return lists


def given_back(meeting: Meeting) -> "list[Question]":
    """All that a release does: who owns the room and who may come first, and then the door."""
    owners, members = (meeting.secrets.get(name, "").split() for name in ("owners", "members"))
    password = meeting.secrets.get("room", "")
    door = {MEMBERS_ONLY: "1" if members else "0"}
    if password:
        door |= {"muc#roomconfig_passwordprotectedroom": "1", "muc#roomconfig_roomsecret": password}
    given = [(jid, "member") for jid in members if jid not in owners] + [(jid, "owner") for jid in owners]
    return [*(affiliation_of(jid, what) for jid, what in given), _configured(door)]


# What is asked.


def _query(namespace: str, *inner: Element) -> Element:
    query = Element(f"{{{namespace}}}query")
    query.extend(inner)
    return query


def _list(**what: str) -> "Question":
    return "get", _query(MUC_ADMIN, Element(f"{{{MUC_ADMIN}}}item", what))


WHICH: "Final[Question]" = ("get", _query(VERSION))
LISTED: "Final[Question]" = ("get", _query(ITEMS))
WHO_IS_IN_LISTS: "Final[tuple[Question, ...]]" = tuple(
    _list(role=role) for role in ("moderator", "participant", "visitor")
)
MAY_COME_LISTS: "Final[tuple[Question, ...]]" = tuple(_list(affiliation=one) for one in ("owner", "admin", "member"))


def affiliation_of(jid: str, affiliation: str) -> "Question":
    return "set", _query(MUC_ADMIN, Element(f"{{{MUC_ADMIN}}}item", {"jid": jid, "affiliation": affiliation}))


def destroyed() -> "Question":
    destroy = Element(f"{{{MUC_OWNER}}}destroy")
    SubElement(destroy, f"{{{MUC_OWNER}}}reason").text = REASON
    return "set", _query(MUC_OWNER, destroy)


def _configured(fields: Mapping[str, str]) -> "Question":
    """What is not named stays as it is."""
    form = Element(f"{{{FORM}}}x", {"type": "submit"})
    for name, value in {"FORM_TYPE": ROOM_FORM, **fields}.items():
        SubElement(SubElement(form, f"{{{FORM}}}field", {"var": name}), f"{{{FORM}}}value").text = value
    return "set", _query(MUC_OWNER, form)


# What is told.


def _is_closed(form: "Said") -> bool | None:
    """A box that is not ticked may come without a value; one that is missing is not known."""
    told = _told(form, MUC_OWNER).iter(f"{{{FORM}}}field")
    fields = {field.get("var"): field.findtext(f"{{{FORM}}}value") or "0" for field in told}
    if not fields.keys() >= {PERSISTENT, MEMBERS_ONLY}:
        return None
    return all(fields[name] in ("1", "true") for name in (PERSISTENT, MEMBERS_ONLY))


def people_in(meeting: Meeting, lists: "Iterable[Said]") -> tuple[Person, ...]:
    """Without our own account, which comes in for a moment to open a room that it closes."""
    items = [(_jid(item), item.get("nick")) for item in _items(lists)]
    return tuple(Person(jid, nick) for jid, nick in items if bare(jid) != _own(meeting))


def _may_come(meeting: Meeting, lists: "Iterable[Said]") -> tuple[str, ...]:
    return tuple(jid for item in _items(lists) if (jid := _jid(item)) != _own(meeting))


def _items(lists: "Iterable[Said]") -> list[Element]:
    """A room that went meanwhile has nobody in it."""
    there = []
    for said in lists:
        if said.refused not in NOT_THERE:
            expect(said.refused)
            there += [*_told(said, MUC_ADMIN).iter(f"{{{MUC_ADMIN}}}item")]
    return there


def _told(said: "Said", namespace: str) -> Element:
    """An answer without its list is no empty list."""
    told = None if said.told is None else said.told.find(f"{{{namespace}}}query")
    return _odd() if told is None else told


def _jid(item: Element) -> str:
    return item.get("jid") or _odd()


def _own(meeting: Meeting) -> str:
    return bare(meeting.secrets["jid"]).lower()


def bare(jid: str) -> str:
    return jid.partition("/")[0]
