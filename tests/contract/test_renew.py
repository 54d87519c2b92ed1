"""A safe new way in: where a platform can make one, it leads to another place, and the old one stays held."""

import json

import pytest

from pullcord.words import PlatformError
from tests.contract.stage import Stage


@pytest.fixture
def renewing(stage: Stage) -> Stage:
    if not stage.adapter.can("renew"):
        pytest.skip("This platform makes no new way in, and refuses by name: see test_promises.")
    return stage


def test_a_new_way_in_leads_elsewhere_and_the_old_one_stays_barred(renewing: Stage):
    meeting, tokens, _ = renewing.meeting(people=0, invitations=2)
    renewing.adapter.stop(meeting, renewing.wire)
    renewing.adapter.hold(meeting, renewing.wire)
    new = renewing.adapter.renew(meeting, renewing.wire)
    renewing.opened.append(new)
    invitations = [*json.loads(new.secrets["invitations"]).values()]
    assert len(invitations) == 2
    assert not set(invitations) & set(tokens)
    assert new.at["room"] != meeting.at["room"]
    assert renewing.is_over(meeting).held is True
    assert not any(renewing.lets_in(meeting, token) for token in tokens)
    assert not any(renewing.lets_in(new, token) for token in tokens), "the old invitations open the new place"
    assert all(renewing.lets_in(new, token) for token in invitations)


def test_what_was_made_new_is_stopped_held_and_released_like_any_other(renewing: Stage):
    meeting, _, _people = renewing.meeting(people=1)
    new = renewing.adapter.renew(meeting, renewing.wire)
    renewing.opened.append(new)
    (invitation,) = json.loads(new.secrets["invitations"]).values()
    inside = renewing.join(new, invitation)
    renewing.adapter.stop(new, renewing.wire)
    renewing.adapter.hold(new, renewing.wire)
    assert inside.is_out(within_seconds=renewing.within_seconds)
    assert not renewing.lets_in(new, invitation)
    renewing.adapter.release(new, renewing.wire)
    assert renewing.lets_in(new, invitation)
    assert renewing.is_over(meeting).over is False, "the old place is left as it is"


def test_a_room_is_made_from_a_connection_alone_and_ended_like_any_other(renewing: Stage):
    if renewing.adapter.new_room is None:
        pytest.skip("it makes no room from a connection alone")
    meeting, _, _people = renewing.meeting(people=0, invitations=1)
    fields = {field.key or field.name for field in renewing.adapter.of_connection}
    at = {key: told for key, told in meeting.at.items() if key in fields}
    secrets = {key: told for key, told in meeting.secrets.items() if key in fields and key != "room"}
    asked = {**secrets, **renewing.adapter.new_room, "invitations": '{"1": "", "2": ""}'}
    new = renewing.adapter.renew(meeting._replace(at=at, secrets=asked), renewing.wire)
    renewing.opened.append(new)
    invitations = [*json.loads(new.secrets["invitations"]).values()]
    assert len(set(invitations)) == 2
    assert not renewing.lets_in(new, "an invitation that nobody gave")
    inside = renewing.join(new, invitations[0])
    renewing.adapter.stop(new, renewing.wire)
    renewing.adapter.hold(new, renewing.wire)
    assert inside.is_out(within_seconds=renewing.within_seconds)
    assert not any(renewing.lets_in(new, one) for one in invitations)


def test_a_wrong_credential_makes_nothing(renewing: Stage):
    meeting, _, _people = renewing.meeting(people=0, invitations=1)
    with pytest.raises(PlatformError) as denied:
        renewing.adapter.renew(renewing.ground.with_wrong_credential(meeting), renewing.wire)
    assert denied.value.code == f"{renewing.adapter.name}-denied"
