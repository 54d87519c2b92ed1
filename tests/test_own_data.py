"""The operator's own files: who answers when somebody asks for advice, and the codes of a telephone bridge."""

from datetime import date
from pathlib import Path

import pytest

from pullcord.cli import main
from pullcord.places.advice import Advice, Person, read_advice
from pullcord.places.bridges import NO_PIN, Bridge, read_bridges
from pullcord.places.lines import directory
from pullcord.places.own import ADVICE, BRIDGES
from pullcord.places.plain import advice_text, bridges_text

TODAY = date(2026, 11, 24)

ANN = """
[[person]]
name = "Ann Example"
role = "Safeguarding lead"
phone = "020 7946 0000"
hours = "Monday to Friday, 9:00 to 16:30"
answers_within = "the same school day"
"""
BEN = ANN.replace("Ann", "Ben").replace('phone = "020 7946 0000"', 'email = "ben@example.org"\ncountries = ["IE"]')
NOBODY = 'if_nobody = "The duty social worker of the council, at any hour"\n'
BRIDGE = """
[[bridge]]
name = "Tuesday line"
dial_in = "+44 20 7946 0000"
end = "*8 then 1"
lock = "*5"
mute_all = "# #"
count = "*2"
note = "Only the first caller with the host's PIN can use these."
checked_by = "Ann Example"
checked_on = 2026-11-20
"""


def put(folder: Path, name: str, text: str | bytes) -> Path:
    places = folder / "places"
    places.mkdir(exist_ok=True)
    (places / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return places


def advice(folder: Path, text: str | bytes) -> Advice:
    return read_advice(put(folder, ADVICE, text))


def bridge(folder: Path, text: str | bytes) -> Bridge | str:
    """The one bridge of the file, or why it was not taken."""
    read = read_bridges(put(folder, BRIDGES, text), today=TODAY)
    return read.refused or read.bridges[0]


def guide(capsys: pytest.CaptureFixture[str], folder: Path, *words: str) -> tuple[str, str]:
    assert main(["guide", *words, "--data", str(folder)]) == 0
    return capsys.readouterr()


# Who answers.


def test_who_answers_by_when_and_whom_to_ask_if_nobody_does(tmp_path: Path):
    known = advice(tmp_path, NOBODY + ANN + BEN)
    assert known.people == (
        Person(
            "Ann Example",
            "Safeguarding lead",
            "Monday to Friday, 9:00 to 16:30",
            "the same school day",
            phone="020 7946 0000",
        ),
        Person(
            "Ben Example",
            "Safeguarding lead",
            "Monday to Friday, 9:00 to 16:30",
            "the same school day",
            email="ben@example.org",
            countries=("IE",),
        ),
    )
    assert known.if_nobody == "The duty social worker of the council, at any hour"
    assert not known.refused


def test_where_there_is_no_file_nobody_answers(tmp_path: Path):
    assert read_advice(tmp_path) == read_advice(tmp_path / "nowhere") == read_advice(None) == Advice()
    assert list(advice_text(Advice(), {})) == ["Nobody is named here who answers."]


def test_nobody_on_the_rota_may_still_say_whom_to_ask(tmp_path: Path):
    known = advice(tmp_path, NOBODY)
    assert (known.people, known.refused) == ((), "")
    assert list(advice_text(known, {})) == ["Nobody is named here who answers.", known.if_nobody]


@pytest.mark.parametrize(
    ("countries", "nations", "asked", "is_shown"),
    [
        ((), (), ("", ""), True),
        ((), (), ("GB", "GB-SCT"), True),
        (("IE",), (), ("", ""), True),
        (("IE",), (), ("GB", ""), False),
        (("IE",), (), ("ie", ""), True),
        ((), ("GB-SCT",), ("GB", ""), True),
        ((), ("GB-SCT",), ("GB", "gb-sct"), True),
        ((), ("GB-SCT",), ("GB", "GB-WLS"), False),
        ((), ("GB-SCT",), ("IE", ""), False),
        (("GB", "IE"), ("GB-SCT",), ("IE", ""), True),
        (("GB", "IE"), ("GB-SCT",), ("GB", "GB-WLS"), False),
    ],
)
def test_whoever_is_there_for_elsewhere_is_not_named(
    countries: tuple[str, ...], nations: tuple[str, ...], asked: tuple[str, str], is_shown: bool
):
    one = Person("Ann", "Lead", "always", "an hour", phone="1", countries=countries, nations=nations)
    assert bool(Advice((one,), "Nobody").serving(*asked).people) is is_shown


WRONG = [
    ("hours = ", "night = ", "“night” is not known"),
    ('hours = "Monday to Friday, 9:00 to 16:30"\n', "", "“hours” is missing"),
    ('"Monday to Friday, 9:00 to 16:30"', '" "', "“hours” is missing"),
    ('answers_within = "the same school day"', 'answers_within = ""', "“answers_within” is missing"),
    ('"the same school day"', "24", "“answers_within” is not text in quotes"),
    ('phone = "020 7946 0000"\n', "", "neither “phone” nor “email”"),
    ("020 7946 0000", "ask at the door", "is no number as it is dialled"),
    ("020 7946 0000", "020 7946 0000,,1234#", "is no number as it is dialled"),
    ("020 7946 0000", "0" * 16, "is no number as it is dialled"),
    ('phone = "020 7946 0000"', 'email = "a@b"', "is no address of mail"),
    ('phone = "020 7946 0000"', 'email = "a@example.org?bcc=b@example.org"', "is no address of mail"),
    ('phone = "020 7946 0000"', 'email = "https://example.org/"', "is no address of mail"),
    ("the same school day", "see https://example.org/ask", "holds a link or an address"),
    ("the same school day", "ask at example.org", "holds a link or an address"),
    ("the same school day", "write to ann@example.org", "holds a link or an address"),
    ("the same school day", "www.example", "holds a link or an address"),
    ("the same school day", "x" * 81, "longer than 80 signs"),
    ("the same school day", "soon\\u001b[2J", "signs that cannot be seen"),
    ("the same school day", "soon\\u202e", "signs that cannot be seen"),
    ("the same school day", "the victim decides", "“victim”, which hurts people"),
    ('name = "Ann Example"', "", "[[person]] number 1: “name” is missing"),
    ('name = "Ann Example"', 'name = "bit.ly/x"', "holds a link"),
    ("[[person]]", "[person]", "written as [[person]]"),
    ("[[person]]", "person = 5\n[more]", "“more” is not known"),
    ("[[person]]", '[[person]]\ncountries = "GB"', "“countries” is written as"),
    ("[[person]]", '[[person]]\ncountries = ["GB-SCT"]', "“countries” is written as"),
    ("[[person]]", '[[person]]\nnations = ["Scotland"]', "“nations” is written as"),
    ("[[person]]", "[[person]]\nnations = [1]", "“nations” is written as"),
    ("[[person]]", '[[person]]\n"\\u001b[2J" = 1', "“?[2J” is not known"),
    ("if_nobody", "if_somebody", "“if_somebody” is not known"),
    (NOBODY, "", "“if_nobody” is missing"),
    ("The duty", "https://example.org", "holds a link"),
    ("[[person]]", "not TOML", "is not written as TOML"),
]


@pytest.mark.parametrize(("was", "put_in", "said"), WRONG)
def test_a_file_that_is_wrong_anywhere_is_refused_whole_with_a_sentence(
    tmp_path: Path, was: str, put_in: str, said: str
):
    text = NOBODY + ANN
    spoilt = text.replace(was, put_in) + ("" if was == "[[person]]" else BEN)
    assert was in text
    known = advice(tmp_path, spoilt)
    assert known == Advice(refused=known.refused)
    assert known.refused.startswith("advice.toml was not taken: ")
    assert said in known.refused
    assert known.refused.isprintable()


def test_twenty_people_are_the_most(tmp_path: Path):
    assert len(advice(tmp_path, NOBODY + ANN * 20).people) == 20
    assert "20 are the most" in advice(tmp_path, NOBODY + ANN * 21).refused


@pytest.mark.parametrize("spoilt", [b"\xff\xfe", b"#" * 1_000_001, b"nested = " + b"[" * 9000, b"a = 1\na = 2"])
def test_what_is_no_such_file_at_all_is_refused_too(tmp_path: Path, spoilt: bytes):
    assert advice(tmp_path, spoilt).refused
    assert isinstance(bridge(tmp_path, spoilt), str)


@pytest.mark.parametrize(
    "name", ["Dr. J.Smith", "Zoë O’Néill-Łoś", "李", "Support for Victims", "St. Mary’s team (24/7)"]
)
def test_people_are_called_what_they_are_called(tmp_path: Path, name: str):
    assert advice(tmp_path, NOBODY + ANN.replace("Ann Example", name)).people[0].name == name


# A bridge's own codes.


def test_the_codes_that_somebody_tried_with_who_and_when(tmp_path: Path):
    assert bridge(tmp_path, BRIDGE) == Bridge(
        "Tuesday line",
        "*8 then 1",
        "Ann Example",
        date(2026, 11, 20),
        lock="*5",
        mute_all="# #",
        counting="*2",
        dial_in="+44 20 7946 0000",
        note="Only the first caller with the host's PIN can use these.",
    )


def test_of_a_code_that_nobody_wrote_down_it_is_said(tmp_path: Path):
    least = '[[bridge]]\nname = "Line"\nend = "0"\nchecked_by = "Ann"\nchecked_on = 2026-11-24\n'
    read = read_bridges(put(tmp_path, BRIDGES, least), today=TODAY)
    assert list(bridges_text(read)) == [
        "Line",
        "  End it for everyone: 0",
        "  Lock it: no code is written down",
        "  Mute everyone: no code is written down",
        "  Hear how many are there: no code is written down",
        "  Tried by Ann on 2026-11-24.",
    ]


def test_where_there_is_no_file_there_are_no_codes(tmp_path: Path):
    assert not any(read_bridges(folder, today=TODAY) != ((), "") for folder in (tmp_path, tmp_path / "no", None))


@pytest.mark.parametrize(
    "key", ["pin", "PIN", "host_pin", "passcode", "Password", "moderator_code", "host-key", "access"]
)
@pytest.mark.parametrize("where", ["top", "row"])
def test_a_pin_is_not_kept_and_the_sentence_says_why(tmp_path: Path, key: str, where: str):
    held = f'"{key}" = "123456"\n'
    said = bridge(tmp_path, held + BRIDGE if where == "top" else BRIDGE + held)
    assert isinstance(said, str)
    assert f"it holds “{key}”. {NO_PIN}." in said
    assert "123456" not in said


@pytest.mark.parametrize("code", ["1234", "*8 then 1234#", "12 34", "1 2 then 3 4 then 5 6 then 7"])
def test_a_pin_does_not_get_in_as_a_code(tmp_path: Path, code: str):
    said = bridge(tmp_path, BRIDGE.replace("*8 then 1", code))
    assert isinstance(said, str)
    assert NO_PIN in said
    assert code not in said


@pytest.mark.parametrize("note", ["Host PIN: 4711", "the passcode is 123", "PINs, as always, 9876"])
def test_a_pin_does_not_get_in_as_a_note(tmp_path: Path, note: str):
    said = bridge(tmp_path, BRIDGE.replace("Only the first caller with the host's PIN can use these.", note))
    assert isinstance(said, str)
    assert NO_PIN in said


@pytest.mark.parametrize("code", ["*8 then 1", "# #", "##", "0", "*51#", "press *9 or #9", "*6 wait then 1"])
def test_codes_as_suppliers_write_them_are_taken(tmp_path: Path, code: str):
    read = bridge(tmp_path, BRIDGE.replace("*8 then 1", code))
    assert isinstance(read, Bridge)
    assert read.end == code


@pytest.mark.parametrize(
    ("was", "put_in", "said"),
    [
        ("*8 then 1", "", "“end” is missing"),
        ("*8 then 1", "then", "is written with 0-9"),
        ("*8 then 1", "*8, 1", "is written with 0-9"),
        ("*8 then 1", "*8 then hang up", "is written with 0-9"),
        ("*8 then 1", "٨", "is written with 0-9"),
        ("*8 then 1", "* " * 21, "longer than 40"),
        ("+44 20 7946 0000", "+44 20 7946 0000,,4711#", "is no number"),
        ("lock = ", "look = ", "“look” is not known"),
        ("2026-11-20", "2026-11-25", "not one that has still to come"),
        ("2026-11-20", '"2026-11-20"', "is a day like"),
        ("2026-11-20", "2026-11-20T10:00:00", "is a day like"),
        ('checked_by = "Ann Example"\n', "", "“checked_by” is missing"),
        ("Only the first", "See https://example.org/ for the first", "holds a link"),
        ("[[bridge]]", "[bridge]", "written as [[bridge]]"),
        ("[[bridge]]", "bridge = [1]\n[other]", "“other” is not known"),
    ],
)
def test_a_bridge_that_is_wrong_anywhere_is_refused_with_a_sentence(tmp_path: Path, was: str, put_in: str, said: str):
    assert was in BRIDGE
    refused = bridge(tmp_path, BRIDGE.replace(was, put_in))
    assert isinstance(refused, str)
    assert refused.startswith("bridges.toml was not taken: ")
    assert said in refused


# Beside the help lines, and in the terminal.


def test_these_files_are_not_taken_for_tables_of_help_lines(tmp_path: Path):
    put(tmp_path, ADVICE, NOBODY + ANN)
    places = put(tmp_path, BRIDGES, BRIDGE)
    assert not directory(places, today=TODAY).refused


def test_the_terminal_says_who_answers_before_it_says_where_help_is(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    put(tmp_path, ADVICE, NOBODY + ANN + BEN.replace('["IE"]', '["GB"]\nnations = ["GB-SCT"]'))
    out, aside = guide(capsys, tmp_path, "zoom", "--country", "GB")
    said = (
        "WHO ANSWERS IF YOU ASK FOR ADVICE",
        "  Ann Example, Safeguarding lead: 020 7946 0000",
        "    Answers: Monday to Friday, 9:00 to 16:30",
        "    You hear back: the same school day",
        "  Ben Example, Safeguarding lead: ben@example.org",
        "    For: United Kingdom, Scotland",
        "  If nobody answers by then: The duty social worker of the council, at any hour",
        "WHERE HELP IS",
    )
    places = [out.index(words) for words in said]
    assert places == sorted(places)
    assert not aside
    assert "Ben" not in guide(capsys, tmp_path, "zoom", "--country", "GB", "--nation", "GB-WLS")[0]


def test_the_terminal_says_that_nobody_answers_and_why_a_file_was_not_taken(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    assert "  Nobody is named here who answers.\n" in guide(capsys, tmp_path, "zoom")[0]
    put(tmp_path, ADVICE, NOBODY + ANN.replace("hours", "night"))
    put(tmp_path, BRIDGES, "pin = 1234")
    out, aside = guide(capsys, tmp_path, "phone_bridge")
    assert "  Nobody is named here who answers.\n" in out
    assert "Ann" not in out
    assert "YOUR OWN BRIDGES" not in out
    assert "advice.toml was not taken: Ann Example: “night” is not known" in aside
    assert "bridges.toml was not taken: at the top: it holds “pin”." in aside
    assert "1234" not in out + aside


def test_ones_own_codes_stand_above_what_holds_for_every_bridge(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    put(tmp_path, BRIDGES, BRIDGE)
    for asked in ("phone_bridge", "conference call"):
        out, aside = guide(capsys, tmp_path, asked)
        assert not aside
        said = ("YOUR OWN BRIDGES", "  Tuesday line", "    End it for everyone: *8 then 1", "Codes differ by supplier")
        places = [out.index(words) for words in said]
        assert places == sorted(places)
    assert "Tuesday line" not in guide(capsys, tmp_path, "zoom")[0]
