"""What the stand-in answers: one function for each call of the vendor's interface that ours makes."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from tests.fakes.zoom.account import Account, Meeting, Person, Session
from tests.fakes.zoom.plans import Label

NOT_FOUND, NOT_YET, RUNNING, PERSONAL, WEBINAR = 3001, 3160, 3002, 3018, 3000


class Trouble(Exception):
    """An answer that is a refusal: the status, and the vendor's own number for it."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


class Asked(NamedTuple):
    account: Account
    named: dict[str, str]
    """What stands in the address."""
    query: dict[str, str]
    body: dict[str, Any]


class Answer(NamedTuple):
    status: int
    told: dict[str, Any] | None = None


class Door(NamedTuple):
    method: str
    path: str
    scope: str
    label: Label
    do: Callable[[Asked], Answer]
    is_change: bool = False
    """It counts among the hundred changes of a host's meetings a day."""


# -- meetings and webinars -----------------------------------------------------------------------------------------------


def me(asked: Asked) -> Answer:
    user = _user(asked)
    kinds = {"basic": 1, "pro": 2, "business": 2}
    told = {"id": user, "email": asked.account.users[user], "type": kinds[asked.account.plan.name], "status": "active"}
    return Answer(200, told | {"account_id": asked.account.id, "first_name": "Hana", "last_name": "Host"})


def listed(asked: Asked) -> Answer:
    user, live = _user(asked), asked.query.get("type") == "live"
    found = [one for one in asked.account.meetings.values() if one.host_id == user and not one.is_deleted]
    found = [one for one in found if not one.is_webinar and (one.live is not None or not live)]
    return Answer(
        200, {"page_size": 30, "total_records": len(found), "meetings": [_in_a_list(one, asked) for one in found]}
    )


def get(asked: Asked) -> Answer:
    meeting = _meeting(asked)
    told = {
        "id": meeting.id,
        "uuid": _uuid(meeting, asked),
        "host_id": meeting.host_id,
        "topic": meeting.topic,
        "type": meeting.type,
        "password": meeting.password,
        "join_url": meeting.join_url,
        "settings": dict(meeting.settings),
    }
    # Whether a webinar runs is not among what the vendor's types tell of it.
    return Answer(200, told if meeting.is_webinar else told | {"status": "started" if meeting.live else "waiting"})


def update(asked: Asked) -> Answer:
    """A field in `drops` is taken, answered with 204, and forgotten: as an account's own lock would."""
    meeting, drops = _meeting(asked), asked.account.drops
    if "password" in asked.body and "password" not in drops:
        if len(asked.body["password"]) > 10:
            raise Trouble(400, 300, "Invalid password. Password length must be less or equal to 10.")
        meeting.password = asked.body["password"]
    if "topic" in asked.body and "topic" not in drops:
        meeting.topic = asked.body["topic"]
    kept = {name: told for name, told in asked.body.get("settings", {}).items() if name not in drops}
    meeting.settings.update(kept)
    return Answer(204)


def delete(asked: Asked) -> Answer:
    meeting = _meeting(asked)
    if meeting.is_personal:
        raise Trouble(400, PERSONAL, "Not allowed to delete PMI.")
    if meeting.live is not None:
        raise Trouble(400, RUNNING, "Sorry, you cannot delete this meeting since it's in progress.")
    meeting.is_deleted = True
    return Answer(204)


def end(asked: Asked) -> Answer:
    """Of one that does not run there is nothing to end."""
    meeting = _meeting(asked)
    if asked.body.get("action") == "recover":
        raise Trouble(400, 300, "The stand-in recovers no meeting.")
    if not asked.account.end(meeting):
        raise Trouble(400, NOT_YET, f"Meeting is not started: {meeting.id}.")
    return Answer(204)


def create(asked: Asked) -> Answer:
    user, account = _user(asked), asked.account
    settings = {name: told for name, told in asked.body.get("settings", {}).items() if name not in account.drops}
    made = account.schedule(asked.body.get("topic", "Zoom Meeting"), **settings)
    made.host_id, made.password = user, asked.body.get("password") or made.password
    now = account.iso(account.clock())
    told = get(asked._replace(named={"meetingId": str(made.id)})).told or {}
    told.pop("uuid"), told.pop("host_id"), told.pop("status")
    return Answer(201, told | {"created_at": now, "host_email": account.users[user]})


# -- who was there -------------------------------------------------------------------------------------------------------


def register(asked: Asked) -> Answer:
    meeting, account = _meeting(asked), asked.account
    if not account.plan.has_registration:
        raise Trouble(400, 200, "Registration is only available for paid users.")
    number = account.new_uuid().replace("/", "_")[:22]
    link = f"{meeting.join_url.partition('?')[0]}?tk={account.new_uuid()}"
    known = {
        "id": number, "email": asked.body["email"], "first_name": asked.body["first_name"],
        "last_name": asked.body.get("last_name", ""), "status": "approved", "join_url": link,
    }  # fmt: skip
    meeting.registrants[number] = known
    return Answer(201, {"id": meeting.id, "registrant_id": number, "topic": meeting.topic, "join_url": link})


def registrants(asked: Asked) -> Answer:
    wanted = asked.query.get("status", "approved")
    found = [one for one in _meeting(asked).registrants.values() if one["status"] == wanted]
    return _paged(asked, "registrants", found)


def change_registrants(asked: Asked) -> Answer:
    meeting, states = _meeting(asked), {"approve": "approved", "deny": "denied", "cancel": "denied"}
    for one in asked.body.get("registrants", []):
        if one.get("id") in meeting.registrants:
            meeting.registrants[one["id"]]["status"] = states[asked.body["action"]]
    return Answer(204)


def past(asked: Asked) -> Answer:
    meeting, session = _session(asked)
    if session.ended_at is None:
        raise Trouble(404, NOT_FOUND, f"Meeting is not ended or does not exist: {meeting.id}.")
    return _paged(
        asked, "participants", [_stay(one, session, asked) for one in session.people if not one.in_waiting_room]
    )


def instances(asked: Asked) -> Answer:
    """Each time that it ran and is over."""
    meeting = _meeting(asked)
    over = [one for one in meeting.sessions if one.ended_at is not None]
    told = [{"uuid": one.uuid, "start_time": asked.account.iso(one.began_at)} for one in over]
    return Answer(200, {"webinars" if meeting.is_webinar else "meetings": told})


def report(asked: Asked) -> Answer:
    """Of paid plans only, and only of meetings with two people and more."""
    if not asked.account.plan.has_reports:
        raise Trouble(400, 200, "Only available for Paid account.")
    meeting, session = _session(asked)
    if session.ended_at is None or len(session.people) < 2:
        raise Trouble(404, NOT_FOUND, f"Meeting does not exist: {meeting.id}.")
    return _paged(asked, "participants", [_stay(one, session, asked) for one in session.people])


# -- while it runs -------------------------------------------------------------------------------------------------------


def in_meeting(asked: Asked) -> Answer:
    meeting = _live(asked)
    if asked.body.get("method") == "recording.stop":
        meeting.records = False
    return Answer(204)


def stream(asked: Asked) -> Answer:
    meeting = _live(asked)
    if asked.body.get("action") == "stop":
        meeting.streams = False
    return Answer(204)


DOORS = (
    Door("GET", "/users/{userId}", "user:read:user:admin", "light", me),
    Door("GET", "/users/{userId}/meetings", "meeting:read:list_meetings:admin", "medium", listed),
    Door("POST", "/users/{userId}/meetings", "meeting:write:meeting:admin", "medium", create, is_change=True),
    Door("GET", "/meetings/{meetingId}", "meeting:read:meeting:admin", "light", get),
    Door("PATCH", "/meetings/{meetingId}", "meeting:update:meeting:admin", "light", update, is_change=True),
    Door("DELETE", "/meetings/{meetingId}", "meeting:delete:meeting:admin", "light", delete),
    Door("PUT", "/meetings/{meetingId}/status", "meeting:update:status:admin", "light", end),
    Door("GET", "/webinars/{webinarId}", "webinar:read:webinar:admin", "light", get),
    Door("PATCH", "/webinars/{webinarId}", "webinar:update:webinar:admin", "light", update, is_change=True),
    Door("PUT", "/webinars/{webinarId}/status", "webinar:update:status:admin", "light", end),
    Door("POST", "/meetings/{meetingId}/registrants", "meeting:write:registrant:admin", "light", register),
    Door("GET", "/meetings/{meetingId}/registrants", "meeting:read:list_registrants:admin", "medium", registrants),
    Door("PUT", "/meetings/{meetingId}/registrants/status", "meeting:update:registrant_status:admin", "medium", change_registrants),
    Door("GET", "/past_meetings/{meetingId}/instances", "meeting:read:list_past_instances:admin", "medium", instances),
    Door("GET", "/past_webinars/{webinarId}/instances", "webinar:read:list_past_instances:admin", "medium", instances),
    Door("GET", "/past_webinars/{webinarId}/participants", "webinar:read:list_past_participants:admin", "medium", past),
    Door("GET", "/past_meetings/{meetingId}/participants", "meeting:read:list_past_participants:admin", "medium", past),
    Door("GET", "/report/meetings/{meetingId}/participants", "report:read:list_meeting_participants:admin", "heavy", report),
    Door("PATCH", "/live_meetings/{meetingId}/events", "meeting:update:in_meeting_controls:admin", "light", in_meeting),
    Door("PATCH", "/meetings/{meetingId}/livestream/status", "meeting:update:livestream_status:admin", "light", stream),
)  # fmt: skip


def _user(asked: Asked) -> str:
    named = asked.named["userId"]
    found = next((key for key, email in asked.account.users.items() if named in (key, email)), None)
    if named == "me":  # of a server's own sign-in: whoever made the app
        return next(iter(asked.account.users))
    if found is None:
        raise Trouble(404, 1001, f"User does not exist: {named}.")
    return found


def _meeting(asked: Asked) -> Meeting:
    number = asked.named.get("meetingId") or asked.named["webinarId"]
    found = asked.account.meetings.get(int(number)) if number.isdecimal() else None
    if found is None or found.is_deleted:
        raise Trouble(404, NOT_FOUND, f"Meeting does not exist: {number}.")
    if found.is_webinar != ("webinarId" in asked.named):
        raise Trouble(400, WEBINAR, "Cannot access webinar info.")
    return found


def _live(asked: Asked) -> Meeting:
    meeting = _meeting(asked)
    if meeting.live is None:
        raise Trouble(400, NOT_YET, f"Meeting is not started: {meeting.id}.")
    return meeting


def _session(asked: Asked) -> tuple[Meeting, Session]:
    """By the uuid of the one time, or by the meeting's number for the last time that it ran."""
    named = asked.named.get("meetingId") or asked.named["webinarId"]
    found = asked.account.session_of(named)
    if found is not None:
        return found
    meeting = _meeting(asked)
    if not meeting.sessions:
        raise Trouble(404, NOT_FOUND, f"Meeting does not exist: {named}.")
    return meeting, meeting.sessions[-1]


def _uuid(meeting: Meeting, asked: Asked) -> str:
    return meeting.sessions[-1].uuid if meeting.sessions else asked.account.new_uuid()


def _in_a_list(meeting: Meeting, asked: Asked) -> dict[str, Any]:
    told = {"id": meeting.id, "uuid": _uuid(meeting, asked), "host_id": meeting.host_id, "topic": meeting.topic}
    return told | {"type": meeting.type, "join_url": meeting.join_url, "timezone": "UTC"}


def _stay(person: Person, session: Session, asked: Asked) -> dict[str, Any]:
    until = person.left_at if person.left_at is not None else session.ended_at or asked.account.clock()
    told = {
        "id": "", "user_id": person.user_id, "name": person.name, "user_email": person.email,
        "join_time": asked.account.iso(person.joined_at), "leave_time": asked.account.iso(until),
        "duration": int(until - person.joined_at), "registrant_id": person.registrant_id,
    }  # fmt: skip
    return told | {"status": "in_waiting_room" if person.in_waiting_room else "in_meeting"}


def _paged(asked: Asked, name: str, found: list[dict[str, Any]]) -> Answer:
    size = int(asked.query.get("page_size", "30"))
    first = int(asked.query.get("next_page_token") or "0")
    rest = str(first + size) if first + size < len(found) else ""
    told = {"page_size": size, "total_records": len(found), "next_page_token": rest}
    return Answer(200, {**told, name: found[first : first + size]})


def as_bytes(told: dict[str, Any] | None) -> bytes:
    return b"" if told is None else json.dumps(told).encode()
