"""`pullcord move-store`: from the file in the data folder to the PostgreSQL server of the settings, once."""

import os
import sys

from pullcord.config import Config, ConfigError, read_config
from pullcord.jobs.desk import open_desk
from pullcord.safe.keys import KeysMissing

MOVED = ".moved"


def move_store(config: Config) -> str:
    """What to tell the operator. The caller holds the lock on the data folder. Raises ConfigError, KeysMissing, StoreBroken."""
    from django.db import DatabaseError

    from pullcord.web import settings

    path = config.path(settings.DATABASE)
    if not config.database:
        raise ConfigError("Say first where to: set `database` to the address of an empty PostgreSQL database.")
    if not os.path.exists(path):
        raise ConfigError(f"There is nothing to move: {path} does not exist.")
    settings.configure(config, open_desk(config).keys.mark("web", b"sessions"))
    from pullcord.store import ground, move

    try:
        ground.make_ours_alone()
        ground.prepare()
        came = move.from_file(settings.in_file(path))
    except DatabaseError as error:
        raise ground.broken(error) from error
    os.rename(path, path + MOVED)
    return (
        f"{sum(came.values())} rows were moved. Start the server; everybody signs in anew.\n"
        f"Once all is there, delete {path}{MOVED} and {config.path('engine.sqlite3')}: they hold people."
    )


def main(words: list[str]) -> int:
    from pullcord import serve
    from pullcord.store import StoreBroken

    try:
        config = read_config(serve._data(words, "move-store"))
        serve.refuse_root()
        os.umask(0o077)
        with serve.locked(config):
            print(move_store(config))
    except (ConfigError, KeysMissing, StoreBroken, serve.CannotServe) as error:
        print(error, file=sys.stderr)
        return serve.USAGE
    return 0
