"""A restart of Prosody during a hold: what was said to it holds afterwards, and what was taken back does not return."""

import time

import pytest

from pullcord.platforms import prosody
from tests.conftest import Need
from tests.contract.ground_prosody import ProsodyGround
from tests.prosody_people import ENDED, REMOVED, WIRE, everybody_leaves, guest, meeting_on, named, refusal
from tests.prosody_server import ACCOUNTS, running

__all__ = ["everybody_leaves"]
pytestmark = pytest.mark.servers


@pytest.mark.parametrize("politely", [True, False])
@pytest.mark.parametrize("storage", ['"internal"', '"memory"'])
def test_a_hold_outlives_a_restart_of_prosody(need: Need, storage: str, politely: bool):
    """Also where the rooms themselves are kept in memory alone, as in every Jitsi Meet."""
    need("prosody")
    with running({"storage": storage}) as server:
        meeting = meeting_on(server)
        guest(server, meeting)
        prosody.hold(meeting, WIRE)
        prosody.stop(meeting, WIRE)
        assert refusal(server, meeting) == ENDED
        (server.stop if politely else server.kill)()
        server.start()
        assert refusal(server, meeting) == ENDED
        read = prosody.is_over(meeting, WIRE)
        assert (read.over, read.held) == (True, True)
        if politely:
            assert read.tries == 2
        prosody.release(meeting, WIRE)
        server.kill()
        server.start()
        assert refusal(server, meeting) == "", "a hold that was lifted came back"


def test_a_removal_outlives_a_restart_and_the_people_of_before_are_not_called_there(need: Need):
    need("prosody")
    with running() as server:
        ground = ProsodyGround(server)
        meeting, (invitation,) = ground.open_meeting(invitations=1)
        server.account("mallory", "pw")
        account = {"host": ACCOUNTS, "user": "mallory", "password": "pw", "room_password": invitation[2:]}
        guest(server, meeting, "Mallory", **account)
        ground.join(meeting, invitation, name="Ann")
        prosody.kick(meeting, named(meeting, "Mallory"), WIRE)
        server.stop()
        server.start()
        assert prosody.roster(meeting, WIRE) == []
        assert refusal(server, meeting, "Again", **account) == REMOVED
        ground.all_leave()


def test_who_was_there_before_a_power_cut_is_not_called_there_after_it(need: Need):
    """A room that had to make place for another lies on disk with its people, and is brought back with them."""
    need("prosody")
    with running({"muc_room_cache_size": "1"}) as server:
        meeting = meeting_on(server)
        guest(server, meeting)
        guest(server, meeting_on(server))
        server.kill()
        server.start()
        read = prosody.is_over(meeting, WIRE)
        assert (read.over, read.people) == (True, 0)
        guest(server, meeting, "Bob")
        assert [person.name for person in prosody.roster(meeting, WIRE)] == ["Bob"]


def test_a_hold_ends_at_its_time_and_a_restart_does_not_bring_it_back(need: Need):
    need("prosody")
    with running({"pullcord_hold_days": "2 / 86400"}) as server:
        meeting = meeting_on(server)
        prosody.hold(meeting, WIRE)
        assert refusal(server, meeting) == ENDED
        until = time.monotonic() + 10
        while prosody.is_over(meeting, WIRE).held and time.monotonic() < until:
            pass
        assert prosody.is_over(meeting, WIRE).held is False
        assert refusal(server, meeting) == ""
        server.stop()
        server.start()
        assert refusal(server, meeting) == ""


def test_a_hold_that_cannot_be_read_any_more_is_still_a_hold(need: Need):
    need("prosody")
    with running() as server:
        held, other = meeting_on(server), meeting_on(server)
        prosody.hold(held, WIRE)
        prosody.hold(other, WIRE)
        server.stop()
        written = server.folder / "data" / "rooms%2emeet%2elocal" / "pullcord"
        next(written.glob(f"{held.at['room'].partition('@')[0].replace('-', '%2d')}*")).write_text("return { broken")
        server.start()
        assert refusal(server, held) == refusal(server, other) == ENDED
        assert "cannot be read; it is taken for held" in server.log
        prosody.release(held, WIRE)
        assert refusal(server, held) == ""
