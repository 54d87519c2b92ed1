"""What a platform warned of, by meeting: a small file each, so that it is there before it is answered, with or without a database.

Only when it came and what is recommended are kept: neither where the link was seen nor who posted it.
"""

import json
import os
from typing import Any, NamedTuple

from pullcord.safe.files import make_private_folder, remove, replace_whole
from pullcord.words import Alarm

FOLDER = "alarms"


class Warned(NamedTuple):
    at: float
    recommends: tuple[str, ...]


def keep(data: str, meeting_id: str, alarm: Alarm, *, now: float) -> None:
    """The newest one counts. Raises OSError."""
    make_private_folder(os.path.join(data, FOLDER))
    told = {"at": now if alarm.at is None else alarm.at, "recommends": alarm.recommends}
    replace_whole(_path(data, meeting_id), json.dumps(told).encode())


def read(data: str, meeting_id: str) -> Warned | None:
    """None = it was not warned of, or somebody has seen it."""
    try:
        with open(_path(data, meeting_id), "rb") as file:
            told: dict[str, Any] = json.loads(file.read())
            return Warned(float(told["at"]), tuple(str(one) for one in told["recommends"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def drop(data: str, meeting_id: str) -> None:
    remove(_path(data, meeting_id))


def _path(data: str, meeting_id: str) -> str:
    assert meeting_id.isalnum(), meeting_id  # noqa: S101  # an id of ours; never what a stranger typed
    return os.path.join(data, FOLDER, meeting_id)
