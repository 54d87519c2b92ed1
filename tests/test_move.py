"""From the file in the data folder to a PostgreSQL server: all of it or nothing, and with every number as it was."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connections
from pytest_django import DjangoDbBlocker

from pullcord.config import Config
from pullcord.core.timeline import head_of, verify
from pullcord.jobs import meetings, record
from pullcord.store import incidents, people, server, users
from pullcord.store.models import Incident, Presence, User
from pullcord.web import settings
from tests.desk import IN_FILE, SECRET, every_row
from tests.logs import refuse_in
from tests.pages import signed_in
from tests.postgres_server import PASSWORD, Postgres
from tests.serving import for_the_server, give_away, mode_of, run, serving
from tests.test_record import PLACE, end, kit_of

pytestmark = pytest.mark.servers


@pytest.fixture
def filled(desk, owner, other, room, postgres: Postgres, django_db_blocker: DjangoDbBlocker) -> Iterator[Config]:
    """A desk's file with something in every room, and a new database on the server to move it to."""
    meeting = meetings.add(desk, owner, name="Choir", platform="practice", **PLACE)
    cord = meetings.give_cord(desk, owner, meeting.id, who="Carla").cord
    told = end(desk, kit_of(desk, meeting), by=cord.id)
    record.take_in_all(desk)
    incidents.set_step(owner, told, "anyone in danger", "done", at=Incident.objects.get().opened_at)
    people.erase(
        owner, told, Presence.objects.order_by("pk")[0].pk, at=Incident.objects.get().opened_at, listed=lambda _: None
    )
    signed_in(owner)
    address = postgres.new_database()
    connections.close_all()
    yield desk.config._replace(database=address)
    server.give_up()
    connections.close_all()
    postgres.drop(address)


@IN_FILE
def test_all_of_it_is_there_as_it_was_and_what_is_added_follows_on(filled: Config, desk, owner):
    from pullcord.serve.move import move_store

    before = {name: rows for name, rows in every_row().items() if name not in OF_THE_FRAMEWORK}
    heads = {one.pk: head_of(incidents.entries(owner, one.pk)) for one in incidents.all_of(owner)}
    keys = [bytes(one.key) for one in Presence.objects.order_by("pk")]
    assert all(before[name] for name in ("store_user", "store_meeting", "store_cord", "store_press", "store_presence"))
    said = move_store(filled)
    assert "rows were moved" in said
    assert PASSWORD not in said
    assert settings.DATABASES["default"]["ENGINE"] == "pullcord.web.postgres"
    after = every_row()
    assert {name: len(rows) for name, rows in before.items()} == {name: len(after[name]) for name in before}
    for pk, head in heads.items():
        assert verify(incidents.entries(User.objects.get(pk=owner.pk), pk), head) is None
    assert [bytes(one.key) for one in Presence.objects.order_by("pk")] == keys
    assert User.objects.get(pk=owner.pk).check_password("a long password")
    assert users.add("clara", "a long password", name="Clara").pk not in {owner.pk}, "the numbers go on"
    assert not Path(desk.config.path("product.sqlite3")).exists()
    assert Path(desk.config.path("product.sqlite3.moved")).exists()


OF_THE_FRAMEWORK = {"django_migrations", "django_session", "django_content_type", "auth_permission"}


@IN_FILE
def test_into_a_database_that_is_in_use_nothing_is_moved(filled: Config, desk):
    from pullcord.serve.move import move_store
    from pullcord.store import StoreBroken, ground

    settings.configure(filled, SECRET)
    ground.prepare()
    users.add("somebody", "a long password", name="Somebody")
    with pytest.raises(StoreBroken, match="in use already"):
        move_store(filled)
    assert Path(desk.config.path("product.sqlite3")).exists()
    assert [user.username for user in User.objects.all()] == ["somebody"]


def test_the_operator_moves_a_stopped_server_by_one_command(
    tmp_path: Path, postgres: Postgres, need: Callable[[str], str]
):
    data, address = for_the_server(tmp_path), postgres.new_database()
    with serving(data):
        refused = run(["move-store"], data, DATABASE_URL=address)
        assert (refused.returncode, "Another Pullcord server is using" in refused.stderr) == (2, True)
    refused = run(["move-store"], data)
    assert (refused.returncode, "Say first where to" in refused.stderr) == (2, True)
    moved = run(["move-store"], data, DATABASE_URL=address)
    assert moved.returncode == 0, moved.stderr
    refuse_in(moved.stdout + moved.stderr, PASSWORD)
    give_away(data)
    with serving(data, DATABASE_URL=address) as now:
        assert mode_of(now) == "full"
        with psycopg.connect(address) as there:
            assert there.execute("SELECT count(*) FROM django_content_type").fetchone() != (0,)
    again = run(["move-store"], data, DATABASE_URL=address)
    assert (again.returncode, "nothing to move" in again.stderr) == (2, True)
