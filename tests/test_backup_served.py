"""The commands as the operator runs them: a backup beside a running server, and a server on what was restored."""

import shutil
from pathlib import Path

import pyrage
import pytest

from tests.serving import for_the_server, give_away, mode_of, run, serving


@pytest.mark.servers
def test_a_server_is_backed_up_as_it_runs_and_another_one_starts_on_the_restored_folder(tmp_path: Path):
    data, secret = for_the_server(tmp_path), pyrage.x25519.Identity.generate()
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "identity").write_text(f"{secret}\n")
    give_away(outside)
    archive = ["restore", str(outside / "b.age"), "--identity", str(outside / "identity")]
    with serving(data):
        made = run(["backup", "--to", str(outside / "b.age"), "--recipient", str(secret.to_public())], data)
        assert made.returncode == 0, made.stderr
        refused = run(archive, data)
        assert (refused.returncode, "Another Pullcord server" in refused.stderr) == (2, True)
    shutil.copytree(data / "keys", outside / "keys")
    shutil.rmtree(data)
    data.mkdir(mode=0o700)
    shutil.copytree(outside / "keys", data / "keys")
    give_away(data)
    back = run(archive, data)
    assert back.returncode == 0, back.stderr
    assert "Everybody signs in anew" in back.stdout
    with serving(data) as now:
        assert mode_of(now) == "full"
