"""`./run reading`: the reading age of every page of the guide in every language, into docs/reference/reading-age.md.

`./run reading en us`: the sentences of one page, the hardest first.
"""

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Final

from pullcord.core.saying import Say
from pullcord.guide.languages import ENGLISH, LANGUAGES, Voice, saying
from pullcord.guide.site import PAGES, Known, Site
from pullcord.places.lines import shipped
from tools import ground, words
from tools.reading_age import HYPHENS, MOST_WORDS, OLDEST, age, is_sentence, longest, sentences

TABLE: Final = ground.ROOT / "docs" / "reference" / "reading-age.md"
BEGINS: Final = "<!-- made by ./run reading -->"
OF_DATA: Final = ("platform/*", "help/*")
"""Many pages of one kind, whose data is English: what the guide itself says on them is judged as one text."""
ROWS: Final = (*PAGES, *OF_DATA)
DAY: Final = date(2026, 11, 24)
"""Which numbers stand on a page hangs on the day; the figures must not."""


def main(asked: list[str]) -> int:
    """1 where a page is harder than it may be, 2 for a page or a language that there is not."""
    if asked:
        return _show(*asked) if asked[0] in LANGUAGES and asked[1:] and asked[1] in ROWS else _refuse()
    TABLE.write_text(page(TABLE.read_text("utf-8")), "utf-8")
    beyond = [f"{code}/{row}: {figure(code, row)}" for code in judged() for row in ROWS if is_beyond(code, row)]
    print(table())
    print("\n".join(["Harder than they may be:", *beyond]) if beyond else "No page is harder than it may be.")
    return 1 if beyond else 0


@cache
def judged() -> tuple[str, ...]:
    """English, and every language whose catalogue is complete: half a page would be judged by the half that is there."""
    done = {path.parents[1].name for path in words.catalogues() if not words.still_open(words.updated(path))}
    return tuple(code for code in LANGUAGES if code == ENGLISH or code in done)


def is_beyond(code: str, row: str) -> bool:
    return is_too_hard(said(code)[row], code)


def is_too_hard(texts: list[str], code: str) -> bool:
    found = _measure(texts, code)
    return found is not None and found > (OLDEST if code in HYPHENS else MOST_WORDS)


def figure(code: str, row: str) -> str:
    """As it stands in the table: years, or words."""
    found = _measure(said(code)[row], code)
    return "none" if found is None else f"{found:.1f}" if code in HYPHENS else f"{found} words"


def _measure(texts: list[str], code: str) -> float | None:
    return age(texts, code) if code in HYPHENS else longest(texts)


@cache
def said(code: str) -> dict[str, list[str]]:
    """By row, each sentence that the pages say in this language, once. English that stands in for it is not its own."""
    return {
        row: [own for english, own in heard.items() if is_sentence(english) and (own != english or code == ENGLISH)]
        for row, heard in listened(code).items()
    }


@cache
def listened(code: str) -> dict[str, dict[str, str]]:
    """By row, everything that its pages ask the catalogue for, and what it answers."""
    heard: dict[str, str] = {}
    site = Site(Known(shipped(), DAY), speak=lambda code: Voice(LANGUAGES[code], _listening(saying(code), heard)))
    rows: dict[str, dict[str, str]] = {row: {} for row in ROWS}
    for path in site.paths_of(code):
        if path.endswith(".html"):
            heard.clear()
            site.file(path)
            _, folder, *pages = path.removesuffix(".html").split("/")
            rows[f"{folder}/*" if pages else folder] |= heard
    return rows


def _listening(say: Say, heard: dict[str, str]) -> Say:
    def listen(sentence: str) -> str:
        heard[sentence] = say(sentence)
        return heard[sentence]

    return listen


# The page of the reference.


def page(old: str) -> str:
    """What people wrote of it stays; the table below is made anew."""
    return f"{old.partition(BEGINS)[0]}{BEGINS}\n\n{table()}\n"


def table() -> str:
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    done = judged()
    yield "| page | " + " | ".join(LANGUAGES) + " |"
    yield "|---|" + "---|" * len(LANGUAGES)
    for row in ROWS:
        cells = [figure(code, row) if code in done else "not translated" for code in LANGUAGES]
        yield f"| {row} | {' | '.join(cells)} |"


# One page, to be mended.


def _show(code: str, row: str) -> int:
    found = [sentence for text in said(code)[row] for sentence in sentences(text)]
    for sentence in sorted(found, key=lambda sentence: _hardness(sentence, code), reverse=True):
        print(f"{_hardness(sentence, code):5.1f}  {sentence}")
    print(f"{figure(code, row)} in {len(found)} sentences.")
    return 0


def _hardness(sentence: str, code: str) -> float:
    return (age([sentence], code) or 0.0) if code in HYPHENS else len(sentence.split())


def _refuse() -> int:
    ground.say(f"./run reading [LANGUAGE PAGE]. Pages: {', '.join(ROWS)}. Languages: {', '.join(LANGUAGES)}.")
    return 2
