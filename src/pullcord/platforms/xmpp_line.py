"""One signed-in XMPP connection, for as long as one verb takes. By slixmpp, and the only file that imports it.

A connection for each verb, not one that is kept: there is no thread, no state and no stale connection that could be wrong
when everything else is broken. On loopback it costs 12 ms beside the 1 ms of the verb itself (docs/why/xmpp.md).
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import cache
from ssl import SSLCertVerificationError, SSLContext, create_default_context
from typing import Any, Final, Literal, NamedTuple, NoReturn, TypeVar
from xml.etree.ElementTree import Element

from slixmpp import ClientXMPP, InvalidJID, Iq, Presence
from slixmpp.exceptions import IqError, IqTimeout

from pullcord.platforms.reach import OutOfReach, Reach
from pullcord.platforms.wire import LARGEST_ANSWER_BYTES, barred
from pullcord.words import PlatformError

# At its most talkative slixmpp writes down what it sends, and what it sends first is the password.
logging.getLogger("slixmpp").setLevel(logging.WARNING)

MUC: Final = "http://jabber.org/protocol/muc"
PASSING: Final = ("temporary-auth-failure", "resource-constraint", "internal-server-error")
"""Why a server lets nobody sign in for a while, whoever asks."""
HASHES: Final = ("512", "384", "256", "1")
BY_PASSWORD: Final = ("PLAIN", *(f"SCRAM-SHA-{hash}{plus}" for hash in HASHES for plus in ("", "-PLUS")))
"""The ways to sign in that are taken: as ourselves, and by nothing weaker."""

T = TypeVar("T")


Place = tuple[str, int, str]
"""Host, port, and how it is spoken to: "starttls", "direct" or "none"."""
Question = tuple[Literal["get", "set"], Element]
"""Get or set, and what."""


class Said(NamedTuple):
    """The answer to one question. `refused`: the condition in the protocol's own word; None = it did as asked."""

    refused: str | None
    told: Element | None = None


class Line(ClientXMPP):
    """Signs in as it is opened. Whatever goes wrong with it is one PlatformError, the first."""

    def __init__(self, place: Place, jid: str, password: str) -> None:
        host, port, tls = place
        may = {"unencrypted_plain": tls == "none", "unencrypted_scram": tls == "none", "use_mechs": BY_PASSWORD}
        config = {"feature_mechanisms": may}
        super().__init__(jid, password, plugin_config=config, ssl_context=_tls(), loop=asyncio.get_running_loop())
        self.enable_direct_tls = tls == "direct"
        self.enable_starttls = tls == "starttls"
        self.enable_plaintext = tls == "none"
        self.max_redirects = -1  # a server that sends us elsewhere is not followed
        self._at, self._bytes, self._is_refused = (host, port), 0, False
        self._ready = self.loop.create_future()
        self._broken: asyncio.Future[NoReturn] = self.loop.create_future()
        self._heard: asyncio.Queue[Presence] = asyncio.Queue()
        self._listen()

    def _listen(self) -> None:
        doings: dict[str, Callable[[Any], object]] = {
            "session_start": self._signed_in,
            "presence": self._heard.put_nowait,
            "connection_failed": self._not_connected,
            "ssl_invalid_chain": lambda _: self._break(untrusted()),
            "failed_auth": self._not_taken,
            "failed_all_auth": lambda _: self._break(denied() if self._is_refused else unencrypted()),
            "stream_error": lambda error: self._break(_hung_up(str(error["condition"]))),
            "disconnected": self._not_connected,
        }
        for name, do in doings.items():
            self.add_event_handler(name, do)

    async def open(self) -> None:
        self.connect(*self._at)
        await self._unless_broken(self._ready)

    async def ask(self, to: str, *questions: Question) -> list[Said]:
        """All sent at once, and answered in the same order."""
        sent = [self._question(to, kind, inner).send() for kind, inner in questions]  # type: ignore[no-untyped-call]  # slixmpp's
        return [await self._answer(one) for one in sent]

    async def enter(self, place: str) -> str | None:
        """Come into a room, which opens it where there is none. Why not, in the protocol's own word; None = in."""
        coming = self.make_presence(pto=place)
        coming.xml.append(Element(f"{{{MUC}}}x"))
        coming.send()
        while True:
            heard = await self._unless_broken(asyncio.ensure_future(self._heard.get()))
            if heard["type"] == "error" and heard["from"].bare == coming["to"].bare:
                return str(heard["error"]["condition"])
            if heard["from"] == coming["to"]:
                return None

    async def close(self) -> None:
        """Said, not waited for: whoever closes has all that was asked."""
        if self.transport is not None:
            self.send_raw(self.stream_footer)
        self._broken.cancel()
        self.abort()

    # -- what slixmpp calls --

    def data_received(self, data: bytes | str) -> None:
        self._bytes += len(data)
        if self._bytes > LARGEST_ANSWER_BYTES:
            self.disconnect()
        else:
            super().data_received(data)

    def disconnect(self, *how: object, **more: object) -> asyncio.Future[None]:
        """slixmpp gives up: what it heard was not XMPP. It would wait for a polite end; nobody here has the time."""
        self._break(odd())
        self.abort()
        done: asyncio.Future[None] = self.loop.create_future()
        done.set_result(None)
        return done

    # -- what becomes of it --

    def _signed_in(self, _: object) -> None:
        if not self._ready.done():
            self._ready.set_result(None)

    def _not_connected(self, error: object) -> None:
        self._break(untrusted() if isinstance(error, SSLCertVerificationError) else unreachable())

    def _not_taken(self, failure: Any) -> None:
        """Another way to sign in may be tried after this one, but not where the server itself is unwell."""
        self._is_refused = True
        if failure["condition"] in PASSING:
            self._break(broken())

    def _break(self, error: PlatformError) -> None:
        if not self._broken.done():
            self._broken.set_exception(error)
            self._broken.exception()  # looked at, so that nobody complains where no one waits for it any more
            self.cancel_connection_attempt()  # slixmpp would go on trying

    async def _unless_broken(self, waited: "asyncio.Future[Any]") -> Any:
        await asyncio.wait((waited, self._broken), return_when=asyncio.FIRST_COMPLETED)
        if waited.done():
            return waited.result()
        waited.cancel()
        return self._broken.result()

    # -- one question --

    def _question(self, to: str, kind: Literal["get", "set"], inner: Element) -> Iq:
        question = self.make_iq(ito=to, itype=kind)
        question.xml.append(inner)
        return question

    async def _answer(self, sent: "asyncio.Future[Iq]") -> Said:
        try:
            answer = await self._unless_broken(sent)
        except IqTimeout:
            raise timeout() from None
        except IqError as refused:
            return Said(str(refused.iq["error"]["condition"]))
        return Said(None, answer.xml)


def during(
    place: Place, jid: str, password: str, seconds: float, reach: Reach, do: Callable[[Line], Coroutine[Any, Any, T]]
) -> T:
    """Sign in, do it, and close. Raises PlatformError, at the latest when the seconds are gone."""
    place = (_address(place, reach, seconds), *place[1:])

    async def whole() -> T:
        try:
            line = Line(place, jid, password)
        except InvalidJID:
            raise PlatformError(
                "meeting-incomplete", "Our account's address here cannot be one.", retry=False
            ) from None
        try:
            async with asyncio.timeout(seconds):
                await line.open()
                return await do(line)
        except TimeoutError:
            raise timeout() from None
        finally:
            await line.close()

    return asyncio.run(whole())


def _address(place: Place, reach: Reach, seconds: float) -> str:
    """The number that slixmpp is handed, so that it looks up nothing itself. Of several, one at which somebody listens."""
    host, port, _ = place
    try:
        found = reach.addresses(host, port)
        if len(found) == 1:
            return found[0]
        with reach.at(found).connect(host, port, seconds) as tried:
            return str(tried.getpeername()[0])
    except OutOfReach:
        raise barred("xmpp", "the XMPP server") from None
    except TimeoutError:
        raise timeout() from None
    except (OSError, UnicodeError):
        raise unreachable() from None


@cache
def _tls() -> SSLContext:
    """Read once: the certificates of the world take longer than everything else here."""
    return create_default_context()


# What went wrong, for people.


def timeout() -> PlatformError:
    return PlatformError("xmpp-timeout", "The XMPP server did not answer in time.", retry=True)


def unreachable() -> PlatformError:
    return PlatformError("xmpp-unreachable", "The XMPP server could not be reached.", retry=True)


def untrusted() -> PlatformError:
    sentence = (
        "The XMPP server's certificate is not one for this name that this machine trusts. Our password was not sent."
    )
    return PlatformError("xmpp-untrusted", sentence, retry=False)


def unencrypted() -> PlatformError:
    sentence = "The XMPP server offers no safe way to sign in. Our password was not sent."
    return PlatformError("xmpp-unencrypted", sentence, retry=False)


def denied() -> PlatformError:
    return PlatformError("xmpp-denied", "The XMPP server did not accept our account.", retry=False)


def broken() -> PlatformError:
    return PlatformError("xmpp-broken", "The XMPP server has a fault of its own.", retry=True)


def odd() -> PlatformError:
    return PlatformError("xmpp-odd", "The XMPP server answered in a way we do not understand.", retry=False)


def _hung_up(condition: str) -> PlatformError:
    """The server ended the whole stream, and said why."""
    if condition in ("host-unknown", "host-gone", "see-other-host"):
        return PlatformError(
            "xmpp-refused", "The XMPP server is not the one of our account, or sends us away.", retry=False
        )
    return unreachable()
