"""What the adapter asks of Zoom and the stand-in does not answer by itself: who is in a running meeting, and links of one name."""

from pathlib import Path
from typing import Any

from openapi_core import OpenAPI

from tests.fakes.zoom import schemas, serving
from tests.fakes.zoom.account import Person
from tests.fakes.zoom.doors import NOT_FOUND, Answer, Asked, Door, Trouble, _meeting
from tests.fakes.zoom.schemas import Types


def live_list(asked: Asked) -> Answer:
    """Of Business and above alone, page by page; those who left are on it too, with the time at which they did."""
    if not asked.account.plan.has_metrics:
        raise Trouble(400, 200, "Only available for Business or higher plan.")
    meeting = _meeting(asked)
    if meeting.live is None:
        raise Trouble(404, NOT_FOUND, f"Meeting does not exist: {meeting.id}.")
    size = int(asked.query.get("page_size", "30"))
    first, people = int(asked.query.get("next_page_token") or "0"), meeting.live.people
    rest = str(first + size) if first + size < len(people) else ""
    told = {"page_size": size, "page_count": 1, "total_records": len(people), "next_page_token": rest}
    return Answer(200, told | {"participants": [_stay(one, asked) for one in people[first : first + size]]})


def _stay(person: Person, asked: Asked) -> dict[str, Any]:
    told = {
        "id": "",
        "user_id": person.user_id,
        "participant_uuid": person.uuid,
        "user_name": person.name,
        "email": person.email,
        "join_time": asked.account.iso(person.joined_at),
        "status": "in_waiting_room" if person.in_waiting_room else "in_meeting",
    }
    return told if person.left_at is None else told | {"leave_time": asked.account.iso(person.left_at)}


def invite_links(asked: Asked) -> Answer:
    meeting = _meeting(asked)
    links = [
        {"name": one["name"], "join_url": f"{meeting.join_url}&tk={asked.account.new_uuid()[:20]}"}
        for one in asked.body["attendees"]
    ]
    return Answer(201, {"attendees": links})


MORE = (
    Door(
        "GET",
        "/metrics/meetings/{meetingId}/participants",
        "dashboard:read:list_meeting_participants:admin",
        "heavy",
        live_list,
    ),
    Door("POST", "/meetings/{meetingId}/invite_links", "meeting:write:invite_links:admin", "light", invite_links),
)


def more_doors() -> None:
    """Once for the process."""
    there = {(door.method, door.path) for door in vars(serving)["DOORS"]}
    more = [door for door in MORE if (door.method, door.path) not in there]
    vars(serving)["DOORS"] = (*vars(serving)["DOORS"], *more)
    schemas.MODULES["accounts"] = "AccountsEndpoints"


class AllTypes(Types):
    def _of(self, path: str, method: str) -> OpenAPI:
        return self._checks["accounts"] if path.startswith("/metrics/") else super()._of(path, method)


def all_types(folder: Path) -> AllTypes:
    """Raises NotHere."""
    more_doors()
    schemas.types(folder)
    return AllTypes(folder)
