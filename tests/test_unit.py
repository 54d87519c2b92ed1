"""The unit for systemd: what the sandbox of it promises, read by systemd itself where it is installed."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pullcord.serve.unit import main, unit

MOST_EXPOSED = 20
"""Of 100, as `systemd-analyze security` counts; 0 is a service that may do nothing at all, 96 one without a sandbox."""
PROMISED = {
    "NoNewPrivileges": "true",
    "ProtectSystem": "strict",
    "ProtectHome": "true",
    "PrivateTmp": "true",
    "CapabilityBoundingSet": "",
    "AmbientCapabilities": "",
    "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
    "StateDirectory": "pullcord",
    "StateDirectoryMode": "0700",
    "UMask": "0077",
    "User": "pullcord",
}


def lines(text: str) -> Iterator[tuple[str, str, str]]:
    """Section, name and value of each line of a unit, in order. Raises ValueError."""
    section = ""
    for line in text.splitlines():
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
        elif line and not line.startswith("#"):
            name, sign, value = line.partition("=")
            if not (section and sign and name.isalnum()):
                raise ValueError(line)
            yield section, name, value


def test_the_unit_says_every_promise_of_the_sandbox_once():
    said = [
        (name, value)
        for section, name, value in lines(unit(program="/opt/pullcord/bin/python"))
        if section == "Service"
    ]
    for name, value in PROMISED.items():
        assert [told for one, told in said if one == name] == [value], name
    assert ("SystemCallFilter", "@system-service") in said
    assert ("SystemCallFilter", "~@privileged @resources") in said
    assert ("ExecStart", "/opt/pullcord/bin/python -I -m pullcord.cli serve") in said
    assert not any(name == "LoadCredential" for name, _ in said)


def test_the_key_can_come_from_the_service_manager():
    said = list(lines(unit(program="/opt/python", key="/etc/pullcord/key")))
    assert ("Service", "LoadCredential", "pullcord-key:/etc/pullcord/key") in said


def test_a_python_in_a_home_can_be_read_there_and_nothing_else_changes():
    plain, home = (unit(program=f"{where}/python").splitlines() for where in ("/opt", "/home"))
    changed = [line for line in home if line not in plain]
    assert changed == ["ExecStart=/home/python -I -m pullcord.cli serve", "ProtectHome=read-only"]


@pytest.mark.parametrize("key", ["key", "/etc/a key", "/etc/%h", "/etc/x\nUser=root"])
def test_a_path_that_a_unit_would_read_otherwise_is_refused(key: str, capsys: pytest.CaptureFixture[str]):
    assert main(["--key", key]) == 2
    told = capsys.readouterr()
    assert "whole paths" in told.err
    assert not told.out


def test_systemd_finds_no_fault_with_the_unit_and_calls_it_well_protected(tmp_path: Path):
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not on this machine; the unit was only read line by line.")
    file = tmp_path / "pullcord.service"
    # `verify` looks the user up, which only an installation has.
    file.write_text(
        unit(program=sys.executable, key="/etc/pullcord/key").replace(
            "=pullcord\nGroup=pullcord", "=daemon\nGroup=daemon"
        )
    )
    env = {**os.environ, "SYSTEMD_COLORS": "0"}
    told = subprocess.run([analyze, "verify", "--man=no", file], capture_output=True, text=True, env=env, check=False)
    assert [line for line in told.stderr.splitlines() if "pullcord.service" in line] == []
    assert told.returncode == 0, told.stderr
    weighed = subprocess.run(
        [analyze, "security", "--offline=true", f"--threshold={MOST_EXPOSED}", "--no-pager", file],
        capture_output=True,
        text=True,
        env=env,
        check=False,
    )
    found = re.search(r"exposure level for pullcord.service: ([0-9.]+)", weighed.stdout)
    assert found, weighed.stderr
    assert float(found[1]) * 10 <= MOST_EXPOSED, weighed.stdout
    assert weighed.returncode == 0, "systemd's own threshold"
