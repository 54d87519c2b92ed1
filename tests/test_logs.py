"""The search through what was written down: it finds what it is there to find."""

import base64
from pathlib import Path

import pytest

from tests.logs import refuse_in

NAME = "Clara Süß"


@pytest.mark.parametrize(
    "line",
    [
        f"GET /{NAME}",
        "GET /Clara%20S%C3%BC%C3%9F",
        "clara süß came",
        base64.b64encode(NAME.encode()).decode(),
        NAME.encode().hex(),
    ],
)
def test_a_name_is_found_however_it_was_written(line: str, tmp_path: Path):
    (tmp_path / "log").write_text(line)
    for written in (line, line.encode(), tmp_path / "log", [tmp_path / "log"]):
        with pytest.raises(AssertionError, match="Clara"):
            refuse_in(written, "another", NAME)


def test_what_is_not_there_is_not_found(tmp_path: Path):
    refuse_in("GET /health", NAME)


@pytest.mark.parametrize(("written", "secrets"), [("text", ()), ([], (NAME,)), ("text", ("",))])
def test_a_search_for_nothing_or_nowhere_is_no_search(written, secrets):
    with pytest.raises(AssertionError):
        refuse_in(written, *secrets)
