"""Zoom warns that a meeting's link was seen in public: the host is told, and what is recommended is done in one press and read back."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from pullcord.jobs import meetings
from pullcord.jobs.desk import Desk
from pullcord.platforms import zoom_token
from pullcord.platforms.warm import WarmWire
from pullcord.platforms.zoom_events import heard
from pullcord.safe import alarms
from pullcord.safe.kit import Kit
from pullcord.store.models import Meeting, User
from pullcord.words import Alarm
from tests.fakes.zoom import events
from tests.fakes.zoom.account import Account
from tests.fakes.zoom.account import Meeting as AtZoom
from tests.fakes.zoom.serving import Zoom, running
from tests.pages import signed_in, text_of
from tests.posting import post

SECRET = "the-secret-token-of-its-events"
RECOMMENDS = ["enablePassword", "enableWaitingRoom", "enableOnlyAuthenticated", "enableScreenShareHostOnly"]
POST: dict[str, Any] = {
    "post_platform": "Twitter",
    "social_link": "https://social.example/1234567",
    "post_user": "somebody-who-posted",
    "meeting_url": "https://us05web.zoom.us/j/1?pwd=x",
    "recommended_enable_settings": RECOMMENDS,
    "recommended_disable_settings": ["enableMeetingChat"],
}


@pytest.fixture
def zoom() -> Iterator[Zoom]:
    with running(Account()) as zoom:
        yield zoom


@pytest.fixture
def there(zoom: Zoom) -> AtZoom:
    return zoom.account.schedule()


@pytest.fixture
def ours(desk: Desk, owner: User, zoom: Zoom, there: AtZoom, answers: Any) -> Meeting:
    """On the real line to the stand-in; the desk's own would be answered by the test."""
    answers.say = lambda request: WarmWire().send(request)
    at = {"account": zoom.account.id, "client": zoom.account.client_id, "server": zoom.address, "room": str(there.id)}
    known = {"secret": zoom.account.client_secret, "passcode": there.password, "settings": json.dumps(there.settings)}
    return meetings.add(desk, owner, name="Choir", platform="zoom", at=at, secrets=known)


def warned(desk: Desk, meeting: Meeting, *recommends: str) -> None:
    alarm = Alarm(meeting.at["room"], None, recommends or (*RECOMMENDS, "not enableMeetingChat"))
    alarms.keep(desk.config.data, meeting.pk, alarm, now=desk.means.clock())


def body(account: Account, meeting: AtZoom) -> bytes:
    told: list[bytes] = []
    account.told.append(lambda name, what, at: told.append(events.body_of(account, name, what, at)))
    account.tell(meeting, "risk_alert", **POST)
    return told[-1]


# -- hearing of it ----------------------------------------------------------------------------------------------------


def test_of_a_warning_only_what_is_recommended_is_kept(zoom: Zoom, there: AtZoom, tmp_path: Path):
    raw = body(zoom.account, there)
    (alarm,) = heard(json.loads(raw), raw, signed_at=1.0, trusted=True).alarms
    assert (alarm.room, alarm.recommends) == (str(there.id), (*RECOMMENDS, "not enableMeetingChat"))
    assert "social.example" not in repr(alarm)
    alarms.keep(str(tmp_path), "m1", alarm, now=1.0)
    assert "somebody" not in (tmp_path / "alarms" / "m1").read_text()


def test_codes_are_words_and_not_as_many_as_a_stranger_likes():
    told = {"event": "meeting.risk_alert", "payload": {"object": {"id": 1, "armn_details": {}}}}
    told["payload"]["object"]["armn_details"]["recommended_enable_settings"] = ["<b>", 7, *["x"] * 100]  # type: ignore[index]
    (alarm,) = heard(told, b"", signed_at=1.0, trusted=True).alarms
    assert alarm.recommends == ("x",) * 20


def test_a_signed_warning_is_on_disk_when_it_is_answered(zoom: Zoom, there: AtZoom, tmp_path: Path, store: Path):
    import time

    kit = at_zoom("m1", str(there.id))
    with post(tmp_path, str(store), kit) as box:
        raw = body(zoom.account, there)
        headers = events.headers_for(SECRET, raw, time.time())
        assert box.door.ask("POST", "/events/zoom/here", headers=headers, body=raw).status == 200
        data = box.door.scene.desk.config.data
        found = alarms.read(data, "m1")
        assert found is not None
        assert found.recommends[:2] == ("enablePassword", "enableWaitingRoom")
        alarms.drop(data, "m1")
        (Path(data) / "alarms").rmdir()
        (Path(data) / "alarms").write_text("in the way")
        assert box.door.ask("POST", "/events/zoom/here", headers=headers, body=raw).status == 503, "it comes again"


def at_zoom(meeting_id: str, room: str) -> Kit:
    from pullcord.safe.keys import new_token
    from pullcord.words import Meeting as Place
    from tests.stopping import kit_of

    at = {"account": "a", "client": "c", "room": room, "events": "here"}
    return kit_of(
        Place(meeting_id, "Choir", "zoom", at, {"secret": "s", "events": SECRET}), link=new_token(), token=new_token()
    )


# -- the host's page --------------------------------------------------------------------------------------------------


def test_the_host_is_told_until_they_have_seen_it(desk: Desk, owner: User, other: User, ours: Meeting):
    warned(desk, ours)
    for page in ("/", reverse("meeting", args=[ours.pk])):
        assert "Its link was seen in public." in text_of(signed_in(owner).get(page))
    assert "Its link was seen" not in text_of(signed_in(other).get("/"))
    assert signed_in(other).post(reverse("alarm_seen", args=[ours.pk])).status_code == 404
    signed_in(owner).post(reverse("alarm_seen", args=[ours.pk]))
    assert "Its link was seen" not in text_of(signed_in(owner).get("/"))


def test_what_is_recommended_is_done_and_read_back_and_the_rest_is_said_as_taps(
    desk: Desk, owner: User, zoom: Zoom, there: AtZoom, ours: Meeting
):
    warned(desk, ours)
    page = text_of(signed_in(owner).post(reverse("alarm_apply", args=[ours.pk]), follow=True))
    assert there.settings["waiting_room"] is True
    assert there.settings["meeting_authentication"] is True
    assert there.settings["join_before_host"] is False
    assert "Done, and read back: no start without the host, waiting room" in page
    assert "Screen sharing, “Host only”" in page
    assert "“Meeting chat”: off" in page
    assert "Its link was seen in public." in page, "until the taps are done, and somebody says so"
    kit = desk.kits.read(ours.pk)
    assert kit is not None
    assert json.loads(kit.meeting.secrets["settings"])["waiting_room"] is True, "a release does not loosen it again"


def test_what_zoom_drops_in_silence_is_not_called_done(
    desk: Desk, owner: User, zoom: Zoom, there: AtZoom, ours: Meeting
):
    zoom.account.drops.add("waiting_room")
    warned(desk, ours, "enableWaitingRoom")
    page = text_of(signed_in(owner).post(reverse("alarm_apply", args=[ours.pk]), follow=True))
    assert "The platform took this and did not do it: waiting room" in page
    assert "Its link was seen in public." in page


def test_where_all_of_it_was_done_the_warning_goes(desk: Desk, owner: User, ours: Meeting):
    warned(desk, ours, "enableWaitingRoom")
    page = text_of(signed_in(owner).post(reverse("alarm_apply", args=[ours.pk]), follow=True))
    assert "Its link was seen" not in page
    again = text_of(signed_in(owner).post(reverse("alarm_apply", args=[ours.pk]), follow=True))
    assert "There is no warning of this meeting any more" in again


def test_without_the_scope_nothing_is_called_done(desk: Desk, owner: User, zoom: Zoom, there: AtZoom, ours: Meeting):
    zoom.scopes.remove("meeting:update:meeting:admin")
    warned(desk, ours, "enableWaitingRoom")
    page = text_of(signed_in(owner).post(reverse("alarm_apply", args=[ours.pk]), follow=True))
    assert "meeting:update:meeting:admin" in page
    assert there.settings["waiting_room"] is False
    assert "Its link was seen in public." in page


def test_the_link_can_be_turned_in_one_press(desk: Desk, owner: User, zoom: Zoom, ours: Meeting):
    warned(desk, ours)
    done = signed_in(owner).post(reverse("meeting_renew", args=[ours.pk]))
    assert "The new way into Choir" in text_of(done)
    assert len(zoom.account.meetings) == 2
    assert zoom_token.SERVER.startswith("https://")
