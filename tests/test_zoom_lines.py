"""Reports over a line that this server opens: from the stand-in into the inbox, and open again after whatever broke it."""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pullcord.config import read_config
from pullcord.platforms import zoom_line, zoom_token
from pullcord.platforms.reach import Reach
from pullcord.platforms.warm import WarmWire
from pullcord.safe.keys import new_token
from pullcord.safe.kit import Kit
from pullcord.serve import house as houses
from pullcord.serve.house import House
from pullcord.serve.lines import Lines
from pullcord.words import Meeting, PlatformError
from tests.desk import IN_FILE
from tests.fakes.zoom import events, sockets
from tests.fakes.zoom.account import Account
from tests.fakes.zoom.serving import Zoom, running
from tests.stopping import kit_of


@pytest.fixture
def zoom() -> Iterator[Zoom]:
    with running(Account()) as zoom:
        yield zoom


def place_on(zoom: Zoom, room: str, **at: str) -> Meeting:
    there = {"account": zoom.account.id, "client": zoom.account.client_id, "server": zoom.address, "room": room}
    return Meeting(
        f"m{room}",
        "Tasting",
        "zoom",
        {**there, "subscription": sockets.SUBSCRIPTION, **at},
        {"secret": zoom.account.client_secret},
    )


def kit_on(zoom: Zoom, room: str, **at: str) -> Kit:
    return kit_of(place_on(zoom, room, **at), link=new_token(), token=new_token())


@pytest.fixture
def house(zoom: Zoom, store: Path) -> Iterator[House]:
    told = {"PULLCORD_PRIVATE_TARGETS": zoom.address.removeprefix("http://")}
    built = houses.build(read_config(str(store.parent), environment=told))
    yield built
    built.inbox.close()


def comes_true(is_so: Callable[[], object], *, seconds: float = 5.0) -> bool:
    until = time.monotonic() + seconds
    while not is_so() and time.monotonic() < until:
        time.sleep(0.01)
    return bool(is_so())


def kept(house: House) -> list[tuple[str, str, str]]:
    """Of every event on disk: the meeting, what happened, and who."""
    rows = house.inbox.since(0.0, after=0, most=1_000)
    found = [one for row in rows for one in json.loads(row.body)]
    return [(meeting, kind, person[1] if person else "") for meeting, kind, _, _, person in found]


def on_the_line(zoom: Zoom) -> None:
    """What happens in the account is told over the line from now on."""

    def tell(name: str, what: dict[str, Any], at: float) -> None:
        sockets.tell(zoom, events.body_of(zoom.account, name, what, at))

    zoom.account.told.append(tell)


def another_than(broken: sockets.Line, zoom: Zoom) -> Callable[[], bool]:
    return lambda: bool(zoom.lines) and zoom.lines[0] is not broken


@IN_FILE
def test_what_happens_is_on_disk_and_wakes_the_guard_without_an_address_of_ours(
    zoom: Zoom, house: House, monkeypatch: pytest.MonkeyPatch
):
    meeting, other = zoom.account.schedule(), zoom.account.schedule()
    room = str(meeting.id)
    house.desk.kits.write(kit_on(zoom, f"{room[:3]} {room[3:7]} {room[7:]}"))
    woken: list[str] = []
    monkeypatch.setattr(house.guard, "wake", woken.append)
    lines = Lines(house)
    try:
        lines.turn()
        assert comes_true(lambda: zoom.lines)
        on_the_line(zoom)
        for one in (meeting, other):
            zoom.account.join(one, "Ira", password=one.password)
        zoom.account.end(meeting)
        mine = next(kit.meeting.id for kit in house.desk.kits.all() if isinstance(kit, Kit))
        told = [(mine, "started", ""), (mine, "joined", "Ira"), (mine, "left", "Ira"), (mine, "ended", "")]
        assert comes_true(lambda: kept(house) == told), kept(house)
        assert woken == [mine, mine]
    finally:
        lines.close()
    assert comes_true(lambda: not zoom.lines), "closed when nobody listens any more"


@IN_FILE
def test_a_line_that_breaks_is_opened_again_also_with_a_token_that_died(zoom: Zoom, house: House):
    meeting = zoom.account.schedule()
    house.desk.kits.write(kit_on(zoom, str(meeting.id)))
    lines = Lines(house, again=(0.05,))
    try:
        lines.turn()
        assert comes_true(lambda: zoom.lines)
        on_the_line(zoom)
        for _ in range(3):
            zoom.expire_tokens()
            broken = zoom.lines[0]
            broken.hang_up()
            assert comes_true(another_than(broken, zoom)), "open again"
        zoom.account.start(meeting)
        assert comes_true(lambda: [kind for _, kind, _ in kept(house)] == ["started"])
    finally:
        lines.close()


@IN_FILE
def test_one_account_has_one_line_and_without_a_subscription_none(zoom: Zoom, house: House):
    for number in range(3):
        house.desk.kits.write(kit_on(zoom, str(80_000_000_000 + number)))
    house.desk.kits.write(kit_on(zoom, "80000000009", subscription=""))
    lines = Lines(house)
    try:
        for _ in range(3):
            lines.turn()
        assert comes_true(lambda: zoom.lines)
        assert len([one for one in threading.enumerate() if one.name == "line"]) == 1
        for kit in house.desk.kits.all():
            assert isinstance(kit, Kit)
            house.desk.kits.forget(kit.meeting.id)
        lines.turn()
        assert comes_true(lambda: not zoom.lines), "whatever is put away is not listened to"
    finally:
        lines.close()


def test_it_goes_nowhere_that_the_operator_did_not_name(zoom: Zoom):
    with pytest.raises(PlatformError) as refused:
        next(iter(zoom_line.listen(place_on(zoom, "80000000000"), WarmWire(Reach()))))
    assert refused.value.code == "zoom-barred"


def test_no_log_is_told_the_token_whatever_it_is_set_to(zoom: Zoom, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    reach = Reach([zoom.address.removeprefix("http://")])
    with closing(zoom_line.listen(place_on(zoom, "80000000000"), WarmWire(reach))) as reports:
        assert next(reports) is None
    assert zoom.tokens
    for token in zoom.tokens:
        assert token not in caplog.text


@pytest.mark.parametrize(
    ("server", "address"),
    [
        ("", "wss://ws.zoom.us/ws"),
        ("https://api.zoomgov.com", "wss://ws.zoomgov.com/ws"),
        ("http://127.0.0.1:8000", "ws://127.0.0.1:8000/ws"),
    ],
)
def test_the_line_leads_beside_the_interface(server: str, address: str):
    meeting = Meeting("m", "x", "zoom", {"account": "a", "client": "c", "room": "1", "server": server}, {"secret": "s"})
    assert zoom_line.address_of(meeting) == address
    assert zoom_token.address(meeting).startswith("http")
