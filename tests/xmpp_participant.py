"""A participant on XMPP: one plain connection on loopback, one room; and an administrator who asks without being in it.

Over TCP with the standard library's parser: two hundred of them cost less than one of a whole XMPP library.
"""

import base64
import contextlib
import socket
import time
from collections.abc import Iterator
from itertools import count
from typing import Any
from xml.etree.ElementTree import Element, XMLPullParser
from xml.sax.saxutils import escape, quoteattr

from tests.contract.ground import Refused

ANSWER_SECONDS = 10.0
STREAM = "http://etherx.jabber.org/streams"
STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas"
MUC = "http://jabber.org/protocol/muc"


class Hung(Exception):
    """The server closed the connection."""


class Line:
    """A signed-in connection: without a user name as a guest of `host`, with one as an account."""

    def __init__(self, port: int, host: str, *, user: str | None = None, password: str = "") -> None:
        self._numbers = count(1)
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=ANSWER_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self._open(host)
            self._sign_in(user, password)
            self._open(host)
            bound = self.ask("set", None, '<bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/>')
        except BaseException:
            self.socket.close()
            raise
        self.jid = "".join(bound.itertext()).strip()

    def say(self, text: str) -> None:
        self.socket.sendall(text.encode())

    def hear(self, *, within_seconds: float = ANSWER_SECONDS) -> Element:
        """The next stanza. Raises TimeoutError, Hung."""
        until = time.monotonic() + within_seconds
        while True:
            for event, element in self._told():
                self._depth += 1 if event == "start" else -1
                if event == "end" and self._depth == 1:
                    return element
                if event == "end" and self._depth == 0:
                    raise Hung
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self.socket.settimeout(left)
            self._feed()

    def _told(self) -> Iterator[tuple[str, Element]]:
        """What the parser has read whole. The stubs know of other kinds of events too, which nobody asked it for."""
        events: Any = self._parser.read_events()
        yield from events

    def _feed(self) -> None:
        try:
            told = self.socket.recv(65536)
        except TimeoutError:
            raise
        except OSError:
            told = b""
        if not told:
            raise Hung
        self._parser.feed(told)

    def ask(self, kind: str, to: str | None, inner: str) -> Element:
        """One IQ and its answer; what else comes meanwhile is dropped. Raises Refused with the error's own words."""
        number = f"q{next(self._numbers)}"
        where = f" to={quoteattr(to)}" if to else ""
        self.say(f'<iq type="{kind}" id="{number}"{where}>{inner}</iq>')
        while True:
            told = self.hear()
            if name(told) == "iq" and told.get("id") == number:
                if told.get("type") == "error":
                    raise Refused(error_of(told))
                return told

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.say("</stream:stream>")
        self.socket.close()

    def _open(self, host: str) -> None:
        self._parser: XMLPullParser[Any] = XMLPullParser(["start", "end"])
        self._depth = 0
        self.say(
            f"<?xml version='1.0'?><stream:stream to='{host}' version='1.0' xmlns='jabber:client' "
            f"xmlns:stream='{STREAM}'>"
        )
        while name(self.hear()) != "features":
            pass

    def _sign_in(self, user: str | None, password: str) -> None:
        how, told = ("ANONYMOUS", "=") if user is None else ("PLAIN", _plain(user, password))
        self.say(f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='{how}'>{told}</auth>")
        if name(self.hear()) != "success":
            raise Refused("not-authorized")


class Participant:
    """One who came in, and notices being put out."""

    def __init__(self, line: Line, place: str) -> None:
        self.line, self.place = line, place
        self.jid = line.jid
        self.why: str | None = None
        """The reason given on the way out; None = still in, or none was given."""
        self._out = False

    def is_out(self, *, within_seconds: float) -> bool:
        until = time.monotonic() + within_seconds
        while not self._out:
            try:
                self._read(self.line.hear(within_seconds=max(0.0, until - time.monotonic())))
            except TimeoutError:
                break
            except Hung:
                self._out = True
        return self._out

    def come_back(self, *, nick: str | None = None, password: str | None = None) -> "Participant":
        """Over the same connection. Raises Refused."""
        room, _, old = self.place.partition("/")
        return enter(self.line, room, nick=nick or old, password=password)

    def step_out(self) -> None:
        """Leave the room, and keep the connection."""
        self.line.say(f'<presence type="unavailable" to={quoteattr(self.place)}/>')
        while not self._out:
            self._read(self.line.hear())

    def leave(self) -> None:
        self.line.close()

    def _read(self, told: Element) -> None:
        if name(told) == "presence" and told.get("type") == "unavailable" and told.get("from") == self.place:
            self._out = True
            reasons = [part for part in told.iter() if name(part) == "reason"]
            self.why = reasons[0].text if reasons else None


def join(
    port: int,
    room: str,
    *,
    nick: str,
    host: str = "meet.local",
    user: str | None = None,
    password: str = "",
    room_password: str | None = None,
    told: str = "",
) -> Participant:
    """Sign in and come in. `told`: what else the presence carries, as XML. Raises Refused."""
    line = Line(port, host, user=user, password=password)
    try:
        return enter(line, room, nick=nick, password=room_password, told=told)
    except BaseException:
        line.close()
        raise


def enter(line: Line, room: str, *, nick: str, password: str | None = None, told: str = "") -> Participant:
    """Come into a room over a line that is signed in. Raises Refused with the error's condition and its text."""
    place = f"{room}/{nick}"
    secret = f"<password>{escape(password)}</password>" if password is not None else ""
    line.say(f'<presence to={quoteattr(place)}><x xmlns="{MUC}">{secret}</x>{told}</presence>')
    while True:
        heard = line.hear()
        if name(heard) != "presence" or heard.get("from") not in (place, room):
            continue
        if heard.get("type") == "error":
            raise Refused(error_of(heard))
        if heard.get("from") == place and heard.get("type") is None and "110" in codes(heard):
            return Participant(line, place)


def name(element: Element) -> str:
    """Without its namespace."""
    return element.tag.rpartition("}")[2]


def codes(element: Element) -> set[str]:
    """The status codes of the room's protocol: 110 = this is you."""
    return {part.get("code", "") for part in element.iter() if name(part) == "status"}


def error_of(element: Element) -> str:
    """`condition: text`, as the server said it."""
    error = next((part for part in element if name(part) == "error"), None)
    parts = [] if error is None else list(error)
    condition = next((name(part) for part in parts if name(part) != "text"), "unknown")
    text = next((part.text for part in parts if name(part) == "text"), None)
    return f"{condition}: {text}" if text else condition


def _plain(user: str, password: str) -> str:
    return base64.b64encode(f"\0{user}\0{password}".encode()).decode()


# What an owner of a room does, for the tests of both ways.


def open_room(
    port: int,
    room: str,
    *,
    owner: str,
    password: str,
    members: tuple[str, ...] = (),
    **settings: str,
) -> None:
    """Open a lasting room, for these members only where any are named. `owner`: an account; it leaves again.

    `settings`: more of the room's form, such as `roomsecret="..."`.
    """
    user, _, host = owner.partition("@")
    inside = join(port, room, nick="owner", host=host, user=user, password=password)
    only = {"membersonly": "1"} if members else {}
    inside.line.ask("set", room, form(persistentroom="1", **only, **settings))
    if members:
        items = "".join(f"<item affiliation='member' jid='{jid}'/>" for jid in members)
        inside.line.ask("set", room, f"<query xmlns='{MUC}#admin'>{items}</query>")
    inside.step_out()
    inside.leave()


def form(**settings: str) -> str:
    """The room's configuration, as an owner sends it."""
    fields = "".join(
        f"<field var='muc#roomconfig_{key}'><value>{escape(value)}</value></field>" for key, value in settings.items()
    )
    head = f"<field var='FORM_TYPE' type='hidden'><value>{MUC}#roomconfig</value></field>"
    return f"<query xmlns='{MUC}#owner'><x xmlns='jabber:x:data' type='submit'>{head}{fields}</x></query>"


def destroy(line: Line, room: str, *, reason: str = "") -> None:
    """By an owner or an administrator of the server. Raises Refused."""
    line.ask("set", room, f"<query xmlns='{MUC}#owner'><destroy><reason>{escape(reason)}</reason></destroy></query>")
