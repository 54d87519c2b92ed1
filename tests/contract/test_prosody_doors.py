"""The doors of the module: who may come in, what everybody else is told, and on which addresses they stand at all."""

import http.client
import json
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

import pullcord.platforms
from pullcord.platforms import prosody
from tests import prosody_server
from tests.conftest import Need
from tests.prosody_people import ENDED, WIRE, everybody_leaves, guest, meeting_on, refusal
from tests.prosody_server import Prosody, running

__all__ = ["everybody_leaves"]
pytestmark = pytest.mark.servers

MODULE = Path(pullcord.platforms.__file__).parent / "mod_pullcord.lua"
REFUSED = "Pullcord is NOT loaded, and nothing can be held here"
VERBS = ("end", "hold", "release", "kick")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
Answer = tuple[int, dict[str, str], bytes]


@pytest.fixture(scope="module")
def server(need: Need) -> Iterator[Prosody]:
    need("prosody")
    with running() as one:
        yield one


def knock(
    server: Prosody, method: str, path: str, *, secret: str | None = None, body: bytes = b"", **headers: str
) -> Answer:
    said = {"Host": f"127.0.0.1:{server.http}", **headers}
    if secret is not None:
        said["Authorization"] = f"Bearer {secret}"
    line = http.client.HTTPConnection("127.0.0.1", server.http, timeout=10)
    return exchanged(line, method, path, body, said)


def exchanged(line: http.client.HTTPConnection, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
    try:
        line.request(method, path, body or None, headers)
        reply = line.getresponse()
        told = {name.lower(): value for name, value in reply.getheaders() if name.lower() != "date"}
        return reply.status, told, reply.read()
    finally:
        line.close()


def test_everything_unauthorised_is_told_the_same(server: Prosody):
    room = meeting_on(server).at["room"]
    right, said = server.secret, json.dumps({"room": room}).encode()
    first = knock(server, "POST", "/pullcord/end", body=said)
    assert first[0] == 401
    assert first[2] == b'{"error":"unauthorised"}'
    assert room not in str(first)
    wrong = ["", "x", right[:-1], f"{right}x", f"{right} ", right.swapcase(), "é", right + "\t" + right]
    for secret in wrong:
        assert knock(server, "POST", "/pullcord/end", body=said, secret=secret.encode().decode("latin-1")) == first
    for scheme in ("Basic", "Bearer", "Token", "bearerx"):
        told = "" if scheme == "Bearer" else right
        assert knock(server, "POST", "/pullcord/end", body=said, Authorization=f"{scheme} {told}") == first
    places = ["", "/", "/nothing", f"/rooms/{room}", "/rooms/", "/end/more", "/../pullcord/end", "/%00", "?x=y"]
    for place in places + [f"/{verb}" for verb in VERBS]:
        for method in METHODS:
            answer = knock(server, method, f"/pullcord{place}")
            assert answer[:2] == first[:2], (method, place)
            assert answer[2] == (b"" if method == "HEAD" else first[2])
    assert knock(server, "POST", "/pullcord/end", body=b"x" * 100_000) == first
    assert knock(server, "OPTIONS", "/pullcord/end", Origin="https://evil.example") == first


def test_the_secret_opens_and_a_stranger_changed_nothing(server: Prosody):
    meeting = meeting_on(server)
    ann = guest(server, meeting)
    said = json.dumps({"room": meeting.at["room"], "hold": True}).encode()
    assert knock(server, "POST", "/pullcord/end", body=said)[0] == 401
    assert not ann.is_out(within_seconds=0.1)
    assert knock(server, "POST", "/pullcord/end", body=said, secret=server.secret)[0] == 200


def test_one_request_ends_and_holds(server: Prosody):
    meeting = meeting_on(server)
    ann = guest(server, meeting)
    said = json.dumps({"room": meeting.at["room"], "hold": True}).encode()
    status, _, told = knock(server, "POST", "/pullcord/end", body=said, secret=server.secret)
    assert (status, json.loads(told)) == (200, {"ended": True, "put_out": 1, "held": True, "kept": True})
    assert ann.is_out(within_seconds=1)
    assert refusal(server, meeting) == ENDED


def test_what_is_larger_than_64_kilobytes_is_not_read(server: Prosody):
    meeting = meeting_on(server)
    said = json.dumps({"room": meeting.at["room"]}).encode()
    fits, more = said.ljust(64 * 1024), said.ljust(64 * 1024 + 1)
    assert knock(server, "POST", "/pullcord/hold", body=more, secret=server.secret)[0] == 413
    assert prosody.is_over(meeting, WIRE).held is False
    assert knock(server, "POST", "/pullcord/hold", body=fits, secret=server.secret)[0] == 200
    assert prosody.is_over(meeting, WIRE).held is True


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"{}",
        b'{"room": 5}',
        b'{"room": {"a": 1}}',
        b'{"room": "x@elsewhere"}',
        b"\xff",
    ],
)
@pytest.mark.parametrize("verb", VERBS)
def test_what_cannot_be_understood_changes_nothing(verb: str, body: bytes, server: Prosody):
    status, _, told = knock(server, "POST", f"/pullcord/{verb}", body=body, secret=server.secret)
    assert (status, told) == (400, b'{"error":"not-understood"}')


@pytest.mark.parametrize("path", ["", "/", "/nothing", "/rooms/", "/rooms/x@elsewhere", "/end"])
def test_a_door_that_is_not_there_says_so_to_whoever_may_know(path: str, server: Prosody):
    assert knock(server, "GET", f"/pullcord{path}", secret=server.secret)[0] == 404


def test_no_door_changes_anything_by_being_looked_at(server: Prosody):
    meeting = meeting_on(server)
    for verb in VERBS:
        for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE"):
            path = f"/pullcord/{verb}?room={meeting.at['room']}"
            assert knock(server, method, path, secret=server.secret)[0] == 404
    assert prosody.is_over(meeting, WIRE).held is False


def test_the_secret_is_compared_by_digest_and_in_constant_time():
    """Read off the module: the secret is looked at in two places, its length once and its digest once."""
    uses = [
        line.strip() for line in MODULE.read_text().splitlines() if "SECRET" in line and "LEAST_SECRET, " not in line
    ]
    assert uses == [
        'local SECRET = module:get_option_string("pullcord_secret", "");',
        "if #SECRET < LEAST_SECRET then",
        "return hashes.equals(hashes.sha256(given), hashes.sha256(SECRET)) and is_near(request.conn);",
    ]


# Where it does not load.


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ({"pullcord_secret": f'"{"x" * 31}"'}, "pullcord_secret is shorter than 32 bytes"),
        ({"pullcord_secret": ""}, "pullcord_secret is shorter than 32 bytes"),
        (
            {"pullcord_events_url": '"http://127.0.0.1:9/"', "pullcord_events_secret": f'"{"x" * 31}"'},
            "pullcord_events_secret is shorter than 32 bytes",
        ),
        (
            {"pullcord_events_url": '"http://127.0.0.1:9/"', "pullcord_events_secret": ""},
            "pullcord_events_secret is shorter than 32 bytes",
        ),
    ],
)
def test_it_does_not_load_with_a_secret_under_32_bytes(need: Need, wish: dict[str, str], why: str):
    need("prosody")
    with running(wish) as server:
        assert_not_loaded(server, why)
        server.wish(pullcord_secret=f'"{"x" * 32}"', pullcord_events_secret=f'"{"y" * 32}"')
        server.stop()
        server.start()
        assert REFUSED not in server.log
        assert knock(server, "GET", "/pullcord/x", secret="x" * 32)[0] == 404
        assert knock(server, "GET", "/pullcord/x", secret="x" * 31)[0] == 401


def assert_not_loaded(server: Prosody, why: str) -> None:
    """One clear line, and no door."""
    assert [line for line in server.log.splitlines() if REFUSED in line and line.endswith(why)], server.log
    assert server.log.count(REFUSED) == 1
    assert knock(server, "GET", "/pullcord/", secret=server.secret)[0] == 404


@pytest.mark.parametrize("interface", ["0.0.0.0", "*"])
def test_it_does_not_load_where_its_doors_would_stand_open_without_tls(need: Need, interface: str):
    need("prosody")
    with running(above=f'http_interfaces = {{ "{interface}" }}') as server:
        assert_not_loaded(
            server, "http_interfaces has an address that is not loopback, and there is no TLS (https_ports)"
        )


@pytest.mark.parametrize("interface", ["127.0.0.1", "127.0.0.2"])
def test_it_loads_on_every_loopback_address(need: Need, interface: str):
    need("prosody")
    with running(above=f'http_interfaces = {{ "{interface}" }}') as server:
        assert REFUSED not in server.log


def test_with_tls_it_loads_and_its_doors_open_over_tls_only(need: Need, tmp_path: Path):
    need("prosody")
    key, certificate = made_certificate(tmp_path)
    above = f"""http_interfaces = {{ "0.0.0.0" }}
        https_interfaces = {{ "127.0.0.1" }}
        https_ports = {{ PORT }}
        https_ssl = {{ key = "{key}", certificate = "{certificate}" }}"""
    (port,) = prosody_server.free_ports(1)
    with running(above=above.replace("PORT", str(port))) as server:
        assert REFUSED not in server.log
        assert knock(server, "GET", "/pullcord/x", secret=server.secret)[0] == 401
        said = {"Host": "127.0.0.1", "Authorization": f"Bearer {server.secret}"}
        faked: Any = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1"}
        assert knock(server, "GET", "/pullcord/x", secret=server.secret, **faked)[0] == 401
        line = http.client.HTTPSConnection(
            "127.0.0.1", port, timeout=10, context=ssl.create_default_context(cafile=str(certificate))
        )
        assert exchanged(line, "GET", "/pullcord/x", b"", said)[0] == 404


def made_certificate(folder: Path) -> tuple[Path, Path]:
    """For 127.0.0.1, for a day."""
    import ipaddress

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    named = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    where = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(named)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(where, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "key.pem", folder / "certificate.pem"
    paths[1].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[0].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths
