"""The server on PostgreSQL as its operator meets it: without its database it ends meetings, and comes back by itself."""

import pickle
import signal
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from psycopg import sql

from tests.postgres_server import PASSWORD, Postgres, running
from tests.serving import Serving, for_the_server, mode_of, serving
from tests.test_serve import Touch

pytestmark = [pytest.mark.servers, pytest.mark.timeout(120)]

A_LOOK_SECONDS = 15.0
"""It looks every five seconds, and waits up to six for an answer."""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return for_the_server(tmp_path)


@pytest.fixture
def own(need: Callable[[str], str]) -> Iterator[Postgres]:
    """A server for this test to break."""
    need("postgresql")
    with running(is_synced=True) as server:
        server.new_database(name="ours")
        yield server


def becomes(server: Serving, mode: str) -> bool:
    return comes_true(lambda: mode_of(server) == mode)


def comes_true(is_so: Callable[[], bool]) -> bool:
    """Within a look of the server at its database."""
    until = time.monotonic() + A_LOOK_SECONDS
    while not is_so():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def test_without_its_database_it_starts_ends_meetings_and_comes_back_when_the_database_does(data: Path, own: Postgres):
    own.kill()
    with serving(data, DATABASE_URL=own.address("ours")) as server:
        assert mode_of(server) == "stop-only"
        status, _, text = server.ask("GET", "/")
        assert status == 503
        assert "Only ending a meeting works now" in text
        assert "it does not answer" in text
        own.start()
        assert becomes(server, "full")
        assert server.ask("GET", "/accounts/login/")[0] == 200
        for go, come in ((own.kill, own.start), (own.hang, own.go_on), (own.end, own.start)):
            go()
            assert comes_true(lambda: server.ask("GET", "/accounts/login/")[0] == 503)
            assert mode_of(server) == "stop-only"
            assert "Only ending a meeting works now" in server.ask("GET", "/accounts/login/")[2]
            come()
            assert becomes(server, "full")
            assert server.ask("GET", "/accounts/login/")[0] == 200
        with own.used_up():
            assert becomes(server, "stop-only")
        assert becomes(server, "full")
    assert not any(PASSWORD in line for line in server.said)
    assert not any("Traceback" in line for line in server.said), server.said


def test_it_ends_when_it_is_told_to_though_its_database_is_gone(data: Path, own: Postgres):
    with serving(data, DATABASE_URL=own.address("ours")) as server:
        assert mode_of(server) == "full"
        own.kill()
        assert becomes(server, "stop-only")
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(15) == -signal.SIGTERM, "in its own time, and by itself"


def test_a_second_server_on_the_same_database_serves_no_pages_from_it(data: Path, own: Postgres, tmp_path: Path):
    (tmp_path / "other").mkdir()
    other = for_the_server(tmp_path / "other")
    with (
        serving(data, DATABASE_URL=own.address("ours")) as first,
        serving(other, DATABASE_URL=own.address("ours")) as second,
    ):
        assert mode_of(second) == "stop-only"
        assert "Another Pullcord server uses this database" in second.ask("GET", "/")[2]
        assert mode_of(first) == "full"
        first.kill()
        assert becomes(second, "full")


def test_a_planted_row_runs_nothing_and_never_starts_the_engine(data: Path, own: Postgres):
    with serving(data, DATABASE_URL=own.address("ours")):
        pass
    touched = data / "touched"
    evil = b64encode(pickle.dumps(Touch(str(touched)))).decode()
    own.say(
        sql.SQL(
            "INSERT INTO engine.workflow_status (workflow_uuid, status, name, inputs, serialization, executor_id,"
            " application_version, created_at, updated_at, recovery_attempts, priority)"
            " VALUES ('planted', 'PENDING', 'take in', {}, 'py_pickle', 'one', '1', 1, 1, 0, 0)"
        ).format(sql.Literal(evil)),
        "ours",
    )
    with serving(data, DATABASE_URL=own.address("ours")) as server:
        assert mode_of(server) == "stop-only"
        assert "holds a row that is not ours" in server.ask("GET", "/c/none")[2]
    assert not touched.exists()


def test_remote_control_of_the_engine_is_refused(data: Path, own: Postgres):
    with serving(data, DATABASE_URL=own.address("ours"), DBOS__CONDUCTOR_KEY="x") as server:
        assert mode_of(server) == "stop-only"


def test_a_user_who_owns_nothing_there_is_told_what_is_missing(data: Path, own: Postgres):
    own.say(sql.SQL("CREATE DATABASE bare"))
    with serving(data, DATABASE_URL=own.address("bare")) as server:
        assert "its user may not make tables there" in server.ask("GET", "/")[2]
