"""Both lines to the platforms, and another end that misbehaves: what comes back is a reply or a WireError, never more."""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pullcord.platforms.warm import WarmWire
from pullcord.platforms.wire import LARGEST_ANSWER_BYTES, ColdWire, Request, Wire, WireError
from tests.fakes.faulty import FAULTS, Fault, faulty, nobody

SECRET = "the-credential"


@pytest.fixture(params=["cold", "warm"])
def wire(request: pytest.FixtureRequest, warm: WarmWire) -> Wire:
    return ColdWire() if request.param == "cold" else warm


@pytest.fixture
def warm() -> Iterator[WarmWire]:
    ours = WarmWire()
    yield ours
    ours.close()


def to(address: str, *, wait_seconds: float = 5.0) -> Request:
    return Request("POST", f"{address}/end?now=1", {"Authorization": SECRET}, b"{}", wait_seconds)


@contextmanager
def one_caller(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """The address of a server that lets one caller in, reads what he asks, and then talks as told."""

    def serve() -> None:
        caller, _ = listening.accept()
        with caller:
            caller.recv(65536)
            talk(caller)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            thread.join()


def test_a_reply_comes_back_whole_with_its_headers_in_lower_case(wire: Wire) -> None:
    with faulty(Fault("", False, 429, {"Retry-After": "7"}, b"busy")) as address:
        reply = wire.send(to(address))
        assert (reply.status, reply.headers["retry-after"], reply.body) == (429, "7", b"busy")


def test_a_redirect_is_an_answer_and_not_a_way(wire: Wire) -> None:
    with nobody() as elsewhere, faulty(Fault("", False, 307, {"Location": f"{elsewhere}/end"})) as address:
        assert wire.send(to(address)).status == 307


def test_an_answer_without_end_is_cut_one_byte_after_the_largest(wire: Wire) -> None:
    with faulty(FAULTS["answers without end"]) as address:
        assert len(wire.send(to(address)).body) == LARGEST_ANSWER_BYTES + 1


def test_an_answer_without_a_length_and_without_end_is_cut_as_well(wire: Wire) -> None:
    def talk(caller: socket.socket) -> None:
        caller.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while True:
                caller.sendall(b" " * 65536)
        except OSError:
            return  # the caller has read enough, and went

    with one_caller(talk) as address:
        assert len(wire.send(to(address)).body) == LARGEST_ANSWER_BYTES + 1


@pytest.mark.parametrize(
    ("what", "kind"),
    [("never answers", "timeout"), ("is not there", "refused"), ("hangs up halfway", "unreachable")],
)
def test_who_does_not_answer_is_told_apart(wire: Wire, what: str, kind: str) -> None:
    with faulty(FAULTS[what]) as address, pytest.raises(WireError) as raised:
        wire.send(to(address, wait_seconds=0.2))
    assert raised.value.kind == kind


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n",
        b"SSH-2.0-other\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 500 + b"\r\n",
    ],
    ids=["nothing", "a part", "a part of a chunk", "no chunk", "another protocol", "too many headers"],
)
def test_a_line_that_breaks_in_the_middle_of_an_answer_is_no_answer(wire: Wire, said: bytes) -> None:
    def talk(caller: socket.socket) -> None:
        caller.sendall(said)
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # closes with a reset

    with one_caller(talk) as address, pytest.raises(WireError) as raised:
        wire.send(to(address))
    assert raised.value.kind == "unreachable"


def test_who_drips_his_answer_is_given_no_more_time_than_who_is_silent(wire: Wire) -> None:
    over = threading.Event()

    def talk(caller: socket.socket) -> None:
        caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        try:
            while not over.wait(0.01):
                caller.sendall(b"x")
        except OSError:
            return  # the caller went

    with one_caller(talk) as address:
        try:
            with pytest.raises(WireError) as raised:
                wire.send(to(address, wait_seconds=0.2))
        finally:
            over.set()
    assert raised.value.kind == "timeout"


def test_a_word_before_the_answer_is_not_the_answer(wire: Wire) -> None:
    said = b"HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    with one_caller(lambda caller: caller.sendall(said)) as address:
        reply = wire.send(to(address))
    assert (reply.status, reply.body, "x-early" in reply.headers) == (200, b"{}", False)


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", "http://127.0.0.1:99999/", {}),
        Request("GET", "http://[::1/", {}),
        Request("GET", "http://127.0.0.1:1/a b", {}),
        Request("GET", "http://127.0.0.1:1/", {"Authorization": f"{SECRET}\nX: y"}),
    ],
    ids=["a port that is none", "an address that is none", "a path with a space", "a header with a line in it"],
)
def test_what_cannot_be_sent_is_an_error_that_tells_no_secret(wire: Wire, request_: Request) -> None:
    with pytest.raises(WireError) as raised:
        wire.send(request_)
    assert SECRET not in str(raised.value)
    assert SECRET not in repr(request_)


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
def test_a_proxy_in_the_environment_is_not_used(wire: Wire, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    with faulty(Fault("", False, 204)) as address, faulty(Fault("", False, 502)) as proxy:
        monkeypatch.setenv(name, proxy)
        monkeypatch.delenv("no_proxy", raising=False)
        assert wire.send(to(address)).status == 204


def test_a_server_that_cannot_prove_who_it_is_gets_no_request(wire: Wire, tmp_path: Path) -> None:
    heard: list[bytes] = []

    def serve() -> None:
        caller, _ = listening.accept()
        with caller:
            try:
                heard.append(ours.wrap_socket(caller, server_side=True).recv(65536))
            except OSError:
                return  # the caller hung up on our certificate

    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(self_made(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(WireError):
            wire.send(to(f"https://127.0.0.1:{listening.getsockname()[1]}"))
        thread.join()
    assert not any(heard)


def self_made(folder: Path) -> Path:
    """A certificate that nobody vouches for, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1))
    whole = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    form = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "self-made.pem"
    path.write_bytes(whole + key.private_bytes(serialization.Encoding.PEM, *form))
    return path
