"""The one-time sign-in link: how the first owner comes in, and how an owner who lost the password does.

One use, by POST, within 30 minutes. It is dead once an account exists, unless `pullcord signin-link` made it on the
machine itself. Only the digest is kept, sealed, in one file of the data folder.
"""

import json
import os
from collections.abc import Mapping
from typing import Any

from pullcord.jobs.desk import Desk
from pullcord.safe.files import make_private_folder, remove, replace_whole
from pullcord.safe.keys import SealBroken, digest, new_token

FILE = "first"
GOOD_FOR_SECONDS = 30 * 60


def issue(desk: Desk, *, again: bool = False) -> str:
    """A new link; any earlier one is dead. `again`: asked for on the machine, so it opens although an account exists.

    Raises OSError.
    """
    token = new_token()
    until = desk.means.clock() + GOOD_FOR_SECONDS
    told = json.dumps({"digest": digest(token), "until": until, "again": again}).encode()
    make_private_folder(desk.config.data)
    replace_whole(_path(desk), desk.keys.seal(told))
    return f"{desk.config.address}/first/{token}"


def opens(desk: Desk, token: str, *, has_owner: bool) -> bool:
    """Whether this link would sign somebody in now. Changes nothing."""
    told = _read(desk)
    return told is not None and _fits(told, token, desk.means.clock(), has_owner=has_owner)


def redeem(desk: Desk, token: str, *, has_owner: bool) -> bool:
    """Use the link up; whether it was good. Of two at once, only one gets True."""
    if not opens(desk, token, has_owner=has_owner):
        return False
    taken = f"{_path(desk)}.{digest(token)[:16]}.used"
    try:
        os.rename(_path(desk), taken)  # whoever moves the file has it; the other finds none
    except FileNotFoundError:
        return False
    remove(taken)
    return True


def _fits(told: Mapping[str, Any], token: str, now: float, *, has_owner: bool) -> bool:
    # A digest of 128 random bits needs no constant-time comparison: what leaks is the digest, never the token.
    return bool(told["digest"] == digest(token) and now < told["until"] and (told["again"] or not has_owner))


def _read(desk: Desk) -> Mapping[str, Any] | None:
    try:
        with open(_path(desk), "rb") as file:
            told: Mapping[str, Any] = json.loads(desk.keys.open(file.read()))
    except (OSError, SealBroken, ValueError):
        return None
    return told


def _path(desk: Desk) -> str:
    return desk.config.path(FILE)
