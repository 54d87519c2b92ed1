"""Three people in a real Janus room in a real browser, one of them hostile; then somebody pulls the cord."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from pullcord.config import read_config
from pullcord.jobs.desk import open_desk
from pullcord.platforms import platform
from pullcord.platforms.wire import ColdWire
from pullcord.safe.keys import new_token
from pullcord.words import Meeting, Person
from tests.conftest import Need
from tests.contract.ground import Refused
from tests.contract.janus_participant import Participant
from tests.e2e.janus_room import Tab, chromium, come_in, page_server
from tests.janus_server import Janus, open_room, running
from tests.stopping import kit_of

pytestmark = [pytest.mark.servers, pytest.mark.timeout(120)]

NAMES = ("Ann", "Bob", "Mallory")
OUT_WITHIN_SECONDS = 1.0


class Party(NamedTuple):
    """A meeting in full swing: everyone sees everyone."""

    janus: Janus
    meeting: Meeting
    tokens: list[str]
    tabs: dict[str, Tab]


@pytest.fixture
def party(need: Need) -> Iterator[Party]:
    need("janus")
    with running(media_on="lo") as janus, chromium(need("chromium")) as browser, page_server() as page:
        meeting, tokens = open_room(janus, invitations=len(NAMES))
        tabs = {
            name: come_in(browser, page, janus.socket, meeting, token, name, hostile=name == "Mallory")
            for name, token in zip(NAMES, tokens, strict=True)
        }
        for tab in tabs.values():
            tab.until_it_sees(len(NAMES) - 1)
        yield Party(janus, meeting, tokens, tabs)


class Pulled(NamedTuple):
    at: float
    """When the command wrote down that it was given, seconds since 1970. How long it takes to start, the benchmark tells."""
    told: dict[str, object]
    roster: list[Person] | None
    """Who was there, as it is kept on disk."""


def pull_the_cord(meeting: Meeting, folder: Path) -> Pulled:
    """`pullcord stop` on this machine's command line, as a process of its own."""
    desk = open_desk(read_config(str(folder), environment={}), new=True)
    desk.kits.write(kit_of(meeting, link=new_token(), token=new_token()))
    desk.means.journal.close()
    words = [sys.executable, "-m", "pullcord.cli", "stop", meeting.name, "--json", "--data", str(folder)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    incident = open_desk(desk.config).means.book.latest(meeting.id)
    assert incident is not None
    return Pulled(incident.pressed_at, told, desk.rosters.read(told["incident"]))


def test_the_cord_throws_everyone_out_and_keeps_the_door_shut(party: Party, tmp_path: Path):
    pulled = pull_the_cord(party.meeting, tmp_path)
    assert (pulled.told["over"], pulled.told["written"]) == (True, True)

    for name, tab in party.tabs.items():
        tab.until("() => room.ended_at && room.hangup_at")
        seen = tab.seen()
        assert seen.told_at is not None
        assert seen.hung_up_at is not None
        print(f"{name}: told {seen.told_at - pulled.at:.3f} s, hung up {seen.hung_up_at - pulled.at:.3f} s")
        assert max(seen.told_at, seen.hung_up_at) - pulled.at < OUT_WITHIN_SECONDS

    hostile = party.tabs["Mallory"]
    hostile.pass_seconds(0.3)  # what had arrived before it was hung up may still be decoded
    frozen = hostile.seen().frames
    hostile.pass_seconds(1.0)
    # A browser may forget the figures of a line that is closed: then there is nothing left to see either.
    later = hostile.seen().frames
    assert all(count <= frozen.get(who, 0) for who, count in later.items()), "the hostile tab still sees something"

    for token in party.tokens:
        assert hostile.refused_again(token)
    over = platform("janus").is_over(party.meeting, ColdWire())
    assert (over.over, over.held, over.people) == (True, True, 0)
    assert pulled.roster is not None
    assert sorted(str(person.name) for person in pulled.roster) == sorted(NAMES)


def test_who_has_not_joined_sees_nothing(need: Need):
    """Janus asks no invitation of those who only watch: it is the room's own setting (`require_pvtid`) that bars them."""
    need("janus")
    with running(media_on="lo") as janus, chromium(need("chromium")) as browser, page_server() as page:
        meeting, tokens = open_room(janus, invitations=1)
        come_in(browser, page, janus.socket, meeting, tokens[0], "Ann")
        watcher = Participant(janus.socket)
        with pytest.raises(Refused, match="private_id"):
            watcher.say(request="join", ptype="subscriber", room=meeting.at["room"], streams=[{"feed": "ann"}])
        watcher.leave()
