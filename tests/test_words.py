"""The catalogues: what the code says is what translators see, and what they wrote is what people read."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from pullcord.guide.languages import ENGLISH, LANGUAGES
from tools import words

HOLE = re.compile(r"\{[a-z_]*\}")
CATALOGUES = words.catalogues()
by_language = pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parents[1].name)


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parents[1].name)


def other_holes(catalogue: Catalog) -> list[str]:
    """Translations that would leave something out, or fail, when they are filled in."""
    return [
        f"{message.id} -> {message.string}"
        for message in catalogue
        if message.id and message.string and sorted(holes(message.id)) != sorted(holes(message.string))
    ]


def holes(text: object) -> list[str]:
    return HOLE.findall(str(text))


def fuzzy(catalogue: Catalog) -> list[str]:
    """Guesses of a tool, which gettext would leave out without a word."""
    return [str(message.id) for message in catalogue if message.id and message.fuzzy]


def test_the_template_holds_what_the_code_says_today():
    assert words.POT.read_bytes() == words.as_po(words.template()), "./run words"


@by_language
def test_a_catalogue_holds_what_the_code_says_today(path: Path):
    assert path.read_bytes() == words.as_po(words.updated(path)), "./run words"


@by_language
def test_what_people_read_is_what_the_translator_wrote(path: Path):
    assert path.with_suffix(".mo").read_bytes() == words.as_mo(read(path)), "./run words"


@by_language
def test_whatever_is_filled_in_stands_in_the_translation(path: Path):
    assert not other_holes(read(path))


@by_language
def test_no_translation_is_a_guess(path: Path):
    assert not fuzzy(read(path))
    assert not read(path).fuzzy


@by_language
def test_every_sentence_is_translated(path: Path):
    assert not words.still_open(read(path))


def test_a_language_is_offered_if_and_only_if_it_has_a_catalogue():
    assert {path.parents[1].name for path in CATALOGUES} | {ENGLISH} == set(LANGUAGES)


@pytest.mark.parametrize(
    ("reader", "translation", "is_fuzzy"),
    [
        (words.still_open, "", False),
        (other_holes, "Ruf an.", False),
        (other_holes, "Ruf {nummer} an.", False),
        (other_holes, "Ruf {number} an, {number}.", False),
        (fuzzy, "Ruf {number} an.", True),
    ],
)
def test_a_reader_of_catalogues_finds_the_offence_and_lets_the_innocent_pass(
    reader: Callable[[Catalog], list[str]], translation: str, is_fuzzy: bool
):
    catalogue, innocent = Catalog("de"), Catalog("de")
    catalogue.add("Call {number}.", translation, flags=["fuzzy"] if is_fuzzy else [])
    innocent.add("Call {number}.", "Wählen Sie {number}.")
    assert reader(catalogue)
    assert not reader(innocent)
