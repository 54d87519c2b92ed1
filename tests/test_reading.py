"""What the guide says is easy to read, in every language, and nothing in it hurts."""

import re
from collections.abc import Callable
from functools import cache
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from pullcord.core.wording import FORBIDDEN, NEVER, offence
from pullcord.guide.languages import ENGLISH, LANGUAGES, Voice, saying
from pullcord.guide.site import Known, Site
from pullcord.places.lines import shipped
from tools import reading, words
from tools.reading import DAY, ROWS
from tools.reading_age import HYPHENS, MOST_WORDS, OLDEST, SCALES, UNHEARD, age, longest, measured, sentences, syllables
from tools.reading_age import words as words_of

DOCS = Path(__file__).resolve().parent.parent / "docs"
COUNTED = Path(__file__).parent / "data" / "syllables.tsv"
OTHERS = [code for code in LANGUAGES if code != ENGLISH]
BY_FORMULA = list(HYPHENS)
BY_LENGTH = [code for code in LANGUAGES if code not in HYPHENS]


def translated(code: str) -> None:
    """Whoever judges a language needs all of it; that a catalogue is not complete is red in test_words."""
    if code not in reading.judged():
        pytest.skip(f"the catalogue of {code} is not complete")


# Every page.


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_page_asks_for_a_reader_much_older_than_twelve(code: str):
    translated(code)
    assert not [(row, reading.figure(code, row)) for row in ROWS if reading.is_beyond(code, row)]
    assert "none" not in {reading.figure(code, row) for row in ROWS}


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_sentence_of_a_page_is_longer_than_twenty_words_in_any_language(code: str):
    translated(code)
    assert not [text for row in ROWS for text in reading.said(code)[row] if longest([text]) > MOST_WORDS]


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_language_is_judged_as_soon_as_all_of_it_is_translated(code: str):
    assert (code in reading.judged()) == (code == ENGLISH or is_full(code))


def is_full(code: str) -> bool:
    with (words.LOCALE / code / "LC_MESSAGES" / "pullcord.po").open("rb") as file:
        told = {message.id: message.string for message in read_po(file, locale=code) if message.id}
    return all(told.get(message.id) for message in words.template() if message.id)


def test_what_is_judged_is_what_stands_on_the_page():
    page = unescape((site().file("en/us.html") or b"").decode())
    judged = [sentence for sentence in reading.said(ENGLISH)["us"] if "{" not in sentence]
    assert len(judged) > 30
    assert all(sentence in page for sentence in judged)


def test_every_list_item_and_paragraph_of_a_page_is_judged():
    page = (site().file("en/us.html") or b"").decode()
    shown = re.findall(r"<li>([^<]+[.?!])</li>|<p>([^<]+[.?!])</p>", page)
    judged = set(reading.said(ENGLISH)["us"])
    assert len(shown) > 25
    assert not [text for pair in shown for text in pair if text and unescape(text) not in judged]


def test_the_figure_of_every_page_in_every_language_stands_in_the_reference():
    page = reading.TABLE.read_text("utf-8")
    assert reading.page(page) == page, "./run reading"
    cells = [line.strip("| ").split(" | ") for line in page.partition(reading.BEGINS)[2].splitlines() if line]
    assert cells[0] == ["page", *LANGUAGES]
    assert [row[0] for row in cells[2:]] == list(ROWS)
    for row in cells[2:]:
        assert [cell != "not translated" for cell in row[1:]] == [code in reading.judged() for code in LANGUAGES]
    assert "reference/reading-age.md" in (DOCS / "README.md").read_text("utf-8")


# The formula.

HARD = {
    "en": "The establishment of appropriate organisational procedures necessitates comprehensive consultation with responsible authorities.",
    "fr": "L’établissement de procédures organisationnelles appropriées nécessite une consultation approfondie des autorités responsables.",
    "de": "Die Einrichtung angemessener organisatorischer Verfahrensweisen erfordert umfassende Beratungen verantwortlicher Behörden.",
    "es": "El establecimiento de procedimientos organizativos apropiados necesita consultas exhaustivas con las autoridades responsables.",
    "pl": "Ustanowienie odpowiednich procedur organizacyjnych wymaga wyczerpujących konsultacji z odpowiedzialnymi organami.",
    "uk": "Запровадження відповідних організаційних процедур потребує вичерпних консультацій із відповідальними установами.",
}  # fmt: skip
EASY = {
    "en": "Call the police. Tell them what you saw.",
    "fr": "Appelez la police. Dites ce que vous avez vu.",
    "de": "Rufen Sie die Polizei an. Sagen Sie, was Sie sahen.",
    "es": "Llame a la policía. Diga lo que vio.",
    "pl": "Zadzwoń na policję. Powiedz, co się stało.",
    "uk": "Подзвоніть у поліцію. Скажіть, що ви бачили.",
}


@pytest.mark.parametrize("code", BY_FORMULA)
def test_the_language_of_offices_is_far_too_hard_and_the_language_of_people_is_not(code: str):
    assert (age([HARD[code]], code) or 0) > OLDEST + 5
    assert (age([EASY[code]], code) or 99) < OLDEST
    assert reading.is_too_hard([HARD[code]], code)
    assert not reading.is_too_hard([EASY[code]], code)


@pytest.mark.parametrize("code", BY_LENGTH)
def test_where_pyphen_divides_no_words_one_sentence_that_runs_on_makes_the_page_too_hard(code: str):
    assert reading.is_too_hard(["Kurz.", f"{'ww ' * MOST_WORDS}ww."], code)
    assert not reading.is_too_hard([f"{'ww ' * (MOST_WORDS - 1)}ww."], code)


@pytest.mark.parametrize("code", [code for code in BY_FORMULA if code != ENGLISH])
def test_a_language_is_brought_to_englishs_scale_by_what_django_says_in_both(code: str):
    assert measured(code) == pytest.approx(SCALES[code], rel=0.02)


def test_what_pyphen_does_not_hear_is_measured_over_words_counted_as_they_are_pronounced():
    counted = dict(line.split("\t") for line in COUNTED.read_text("utf-8").splitlines() if line[0] != "#")
    texts = {text for row in reading.said(ENGLISH).values() for text in row}
    spoken = [word.lower().replace("’", "'") for text in texts for word in words_of(text)]
    known = [word for word in spoken if word in counted]
    assert len(known) > 0.97 * len(spoken)
    heard = sum(syllables(word, ENGLISH) for word in known)
    assert sum(int(counted[word]) for word in known) / heard == pytest.approx(UNHEARD, abs=0.01)


def test_the_formula_is_flesch_and_kincaids_with_five_years_before_school():
    # Six words of one syllable each.
    assert age(["The cat sat on the mat."], "en") == pytest.approx(0.39 * 6 + 11.8 * UNHEARD - 15.59 + 5)
    assert age(["{number}: 999."], "en") is None


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two? Three!", ["One.", "Two?", "Three!"]),
        ("Say “Stop.” Then go.", ["Say “Stop.”", "Then go."]),
        ("Zum Beispiel z. B. Ton. Und so.", ["Zum Beispiel z. B. Ton.", "Und so."]),
        ("1. What happened. Where", ["1. What happened.", "Where"]),
        ("bzw. anders: so.", ["bzw. anders: so."]),
        ("أغلقوا الاجتماع. هل انتهى؟ نعم.", ["أغلقوا الاجتماع.", "هل انتهى؟", "نعم."]),
        ("میٹنگ بند کریں۔ پھر جائیں۔", ["میٹنگ بند کریں۔", "پھر جائیں۔"]),
    ],
)
def test_a_text_is_cut_where_its_sentences_end(text: str, parts: list[str]):
    assert list(sentences(text)) == parts


@pytest.mark.parametrize("mark", ["۔", ".", "؟", "!"])
def test_a_sentence_that_runs_on_is_found_without_syllables(mark: str):
    assert longest([f"{'ایک ' * MOST_WORDS}{mark}".replace(f" {mark}", mark)]) == MOST_WORDS
    assert longest([f"{'ایک ' * (MOST_WORDS + 1)}{mark}".replace(f" {mark}", mark)]) > MOST_WORDS


def test_the_sentences_of_a_page_are_shown_the_hardest_first(capsys: pytest.CaptureFixture[str]):
    assert reading.main(["en", "us"]) == 0
    shown = [float(line.split()[0]) for line in capsys.readouterr().out.splitlines()[:-1]]
    assert shown == sorted(shown, reverse=True)
    assert len(shown) > 30


@pytest.mark.parametrize("asked", [["xx", "us"], ["en"], ["en", "poem"]])
def test_a_page_that_there_is_not_is_refused(asked: list[str]):
    assert reading.main(asked) == 2


# What is never said.


ADDRESS = re.compile(r"""(?:https?:)?//[^\s"'<>]+|\b[\w.-]+\.\w{2,}/[^\s"'<>]*""")
"""Bodies choose their own, and some are old."""


class Own(HTMLParser):
    """The words of a page in its own language, outside of names and values, which are others' words."""

    EMPTY = frozenset({"meta", "link", "input", "br"})

    def __init__(self, content: bytes, code: str) -> None:
        super().__init__()
        self._code = code
        self._open: list[tuple[str, str]] = []
        self._said: list[str] = []
        self.feed(content.decode())
        self.close()
        self.text = " ".join(ADDRESS.sub(" ", " ".join(self._said)).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        before = self._open[-1][1] if self._open else ""
        if tag not in self.EMPTY:
            self._open.append((tag, "" if tag in ("bdi", "script") else dict(attrs).get("lang") or before))

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1][0] == tag
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][1] == self._code:
            self._said.append(data)


@cache
def site() -> Site:
    return Site(Known(shipped(), DAY))


def pages(code: str) -> list[str]:
    return [path for path in site().paths_of(code) if path.endswith(".html")]


def test_no_english_page_as_it_is_rendered_says_what_hurts():
    found = {path: FORBIDDEN.search(rendered(path)) for path in pages(ENGLISH)}
    assert len(found) > 70
    assert not {path: one.group() for path, one in found.items() if one}


def rendered(path: str) -> str:
    """With its attributes and the data of its scripts."""
    return ADDRESS.sub(" ", unescape((site().file(path) or b"").decode()))


def test_what_hurts_is_found_in_english_also_beside_an_address():
    assert FORBIDDEN.search(ADDRESS.sub(" ", "https://example.org/victims (for victims)"))
    assert not FORBIDDEN.search(ADDRESS.sub(" ", "example.org/for/victims and //example.org/victims"))


@pytest.mark.parametrize("code", OTHERS)
def test_no_page_of_another_language_says_what_hurts(code: str):
    translated(code)
    texts = {path: Own(site().file(path) or b"", code).text for path in pages(code)}
    assert all(len(words_of(text)) > 10 for text in texts.values())
    assert not {path: said for path, text in texts.items() if (said := offence(text, code))}


@pytest.mark.parametrize("code", OTHERS)
def test_nothing_that_the_pages_of_another_language_ask_for_says_what_hurts(code: str):
    """Also what stands in attributes, and what a script puts into the texts."""
    translated(code)
    answers = {own for heard in reading.listened(code).values() for english, own in heard.items() if own != english}
    assert len(answers) > 300
    assert not [own for own in answers if offence(own, code)]


# Spelled so that this file is not its own offence.
PLANTED = {
    "cy": ["p" + "ornograffi plant", "yr ha" + "ciwr", "y ddioddefwyr", "troseddwr", "dim ond jôc"],
    "fr": ["la pédop" + "ornographie", "le hac" + "ker", "un pirate", "les victimes", "c’est juste une blague"],
    "de": ["Kinderp" + "ornografie", "der Hac" + "ker", "die Opfer", "den Opfern", "nur ein Scherz", "der Täter"],
    "es": ["la p" + "ornografía infantil", "el hac" + "ker", "las víctimas", "solo una broma", "el agresor"],
    "pl": ["p" + "ornografia dziecięca", "haker", "ofiary", "tylko żart", "wiem, co czujesz", "sprawca"],
    "uk": ["дитяча п" + "орнографія", "хакер", "жертви", "просто жарт", "злочинець", "зумбомбінг"],
    "ar": ["المواد الإباحية", "الهاكر", "الضحايا", "ضحية", "مجرد مزحة", "الجاني"],
    "ur": ["چائلڈ پ" + "ورنوگرافی", "فحش مواد", "ہیکر", "مظلوم", "صرف ایک مذاق", "مجرم"],
}
INNOCENT = {
    "cy": "Cymorth i Ddioddefwyr. Gwnaeth rhywun arall hyn. Galwch yr heddlu.",
    "fr": "Aide aux victimes. Des images d’abus sexuels sur des enfants. Une image de fond.",
    "de": "Opferhilfe, Opfer-Telefon. Darstellungen von sexuellem Missbrauch an Kindern. Machen Sie kein Bild.",
    "es": "Atención a las víctimas. Material de abuso sexual infantil. Una imagen de fondo.",
    "pl": "Pomoc ofiarom przestępstw. Materiały przedstawiające seksualne wykorzystywanie dzieci.",
    "uk": "Допомога жертвам. Матеріали про сексуальне насильство над дітьми. Це може бути злочин.",
    "ar": "دعم الضحايا. مواد الاعتداء الجنسي على الأطفال. قد يكون ذلك جريمة.",
    "ur": "متاثرین کی مدد۔ بچوں کے جنسی استحصال کا مواد۔ یہ مجرمانہ ہو سکتا ہے۔",
}


def planting(code: str, words: str) -> Callable[[str], Voice]:
    """A voice that says the words where it should say "It happened to us"."""
    say = saying(code)
    planted = Voice(LANGUAGES[code], lambda asked: words if asked == "It happened to us" else say(asked))
    return lambda _: planted


@pytest.mark.parametrize(("code", "words"), [(code, words) for code, all_of in PLANTED.items() for words in all_of])
def test_what_hurts_is_found_on_a_page_of_each_language(code: str, words: str):
    page = Site(Known(shipped(), DAY), speak=planting(code, words)).file(f"{code}/us.html") or b""
    text = Own(page, code).text
    assert words in text
    assert offence(text, code) in words
    assert not offence(text.replace(words, ""), code) or code not in reading.judged()


@pytest.mark.parametrize("code", OTHERS)
def test_names_of_bodies_are_not_what_hurts_in_any_language(code: str):
    assert not offence(INNOCENT[code], code)


def test_every_language_has_its_list():
    assert set(NEVER) == set(PLANTED) == set(INNOCENT) == set(OTHERS)
    assert sorted(BY_FORMULA + BY_LENGTH) == sorted(LANGUAGES)
