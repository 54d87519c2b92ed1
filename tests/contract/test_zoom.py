"""What is particular to Zoom, against the stand-in: what ends with a meeting, whole stops, and requests that Zoom's types refuse."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from pullcord.platforms import platform, zoom, zoom_token
from pullcord.platforms.warm import WarmWire
from pullcord.platforms.wire import Request, Wire
from pullcord.words import Meeting, PlatformError
from tests.contract.ground_zoom import ZoomGround, ground, types_or_none
from tests.contract.stage import Stage
from tests.fakes.zoom.plans import BASIC, BUSINESS, PRO, Plan


@pytest.fixture(scope="module")
def wire() -> Iterator[WarmWire]:
    line = WarmWire()
    yield line
    line.close()


@pytest.fixture
def ours() -> Iterator[ZoomGround]:
    with ground() as one:
        yield one


def on(plan: Plan, meeting: Meeting) -> Meeting:
    return meeting._replace(at={**meeting.at, "plan": plan.name})


def standing(ours: ZoomGround, meeting: Meeting) -> Any:
    return ours.account.meetings[int(meeting.at["room"])]


# -- what ends with it -------------------------------------------------------------------------------------------------


def test_a_recording_and_a_stream_end_with_the_meeting(ours: ZoomGround, wire: Wire):
    """Of the stand-in. That the real one does so is not tried; what is asked of it where it refuses the end, stands below."""
    meeting, (link,) = ours.open_meeting(invitations=1)
    ours.join(meeting, link, name="Ann")
    there = standing(ours, meeting)
    there.records = there.streams = True
    zoom.stop(meeting, wire)
    assert (there.records, there.streams) == (False, False)


def test_a_hold_lets_no_recording_and_no_ai_notes_begin_by_themselves(ours: ZoomGround, wire: Wire):
    meeting, _ = ours.open_meeting(invitations=1)
    zoom.hold(meeting, wire)
    settings = standing(ours, meeting).settings
    assert settings["auto_recording"] == "none"
    assert settings["auto_start_meeting_summary"] is False
    assert settings["auto_start_ai_companion_questions"] is False


# -- the wire ----------------------------------------------------------------------------------------------------------


def test_a_stop_is_one_call_where_a_token_is_there(ours: ZoomGround, wire: Wire):
    meeting, (link,) = ours.open_meeting(invitations=1)
    zoom.ready(meeting, wire)
    ours.join(meeting, link, name="Ann")
    before = len(ours.zoom.calls)
    zoom.stop(meeting, wire)
    assert [(call.method, call.body) for call in ours.zoom.calls[before:]] == [("PUT", {"action": "end"})]


def test_a_token_that_zoom_forgot_costs_one_call_and_no_second_end(ours: ZoomGround, wire: Wire):
    meeting, (link,) = ours.open_meeting(invitations=1)
    zoom.ready(meeting, wire)
    person = ours.join(meeting, link, name="Ann")
    ours.zoom.expire_tokens()
    assert not zoom.stop(meeting, wire).already
    assert person.is_out(within_seconds=1)


@pytest.mark.parametrize(
    ("scope", "verb"),
    [
        ("meeting:update:status:admin", "stop"),
        ("meeting:update:meeting:admin", "hold"),
        ("meeting:read:meeting:admin", "is_over"),
    ],
)
def test_a_missing_scope_is_named_by_every_verb_that_needs_it(ours: ZoomGround, wire: Wire, scope: str, verb: str):
    meeting, _ = ours.open_meeting(invitations=1)
    ours.zoom.scopes.discard(scope)
    with pytest.raises(PlatformError) as missing:
        getattr(platform("zoom"), verb)(meeting, wire)
    assert missing.value.code == "zoom-scope-missing"
    assert scope in missing.value.sentence


def test_what_the_test_of_a_connection_says_is_missing_is_what_is_missing(ours: ZoomGround, wire: Wire):
    ours.zoom.scopes -= {"meeting:update:meeting:admin", "meeting:write:meeting:admin"}
    meeting, _ = ours.open_meeting(invitations=1)
    lone = meeting._replace(secrets={"secret": meeting.secrets["secret"]})
    forget_tokens(lone)
    told = {one.feature: one for one in platform("zoom").try_connection(lone, wire).features}
    assert told["hold"].answer == "no"
    assert "meeting:update:meeting:admin" in told["hold"].why
    assert told["make"].answer == "no"
    assert (told["stop"].answer, told["read-back"].answer) == ("yes", "yes")


def forget_tokens(meeting: Meeting) -> None:
    zoom_token._of(meeting).token = None


def test_on_pro_a_connection_is_well_and_says_that_nobody_lists_who_is_in_it(wire: Wire):
    with ground(plan=PRO) as pro:
        meeting, _ = pro.open_meeting(invitations=1)
        told = platform("zoom").try_connection(on(PRO, meeting), wire)
        lists = told.of("roster")
        assert lists is not None
        assert lists.answer == "no"
        assert "Business" in lists.why
        assert told.can_end == "yes"


def test_a_number_of_another_account_is_not_called_ours(ours: ZoomGround, wire: Wire):
    meeting, _ = ours.open_meeting(invitations=1)
    told = platform("zoom").try_out(meeting._replace(at={**meeting.at, "room": "81111111111"}), wire)
    assert told.can_end == "no"
    assert "no meeting of that number" in told.evidence


def test_what_a_release_gives_back_is_read_when_the_meeting_is_taken_in(ours: ZoomGround, wire: Wire):
    meeting, links = ours.open_meeting(invitations=1)
    bare = meeting._replace(secrets={"secret": meeting.secrets["secret"]})
    known_of = platform("zoom").known_of
    assert known_of is not None
    known = known_of(bare, wire)
    assert known["passcode"] == standing(ours, meeting).password
    kept = bare._replace(secrets={**bare.secrets, **known})
    zoom.hold(kept, wire)
    assert known_of(bare, wire) == {}, "of a held one nobody can read how it was"
    zoom.release(kept, wire)
    ours.join(kept, links[0], name="Ann")


# -- webinars ----------------------------------------------------------------------------------------------------------


def test_a_webinar_is_ended_and_barred_and_not_called_over_where_zoom_does_not_say_so(ours: ZoomGround, wire: Wire):
    meeting, _ = ours.open_meeting(invitations=1)
    there = ours.account.schedule("Open evening", is_webinar=True)
    there.settings = {"meeting_authentication": False, "approval_type": 2}  # a webinar's own
    webinar = meeting._replace(at={**meeting.at, "room": str(there.id), "kind": "webinar"})
    ours.account.start(there)
    zoom.stop(webinar, wire)
    assert there.live is None
    zoom.hold(webinar, wire)
    read = zoom.is_over(webinar, wire)
    assert read.held is True
    assert there.settings["practice_session"] is True


def test_a_webinar_that_was_entered_as_a_meeting_is_ended_all_the_same(ours: ZoomGround, wire: Wire):
    meeting, _ = ours.open_meeting(invitations=1)
    there = ours.account.schedule("Open evening", is_webinar=True)
    mistaken = meeting._replace(at={**meeting.at, "room": str(there.id)})
    ours.account.start(there)
    assert "webinar" in platform("zoom").try_out(mistaken, wire).evidence
    assert not zoom.stop(mistaken, wire).already
    assert there.live is None


def test_a_webinar_entered_as_a_meeting_is_barred_in_a_webinar_s_words_and_let_go_again(ours: ZoomGround, wire: Wire):
    meeting, _ = ours.open_meeting(invitations=1)
    there = ours.account.schedule("Open evening", is_webinar=True)
    there.settings = {"meeting_authentication": False, "approval_type": 2, "practice_session": False}
    code = there.password
    mistaken = meeting._replace(
        at={**meeting.at, "room": str(there.id)}, secrets={**meeting.secrets, "passcode": code, "settings": "{}"}
    )
    assert "applied: a new passcode" in zoom.hold(mistaken, wire).evidence
    assert there.password != code
    assert zoom.is_over(mistaken, wire).held is True
    zoom.release(mistaken, wire)
    assert (there.password, there.settings["practice_session"]) == (code, False)


# -- made here ---------------------------------------------------------------------------------------------------------


def made(ours: ZoomGround, wire: Wire, numbers: int = 2) -> Meeting:
    meeting, _ = ours.open_meeting(invitations=1)
    asked = json.dumps({str(number): "" for number in range(1, numbers + 1)})
    at = {name: told for name, told in meeting.at.items() if name != "room"}
    return zoom.renew(
        meeting._replace(at=at, secrets={"secret": meeting.secrets["secret"], "invitations": asked}), wire
    )


def test_a_meeting_made_here_is_made_the_safe_way(ours: ZoomGround, wire: Wire):
    there = standing(ours, new := made(ours, wire))
    settings = there.settings
    assert (settings["use_pmi"], settings["join_before_host"], settings["waiting_room"]) == (False, False, True)
    assert len(there.password) == 10
    assert settings["auto_recording"] == "none"
    assert new.secrets["passcode"] == there.password
    assert there.password not in new.at["link"]


def test_without_the_right_to_make_links_people_register(ours: ZoomGround, wire: Wire):
    ours.zoom.scopes.discard("meeting:write:invite_links:admin")
    new = made(ours, wire)
    assert standing(ours, new).settings["approval_type"] == 0
    assert len(set(json.loads(new.secrets["invitations"]).values())) == 1


@pytest.mark.parametrize("dropped", ["waiting_room", "join_before_host"])
def test_one_that_zoom_made_without_what_keeps_it_safe_is_thrown_away_again(ours: ZoomGround, wire: Wire, dropped: str):
    ours.account.drops = {dropped}
    known = set(ours.account.meetings)
    with pytest.raises(PlatformError) as unsafe:
        made(ours, wire)
    assert unsafe.value.code == "zoom-ignored"
    (new, *_) = [one for number, one in ours.account.meetings.items() if number not in known | ours._of_old]
    assert new.is_deleted


# -- limits ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("plan", [BASIC, PRO, BUSINESS], ids=lambda plan: plan.name)
def test_zoom_never_has_to_say_too_many(plan: Plan, wire: Wire):
    with ground(plan=plan, strict=False) as ours:
        meetings = [on(plan, ours.open_meeting(invitations=1)[0]) for _ in range(6)]
        zoom.ready(meetings[0], wire)
        for meeting in meetings:
            zoom.stop(meeting, wire)
            zoom.is_over(meeting, wire)
        assert [call.status for call in ours.zoom.calls if call.status == 429] == []


# -- against the vendor's types ----------------------------------------------------------------------------------------


class Garbling:
    """The same line, on which something becomes another word."""

    def __init__(self, wire: Wire, was: bytes, becomes: bytes) -> None:
        self._wire, self._was, self._becomes = wire, was, becomes
        self.reach = wire.reach

    def send(self, request: Request) -> Any:
        return self._wire.send(request._replace(body=request.body.replace(self._was, self._becomes)))


@pytest.mark.parametrize(
    ("verb", "was", "becomes"),
    [
        ("stop", b'"action"', b'"acton"'),
        ("stop", b'"end"', b'"finish"'),
        ("hold", b'"waiting_room":', b'"waitingroom":'),
        ("hold", b'"none"', b'"never"'),
    ],
)
def test_a_misspelled_field_or_word_is_found_by_zoom_s_own_types(wire: Wire, verb: str, was: bytes, becomes: bytes):
    if types_or_none() is None:
        pytest.skip("Zoom's types could not be derived here.")
    with ground() as ours:
        meeting, _ = ours.open_meeting(invitations=1)
        with pytest.raises(PlatformError):
            getattr(zoom, verb)(meeting, Garbling(wire, was, becomes))
        misfits, ours.zoom.misfits = ours.zoom.misfits, []
    assert len(misfits) == 1


def test_the_stage_of_the_contract_holds_every_request_against_zoom_s_own_types(ours: ZoomGround, wire: Wire):
    if types_or_none() is None:
        pytest.skip("Zoom's types could not be derived here.")
    assert ours.zoom.types is not None
    stage = Stage(ours, platform("zoom"), zoom, wire)
    meeting, _, _people = stage.meeting(people=1)
    stage.adapter.roster(meeting, wire)
    stage.adapter.renew(meeting, wire)
    stage.adapter.try_out(meeting, wire)
    stage.adapter.try_connection(meeting, wire)
    assert {call.path.split("/")[1] for call in ours.zoom.calls} >= {"oauth", "meetings", "metrics", "users"}
    assert not ours.zoom.misfits
