"""The guide's files: whole, small, alone, and nothing in them without its source."""

import json
import posixpath
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from pullcord.cli import main
from pullcord.guide.known import known_here
from pullcord.guide.languages import LANGUAGES, Language, Voice, voice
from pullcord.guide.site import ABOUT, Known, Site, embed
from pullcord.places import playbooks as books
from pullcord.places.lines import directory, shipped
from pullcord.places.select import Asks, by_kind, lines_for
from tests.guide_site import TODAY, Read, files, pages

MOST_BYTES = 60_000
DOORS = ("now", "us", "there", "child", "ready")


# What there is.


def test_there_is_a_page_for_every_door_platform_country_and_part_in_every_language():
    told = shipped()
    parts = [part for table in told.countries.values() if table.code != "ZZ" for part in (table.code, *table.nations)]
    for code in LANGUAGES:
        wanted = [*DOORS, "index", "texts", "notice", "ask", "about"]
        wanted += [f"platform/{book.key}" for book in books.playbooks()] + [f"help/{part}" for part in parts]
        assert not {f"{code}/{name}.html" for name in wanted} - set(files())


def test_every_page_with_all_that_it_loads_is_small():
    too_big = {}
    for path, page in pages().items():
        loads = [told.get("src") or told.get("href", "") for told in _loaded(page)]
        whole = page.size + sum(len(files()[_there(path, one)]) for one in loads)
        if page.size > MOST_BYTES or whole > 1.5 * MOST_BYTES:
            too_big[path] = (page.size, whole)
    assert not too_big


def test_every_link_within_the_guide_leads_to_a_page_and_to_a_place_in_it():
    broken = []
    for path, page in pages().items():
        for told in [*page.all("a"), *page.all("link")]:
            href = told["href"]
            if urlsplit(href).scheme:
                continue
            there, _, fragment = href.partition("#")
            target = _there(path, there) if there else path
            if target not in files() or (fragment and fragment not in pages()[target].ids):
                broken.append((path, href))
    assert not broken


def test_no_page_has_the_same_id_twice():
    assert not [path for path, page in pages().items() if len(set(page.ids)) != len(page.ids)]


def test_a_page_loads_nothing_from_elsewhere_and_has_nothing_that_could():
    for path, page in pages().items():
        for told in _loaded(page):
            assert not urlsplit(told.get("src") or told["href"]).netloc, path
        assert not {one.tag for one in page.elements} & {
            "img",
            "iframe",
            "video",
            "audio",
            "object",
            "embed",
            "style",
        }, path
        assert not [
            one.tag for one in page.elements if any(name.startswith("on") or name == "style" for name in one.told)
        ], path
        assert "default-src 'none'" in next(t["content"] for t in page.all("meta") if t.get("http-equiv")), path
        assert not [told for told in page.all("form") if "action" in told], path


def test_no_file_takes_a_picture_a_recording_or_a_file():
    for path, page in pages().items():
        assert not [told for told in page.all("input") if told.get("type") == "file" or "accept" in told], path


def test_a_page_says_in_which_language_it_is_and_which_way_it_is_read():
    for path, page in pages().items():
        code = path.partition("/")[0] if "/" in path else "en"
        told = page.all("html")[0]
        assert (told["lang"], told["dir"]) == (code, LANGUAGES[code].direction), path


@pytest.mark.parametrize("door", DOORS)
def test_every_door_asks_first_whether_anyone_is_in_danger(door: str):
    text = pages()[f"en/{door}.html"].text
    if door == "ready":
        return  # nothing has happened
    places = [text.index(words) for words in ("Is anyone in danger now?", "call the emergency number first", "112")]
    assert places == sorted(places)


def test_at_the_door_of_now_the_end_comes_before_everything():
    text = pages()["en/now.html"].text
    places = [
        text.index(words) for words in ("End it for everyone", "Zoom", "Then turn the screen away", "danger now?")
    ]
    assert places == sorted(places)


# Languages.


def test_what_nobody_reviewed_has_the_english_beside_it_and_says_so():
    for code, language in LANGUAGES.items():
        page = pages()[f"{code}/us.html"]
        said = "Nobody who grew up with this language has checked these words yet." in page.text
        assert said is language.needs_english
        if language.needs_english:
            assert "Do not open it, and do not play it." in page.text
            assert [told for told in page.all("span") if told.get("lang") == "en"]


def test_what_was_reviewed_goes_out_alone():
    said = Voice(Language("xx", "X", reviewed_by="Ann Example"), lambda sentence: sentence.upper())
    assert said.say("Leave.") == "LEAVE."
    unreviewed = Voice(Language("xx", "X"), lambda sentence: sentence.upper())
    assert unreviewed.say("Leave.") == 'LEAVE. <span class="en" lang="en" dir="ltr">Leave.</span>'


def test_what_has_no_translation_is_marked_as_english():
    assert Voice(Language("xx", "X"), str).say("Leave.") == '<span class="en" lang="en" dir="ltr">Leave.</span>'


def test_what_is_filled_in_is_no_markup():
    for code in ("en", "ar"):
        assert "<b>" not in voice(code).say("Source: {source}", source="<b>")
    assert embed({"a": "</script><b>&"}) == '{"a":"\\u003c/script\\u003e\\u003cb\\u003e\\u0026"}'


# Help lines.


def test_every_number_that_is_shown_has_its_date_its_source_and_its_address():
    everything, shown = Asks(link_posted=True, money=True, concern=True), 0
    for code, table in shipped().countries.items():
        if code == "ZZ":
            continue
        text = pages()[f"en/help/{code}.html"].text
        for group in by_kind(lines_for(shipped(), code, None, today=TODAY, asks=everything), asks=everything):
            for line in group.shown:
                shown += bool(line.phone)
                assert all(part in text for part in (line.name, line.phone, line.dated, *line.source)), (code, line.id)
                assert line.dated, line.id
                assert line.address in text
                assert line.address or "libphonenumber" in line.dated or not line.phone, line.id
        assert table.lines
    assert shown > 100


def test_a_number_that_is_held_back_stands_in_no_file():
    held = [
        line
        for table in shipped().countries.values()
        for line in table.lines
        if not by_kind_shows(line.country, line.phone) and line.phone
    ]
    assert held
    for line in held:
        for path in (f"en/help/{line.country}.html", "en/texts.html", "en/notice.html"):
            # Not counting an address and a name that are made of it: https://988.ca/, "113 Zelfmoordpreventie".
            said = pages()[path].text.replace(line.name, "")
            assert not re.search(rf"(?<![\w./-]){re.escape(line.phone)}(?![\w.-])", said), (line.id, path)


def by_kind_shows(country: str, phone: str) -> bool:
    everything = Asks(link_posted=True, money=True, concern=True)
    shown = lines_for(shipped(), country, None, today=TODAY, asks=everything)
    return any(phone in (line.phone, *line.also) for line in shown)


def test_the_help_of_a_part_leaves_out_what_is_for_another():
    scotland, england = (pages()[f"en/help/{code}.html"].text for code in ("GB-SCT", "GB-ENG"))
    assert "Victim Support Scotland" in scotland
    assert "Victim Support Scotland" not in england
    assert "Samaritans" in scotland
    assert "Samaritans" in england


def test_a_link_dials_what_is_printed_and_nothing_where_there_is_more_to_it():
    for path, page in pages().items():
        for told in page.all("a"):
            if told["href"].startswith("tel:"):
                assert re.fullmatch(r"tel:[+*#0-9]+", told["href"]), path


def page_of(known: Known, path: str) -> Read:
    content = Site(known).file(path)
    assert content is not None
    return Read(content)


def test_the_operators_country_stands_first():
    known = Known(shipped(), TODAY, country="DE")
    for path in ("en/us.html", "en/help.html"):
        text = page_of(known, path).text
        assert text.index("Germany") < text.index("Austria")
    assert "call 112 first" in page_of(known, "en/us.html").text


def test_nothing_is_dated_by_a_clock_but_by_the_day_that_was_told():
    assert "2031-02-03" in page_of(Known(shipped(), date(2031, 2, 3)), "en/about.html").text


# Playbooks.


@pytest.mark.parametrize("key", [book.key for book in books.playbooks()])
def test_a_page_of_a_platform_says_every_step_and_of_each_how_it_is_known(key: str):
    book, text = books.playbook(key), pages()[f"en/platform/{key}.html"].text
    steps = [step for part in book.parts.values() for rows in part.values() for step in rows]
    for step in (*steps, *book.ended_notes, *book.old_links):
        assert " ".join(step.say.split()) in text
        if step.source is not None:
            assert step.source.url in text
    unsure = sum(step.source is None for step in (*steps, *book.ended_notes, *book.old_links))
    assert text.count(books.MAY_DIFFER) == unsure


def test_a_platform_that_is_closed_says_what_took_over():
    assert "What took over: Microsoft Teams" in pages()["en/platform/skype.html"].text
    assert "nothing took over" in pages()["en/platform/houseparty.html"].text


# Written by the command.


def test_the_command_writes_the_whole_guide_and_writes_it_anew(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    folder = tmp_path / "site"
    words = ["guide", "--site", str(folder), "--data", str(tmp_path)]
    assert main(words) == 0
    assert "files were written" in capsys.readouterr().out
    written = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert written == set(files())
    (folder / "en" / "old.html").write_text("an older page")
    assert main(words) == 0
    assert not (folder / "en" / "old.html").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "letter.txt").write_text("mine")
    assert main(["guide", "--site", str(tmp_path)]) == 2
    assert "holds something else" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("words", [(), ("x", "--country", "XX"), ("x", "--colour", "red"), ("x", "--country")])
def test_what_cannot_be_meant_writes_nothing(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    assert main(["guide", "--site", *words]) == 2
    assert "pullcord guide --site FOLDER" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_what_the_data_folder_knows_is_in_it(tmp_path: Path):
    places = tmp_path / "places"
    places.mkdir()
    told = '[[confirmed]]\nid = "gb-childline"\nnumber = "0800 1111"\nby = "Ann Example"\non = 2026-11-24\n'
    (places / "confirmed.toml").write_text(told)
    text = page_of(Known(directory(places, today=TODAY), TODAY), "en/help/GB.html").text
    assert "0800 1111" in text
    assert "confirmed by Ann Example on 2026-11-24" in text
    assert "confirmed by Ann Example" not in pages()["en/help/GB.html"].text


NO_NETWORK = """
import sys
def refuse(event, args):
    if event.startswith("socket."):
        raise SystemExit(f"asked the network: {event}")
sys.addaudithook(refuse)
from pullcord.cli import main
code = main(["guide", "--site", sys.argv[1]])
assert not {"django", "dbos", "sqlalchemy", "starlette"} & set(sys.modules), "loaded a framework"
sys.exit(code)
"""


def test_it_is_written_without_a_network_and_without_a_framework(tmp_path: Path):
    env = {"PULLCORD_DATA": str(tmp_path / "data"), "HOME": str(tmp_path)}
    command = [sys.executable, "-c", NO_NETWORK, str(tmp_path / "site")]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "site" / ABOUT).is_file()


# The copy that a browser keeps.


def test_the_offline_copy_names_every_file_of_its_language_and_no_other():
    for code in LANGUAGES:
        script = files()[f"{code}/offline.js"].decode()
        kept = json.loads(script.partition("const KEPT = ")[2].partition(";\n")[0])
        there = {_there(f"{code}/x", one) for one in kept}
        own = {path for path in files() if path.startswith((f"{code}/", "assets/"))}
        assert there == own - {f"{code}/offline.js"}


def test_another_edition_is_another_copy():
    first, other = (
        Site(Known(shipped(), day)).file("en/offline.js") for day in (TODAY, date(2027, 3, 1))
    )  # fmt: skip
    assert first != other


def _loaded(page: Read) -> list[dict[str, str]]:
    wanted = ("stylesheet", "icon")
    scripts = [told for told in page.all("script") if "src" in told]
    return scripts + [told for told in page.all("link") if told.get("rel") in wanted]


def _there(path: str, href: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), href))


# The operator's own.

ADVICE = """if_nobody = "Call the duty line of the council."
[[person]]
name = "Ruth <b>"
role = "Safeguarding lead"
hours = "Monday to Friday, 9 to 17"
answers_within = "the same day"
phone = "020 7946 0001"
"""
BRIDGES = """[[bridge]]
name = "Our supplier"
end = "*8 then 1"
lock = "*5"
checked_by = "Ann Example"
checked_on = 2026-11-20
"""


def test_where_nobody_answers_it_is_said_and_help_is_shown():
    text = pages()["en/ask.html"].text
    assert "Nobody is named here who answers." in text
    assert "Where help is" in text


def test_who_answers_by_when_and_whom_to_ask_otherwise(tmp_path: Path):
    (tmp_path / "advice.toml").write_text(ADVICE)
    known, refused = known_here(tmp_path, today=TODAY)
    text = page_of(known, "en/ask.html").text
    told = ("Ruth <b>", "Safeguarding lead", "020 7946 0001", "Monday to Friday, 9 to 17", "the same day", "duty line")
    places = [text.index(words) for words in told]
    assert places == sorted(places)
    assert "Nobody is named here" not in text
    assert not refused


def test_the_own_codes_of_a_bridge_stand_above_everybody_elses(tmp_path: Path):
    (tmp_path / "bridges.toml").write_text(BRIDGES)
    known, _ = known_here(tmp_path, today=TODAY)
    text = page_of(known, "en/platform/phone_bridge.html").text
    places = [
        text.index(words)
        for words in ("Our supplier", "*8 then 1", "Tried by Ann Example on 2026-11-20", "Example Bell")
    ]
    assert places == sorted(places)
    assert "*8 then 1" not in page_of(known, "en/platform/zoom.html").text


def test_an_own_file_that_is_refused_is_named(tmp_path: Path):
    (tmp_path / "advice.toml").write_text("nobody")
    known, refused = known_here(tmp_path, today=TODAY)
    assert [sentence.partition(" ")[0] for sentence in refused] == ["advice.toml"]
    assert "Nobody is named here who answers." in page_of(known, "en/ask.html").text
