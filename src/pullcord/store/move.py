"""The store, brought from one database into another: all of it or nothing, into one that holds nothing of ours yet."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connections, models, transaction
from django.db.migrations.loader import MigrationLoader

from pullcord.core.timeline import verify
from pullcord.store import StoreBroken, chain, server
from pullcord.store.models import InboxEvent, Incident, Meeting, User

SERVER = "default"
FILE = "file"
OURS: tuple[type[models.Model], ...] = (User, Meeting, Incident, InboxEvent)
AT_ONCE = 500


class InUse(StoreBroken):
    """The database holds something of ours already."""


def from_file(settings: dict[str, Any], *, last: Callable[[], None] = lambda: None) -> dict[str, int]:
    """How many rows came over, by table; nobody stays signed in. Raises StoreBroken, DatabaseError, and what `last` raises.

    `settings`: those of the file. The server's tables have been made, and nobody else is at either. `last` is called when
    all is there, and before it holds: where it fails, nothing was brought.
    """
    with _beside(settings), transaction.atomic(SERVER):
        came = _copy(FILE, SERVER)
        last()
    return came


def into_memory(settings: dict[str, Any]) -> bytes:
    """What the server holds, as a file that SQLite would have written. Raises StoreBroken, DatabaseError.

    All of it as it stood in one moment, whoever writes meanwhile. `settings`: those of a database in memory.
    """
    with server.standing_still():
        _refuse_other_tables()
        with _beside(settings):
            with transaction.atomic(FILE):
                _copy(SERVER, FILE)
            content: bytes = _file_below().serialize()
            return content


@contextmanager
def _beside(settings: dict[str, Any]) -> Iterator[None]:
    """The file, as a second database, with tables of the newest shape. One in memory is gone afterwards."""
    connections.settings[FILE] = connections.configure_settings({"default": {}, FILE: settings})[FILE]
    try:
        call_command("migrate", database=FILE, interactive=False, verbosity=0)
        yield
    finally:
        below = connections[FILE].connection
        connections[FILE].close()
        if below is not None:
            below.close()  # Django keeps one in memory open
        del connections[FILE]
        del connections.settings[FILE]


def _file_below() -> sqlite3.Connection:
    below: sqlite3.Connection = connections[FILE].connection
    return below


def _refuse_other_tables() -> None:
    """What another version keeps in a column that we do not know would not come over, and nobody would see it."""
    loader = MigrationLoader(connections[SERVER])
    if set(loader.applied_migrations) != set(loader.disk_migrations):
        raise StoreBroken(
            "The tables of the PostgreSQL database are another version's. Start this version once, first."
        )


def _copy(there: str, here: str) -> dict[str, int]:
    if any(model._base_manager.using(here).exists() for model in OURS):
        raise InUse("The PostgreSQL database is in use already. Name an empty one.")
    for made_with_the_tables in (Permission, ContentType):
        made_with_the_tables._base_manager.using(here).delete()
    kinds = [model for model in apps.get_models(include_auto_created=True) if model is not Session]
    came = {model._meta.db_table: _copy_one(model, there, here) for model in kinds}
    with connections[here].cursor() as cursor:
        for words in connections[here].ops.sequence_reset_sql(no_style(), kinds):
            cursor.execute(words)
    _check_chains(there, here)
    return came


def _copy_one(model: type[models.Model], there: str, here: str) -> int:
    old, new = model._base_manager.using(there), model._base_manager.using(here)
    new.bulk_create(old.order_by("pk").iterator(AT_ONCE), batch_size=AT_ONCE)
    if (count := new.count()) != old.count():
        raise StoreBroken(f"Of {model._meta.db_table}, not every row came over. Nothing was brought.")
    return count


def _check_chains(there: str, here: str) -> None:
    """A record that held must hold in the other database: each entry is read back and counted through."""
    for incident in Incident.objects.using(here).values_list("pk", flat=True):
        if (
            chain.read(incident, using=there) != (entries := chain.read(incident, using=here))
            or verify(entries) is not None
        ):
            raise StoreBroken(f"The record of incident {incident} would not be the same. Nothing was brought.")
