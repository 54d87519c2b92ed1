"""`pullcord backup`: one consistent copy of what the data folder holds, encrypted, while the server runs or not."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress

from pullcord.config import FILE as SETTINGS
from pullcord.config import Config, has_password_in, read_config
from pullcord.jobs.desk import erased_list
from pullcord.safe.files import replace_whole
from pullcord.safe.gone import FILE as ERASED
from pullcord.serve.archive import (
    DATABASE,
    NOT_WRITTEN,
    ON_SERVER,
    USAGE,
    NotDone,
    encrypt,
    explained,
    is_ours,
    lines_of,
    not_written,
    options,
    pack,
)
from pullcord.serve.archive import the_one as one

USAGE_TEXT = "pullcord backup --to FILE (--recipient age1... | --recipients FILE) [--data FOLDER]"
WITHOUT_SETTINGS = "The settings file is not in it, because it holds a password."


def main(words: list[str]) -> int:
    return explained(lambda: _main(words))


def _main(words: list[str]) -> int:
    told = options(words, ("--to", "--recipient", "--recipients", "--data"), USAGE_TEXT)
    to = os.path.abspath(one(told["--to"], USAGE_TEXT))
    recipients = told["--recipient"] + [line for path in told["--recipients"] for line in lines_of(path)]
    os.umask(0o077)
    for said in back_up(read_config(one(told["--data"] or [""], USAGE_TEXT) or None), to, recipients):
        print(said)
    return 0


def back_up(config: Config, to: str, recipients: list[str]) -> list[str]:
    """What to tell the operator. Raises NotDone; then there is no such file."""
    encrypt(b"", recipients)  # before anything is read
    if os.path.lexists(to):
        raise NotDone(USAGE, f"{to} exists already. Name a new file.")
    if not os.path.isdir(config.data):
        raise NotDone(USAGE, f"There is no data folder {config.data}.")
    try:
        content = encrypt(pack(_files(config)), recipients)
    except sqlite3.Error as error:
        raise NotDone(NOT_WRITTEN, f"A database in {config.data} cannot be copied ({error}).") from None
    except OSError as error:
        raise NotDone(NOT_WRITTEN, f"{error.filename or config.data} cannot be read ({error.strerror}).") from None
    try:
        replace_whole(to, content)
    except OSError as error:
        raise not_written(to, error) from None
    return [
        f"{to}: {len(content)} bytes. The key is not in it: keep the folder {config.path('keys')} somewhere else.",
        *([WITHOUT_SETTINGS] if has_password_in(config.path(SETTINGS)) else []),
    ]


def _files(config: Config) -> Iterator[tuple[str, bytes]]:
    """In an order that loses nothing while the server runs: a roster goes from its file into the database, never back;
    the journal knows what the database does not know yet; and the list of the erased is the last word."""
    yield from _folder(config, "stop/rosters")
    yield from _of_server(config) if config.database else _of_files(config)
    yield from _folder(config, "stop/kits")
    yield from _file(config, "stop/journal")
    yield from _folder(config, "practice")
    yield from _folder(config, "places")
    if not has_password_in(config.path(SETTINGS)):
        yield from _file(config, SETTINGS)
    with suppress(FileNotFoundError), open(erased_list(config), "rb") as file:
        yield ERASED, file.read()


def _of_files(config: Config) -> Iterator[tuple[str, bytes]]:
    for name in (DATABASE, "engine.sqlite3"):
        if os.path.exists(config.path(name)):
            yield name, snapshot(config.path(name))


def _of_server(config: Config) -> Iterator[tuple[str, bytes]]:
    """Without the engine: it is only on the way with what the journal holds, and a restored server begins that anew.

    Raises NotDone.
    """
    from pullcord.web import settings

    settings.configure(config, os.urandom(32).hex())  # nobody signs in here
    from django.db import DatabaseError

    from pullcord.store import StoreBroken, ground, move

    try:
        yield DATABASE, move.into_memory(settings.in_file(":memory:"))
    except DatabaseError as error:
        raise NotDone(NOT_WRITTEN, str(ground.broken(error))) from None
    except StoreBroken as error:
        raise NotDone(NOT_WRITTEN, str(error)) from None
    yield ON_SERVER, b""


def snapshot(path: str) -> bytes:
    """The whole database as it stands between two transactions. Raises sqlite3.Error."""
    with closing(sqlite3.connect(path, timeout=20)) as file, closing(sqlite3.connect(":memory:")) as copy:
        file.backup(copy)
        if copy.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise sqlite3.DatabaseError(f"{path} is damaged")
        return copy.serialize()


def _folder(config: Config, name: str) -> Iterator[tuple[str, bytes]]:
    for folder, _, files in os.walk(config.path(name)):
        inside = os.path.relpath(folder, config.data)
        for file in sorted(files):
            yield from _file(config, os.path.join(inside, file))


def _file(config: Config, name: str) -> Iterator[tuple[str, bytes]]:
    """Nothing where it went meanwhile, where it is no file of ours, or where it is a link to elsewhere."""
    path = config.path(name)
    if is_ours(name) and not os.path.islink(path):
        with suppress(FileNotFoundError), open(path, "rb") as file:
            yield name, file.read()
