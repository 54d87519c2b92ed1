"""`pullcord restore`: a backup into an empty data folder. What was erased or revoked since stays so, before anything is served.

All is made ready in a folder within the data folder, and moved into its place only when it is whole.
"""

import os
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from pullcord.config import FILE as SETTINGS
from pullcord.config import Config, data_folder, read_config
from pullcord.jobs.desk import erased_list
from pullcord.safe import gone
from pullcord.safe.files import make_private_folder, remove, replace_whole, sync_folder
from pullcord.safe.keys import Keys, KeysMissing, read_keys
from pullcord.safe.kit import Kit, Kits
from pullcord.safe.rosters import Rosters
from pullcord.serve.archive import (
    DATABASE,
    NOT_OURS,
    NOT_WRITTEN,
    ON_SERVER,
    USAGE,
    NotDone,
    decrypt,
    explained,
    not_written,
    options,
    unpack,
)
from pullcord.serve.archive import the_one as one

USAGE_TEXT = (
    "pullcord restore FILE --identity FILE [--erased FILE] [--into file|postgresql] [--without-key yes] [--data FOLDER]"
)
ASIDE = "being-restored"
ENGINE = "engine.sqlite3"
FILE, POSTGRESQL = "file", "postgresql"
A = {FILE: "a file", POSTGRESQL: "a PostgreSQL database"}
MAY_BE_THERE = {"keys", "lock", SETTINGS, gone.FILE}
LOST_WITHOUT_KEY = (
    "Without it these are lost: every platform's credential, every stop kit, the tail of the journal, and who was there"
    " where the database had not taken it in. Put the key folder in its place first, or say --without-key yes."
)


class Told(NamedTuple):
    archive: str
    identity: str
    erased: list[str]
    without_key: bool
    into: str = ""
    """Where the database is to be, said by name; empty = where it was."""


AS_THEN = (
    "Passwords and second steps are as they were then. Who changed one since, because somebody else knew or had it,"
    " changes it again before others sign in: pullcord signin-link NAME."
)


def main(words: list[str]) -> int:
    return explained(lambda: _main(words))


def _main(words: list[str]) -> int:
    from pullcord import serve

    said = options(words, ("--identity", "--erased", "--into", "--without-key", "--data"), USAGE_TEXT)
    told = Told(
        one(said[""], USAGE_TEXT),
        one(said["--identity"], USAGE_TEXT),
        said["--erased"],
        said["--without-key"] == ["yes"],
        one(said["--into"] or [""], USAGE_TEXT),
    )
    data = data_folder(one(said["--data"] or [""], USAGE_TEXT) or None)
    os.umask(0o077)
    serve.refuse_root()
    for sentence in restore(data, told):
        print(sentence)
    return 0


def restore(data: str, told: Told) -> list[str]:
    """What to tell the operator. Raises NotDone, CannotServe; then the data folder is as it was."""
    from pullcord import serve

    files = unpack(decrypt(_read(told.archive), told.identity))
    listed = frozenset[gone.Line]().union(*(gone.parsed(_read(path)) for path in told.erased))
    with serve.locked(read_config(data)):
        _refuse_a_used_folder(data)
        aside = os.path.join(data, ASIDE)
        try:
            return _restore(data, aside, files, listed, told)
        except OSError as error:
            raise not_written(error.filename or data, error) from None
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def _restore(data: str, aside: str, files: dict[str, bytes], listed: frozenset[gone.Line], told: Told) -> list[str]:
    from pullcord.web import settings

    keys, was_on_server = _keys(data, told), files.pop(ON_SERVER, None) is not None
    for name, content in files.items():
        _lay(os.path.join(aside, name), content)
    config = read_config(data if os.path.exists(os.path.join(data, SETTINGS)) else aside)
    if DATABASE in files:
        _refuse_another_place(config, told.into, was_on_server=was_on_server)
    place = gone.Gone(erased_list(config._replace(data=data)))
    known = place.read() | gone.parsed(files.get(gone.FILE, b""))
    listed |= known
    # Before the engine and the store are loaded: these read the framework's settings. As a file at first, wherever it goes:
    # who was erased never comes near the server.
    settings.configure(
        config._replace(data=aside, database=""), keys.mark("web", b"sessions") if keys else os.urandom(32).hex()
    )
    _refuse_foreign_rows(os.path.join(aside, ENGINE))
    _take_out_of_kits(aside, keys, listed)
    _take_out_of_rosters(aside, keys, listed)
    said = _replay(aside, keys, listed)
    remove(os.path.join(aside, gone.FILE))
    missing = listed - place.read()
    if missing:
        place.add(*sorted(missing))
    if config.database and DATABASE in files:
        said += _bring_to_server(config, aside, data)
    else:
        _move(aside, data)
    return [f"{len(files)} files are back in {data}.", *said, "Start the server. Everybody signs in anew."]


def _keys(data: str, told: Told) -> Keys | None:
    try:
        return read_keys(os.path.join(data, "keys"))
    except KeysMissing as error:
        if told.without_key:
            return None
        raise NotDone(USAGE, f"{error} {LOST_WITHOUT_KEY}") from None


def _refuse_a_used_folder(data: str) -> None:
    found = sorted(set(os.listdir(data)) - MAY_BE_THERE)
    if found:
        raise NotDone(USAGE, f"{data} is in use: it holds {found[0]}. A backup goes into an empty folder only.")


def _refuse_another_place(config: Config, into: str, *, was_on_server: bool) -> None:
    """An operator who forgot the setting would find an empty server, and one who left it there a database elsewhere."""
    was, goes = (POSTGRESQL if is_so else FILE for is_so in (was_on_server, bool(config.database)))
    if goes == (into or was):
        return
    here = A[POSTGRESQL] if config.database else "no PostgreSQL database"
    raise NotDone(
        USAGE,
        f"The backup's database was kept in {A[was]}; here the settings name {here}."
        f" If it is to go there, say --into {goes}; if not, change the setting `database`.",
    )


def _refuse_foreign_rows(path: str) -> None:
    """As at the start of a server: whoever hands us a backup must not thereby run code here."""
    from pullcord.engine import EngineBroken, refuse_foreign_rows_in_file

    if os.path.exists(path):
        try:
            refuse_foreign_rows_in_file(path)
        except EngineBroken:
            raise NotDone(NOT_OURS, "The backup's engine holds a row that is not ours. Nothing was restored.") from None


def _take_out_of_kits(aside: str, keys: Keys | None, listed: Iterable[gone.Line]) -> None:
    """A kit that this key does not open is left out: the server writes it anew, without what was revoked."""
    folder = os.path.join(aside, "stop", "kits")
    if keys is None:
        return shutil.rmtree(folder, ignore_errors=True)
    kits, away = Kits(folder, keys), _ids(listed, "put-away meeting")
    cords, tokens = _ids(listed, "revoked cord"), _ids(listed, "revoked token")
    for kit in list(kits.all()):
        if not isinstance(kit, Kit):
            remove(kit.path)
        elif kit.meeting.id in away:
            kits.forget(kit.meeting.id)
        else:
            left = tuple(cord for cord in kit.cords if cord.id not in cords)
            kits.write(kit._replace(cords=left, tokens=tuple(one for one in kit.tokens if one.id not in tokens)))


def _take_out_of_rosters(aside: str, keys: Keys | None, listed: Iterable[gone.Line]) -> None:
    """Of those who wait to be taken in, the erased ones."""
    folder = os.path.join(aside, "stop", "rosters")
    if keys is None:
        return shutil.rmtree(folder, ignore_errors=True)
    rosters, handles = Rosters(folder, keys), _ids(listed, "erased handle")
    for incident in rosters.waiting():
        people = rosters.read(incident)
        remove(os.path.join(folder, f"{incident}.roster"))
        left = [one for one in people or [] if not handles & set(gone.handles(keys, incident, one.key))]
        if left or people == []:
            rosters.keep(incident, "", left)


def _replay(aside: str, keys: Keys | None, listed: Iterable[gone.Line]) -> list[str]:
    if not os.path.exists(os.path.join(aside, DATABASE)):
        return ["No database was in the backup."]
    from django.db import DatabaseError, connections

    from pullcord.store import StoreBroken, ground, restored

    people, handles = _ids(listed, "erased person"), _ids(listed, "erased handle")
    ended = _ids(listed, "ended membership")

    def is_erased(incident: str, handle: str, key: bytes) -> bool:
        return gone.person(key) in people or bool(keys and handles & set(gone.handles(keys, incident, handle)))

    try:
        ground.prepare()
        done = restored.replay(
            is_erased,
            cords=_ids(listed, "revoked cord"),
            tokens=_ids(listed, "revoked token"),
            put_away=_ids(listed, "put-away meeting"),
            has_ended=lambda *membership: gone.membership(*membership) in ended,
            invitations=_ids(listed, "closed invitation"),
            used=_ids(listed, "used link"),
            connections=_ids(listed, "removed connection"),
            at=datetime.now(UTC),
        )
    except (DatabaseError, StoreBroken) as error:
        raise NotDone(NOT_WRITTEN, f"The database of the backup could not be made ready ({error}).") from None
    finally:
        connections.close_all()
    return [
        f"Gone again: {done.people} people who were erased, {done.cords} links, {done.tokens} tokens,"
        f" {done.meetings} meetings that were put away, {done.memberships} memberships, {done.invitations} invitations,"
        f" {done.connections} connections.",
        AS_THEN,
    ]


def _bring_to_server(config: Config, aside: str, data: str) -> list[str]:
    """The database and the folder at once: where one cannot be had, the other stays empty. Raises NotDone, OSError."""
    from pullcord.web import settings

    settings.configure(config, os.urandom(32).hex())
    from django.db import DatabaseError, connections

    from pullcord.store import StoreBroken, ground, move

    try:
        ground.make_ours_alone()
        ground.prepare()
        file = settings.in_file(os.path.join(aside, DATABASE))
        came = move.from_file(file, last=lambda: _move(aside, data, leave=(DATABASE, ENGINE)))
    except move.InUse as error:
        raise NotDone(USAGE, str(error)) from None
    except StoreBroken as error:
        raise NotDone(NOT_WRITTEN, str(error)) from None
    except DatabaseError as error:
        raise NotDone(NOT_WRITTEN, str(ground.broken(error))) from None
    finally:
        ground.give_up()
        connections.close_all()
    return [f"{sum(came.values())} rows are in the PostgreSQL database of the settings."]


def _ids(listed: Iterable[gone.Line], kind: str) -> frozenset[str]:
    return frozenset(line.id for line in listed if line.kind == kind)


def _lay(path: str, content: bytes) -> None:
    make_private_folder(os.path.dirname(path))
    replace_whole(path, content)


def _move(aside: str, data: str, *, leave: tuple[str, ...] = ()) -> None:
    """The database last: without it nobody takes the folder for a whole one. What the operator has laid there stays.

    `leave`: databases that are not to be in the folder, with all that lies beside them.
    """
    for name in sorted(os.listdir(aside), key=lambda name: (name == DATABASE, name)):
        is_there = name in MAY_BE_THERE and os.path.exists(os.path.join(data, name))
        if not is_there and not name.startswith(leave):
            os.rename(os.path.join(aside, name), os.path.join(data, name))
    sync_folder(data)


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise NotDone(USAGE, f"{path} cannot be read ({error.strerror}).") from None
