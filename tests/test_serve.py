"""The server as its operator meets it: started, refused, broken in parts, and never opening a door by that."""

import pickle
import sqlite3
import stat
from base64 import b64encode
from pathlib import Path

import pytest

from pullcord.cli import main
from pullcord.config import read_config
from tests.serving import for_the_server, free_port, give_away, mode_of, run, serving


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return for_the_server(tmp_path)


@pytest.mark.servers
def test_the_first_start_leaves_a_link_that_only_its_user_can_read(data: Path) -> None:
    with serving(data) as server:
        link = data / "signin-link"
        assert stat.S_IMODE(link.stat().st_mode) == 0o600
        path = link.read_text().strip().partition(f":{server.port}")[2]
        assert server.ask("GET", path)[0] == 200
        assert mode_of(server) == "full"


@pytest.mark.servers
def test_everything_in_the_data_folder_is_closed_to_others(data: Path) -> None:
    with serving(data):
        for path in (data, *data.rglob("*")):
            assert not path.stat().st_mode & 0o077, path


@pytest.mark.servers
def test_a_second_server_on_the_same_folder_refuses(data: Path) -> None:
    with serving(data):
        second = run(["serve"], data)
        assert second.returncode == 2
        assert second.stderr.count("\n") == 1
        assert "Another Pullcord server is using" in second.stderr


def test_a_process_that_refuses_says_its_sentence_and_nothing_else(data: Path) -> None:
    (data / "settings.toml").write_text("listen = 8400")
    give_away(data)
    refused = run(["serve"], data)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "must be text in quotation marks" in refused.stderr
    assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["serve", "signin-link"])
def test_root_is_refused(data: Path, command: str) -> None:
    refused = run([command], data, as_root=True)
    assert refused.returncode == 2
    assert not list(data.iterdir()), "what root wrote there, the server could not read"
    assert "does not run as root" in refused.stderr


BAD_SETTINGS = [
    ("listen = 8400", "must be text in quotation marks"),
    ('listen = "nowhere"', "listen must look like 127.0.0.1:8400"),
    ('lissten = "127.0.0.1:1"', "unknown setting “lissten”"),
    ('address = "meetings.example.org"', "address must look like"),
    ('address = "https://[::1"', "address must look like"),
    ('address = "https://meetings.example.org:99999"', "address must look like"),
    ('address = "https://meetings.example.org/pullcord"', "address must look like"),
    ('address = "https://me:secret@meetings.example.org"', "not “one with a name or password in it”"),
    ('address = "https://grüße.example"', "as browsers send it, in plain letters (xn--…)"),
    ('trusted_proxies = "everyone"', "trusted_proxies takes addresses"),
    ('time_zone = "Here, now"', "time_zone must be a name such as Europe/Berlin"),
    ('time_zone = "Europe/Atlantis"', "“Europe/Atlantis” is not known here"),
    ('time_zone = "Europe"', "“Europe” is not known here"),
    ("listen = ", "is not valid TOML"),
]


@pytest.mark.parametrize(("settings", "said"), BAD_SETTINGS)
def test_a_bad_setting_is_refused_in_one_plain_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], settings: str, said: str
) -> None:
    (tmp_path / "settings.toml").write_text(settings)
    assert main(["serve", "--data", str(tmp_path)]) == 2
    refused = capsys.readouterr().err
    assert said in refused
    assert refused.count("\n") == 1


@pytest.mark.servers
def test_a_key_that_others_can_read_is_refused(data: Path) -> None:
    with serving(data):
        pass
    (data / "keys").chmod(0o755)
    refused = run(["serve"], data)
    assert refused.returncode == 2
    assert "chmod go-rwx" in refused.stderr


@pytest.mark.servers
def test_a_broken_database_leaves_a_server_that_stops_and_says_so(data: Path) -> None:
    (data / "product.sqlite3").write_bytes(b"not a database at all" * 500)
    give_away(data)
    with serving(data) as server:
        assert mode_of(server) == "stop-only"
        status, _, text = server.ask("GET", "/")
        assert status == 503
        assert "Only ending a meeting works now" in text


@pytest.mark.servers
def test_a_broken_engine_leaves_a_server_that_stops_and_says_so(data: Path) -> None:
    (data / "engine.sqlite3").write_bytes(b"not a database at all" * 500)
    give_away(data)
    with serving(data) as server:
        assert mode_of(server) == "stop-only"


class Touch:
    """What a planted row would do if anybody unpickled it."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self):
        return (open, (self.path, "w"))


@pytest.mark.servers
def test_a_planted_row_runs_nothing_and_never_starts_the_engine(data: Path, tmp_path: Path) -> None:
    with serving(data):
        pass
    touched = data / "touched"
    evil = b64encode(pickle.dumps(Touch(str(touched)))).decode()
    with sqlite3.connect(data / "engine.sqlite3") as engine:
        engine.execute(
            "INSERT INTO workflow_status (workflow_uuid, status, name, inputs, serialization, executor_id,"
            " application_version, created_at, updated_at, recovery_attempts, priority)"
            " VALUES ('planted', 'PENDING', 'take in', ?, 'py_pickle', 'one', '1', 1, 1, 0, 0)",
            (evil,),
        )
    engine.close()
    give_away(data)
    with serving(data) as server:
        assert mode_of(server) == "stop-only"
        assert "holds a row that is not ours" in server.ask("GET", "/c/none")[2]
    assert not touched.exists()


@pytest.mark.servers
def test_remote_control_of_the_engine_is_refused(data: Path) -> None:
    with serving(data, DBOS__CONDUCTOR_KEY="x") as server:
        assert mode_of(server) == "stop-only"


@pytest.mark.servers
def test_a_new_signin_link_is_made_on_the_machine_and_kills_the_old_one(data: Path) -> None:
    port = free_port()
    with serving(data, port=port) as server:
        first = (data / "signin-link").read_text().strip()
        made = run(["signin-link"], data, PULLCORD_LISTEN=f"127.0.0.1:{port}")
        assert made.returncode == 0
        second = (data / "signin-link").read_text().strip()
        assert first != second
        assert second not in made.stdout + made.stderr, "never to a log"
        assert server.ask("GET", second.partition(f":{port}")[2])[0] == 200
        assert server.ask("GET", first.partition(f":{port}")[2])[0] != 200


@pytest.mark.servers
def test_a_stray_socket_is_closed_with_its_own_code(data: Path) -> None:
    from websockets.exceptions import InvalidStatus
    from websockets.sync.client import connect

    with serving(data) as server, pytest.raises(InvalidStatus):
        connect(f"ws://127.0.0.1:{server.port}/anything", proxy=None, open_timeout=5)


BAD_DATABASES = [
    ("mysql://anna:geheim@h/x", "database must look like postgresql://"),
    ("postgresql://anna:geheim@h", "database must look like postgresql://"),
    ("postgresql://anna:geheim@h:x/y", "database must look like postgresql://"),
    ("postgresql://anna:geheim@h/y?no-such=geheim", "address of the PostgreSQL database cannot be read"),
    ("postgresql://anna:geheim%zz@h/y", "address of the PostgreSQL database cannot be read"),
]


@pytest.mark.parametrize("name", ["DATABASE_URL", "PULLCORD_DATABASE"])
@pytest.mark.parametrize(("address", "said"), BAD_DATABASES)
def test_an_address_of_a_database_that_cannot_be_meant_is_refused_without_a_word_of_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    address: str,
    said: str,
) -> None:
    monkeypatch.setenv(name, address)
    assert main(["serve", "--data", str(tmp_path)]) == 2
    refused = capsys.readouterr().err
    assert said in refused
    assert refused.count("\n") == 1
    assert "geheim" not in refused


@pytest.mark.servers
def test_a_password_in_a_settings_file_that_others_can_read_is_refused(data: Path) -> None:
    file = data / "settings.toml"
    file.write_text('database = "postgresql://anna:geheim@127.0.0.1:1/pullcord"')
    file.chmod(0o644)
    give_away(data)
    refused = run(["serve"], data)
    assert refused.returncode == 2
    assert "chmod go-rwx" in refused.stderr
    assert "geheim" not in refused.stderr
    file.chmod(0o600)
    with serving(data) as server:
        assert "it does not answer" in server.ask("GET", "/")[2]
    assert not any("geheim" in line for line in server.said)


def test_of_the_three_places_for_the_database_ours_goes_before_the_customary_one_and_that_before_the_file(
    tmp_path: Path,
) -> None:
    (tmp_path / "settings.toml").write_text('database = "postgresql:///file"')

    def database(**said: str) -> str:
        return read_config(str(tmp_path), environment=said).database

    assert database() == "postgresql:///file"
    assert database(DATABASE_URL="postgres:///customary") == "postgres:///customary"
    assert (
        database(DATABASE_URL="postgres:///customary", PULLCORD_DATABASE="postgresql:///ours") == "postgresql:///ours"
    )
    assert database(DATABASE_URL="postgres:///customary", PULLCORD_DATABASE="") == ""
    assert "secret" not in repr(read_config(str(tmp_path), environment={"DATABASE_URL": "postgres://a:secret@h/x"}))
