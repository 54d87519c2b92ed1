"""`pullcord lost`: the machine or a backup is in other hands. What to revoke, in order of damage."""

import os
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Mapping

from pullcord.config import Config, read_config
from pullcord.platforms import platform
from pullcord.serve.archive import USAGE, NotDone, decrypt, explained, options, unpack
from pullcord.serve.archive import the_one as one
from pullcord.serve.backup import snapshot
from pullcord.store.inventory import Known, read
from pullcord.words import PlatformError

USAGE_TEXT = "pullcord lost [BACKUP --identity FILE] [--data FOLDER]"
WHERE = {
    "janus": "In the settings of Janus, change admin_secret, the rooms' secret and what its reports sign in with; restart it.",
    "prosody": "In the settings of Prosody, change pullcord_secret, and the secret of its reports; restart it.",
    "xmpp": "On the XMPP server, give the administrator's account a new password, and sign it out everywhere.",
    "practice": "Nothing to change elsewhere: make a new practice meeting, and put this one away.",
}
ANYWHERE = "In the platform's own settings, delete the credential that Pullcord uses, and make a new one."
NOBODY_KNOWS = (
    "No data folder and no backup could be read, so this is the list for every installation.\n"
    "With a backup: pullcord lost BACKUP --identity FILE"
)
DATABASE_TOO = (
    "Is the database on a PostgreSQL server? Give its user a new password there, and put it where `database` is set:"
    " whoever has the old one reads who belongs to you, and who was there."
)
AFTERWARDS = (
    "Stop the server. Put a new key in front of the old one in the file keys/key: this signs everybody out.",
    "Start it. On each connection's page, put in the new credential: it is sealed with the new key, for every meeting on it."
    " A meeting that brought a credential of its own: put it away, and add it anew.",
    "{links} Revoke each link, and give a new one.",
    "{tokens} Revoke each token, and give the programs new ones.",
    "Each host and owner: a new password. For the owner: pullcord signin-link, on the server.",
    "When all is sealed anew, delete the old key from keys/key.",
    "Was an age identity there? Make a new one, make a backup for it, and delete the old backups.",
    "Tell whoever answers for the data in your organisation today: names of people may be in other hands.",
)


def main(words: list[str]) -> int:
    return explained(lambda: _main(words))


def _main(words: list[str]) -> int:
    told = options(words, ("--identity", "--data"), USAGE_TEXT)
    config = read_config(one(told["--data"] or [""], USAGE_TEXT) or None)
    try:
        copy = _from_backup(told) if told[""] or told["--identity"] else _from_folder(config)
        known = None if copy is None else read(copy)
    except (sqlite3.Error, ValueError):
        print(f"The database cannot be read. {NOBODY_KNOWS}", file=sys.stderr)
        known = None
    for number, line in enumerate(steps(known, on_server=known is None or bool(config.database)), start=1):
        print(f"{number}. {line}")
    return 0


def steps(known: list[Known] | None, *, on_server: bool) -> Iterator[str]:
    """What to do, in order; None = nothing is known. `on_server`: the database may be on a PostgreSQL server."""
    if known is None:
        yield f"For each platform that you have connected: {ANYWHERE}"
        yield from (f"{_title(name)}: {where}" for name, where in WHERE.items() if name != "practice")
    else:
        yield from (_of_platform(name, server, known) for name, server in _places(known))
    if on_server:
        yield DATABASE_TOO
    links = _counted(known, "links", "links are out.")
    tokens = _counted(known, "tokens", "tokens are out.")
    yield from (line.format(links=links, tokens=tokens).strip() for line in AFTERWARDS)


def _of_platform(name: str, server: str, known: Iterable[Known]) -> str:
    meetings = ", ".join(f"“{one.name}”" for one in known if (one.platform, one.server) == (name, server))
    at = f" at {server}" if server else ""
    return f"{_title(name)}{at} ({meetings}): {WHERE.get(name, ANYWHERE)}"


def _places(known: Iterable[Known]) -> list[tuple[str, str]]:
    """Each once; where nothing is to be changed comes last."""
    return sorted({(one.platform, one.server) for one in known}, key=lambda place: (place[0] == "practice", place))


def _counted(known: list[Known] | None, what: str, said: str) -> str:
    return "" if known is None else f"{sum(getattr(one, what) for one in known)} {said}"


def _title(name: str) -> str:
    try:
        return platform(name).limits.title
    except PlatformError:
        return name


def _from_backup(told: Mapping[str, list[str]]) -> bytes | None:
    path, identity = one(told[""], USAGE_TEXT), one(told["--identity"], USAGE_TEXT)
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError as error:
        raise NotDone(USAGE, f"{path} cannot be read ({error.strerror}).") from None
    found = unpack(decrypt(content, identity)).get("product.sqlite3")
    if found is None:
        print(NOBODY_KNOWS, file=sys.stderr)
    return found


def _from_folder(config: Config) -> bytes | None:
    path = config.path("product.sqlite3")
    if config.database or not os.path.exists(path):
        print(NOBODY_KNOWS, file=sys.stderr)
        return None
    return snapshot(path)
