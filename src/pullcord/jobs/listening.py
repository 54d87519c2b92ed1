"""From where a meeting takes reports: the public name of its server, which is the end of the address to which that reports."""

import re
from collections.abc import Mapping

from pullcord.config import Config
from pullcord.jobs.desk import Desk
from pullcord.safe.kit import Kit
from pullcord.words import Meeting


def with_source(desk: Desk, platform: str, at: Mapping[str, str], secrets: Mapping[str, str]) -> dict[str, str]:
    """Where it is, with the name of its source wherever there is a secret for reports and nobody has chosen a name.

    The meetings of one server that share that secret share the name too: a server reports to one address. Whoever does
    not know the secret cannot find the name, and so takes no part in it.
    """
    agreed = secrets.get("events")
    if not agreed or at.get("events"):
        return dict(at)
    kits = (kit for kit in desk.kits.all() if isinstance(kit, Kit) and kit.meeting.platform == platform)
    names = (kit.meeting.at.get("events") for kit in kits if _shares(kit.meeting, at.get("server"), agreed))
    server = "\n".join((platform, at.get("server", ""), agreed))
    # Kept by the others, also where the key that it was made with is no longer the first.
    return {**at, "events": next(filter(None, names), None) or desk.keys.mark("event source", server.encode())}


def is_fit(source: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9._-]{1,64}", source) is not None


def address_of(config: Config, meeting: Meeting) -> str | None:
    """To where its server is to report; None = it is to be asked instead."""
    source = meeting.at.get("events")
    listens = source and meeting.secrets.get("events")
    return f"{config.address}/events/{meeting.platform}/{source}" if listens else None


def _shares(meeting: Meeting, server: str | None, secret: str) -> bool:
    return meeting.at.get("server") == server and meeting.secrets.get("events") == secret
