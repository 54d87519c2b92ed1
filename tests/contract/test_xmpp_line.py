"""Who is spoken to over plain XMPP, what they hear of our account, and every way in which that fails."""

import importlib
import logging
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from pullcord.platforms import xmpp, xmpp_line
from pullcord.platforms.wire import Hurried
from pullcord.words import Meeting, PlatformError
from tests import prosody_server
from tests.conftest import Need
from tests.contract.ground_xmpp import XmppGround
from tests.fakes import faulty_xmpp
from tests.logs import refuse_in
from tests.prosody_server import ACCOUNTS, ADMIN, OWNER, Prosody
from tests.xmpp_people import WIRE, everybody_leaves, guest, room_on, state

__all__ = ["everybody_leaves"]
servers = pytest.mark.servers


@pytest.fixture(scope="module")
def server(need: Need) -> Iterator[Prosody]:
    need("prosody")
    with prosody_server.running() as running:
        yield running
        assert running.password not in running.log


# Our account, and who hears its password.


@servers
def test_an_account_that_is_no_administrator_is_denied_and_changes_nothing(server: Prosody):
    meeting = room_on(server)
    ann = guest(server, meeting, "Ann")
    plain = meeting._replace(secrets={"jid": OWNER, "password": server.owner_password})
    for verb in (xmpp.roster, xmpp.stop, xmpp.hold, xmpp.release, xmpp.is_over):
        with pytest.raises(PlatformError) as denied:
            verb(plain, WIRE)
        assert denied.value.code == "xmpp-denied"
    assert not ann.is_out(within_seconds=0.2)
    assert state(meeting) == (False, False)


@servers
def test_a_room_service_that_is_not_there_is_told_as_such(server: Prosody):
    meeting = room_on(server)
    with pytest.raises(PlatformError) as failed:
        xmpp.stop(meeting._replace(at={**meeting.at, "room": "tuesday@elsewhere.example"}), WIRE)
    assert failed.value.code.startswith("xmpp-")
    assert "elsewhere" not in failed.value.sentence


@servers
def test_nothing_that_slixmpp_writes_down_holds_the_password(server: Prosody, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    meeting = room_on(server)
    xmpp.hold(meeting, WIRE)
    with pytest.raises(PlatformError):
        xmpp.stop(XmppGround(server).with_wrong_credential(meeting), WIRE)
    logged = "\n".join(record.getMessage() for record in caplog.records)
    refuse_in(logged, server.password, f"\0pullcord\0{server.password}", ADMIN)


@pytest.mark.parametrize("server_", ["192.0.2.1:5222", "meet.example:5222", "localhost:5222"])
def test_without_encryption_only_this_very_machine_is_spoken_to(server_: str):
    at = {"server": server_, "tls": "none", "room": "r@muc.meet.local"}
    with pytest.raises(PlatformError) as refused:
        xmpp.stop(Meeting("m", "T", "xmpp", at, {"jid": "a@b", "password": "secret-secret"}), WIRE)
    assert refused.value.code == "xmpp-unencrypted"


@pytest.mark.parametrize(("tls", "code"), [("starttls", "xmpp-unencrypted"), ("direct", "xmpp-timeout")])
def test_a_server_that_offers_no_encryption_is_not_told_the_password(tls: str, code: str):
    heard: list[bytes] = []
    with faulty_xmpp.faulty(faulty_xmpp.FAULTS["has a fault"], heard) as address:
        at = {"server": address.removeprefix("http://"), "tls": tls, "room": "r@muc.meet.local"}
        meeting = Meeting("m", "T", "xmpp", at, {"jid": ADMIN, "password": "secret-secret"})
        with pytest.raises(PlatformError) as refused:
            xmpp.stop(meeting, Hurried(WIRE, 0.5))
    assert refused.value.code == code
    assert heard or tls == "direct"
    assert b"<auth" not in b"".join(heard)


class Encrypted(NamedTuple):
    prosody: Prosody
    direct: int
    """The port that speaks TLS from the first byte."""
    certificate: Path

    def meeting(self, tls: str) -> Meeting:
        meeting = room_on(self.prosody)
        port = self.direct if tls == "direct" else self.prosody.c2s
        return meeting._replace(at={**meeting.at, "tls": tls, "server": f"127.0.0.1:{port}"})


@pytest.fixture(scope="module")
def encrypted(need: Need, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Encrypted]:
    need("prosody")
    folder = tmp_path_factory.mktemp("certificate")
    certify(folder, ACCOUNTS)
    (port,) = prosody_server.free_ports(1)
    above = f"""
        modules_enabled = {{ "saslauth", "disco", "tls" }}
        ssl = {{ certificate = "{folder}/ours.crt", key = "{folder}/ours.key" }}
        c2s_direct_tls_ports = {{ {port} }}
        c2s_direct_tls_interfaces = {{ "127.0.0.1" }}
        c2s_require_encryption = true
    """
    with prosody_server.running(above=above) as running:
        yield Encrypted(running, port, folder / "ours.crt")


def certify(folder: Path, name: str) -> None:
    """`ours.crt` and `ours.key`, for this name, vouched for by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(tz=UTC)
    made = x509.CertificateBuilder().subject_name(called).issuer_name(called).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    (folder / "ours.crt").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    kept = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "ours.key").write_bytes(kept)


@servers
@pytest.mark.parametrize("tls", ["starttls", "direct"])
def test_an_encrypted_server_is_spoken_to_where_its_certificate_is_trusted(
    tls: str, encrypted: Encrypted, monkeypatch: pytest.MonkeyPatch
):
    meeting = encrypted.meeting(tls)
    with pytest.raises(PlatformError) as untrusted:
        xmpp.hold(meeting, WIRE)
    assert (untrusted.value.code, untrusted.value.retry) == ("xmpp-untrusted", False)
    xmpp_line._tls.cache_clear()
    monkeypatch.setenv("SSL_CERT_FILE", str(encrypted.certificate))
    try:
        xmpp.hold(meeting, WIRE)
        assert state(meeting) == (True, True)
    finally:
        xmpp_line._tls.cache_clear()


@pytest.mark.parametrize("verb", [xmpp.roster, xmpp.stop, xmpp.hold, xmpp.release, xmpp.is_over])
def test_an_answer_without_its_list_is_no_empty_list(verb):
    empty = faulty_xmpp.Fault("odd", False, "question", b"<iq type='result' id='ID' from='FROM'/>")
    with faulty_xmpp.faulty(empty) as address:
        at = {"server": address.removeprefix("http://"), "tls": "none", "room": "r@muc.meet.local"}
        with pytest.raises(PlatformError) as odd:
            verb(Meeting("m", "T", "xmpp", at, {"jid": ADMIN, "password": "secret-secret"}), Hurried(WIRE, 1.0))
    assert odd.value.code == "xmpp-odd"


def test_a_hurried_question_to_a_silent_server_is_given_up_in_time():
    with faulty_xmpp.faulty(faulty_xmpp.FAULTS["never greets"]) as address:
        at = {"server": address.removeprefix("http://"), "tls": "none", "room": "r@muc.meet.local"}
        meeting = Meeting("m", "T", "xmpp", at, {"jid": ADMIN, "password": "secret-secret"})
        began = time.monotonic()
        with pytest.raises(PlatformError, match="xmpp-timeout"):
            xmpp.roster(meeting, Hurried(Hurried(WIRE, 0.2), 60.0))
    assert time.monotonic() - began < 2.0


@pytest.mark.parametrize(
    "wrong", [{"server": "meet.example"}, {"server": ":5222"}, {"server": "h:0"}, {"server": "h:5222", "tls": "maybe"}]
)
def test_an_address_that_cannot_be_one_is_said_in_words(wrong: dict[str, str]):
    at = {"server": "h:5222", "tls": "direct", "room": "r@muc.meet.local", **wrong}
    with pytest.raises(PlatformError) as incomplete:
        xmpp.stop(Meeting("m", "T", "xmpp", at, {"jid": "a@b", "password": "secret-secret"}), WIRE)
    assert incomplete.value.code == "meeting-incomplete"


def test_without_the_extra_every_verb_says_how_to_get_it():
    script = """
        import sys
        sys.modules["slixmpp"] = None
        from pullcord.platforms import platform
        from pullcord.words import Meeting, Person, PlatformError
        xmpp = platform("xmpp")
        assert "asyncio" not in sys.modules, "whoever only shows what it can should not pay for it"
        at = {"server": "127.0.0.1:5222", "tls": "none", "room": "r@muc.meet.local"}
        meeting = Meeting("m", "T", "xmpp", at, {"jid": "a@b", "password": "secret-secret"})
        for verb in ("roster", "stop", "hold", "release", "is_over", "kick"):
            try:
                getattr(xmpp, verb)(meeting, *([Person("x@y", None)] if verb == "kick" else []), None)
            except PlatformError as error:
                assert error.code == "xmpp-not-installed" and "pip install pullcord[xmpp]" in error.sentence, error
            else:
                raise AssertionError(verb)
    """
    source = str(Path(importlib.import_module("pullcord").__path__[0]).parent)
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        env={"PYTHONPATH": source},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
