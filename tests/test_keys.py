"""The keys: in a file that nobody else can read; a new one seals, an old one still opens."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from pullcord.config import read_config
from pullcord.jobs.desk import open_desk, refuse_open_folders
from pullcord.safe.files import TooOpen, refuse_if_others_can_read
from pullcord.safe.keys import Keys, KeysMissing, SealBroken, digest, make_keys, new_token, read_keys


def test_the_first_start_makes_a_key_that_only_this_user_can_read_and_the_next_one_keeps_it(tmp_path: Path):
    folder = tmp_path / "keys"
    made = make_keys(str(folder))
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "key").stat().st_mode & 0o777 == 0o600
    assert make_keys(str(folder)).open(made.seal(b"x")) == b"x"


def test_a_rotated_key_seals_anew_and_the_old_one_still_opens(tmp_path: Path):
    folder = tmp_path / "keys"
    old = make_keys(str(folder))
    sealed, mark = old.seal(b"kept"), old.mark("journal", b"line")
    new = Fernet.generate_key()
    (folder / "key").write_bytes(new + b"\n" + (folder / "key").read_bytes())
    both = read_keys(str(folder))
    assert both.open(sealed) == b"kept"
    assert both.is_ours("journal", b"line", mark)
    only_new = Keys([new])
    assert only_new.open(both.seal(b"fresh")) == b"fresh"
    assert only_new.is_ours("journal", b"line", both.mark("journal", b"line"))
    assert not only_new.is_ours("journal", b"line", mark)
    with pytest.raises(SealBroken):
        only_new.open(sealed)


def test_a_seal_that_was_changed_is_broken(tmp_path: Path):
    keys = make_keys(str(tmp_path))
    sealed = keys.seal(b"kept")
    another = b"A" if sealed[30:31] != b"A" else b"B"
    for changed in (b"", sealed[:-4], sealed[:30] + another + sealed[31:], b"\xff"):
        with pytest.raises(SealBroken):
            keys.open(changed)


def test_a_mark_for_one_use_does_not_pass_for_another(tmp_path: Path):
    keys = make_keys(str(tmp_path))
    assert not keys.is_ours("kit", b"line", keys.mark("journal", b"line"))
    assert not keys.is_ours("journal", b"line", "")


@pytest.mark.parametrize("content", [None, b"", b"\n\n", b"no key", b"\xff\xfe"])
def test_a_missing_or_damaged_key_file_is_named(tmp_path: Path, content: bytes | None):
    if content is not None:
        (tmp_path / "key").write_bytes(content)
    with pytest.raises(KeysMissing, match=str(tmp_path / "key")):
        read_keys(str(tmp_path))


def test_a_damaged_key_file_is_never_replaced_by_a_new_one(tmp_path: Path):
    (tmp_path / "key").write_bytes(b"damaged")
    with pytest.raises(KeysMissing):
        make_keys(str(tmp_path))
    assert (tmp_path / "key").read_bytes() == b"damaged"


def test_the_service_managers_key_goes_before_the_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    theirs = Fernet.generate_key()
    (tmp_path / "pullcord-key").write_bytes(theirs)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert Keys([theirs]).open(make_keys(str(tmp_path / "keys")).seal(b"x")) == b"x"
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_file_that_others_can_read_is_refused_and_the_sentence_says_how_to_close_it(tmp_path: Path, mode: int):
    secret = tmp_path / "key"
    secret.touch()
    secret.chmod(mode)
    with pytest.raises(TooOpen, match=f"chmod go-rwx {secret}"):
        refuse_if_others_can_read(str(secret))
    secret.chmod(0o600)
    refuse_if_others_can_read(str(secret))
    refuse_if_others_can_read(str(tmp_path / "not there"))


@pytest.mark.parametrize("which", ["keys", "keys/key", "stop", "stop/journal"])
def test_a_server_refuses_to_start_where_others_can_read_its_keys_or_its_journal(tmp_path: Path, which: str):
    config = read_config(str(tmp_path), environment={})
    desk = open_desk(config, new=True)
    desk.means.journal.append("pressed", meeting="m", incident="i", press="p", door="cord", by="b")
    desk.means.journal.close()
    refuse_open_folders(config)
    (tmp_path / which).chmod(0o755)
    with pytest.raises(TooOpen):
        refuse_open_folders(config)


def test_a_link_is_128_bits_in_which_nothing_can_be_read_and_only_its_digest_is_kept():
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert {len(bytes.fromhex(token)) for token in tokens} == {16}
    assert len({digest(token) for token in tokens}) == 100
    assert digest("\udcff"), "what a browser sends need not be text"
