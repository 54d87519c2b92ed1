"""The commands as the operator runs them: a backup beside a running server, and a server on what was restored."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pyrage
import pytest

from tests.logs import refuse_in
from tests.postgres_server import PASSWORD, Postgres
from tests.serving import for_the_server, give_away, mode_of, run, serving


@pytest.fixture(params=["in a file", "on a server"])
def places(request: pytest.FixtureRequest) -> Iterator[list[dict[str, str]]]:
    """Where the database was and is to be: what two servers are told of it."""
    if request.param == "in a file":
        yield [{}, {}]
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    addresses = [postgres.new_database(), postgres.new_database()]
    yield [{"DATABASE_URL": address} for address in addresses]
    for address in addresses:
        postgres.drop(address)


@pytest.mark.servers
def test_a_server_is_backed_up_as_it_runs_and_another_one_starts_on_the_restored_folder(places, tmp_path: Path):
    was, now_is = places
    data, secret = for_the_server(tmp_path), pyrage.x25519.Identity.generate()
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "identity").write_text(f"{secret}\n")
    give_away(outside)
    archive = ["restore", str(outside / "b.age"), "--identity", str(outside / "identity")]
    with serving(data, **was):
        made = run(["backup", "--to", str(outside / "b.age"), "--recipient", str(secret.to_public())], data, **was)
        assert made.returncode == 0, made.stderr
        refused = run(archive, data, **was)
        assert (refused.returncode, "Another Pullcord server" in refused.stderr) == (2, True)
    shutil.copytree(data / "keys", outside / "keys")
    shutil.rmtree(data)
    data.mkdir(mode=0o700)
    shutil.copytree(outside / "keys", data / "keys")
    give_away(data)
    back = run(archive, data, **now_is)
    assert back.returncode == 0, back.stderr
    assert "Everybody signs in anew" in back.stdout
    refuse_in(made.stdout + made.stderr + back.stdout + back.stderr, PASSWORD)
    with serving(data, **now_is) as now:
        assert mode_of(now) == "full"
