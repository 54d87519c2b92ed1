"""The hold of Zoom and its release, change by change: applied, ignored or refused, and never more of a day's changes than needed."""

import json
import threading
import time

import pytest

from pullcord.platforms import zoom, zoom_api
from pullcord.platforms.wire import Reply, Request
from pullcord.words import Meeting
from tests.zooming import Door, answer, failing, new_kit


@pytest.fixture
def kit() -> Meeting:
    return new_kit()


def test_each_change_is_read_back_and_the_evidence_says_what_became_of_it(kit: Meeting):
    door = Door(drops=("meeting_authentication",))
    held = zoom.hold(kit, door)
    assert "ignored by Zoom: only for people who are signed in" in held.evidence
    assert "applied: a new passcode" in held.evidence
    assert [request.method for request in door.asked] == ["PATCH", "GET"]
    assert zoom.is_over(kit, door).held is True
    assert door.told["password"] not in held.evidence


@pytest.mark.parametrize("dropped", ["password", "waiting_room", "join_before_host"])
def test_a_hold_of_which_zoom_dropped_what_it_needs_is_no_hold(kit: Meeting, dropped: str):
    door = Door(drops=(dropped,))
    error = failing(lambda: zoom.hold(kit, door))
    assert error.code == "zoom-ignored"
    assert zoom.is_over(kit, door).held is False


def test_what_an_account_refuses_is_left_out_and_said(kit: Meeting):
    door = Door(refuses=("close_registration",))
    held = zoom.hold(kit, door)
    assert "refused by Zoom" in held.evidence
    assert "registration closed" in held.evidence
    assert zoom.is_over(kit, door).held is True


def test_an_account_that_takes_only_digits_gets_a_passcode_of_digits(kit: Meeting):
    door = Door(refuses=("letters",))
    zoom.hold(kit, door)
    assert door.told["password"].isdecimal()
    assert zoom.is_over(kit, door).held is True


def test_an_account_that_may_change_nothing_is_asked_once(kit: Meeting):
    class Unlicensed(Door):
        def send(self, request: Request) -> Reply:
            reply = super().send(request)
            return answer(400, {"code": 3161, "message": "no"}) if request.method == "PATCH" else reply

    door = Unlicensed()
    assert "licence" in failing(lambda: zoom.hold(kit, door)).sentence
    assert door.changes == 1


def test_a_hold_that_stands_is_not_said_again(kit: Meeting):
    door = Door()
    for _ in range(5):
        zoom.hold(kit, door)
    assert door.changes == 1


def test_a_hold_that_zoom_ignores_spends_no_further_change_of_the_day(kit: Meeting):
    door = Door(drops=("waiting_room",))
    for _ in range(5):
        failing(lambda: zoom.hold(kit, door))
    assert door.changes == 1


def test_a_door_that_somebody_opened_again_is_shut_again(kit: Meeting):
    door = Door()
    zoom.hold(kit, door)
    door.told |= {"password": "oldone", "join_before_host": True}
    zoom.hold(kit, door)
    assert door.changes == 2
    assert zoom.is_over(kit, door).held is True


def test_a_release_gives_back_passcode_and_settings_and_says_so(kit: Meeting):
    known = {"passcode": "oldone", "settings": json.dumps({"join_before_host": True, "waiting_room": False})}
    ours = kit._replace(secrets={**kit.secrets, **known})
    door = Door()
    zoom.hold(ours, door)
    released = zoom.release(ours, door)
    assert "send the new link" not in released.evidence
    told = {name: door.told[name] for name in ("password", "join_before_host", "waiting_room")}
    assert told == {"password": "oldone", "join_before_host": True, "waiting_room": False}
    changes = door.changes
    assert zoom.release(ours, door).evidence == "open already"
    assert door.changes == changes


def test_where_the_old_passcode_is_not_known_the_new_one_stays_and_that_is_said(kit: Meeting):
    door = Door()
    zoom.hold(kit, door)
    assert "send the new link" in zoom.release(kit, door).evidence
    assert door.told["waiting_room"] is True
    assert door.told["meeting_authentication"] is False


def test_an_old_passcode_that_zoom_dropped_is_not_called_given_back(kit: Meeting):
    ours = kit._replace(secrets={**kit.secrets, "passcode": "oldone"})
    door = Door()
    zoom.hold(ours, door)
    door.drops = ("password",)
    assert failing(lambda: zoom.release(ours, door)).code == "zoom-ignored"


def test_the_changes_of_a_day_are_said_before_they_are_used_up(kit: Meeting):
    account = zoom_api.account(kit)
    for _ in range(85):
        account.count_change("others", time.time())
    assert "86 changes of meetings today" in zoom.hold(kit, Door()).evidence


def test_while_an_end_of_the_account_is_out_no_hold_of_another_meeting_goes_out(kit: Meeting):
    class Slow(Door):
        def send(self, request: Request) -> Reply:
            if request.method == "PUT":
                out.set()
                assert answered.wait(5)
                order.append("end answered")
                return answer(204)
            if request.method == "PATCH":
                order.append("hold")
            return super().send(request)

    out, answered, order, door = threading.Event(), threading.Event(), list[str](), Slow()
    other = kit._replace(at={**kit.at, "room": "81234567891"})
    ending = threading.Thread(target=lambda: zoom.stop(other, door))
    ending.start()
    assert out.wait(5)
    holding = threading.Thread(target=lambda: zoom.hold(kit, door))
    holding.start()
    threading.Event().wait(0.05)
    answered.set()
    ending.join()
    holding.join()
    assert order == ["end answered", "hold"]
