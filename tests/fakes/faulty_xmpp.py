"""A loopback XMPP server that misbehaves, one way at a time, at the moment in the conversation that its fault names."""

import re
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Final, Literal, NamedTuple

from pullcord.platforms.wire import LARGEST_ANSWER_BYTES
from tests.fakes.faulty import nobody

Moment = Literal["greeting", "signing in", "question"]


class Fault(NamedTuple):
    """How the server misbehaves, and what is to be said of it."""

    code: str
    """What follows the platform's name in the error's code."""
    retry: bool
    at: Moment = "greeting"
    says: bytes = b""
    """Instead of what it should say."""
    hangs_up: bool = False
    """After that; else it keeps the line open and says nothing more."""
    listens: bool = True
    wait_seconds: float | None = None


HEAD: Final = (
    b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
    b"from='auth.meet.local' id='x' version='1.0'>"
)
SASL: Final = b"urn:ietf:params:xml:ns:xmpp-sasl"
STANZAS: Final = b"urn:ietf:params:xml:ns:xmpp-stanzas"
STREAMS: Final = b"urn:ietf:params:xml:ns:xmpp-streams"
MAY_SIGN_IN: Final = (
    b"<stream:features><mechanisms xmlns='%s'><mechanism>PLAIN</mechanism></mechanisms></stream:features>"
)
MAY_BIND: Final = b"<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>"
SUCCESS: Final = b"<success xmlns='%s'/>" % SASL
BOUND: Final = (
    b"<iq type='result' id='%s'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
    b"<jid>pullcord@auth.meet.local/x</jid></bind></iq>"
)
PAGE: Final = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<!doctype html><title>Log in</title>"


def stream_error(condition: bytes, inside: bytes = b"") -> bytes:
    named = b"<%s xmlns='%s'>%s</%s>" % (condition, STREAMS, inside, condition)
    return HEAD + b"<stream:error>" + named + b"</stream:error></stream:stream>"


def failure(condition: bytes) -> bytes:
    return b"<failure xmlns='%s'><%s/></failure>" % (SASL, condition)


def refusal(condition: bytes) -> bytes:
    """In the question's place stands its number."""
    return b"<iq type='error' id='ID' from='FROM'><error type='cancel'><%s xmlns='%s'/></error></iq>" % (
        condition,
        STANZAS,
    )


FAULTS: Final[Mapping[str, Fault]] = {
    "never greets": Fault("timeout", True),
    "is not there": Fault("unreachable", True, listens=False),
    "hangs up at once": Fault("unreachable", True, hangs_up=True),
    "hangs up halfway": Fault("unreachable", True, says=HEAD + MAY_SIGN_IN[:40], hangs_up=True),
    "answers with a page": Fault("odd", False, says=PAGE),
    "answers with garbage": Fault("odd", False, says=b"\x00\xff\xfe{"),
    "answers without end": Fault("odd", False, says=HEAD + b"<a>" + b" " * (LARGEST_ANSWER_BYTES + 1)),
    "serves another name": Fault("refused", False, says=stream_error(b"host-unknown")),
    "sends elsewhere": Fault("refused", False, says=stream_error(b"see-other-host", b"127.0.0.1:ELSEWHERE")),
    "is being stopped": Fault("unreachable", True, says=stream_error(b"system-shutdown"), hangs_up=True),
    "knows no way to sign in": Fault(
        "unencrypted", False, says=HEAD + MAY_SIGN_IN.replace(b"PLAIN", b"EXTERNAL") % SASL
    ),
    "wants another credential": Fault("denied", False, "signing in", failure(b"not-authorized")),
    "has switched the account off": Fault("denied", False, "signing in", failure(b"account-disabled")),
    "cannot look accounts up": Fault("broken", True, "signing in", failure(b"temporary-auth-failure")),
    "says nothing to the password": Fault("timeout", True, "signing in"),
    "hangs up at the password": Fault("unreachable", True, "signing in", hangs_up=True),
    "never answers": Fault("timeout", True, "question"),
    "hangs up at the question": Fault("unreachable", True, "question", hangs_up=True),
    "answers the question with garbage": Fault("odd", False, "question", b"</a><b"),
    "forbids it": Fault("denied", False, "question", refusal(b"forbidden")),
    "asks to wait": Fault("busy", True, "question", refusal(b"resource-constraint")),
    "has a fault": Fault("broken", True, "question", refusal(b"internal-server-error")),
    "has its rooms switched off": Fault("broken", True, "question", refusal(b"service-unavailable")),
    "cannot find the rooms": Fault("no-service", False, "question", refusal(b"remote-server-not-found")),
    "does not reach the rooms": Fault("timeout", True, "question", refusal(b"remote-server-timeout")),
    "does not know the question": Fault("refused", False, "question", refusal(b"feature-not-implemented")),
}


class Talk:
    """One connection, and everything the other side has said on it."""

    def __init__(self, line: socket.socket, fault: Fault, heard: list[bytes]) -> None:
        self._line, self._fault, self._all, self._heard = line, fault, heard, b""

    def hear(self, until: bytes) -> bytes:
        """What came, to the end of that. Raises OSError when there is no more to come."""
        while until not in self._heard:
            if not (more := self._line.recv(65536)):
                raise OSError
            self._all.append(more)
            self._heard += more
        told, _, self._heard = self._heard.partition(until)
        return told + until

    def go_on(self) -> None:
        """Greets, signs in and binds, as far as it gets."""
        self.hear(b"version='1.0'>")
        self._say("greeting", HEAD + MAY_SIGN_IN % SASL)
        self.hear(b"</auth>")
        self._say("signing in", SUCCESS)
        self.hear(b"version='1.0'>")
        self._line.sendall(HEAD + MAY_BIND)
        self._line.sendall(BOUND % _of(b"id", self.hear(b"</iq>")))
        while True:
            asked = self.hear(b"</iq>")
            answer = self._fault.says.replace(b"ID", _of(b"id", asked)).replace(b"FROM", _of(b"to", asked))
            self._say("question", answer)

    def _say(self, moment: Moment, as_usual: bytes) -> None:
        if moment != self._fault.at:
            self._line.sendall(as_usual)
            return
        self._line.sendall(as_usual if moment == "question" else self._fault.says)
        if self._fault.hangs_up:
            raise OSError


def _of(name: bytes, text: bytes) -> bytes:
    found = re.search(rb"""<iq[^>]* %s=["']([^"']*)["']""" % name, text)
    return found[1] if found else b""


@contextmanager
def faulty(fault: Fault, heard: list[bytes] | None = None) -> Iterator[str]:
    """The address, as `http://127.0.0.1:PORT`, of a server with this fault. `heard`: gathers all that it was told."""
    if not fault.listens:
        with nobody() as address:
            yield address
        return
    with socket.create_server(("127.0.0.1", 0)) as door, socket.create_server(("127.0.0.1", 0)) as elsewhere:
        fault = fault._replace(says=fault.says.replace(b"ELSEWHERE", b"%d" % elsewhere.getsockname()[1]))
        thread = threading.Thread(target=_serve, args=(door, fault, [] if heard is None else heard))
        thread.start()
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
            elsewhere.setblocking(False)
            with suppress(BlockingIOError):
                elsewhere.accept()
                raise AssertionError("it went where it was sent")
        finally:
            door.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve(door: socket.socket, fault: Fault, heard: list[bytes]) -> None:
    """One after the other, until the door is shut. A line stays open until the other side closes it."""
    with suppress(OSError):
        while True:
            line, _ = door.accept()
            with line, suppress(OSError):
                _talk(line, fault, heard)


def _talk(line: socket.socket, fault: Fault, heard: list[bytes]) -> None:
    try:
        Talk(line, fault, heard).go_on()
    finally:
        if not fault.hangs_up:
            _until_closed(line)


def _until_closed(line: socket.socket) -> None:
    with suppress(OSError):
        while line.recv(65536):
            pass
