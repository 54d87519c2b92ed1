"""The setting `country`: what it may be, and where it is the first choice."""

from pathlib import Path

import pytest

from pullcord.cli import main
from pullcord.config import ConfigError, read_config
from tests.test_guide import printed


def settings(folder: Path, country: str) -> Path:
    (folder / "settings.toml").write_text(f'country = "{country}"\n')
    return folder


@pytest.mark.parametrize(
    ("country", "number"), [("GB-SCT", "0800 160 1985"), ("gb", "08 08 16 89 111"), ("DE", "116 006")]
)
def test_the_country_of_the_settings_is_the_one_where_none_is_said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, country: str, number: str
):
    assert main(["guide", "zoom", "--data", str(settings(tmp_path, country))]) == 0
    out, aside = capsys.readouterr()
    assert number in out
    assert f"Help for {country.upper()}, as the settings say." in aside


def test_a_country_that_is_said_goes_before_the_settings_and_takes_no_part_from_them(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    data = ["--data", str(settings(tmp_path, "GB-SCT"))]
    northern = "Police Service of Northern Ireland"
    assert northern not in printed(capsys, "zoom", *data)
    assert northern in printed(capsys, "zoom", "--nation", "GB-NIR", *data)
    text = printed(capsys, "zoom", "--country", "GB", *data)
    assert "Say the part" in text
    assert northern in text
    assert "call 999 first" not in printed(capsys, "zoom", "--country", "US", *data)


@pytest.mark.parametrize(
    ("country", "said"),
    [("IS", "we hold no help lines"), ("Great Britain", "must be two letters"), ("GB-XYZ", "Help for GB,")],
)
def test_a_country_that_cannot_be_meant_keeps_the_guide_from_nobody(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, country: str, said: str
):
    assert main(["guide", "zoom", "--data", str(settings(tmp_path, country))]) == 0
    out, aside = capsys.readouterr()
    assert "'End meeting for all'" in out
    assert said in aside


@pytest.mark.parametrize("country", ["G", "GBR", "GB-", "-SCT", "GB-SCOT", "ß", "G1", "GB-S CT", "GB-SCT-X", "ＧＢ"])
def test_a_setting_that_is_no_country_is_refused_with_what_one_looks_like(country: str):
    with pytest.raises(ConfigError, match="such as GB"):
        read_config("nowhere", environment={"PULLCORD_COUNTRY": country})


def test_a_country_is_two_letters_and_its_part_stands_beside_it():
    said = [read_config("nowhere", environment={"PULLCORD_COUNTRY": text}) for text in ("", "gb", " GB-sct ")]
    assert [(config.country, config.part) for config in said] == [("", ""), ("GB", ""), ("GB", "GB-SCT")]
