"""What no table of help lines may hold: each fault is planted once, and found."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pullcord.places.lines import SHIPPED, shipped
from pullcord.places.lint import faults
from tools import check_directory

TODAY = date(2026, 11, 24)
COUNTRIES = sorted(shipped().countries)


def document(code: str = "GB") -> dict[str, Any]:
    """A shipped table as it is written, to be spoilt."""
    return tomllib.loads((SHIPPED / f"{code}.toml").read_text("utf-8"))


def row(**told: object) -> dict[str, Any]:
    return {
        "id": "gb-new-line",
        "kind": "victim_support",
        "name": "New line",
        "phone": "0808 157 0192",
        "url": "https://new.example.org/",
        "confidence": "A",
        "verified_on": "2026-11-01",
        "source": ["https://new.example.org/contact"],
    } | told


def test_the_whole_directory_passes_the_lint_of_the_house(capsys: pytest.CaptureFixture[str]):
    assert check_directory.main() == 0, capsys.readouterr().out


def test_every_table_is_free_to_use():
    assert all(document(country)["licence"] == "CC0-1.0" for country in COUNTRIES)


@pytest.mark.parametrize(
    ("country", "spoilt", "said"),
    [
        ("GB", {"phone": "0800 111"}, "known misprint of 0800 1111"),
        ("DE", {"phone": "166 111"}, "known misprint of 116 111"),
        ("FR", {"also": ["166 006"]}, "known misprint of 116 006"),
        ("GB", {"phone": "0845 60 39 213"}, "known to be dead"),
        ("GB", {"phone": "0808 500 2222"}, "copies disagree"),
        ("GB", {"phone": "116 006"}, "does not exist there"),
        ("FR", {"abroad": "+33 3114"}, "cannot be dialled from abroad"),
        ("GB", {"confidence": "C"}, "only remembered"),
        ("GB", {"source": ["from memory"]}, "speaks of memory"),
        ("GB", {"evidence": "seen; hours from memory"}, "speaks of memory"),
        ("GB", {"ship": False}, "a lead"),
        ("GB", {"verified_on": "2026-11-25"}, "not come yet"),
        ("GB", {"verified_on": "last week"}, "must look like"),
        ("GB", {"source": []}, "“source” is missing"),
        ("GB", {"nations": ["GB-XXX"]}, "not among the parts"),
        ("GB", {"id": "fr-new-line"}, "begin with the country"),
        ("GB", {"kind": "platform_abuse"}, "no kind of help"),
        ("GB", {"url": "javascript:alert(1)"}, "not one of a web page"),
        ("GB", {"phone": "ask at the door"}, "as it is dialled"),
        ("GB", {"know": "For victims."}, "says “victims”"),
        ("GB", {"know": "Call \u202e0800"}, "cannot be seen"),
        ("GB", {"colour": "red"}, "no field"),
        ("GB", {"confidence": "libphonenumber"}, "not that somebody answers"),
        ("GB", {"kind": "abuse_survivors", "phone": "0808 1000 900"}, "never in a survivors' list"),
    ],
)
def test_a_planted_fault_is_found(country: str, spoilt: dict[str, Any], said: str):
    spoilt = {"id": f"{country.lower()}-new-line", **spoilt}
    table = document(country)
    table["line"].append(row(phone="0808 157 0192") | spoilt)
    found = faults(table, today=TODAY)
    assert len(found) == 1, found
    assert said in found[0]


def test_a_good_row_is_found_good():
    table = document()
    table["line"].append(row())
    assert faults(table, today=TODAY) == []


@pytest.mark.parametrize("missing", ["country", "name", "issued", "verified_by", "line"])
def test_a_table_without_its_head_is_refused(missing: str):
    table = document()
    del table[missing]
    assert faults(table, today=TODAY)


def test_the_check_of_the_house_refuses_a_planted_misprint_and_a_planted_memory(tmp_path: Path):
    for spoilt in ({"phone": "0800 111"}, {"source": ["from memory"]}):
        text = (SHIPPED / "GB.toml").read_text("utf-8")
        added = row(**spoilt)
        lines = "\n".join(f"{key} = {value!r}".replace("'", '"') for key, value in added.items())
        (tmp_path / "GB.toml").write_text(f"{text}\n[[line]]\n{lines}\n", encoding="utf-8")
        assert check_directory.main(tmp_path) == 1


def test_the_check_of_the_house_refuses_an_emergency_number_that_is_none(tmp_path: Path):
    text = (SHIPPED / "GB.toml").read_text("utf-8")
    (tmp_path / "GB.toml").write_text(text.replace('phone = "999"', 'phone = "998"'), encoding="utf-8")
    assert check_directory.main(tmp_path) == 1


def test_a_lead_with_a_number_is_refused():
    assert list(
        check_directory.of_leads({"lead": [{"country": "GB", "kind": "police", "name": "X", "why": "", "phone": "1"}]})
    )


def test_no_lead_is_in_the_package():
    names = {lead["name"] for lead in tomllib.loads(check_directory.LEADS.read_text("utf-8"))["lead"]}
    assert names
    assert not {(one.name) for table in shipped().countries.values() for one in table.lines} & names
