"""The ground: what `./run` does before anything of ours runs."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from bench import _rows
from tests import together
from tools import advisories, ground, servers


def test_every_package_of_the_lock_has_a_hash():
    for lock in ("uv", "runtime", "dev"):
        text = (ground.LOCKS / f"{lock}.txt").read_text()
        packages = [part for part in text.replace("\\\n", " ").splitlines() if part.strip()]
        assert packages
        assert all("==" in part and "--hash=sha256:" in part for part in packages)


def test_the_lock_of_the_tests_holds_the_lock_of_the_product():
    runtime, dev = (set(advisories.pinned(ground.LOCKS / f"{name}.txt")) for name in ("runtime", "dev"))
    assert runtime < dev


def test_what_pip_was_told_is_told_to_uv_unless_the_environment_says_it_already():
    pip = {"global.cert": "/a.pem", "global.index-url": "https://one.example", ":env:.index-url": "https://two.example"}
    told = {"SSL_CERT_FILE": "/a.pem", "UV_DEFAULT_INDEX": "https://two.example"}
    assert ground.translated(pip, {}) == told
    assert ground.translated(pip, {"UV_DEFAULT_INDEX": "mine"}) == {"SSL_CERT_FILE": "/a.pem"}
    assert ground.translated({"global.timeout": "9"}, {}) == {}


def test_a_launcher_that_the_kernel_cannot_read_goes_by_way_of_sh():
    assert ground.launcher_text("/x/python").startswith("#!/x/python -I\nimport sys\n")
    assert ground.launcher_text("/a b/python").startswith("#!/bin/sh\n'''exec' \"/a b/python\" -I")


def test_no_service_starts_while_packages_are_installed_and_the_policy_of_before_comes_back(tmp_path: Path):
    policy = tmp_path / "policy-rc.d"
    with servers.nothing_starts(policy):
        assert "exit 101" in policy.read_text()
        assert policy.stat().st_mode & 0o111
    assert not policy.exists()
    policy.write_text("theirs")
    with pytest.raises(KeyError), servers.nothing_starts(policy):
        raise KeyError
    assert policy.read_text() == "theirs"
    assert list(tmp_path.iterdir()) == [policy]


def test_a_policy_set_aside_by_a_run_that_was_killed_comes_back(tmp_path: Path):
    policy = tmp_path / "policy-rc.d"
    policy.with_name("policy-rc.d.before-pullcord").write_text("theirs")
    policy.write_text(servers.OURS)
    with servers.nothing_starts(policy):
        pass
    assert policy.read_text() == "theirs"


@pytest.fixture
def absent(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setitem(servers.SERVERS, "absent", servers.Server("absent", "nothing", ("no-such-program",)))
    return "absent"


def test_a_test_without_its_server_is_left_out_and_says_how_to_get_it(need, absent, monkeypatch):
    monkeypatch.delenv("PULLCORD_TEST_ALL", raising=False)
    with pytest.raises(pytest.skip.Exception, match="apt-get install absent"):
        need(absent)


def test_leaving_a_test_out_is_a_failure_where_nothing_may_be_left_out(need, absent, monkeypatch):
    monkeypatch.setenv("PULLCORD_TEST_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match="leaves nothing out"):
        need(absent)


def test_a_goal_that_does_not_hold_fails_its_benchmark_and_is_printed(capsys):
    rows = [
        _rows.Row("press", "ms", 3.0, bare=2.0, goal="at most 1.2 x bare", holds=False),
        _rows.Row("idle", "MB", 9.0),
    ]
    assert _rows.finish("stop", rows, ["--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"bench", "machine", "rows"}
    assert told["rows"][0] == {
        "what": "press", "unit": "ms", "ours": 3.0, "bare": 2.0, "peer": None, "ratio": 1.5,
        "goal": "at most 1.2 x bare", "holds": False,
    }  # fmt: skip
    assert _rows.finish("stop", rows[1:], []) == 0
    assert "idle" in capsys.readouterr().out


class Osv(BaseHTTPRequestHandler):
    """Answers like the vulnerability database: knows one bad package."""

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
        results = [{"vulns": [{"id": "X-1"}]} if q["package"]["name"] == "django" else {} for q in asked]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"results": results}).encode())

    def log_message(self, format, *args):
        pass


def test_an_advisory_is_found_by_the_package_it_is_about(capsys):
    with HTTPServer(("127.0.0.1", 0), Osv) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert advisories.scan(f"http://127.0.0.1:{server.server_port}/") is False
        server.shutdown()
    assert "django" in (out := capsys.readouterr().out)
    assert "X-1" in out
    assert "segno" not in out


def test_a_scan_that_could_not_ask_says_so_and_claims_nothing(capsys):
    with HTTPServer(("127.0.0.1", 0), Osv) as server:
        closed = server.server_port
    assert advisories.scan(f"http://127.0.0.1:{closed}/") is None
    assert "Not possible here" in capsys.readouterr().out


def test_tests_that_share_what_is_dear_run_in_one_worker_and_their_files_are_there():
    assert {together.group_of(f"{start}x") for start in together.TOGETHER} == set(together.TOGETHER.values())
    assert together.group_of("tests/test_ground.py::test_x") == "tests/test_ground.py::test_x"
    assert all((ground.ROOT / start.partition("::")[0]).exists() for start in together.TOGETHER)
