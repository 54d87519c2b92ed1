"""The store, moved from a file to a server: all of it or nothing, into a database that holds nothing of ours yet."""

from typing import Any

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, connections, models, transaction

from pullcord.core.timeline import verify
from pullcord.store import StoreBroken, chain
from pullcord.store.models import InboxEvent, Incident, Meeting, User

FILE = "file"
OURS: tuple[type[models.Model], ...] = (User, Meeting, Incident, InboxEvent)
AT_ONCE = 500


def from_file(settings: dict[str, Any]) -> dict[str, int]:
    """How many rows came over, by table; nobody stays signed in. Raises StoreBroken, DatabaseError.

    `settings`: those of the file. The server's tables have been made, and nobody else is at either.
    """
    connections.settings[FILE] = connections.configure_settings({"default": {}, FILE: settings})[FILE]
    try:
        call_command("migrate", database=FILE, interactive=False, verbosity=0)
        with transaction.atomic():
            return _copy()
    finally:
        connections[FILE].close()
        del connections.settings[FILE]


def _copy() -> dict[str, int]:
    if any(model._base_manager.exists() for model in OURS):
        raise StoreBroken("The PostgreSQL database is in use already. Name an empty one.")
    for made_with_the_tables in (Permission, ContentType):
        made_with_the_tables._base_manager.all().delete()
    kinds = [model for model in apps.get_models(include_auto_created=True) if model is not Session]
    came = {model._meta.db_table: _copy_one(model) for model in kinds}
    with connection.cursor() as cursor:
        for words in connection.ops.sequence_reset_sql(no_style(), kinds):
            cursor.execute(words)
    _check_chains()
    return came


def _copy_one(model: type[models.Model]) -> int:
    there, here = model._base_manager.using(FILE), model._base_manager.using("default")
    here.bulk_create(there.order_by("pk").iterator(AT_ONCE), batch_size=AT_ONCE)
    if (count := here.count()) != there.count():
        raise StoreBroken(f"Of {model._meta.db_table}, not every row came over. Nothing was moved.")
    return count


def _check_chains() -> None:
    """A record that held in the file must hold on the server: each entry is read back and counted through."""
    for incident in Incident.objects.values_list("pk", flat=True):
        if chain.read(incident, using=FILE) != (entries := chain.read(incident)) or verify(entries) is not None:
            raise StoreBroken(f"The record of incident {incident} would not be the same. Nothing was moved.")
