"""Where a connection may lead: wrong, dead, slow and hostile targets, and a server on loopback that must see nobody."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pullcord.config import read_config, without_settings
from pullcord.jobs.desk import open_desk, reach_of
from pullcord.platforms import KNOWN, platform
from pullcord.platforms.reach import EVERYWHERE, OutOfReach, Reach, is_public
from pullcord.platforms.warm import WarmWire
from pullcord.platforms.wire import LARGEST_ANSWER_BYTES, ColdWire, Hurried, Wire
from pullcord.words import Meeting, PlatformError
from tests.fakes.faulty import Fault, faulty

MAKE: dict[str, Callable[[Reach], Wire]] = {"cold": ColdWire, "warm": WarmWire}
SPELLINGS = (
    *("127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.1", "127.0.0.2", "0.0.0.0", "0"),
    *("localhost", "localhost.", "LOCALHOST", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]"),
    *("[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]"),
)  # fmt: skip
ELSEWHERE = (
    *("169.254.169.254", "[fe80::1]", "[fd00:ec2::254]", "[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]"),
    *("10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "224.0.0.1", "255.255.255.255", "[ff02::1]"),
    *("168.63.129.16", "[::ffff:168.63.129.16]", "[64:ff9b::a83f:8110]"),
)


class Listening:
    """On every address of this machine, IPv4 and IPv6; counts who came."""

    def __init__(self, door: socket.socket) -> None:
        self._door = door
        self.port = door.getsockname()[1]

    def callers(self) -> int:
        self._door.setblocking(False)
        count = 0
        while True:
            try:
                self._door.accept()[0].close()
            except BlockingIOError:
                return count
            count += 1


@pytest.fixture
def listening() -> Iterator[Listening]:
    with socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as door:
        yield Listening(door)


@pytest.fixture(params=MAKE)
def make(request: pytest.FixtureRequest) -> Callable[[Reach], Wire]:
    return MAKE[request.param]


def janus_at(server: str) -> Meeting:
    return Meeting(
        "m", "Choir", "janus", {"server": f"{server}/admin", "room": "1"}, {"admin": "adminadmin", "room": "r"}
    )


def xmpp_at(server: str) -> Meeting:
    at = {"server": server, "tls": "direct", "room": "a@muc.example.org"}
    return Meeting("m", "Choir", "xmpp", at, {"jid": "us@example.org", "password": "adminadmin"})


def refused(meeting: Meeting, wire: Wire) -> str:
    with pytest.raises(PlatformError) as error:
        platform(meeting.platform).is_over(meeting, wire)
    assert (
        "settings of this server do not name" in error.value.sentence
        or error.value.code != f"{meeting.platform}-barred"
    )
    return error.value.code


def answering(*answers: list[str]) -> Callable[[str, int], list[str]]:
    """A resolver that answers otherwise each time."""
    left = list(answers)
    return lambda _host, _port: left.pop(0)


@pytest.mark.parametrize("host", SPELLINGS)
def test_this_machine_is_not_reached_in_any_spelling(host: str, make: Callable[[Reach], Wire], listening: Listening):
    code = refused(janus_at(f"http://{host}:{listening.port}"), make(Reach()))
    # Some systems know no such name; none may take us there by it.
    assert code == "janus-barred" or (code, host) == ("janus-unreachable", "localhost.")
    assert listening.callers() == 0


@pytest.mark.parametrize("host", [*SPELLINGS, *ELSEWHERE])
def test_a_line_of_another_kind_goes_no_further(host: str, listening: Listening):
    pytest.importorskip("slixmpp")
    assert refused(xmpp_at(f"{host}:{listening.port}"), ColdWire(Reach())) in ("xmpp-barred", "xmpp-unreachable")
    assert listening.callers() == 0


@pytest.mark.parametrize("host", ELSEWHERE)
def test_the_metadata_address_and_private_networks_are_not_reached(host: str):
    assert not is_public(host.strip("[]"))
    assert refused(janus_at(f"http://{host}"), ColdWire(Reach())) == "janus-barred"


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34"])
def test_public_addresses_are_within_reach(address: str):
    assert is_public(address)


def test_a_public_address_of_this_very_machine_is_not_public():
    """Loopback stands for it: what can be bound here is ours, whatever else is said of its number."""
    from pullcord.platforms import reach

    assert reach._is_ours("127.0.0.1")
    assert not reach._is_ours("93.184.216.34")


def test_a_name_that_changes_its_answer_is_looked_up_once_and_leads_no_further(
    make: Callable[[Reach], Wire], listening: Listening
):
    """What the form was told is public; in the moment of connecting it is not."""
    reach = Reach(resolve=answering(["93.184.216.34"], ["127.0.0.1"]))
    assert reach.addresses("meet.example.org", 80) == ["93.184.216.34"]
    assert refused(janus_at(f"http://meet.example.org:{listening.port}"), make(reach)) == "janus-barred"
    assert listening.callers() == 0


def test_the_address_that_was_looked_at_is_the_one_connected_to(make: Callable[[Reach], Wire], listening: Listening):
    """A second look-up would find nothing: the resolver has one answer, and the name is in no DNS."""
    name = f"meet.invalid:{listening.port}"
    reach = Reach([name], resolve=answering(["127.0.0.1"]))
    assert refused_fast(janus_at(f"http://{name}"), make(reach)) == "janus-timeout"
    assert listening.callers() == 1


def refused_fast(meeting: Meeting, wire: Wire) -> str:
    return refused(meeting, Hurried(wire, 0.2))


def test_one_private_address_among_public_ones_is_a_trap(listening: Listening):
    reach = Reach(resolve=lambda _host, _port: ["93.184.216.34", "127.0.0.1"])
    assert refused(janus_at(f"http://meet.example.org:{listening.port}"), ColdWire(reach)) == "janus-barred"
    assert listening.callers() == 0


def test_what_the_operator_named_is_reached_by_that_name_and_port_only(make: Callable[[Reach], Wire]):
    with faulty(Fault("odd", False)) as address:
        host_and_port = address.removeprefix("http://")
        assert refused(janus_at(address), make(Reach([host_and_port]))) == "janus-odd"
        assert (
            refused(janus_at(address.replace("127.0.0.1", "localhost")), make(Reach([host_and_port]))) == "janus-barred"
        )
        assert refused(janus_at(address), make(Reach(["127.0.0.1:1"]))) == "janus-barred"


def test_a_redirect_to_loopback_is_not_followed(make: Callable[[Reach], Wire], listening: Listening):
    away = {"Location": f"http://127.0.0.1:{listening.port}/"}
    with faulty(Fault("refused", False, 307, away)) as address:
        assert refused(janus_at(address), make(Reach([address.removeprefix("http://")]))) == "janus-refused"
    assert listening.callers() == 0


def test_a_huge_answer_is_read_no_further_than_a_megabyte_and_never_told(make: Callable[[Reach], Wire]):
    huge = Fault("odd", False, body=b"secret-of-the-inside" * (LARGEST_ANSWER_BYTES // 10))
    with faulty(huge) as address, pytest.raises(PlatformError) as error:
        platform("janus").is_over(janus_at(address), make(Reach([address.removeprefix("http://")])))
    assert error.value.code == "janus-odd"
    assert "secret-of-the-inside" not in f"{error.value!r} {error.value.sentence}"


@contextmanager
def dripping() -> Iterator[str]:
    """Says one more byte of an answer as soon as the last one was taken, for as long as somebody listens."""
    done = threading.Event()

    def serve() -> None:
        caller, _ = door.accept()
        with caller:
            caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n")
            while not done.wait(0.02):
                try:
                    caller.sendall(b" ")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"127.0.0.1:{door.getsockname()[1]}"
        finally:
            done.set()
            thread.join()


def test_who_drips_an_answer_has_the_time_of_one_answer(make: Callable[[Reach], Wire]):
    with dripping() as place:
        assert refused_fast(janus_at(f"http://{place}"), make(Reach([place]))) == "janus-timeout"


@pytest.mark.parametrize("name", KNOWN)
def test_wherever_a_form_says_where_we_go_the_desk_holds_us_to_the_operator_s_list(name: str, tmp_path: Path):
    config = read_config(str(tmp_path), environment={"PULLCORD_PRIVATE_TARGETS": "10.1.1.1:8088"})
    reach = reach_of(config, name)
    assert reach.is_named("10.1.1.1", 8088)
    if not platform(name).fields:
        assert reach is EVERYWHERE
        return
    with pytest.raises(OutOfReach):
        reach.addresses("127.0.0.1", 80)
    wire = open_desk(config, new=True).means.wire(name)
    assert isinstance(wire, ColdWire)
    with pytest.raises(OutOfReach):
        wire.reach.addresses("127.0.0.1", 80)


def test_a_stop_goes_out_also_where_the_settings_cannot_be_read(tmp_path: Path):
    """What the operator named is not known then, and a meeting that runs on must not be the price of it."""
    assert reach_of(without_settings(str(tmp_path)), "janus") is EVERYWHERE
