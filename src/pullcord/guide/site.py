"""Every page of the guide, by its path. Values in, bytes out: who keeps or serves them is elsewhere."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pullcord.core import guide, texts
from pullcord.guide import helping, telling
from pullcord.guide.languages import ENGLISH, LANGUAGES, Voice, voice
from pullcord.places import playbooks as books
from pullcord.places.advice import Advice
from pullcord.places.bridges import Bridge, Bridges
from pullcord.places.select import names_of
from pullcord.places.values import Directory

PAGES: Final = (
    "index", "now", "us", "there", "child", "ready", "platforms", "help", "texts", "notice", "ask", "about",
)  # fmt: skip
COMMON: Final = {
    "zoom": "Zoom",
    "teams_work": "Microsoft Teams",
    "meet_workspace": "Google Meet",
    "whatsapp": "WhatsApp",
    "facetime": "FaceTime",
    "webex": "Webex",
    "discord": "Discord",
    "jitsi": "Jitsi Meet",
}
"""What most people look for, by the name that they would look for."""
ASSETS: Final = "assets"
PHONE_BRIDGE: Final = "phone_bridge"
ABOUT: Final = "about-this-folder.txt"
EXIT: Final = "https://www.wikipedia.org/"
"""Where the quick exit leads: a page that anybody may have open, in every language."""


class Known(NamedTuple):
    """All that the pages are made of."""

    directory: Directory
    today: date
    country: str = ""
    """The operator's, shown first; empty = none is."""
    advice: Advice = Advice()
    bridges: Bridges = Bridges()


class Site:
    """Pages are made when they are asked for. `speak`: the voice of a language by its code."""

    def __init__(self, known: Known, *, speak: Callable[[str], Voice] = voice) -> None:
        self._known = known
        self._speak = speak
        self._templates = Environment(
            loader=PackageLoader("pullcord.guide"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._made: dict[str, bytes] = {}

    def paths(self) -> list[str]:
        """Every page and file there is."""
        assets = [f"{ASSETS}/{name}" for name in _assets()]
        return ["index.html", ABOUT, *assets, *(path for code in LANGUAGES for path in self.paths_of(code))]

    def paths_of(self, code: str) -> list[str]:
        """Those of one language, with its manifest and its offline copy's script."""
        return [f"{code}/{name}" for name in (*self._pages, "manifest.webmanifest", "offline.js")]

    def file(self, path: str) -> bytes | None:
        """None = there is no such page."""
        if path not in self._made:
            made = self._make(path)
            if made is None:
                return None
            self._made[path] = made
        return self._made[path]

    @cached_property
    def _pages(self) -> tuple[str, ...]:
        playbooks = (f"platform/{book.key}" for book in books.playbooks())
        countries = (f"help/{part.code}" for part in helping.parts(self._known.directory))
        return tuple(f"{name}.html" for name in (*PAGES, *playbooks, *countries))

    def _make(self, path: str) -> bytes | None:
        first, _, rest = path.partition("/")
        if path == "index.html":
            return self._page(ENGLISH, "index", base=f"{ENGLISH}/", up="")
        if path == ABOUT:
            return _said_of_the_folder(self._known.today).encode()
        if first == ASSETS:
            return _assets()[rest].read_bytes() if rest in _assets() else None
        if first not in LANGUAGES:
            return None
        if rest == "manifest.webmanifest":
            return _manifest(voice(first))
        if rest == "offline.js":
            return self._keeper(first)
        if rest not in self._pages:
            return None
        up = "../" * rest.count("/")
        return self._page(first, rest.removesuffix(".html"), base=up, up=f"../{up}")

    def _page(self, code: str, name: str, *, base: str, up: str) -> bytes:
        """`base`: the way to the language's own folder; `up`: to that of all languages."""
        folder, _, about = name.rpartition("/")
        template = self._templates.get_template(f"{folder or name}.html" if folder != "help" else "country.html")
        told = self._told(self._speak(code)) | self._about(folder, about, self._speak(code))
        return template.render(told, name=name, base=base, up=up).encode()

    def _told(self, said: Voice) -> dict[str, Any]:
        """What every page may ask for."""
        return self._alike | {"language": said.language, "say": said.say, "plain": said.plain, "all": said.all}

    @cached_property
    def _alike(self) -> dict[str, Any]:
        """What is the same on every page, in every language; there are hundreds of pages."""
        known = self._known
        return {
            "languages": list(LANGUAGES.values()),
            "guide": guide,
            "texts": texts,
            "exit": EXIT,
            "country": known.country[:2],
            "emergency": helping.emergency_numbers(known.directory, known.today, known.country[:2]),
            "countries": helping.countries(known.directory),
            "books": sorted(books.playbooks(), key=lambda book: (book.key == books.GENERAL, book.name.casefold())),
            "common": COMMON,
            "today": known.today,
            "embed": embed,
            "advice": known.advice,
            "places_of": names_of(known.directory),
        }

    def _about(self, folder: str, name: str, said: Voice) -> dict[str, Any]:
        """What one kind of page asks for besides."""
        known = self._known
        if folder == "platform":
            return {**telling.of_playbook(books.playbook(name), said), "own_codes": self._codes_for(name)}
        if folder == "help":
            return helping.of_country(known.directory, name, known.today, said)
        if name in ("texts", "notice"):
            lines = helping.packed(helping.message_lines(known.directory, known.today, said.plain))
            places = helping.parts(known.directory)
            return {
                "help_lines": lines,
                "parts_of_countries": places,
                **telling.of_texts(said, telling.NOTICE if name == "notice" else telling.MEETING),
            }
        return {}

    def _codes_for(self, key: str) -> tuple[Bridge, ...]:
        return self._known.bridges.bridges if key == PHONE_BRIDGE else ()

    def _keeper(self, code: str) -> bytes:
        """The script by which a browser keeps a copy of this language: our pages, and no other."""
        pages = [path.removeprefix(f"{code}/") for path in self.paths_of(code) if not path.endswith("offline.js")]
        kept = [*pages, *(f"../{ASSETS}/{name}" for name in _assets())]
        whole = hashlib.sha256()
        for path in (*(f"{code}/{page}" for page in pages), *(f"{ASSETS}/{name}" for name in _assets())):
            whole.update(self.file(path) or b"")
        script = (files("pullcord.guide") / "offline.js").read_text("utf-8")
        return (
            f"const KEPT = {json.dumps(kept)};\nconst EDITION = '{code}-{whole.hexdigest()[:16]}';\n{script}".encode()
        )


def _said_of_the_folder(today: date) -> str:
    return f"""Meeting guide: what to do when somebody shows something terrible in an online meeting.
Made by Pullcord on {today.isoformat()}. A folder of plain files: put all of it on any web server, with this folder's name or another.
It needs no program, asks nobody else for anything, sets no cookie and counts nobody. index.html is the first page.
Make it anew every few weeks (pullcord guide --site FOLDER): numbers change, and each stands there with its date.
The list of help lines in it is CC0 1.0; the pages are Apache-2.0.
"""


def embed(value: Any) -> Markup:
    """As data in a page: whatever is in it, it does not end the element that it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704


def _assets() -> Mapping[str, Traversable]:
    """The guide's own, and the sheet and the mark that all pages of ours share."""
    own = (file for file in (files("pullcord.guide") / ASSETS).iterdir() if file.is_file())
    shared = (files("pullcord.web") / "static" / name for name in ("pullcord.css", "mark.svg"))
    return {file.name: file for file in sorted([*own, *shared], key=lambda file: file.name)}


def _manifest(said: Voice) -> bytes:
    told = {
        "name": said.plain("Meeting guide"),
        "short_name": said.plain("Meeting guide"),
        "lang": said.language.code,
        "dir": said.language.direction,
        "start_url": "index.html",
        "scope": "./",
        "display": "standalone",
        "background_color": "#f6f5f1",
        "theme_color": "#1d4f8c",
        "icons": [
            {"src": f"../{ASSETS}/mark.svg", "sizes": "any", "type": "image/svg+xml"},
            {"src": f"../{ASSETS}/mark-192.png", "sizes": "192x192", "type": "image/png"},
            {"src": f"../{ASSETS}/mark-512.png", "sizes": "512x512", "type": "image/png"},
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def every_file(site: Site) -> Iterator[tuple[str, bytes]]:
    for path in site.paths():
        made = site.file(path)
        assert made is not None, path  # noqa: S101
        yield path, made
