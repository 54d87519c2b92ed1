"""The guide as it is written: its files, and what a reader of HTML finds in them."""

from datetime import date
from functools import cache, cached_property
from html.parser import HTMLParser
from typing import NamedTuple

from pullcord.guide.site import Known, Site, every_file
from pullcord.places.lines import shipped

TODAY = date(2026, 11, 25)


@cache
def files() -> dict[str, bytes]:
    """Every file of the guide as it was shipped, by its path."""
    return dict(every_file(Site(Known(shipped(), TODAY))))


class Element(NamedTuple):
    tag: str
    told: dict[str, str]


class Read(HTMLParser):
    """Every element of a page with what it says of itself, and the page's words."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.size = len(content)
        self.elements: list[Element] = []
        self.words: list[str] = []
        self._silent = 0
        self.feed(content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))
        self._silent += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [one.told for one in self.elements if one.tag == tag]

    @property
    def ids(self) -> list[str]:
        return [one.told["id"] for one in self.elements if "id" in one.told]

    @cached_property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@cache
def pages() -> dict[str, Read]:
    """Every page, read once."""
    return {path: Read(content) for path, content in files().items() if path.endswith(".html")}
