"""The house keeps itself: its promises are read off the files, and each reader is shown an offence."""

import ast
import importlib
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SRC = ROOT / "src" / "pullcord"
REFERENCE = ROOT / "docs" / "reference"

MOST_LINES = 400
CODE = {".py", ".js", ".css", ".html", ".lua", ".sh"}
SKIPPED = {"__pycache__", "node_modules", "dist", "build"}
KEPT = {".ci", ".github"}  # folders with a dot that people write; the others are caches

# Spelled so that this file is not its own offence.
MACHINE = re.compile(r"(?<![\w.])/(?:[w]ork|[r]oot|[h]ome/[a-z])[\w-]*/|[C]:\\Users")
REGISTRY = re.compile(r"[p]ypi\.org|[p]ythonhosted|[n]pmjs\.|[d]eb\.debian\.org|[c]rates\.io", re.IGNORECASE)
NEVER_SAID = re.compile(r"child pornography|zoom-?bomb|\bhackers?\b|just a prank|I know how you feel", re.IGNORECASE)

OUTERMOST = {"serve/loops.py", "engine.py"}
BROAD = {"Exception", "BaseException"}

STANDARD = set(sys.stdlib_module_names)
# What a room may import; the layers say nothing of other people's packages, and these rooms live by having none.
ALONE = {
    "words.py": set(),
    "config.py": {"pullcord.words"},
    "core": {"pullcord.core", "pullcord.words"},
    "safe": {"pullcord.safe", "pullcord.core", "pullcord.config", "pullcord.words", "cryptography", "psycopg"},
}
# No clock, no network, no files of its own: core is told what it thinks about.
OUTSIDE_WORLD = {"time", "socket", "ssl", "http", "urllib.request", "sqlite3", "subprocess", "asyncio", "threading"}
ASKS_THE_CLOCK = {"now", "utcnow", "today"}

# What runs beside the test that starts it.
BESIDE = {
    "subprocess.Popen",
    "tests.serving.serving",
    "tests.burning",
    *(f"tests.{server}_server.running" for server in ("janus", "postgres", "prosody")),
}

COLD_ROOMS = ("jobs/stop.py", "jobs/guard.py", "platforms", "edge.py", "safe")


def files(top: Path, *suffixes: str) -> Iterator[Path]:
    """Every file below `top` that a person wrote, in order."""
    for path in sorted(top.rglob("*")):
        folders = path.relative_to(ROOT).parts[:-1]
        written = not any(name in SKIPPED or (name[0] == "." and name not in KEPT) for name in folders)
        if written and path.is_file() and (not suffixes or path.suffix in suffixes):
            yield path


@cache
def text_of(path: Path) -> str:
    """The text, or nothing where the file is an image or a font."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


# Readers: each takes a text and says what is wrong with it.


def too_long(text: str) -> list[str]:
    lines = len(text.splitlines())
    return [f"{lines} lines: is it one room or two?"] if lines > MOST_LINES else []


def says(pattern: re.Pattern[str]) -> Callable[[str], list[str]]:
    """A reader that finds the pattern, by line."""

    def reader(text: str) -> list[str]:
        return [f"line {n}: {line.strip()[:80]}" for n, line in enumerate(text.splitlines(), 1) if pattern.search(line)]

    return reader


def catches_everything(text: str) -> list[str]:
    def names(node: ast.expr | None) -> Iterator[str]:
        if node is None:
            yield "Exception"
        for part in ast.walk(node) if node else ():
            if isinstance(part, ast.Name | ast.Attribute):
                yield part.id if isinstance(part, ast.Name) else part.attr

    def is_broad(node: ast.AST) -> bool:
        if isinstance(node, ast.ExceptHandler):
            return bool(BROAD & set(names(node.type)))
        called = isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress")
        return called and any(BROAD & set(names(word)) for word in node.args)  # type: ignore[attr-defined]

    return [f"line {node.lineno}: catches everything" for node in ast.walk(ast.parse(text)) if is_broad(node)]  # type: ignore[attr-defined]


def without_docstring(text: str) -> list[str]:
    return [] if ast.get_docstring(ast.parse(text)) else ["no sentence on what this module is for"]


def without_main(text: str) -> list[str]:
    tops = ast.parse(text).body
    return [] if any(isinstance(top, ast.FunctionDef) and top.name == "main" for top in tops) else ["no main"]


def imports(text: str) -> Iterator[tuple[int, str]]:
    """Every import with its line, wherever in the file it stands; `from a import b` is `a.b`."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        if isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{name.name}") for name in node.names)


def imports_beyond(allowed: Iterable[str]) -> Callable[[str], list[str]]:
    """A reader that finds what is neither the standard library nor allowed."""
    prefixes = tuple(allowed)

    def is_ours(name: str) -> bool:
        return name.split(".")[0] in STANDARD or any(f"{name}.".startswith(f"{prefix}.") for prefix in prefixes)

    def reader(text: str) -> list[str]:
        return [f"line {line}: imports {name}" for line, name in imports(text) if not is_ours(name)]

    return reader


def looks_outside(text: str) -> list[str]:
    reached = [
        f"line {line}: imports {name}"
        for line, name in imports(text)
        if any(f"{name}.".startswith(f"{world}.") for world in OUTSIDE_WORLD)
    ]
    asked = [
        f"line {node.lineno}: asks the clock"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKS_THE_CLOCK
    ]
    return reached + asked


def undocumented(names: Iterable[str], page: str) -> list[str]:
    """The names without a line: `` `name` ``, `` `name ... `` or `` `pullcord name ... `` somewhere in the page."""
    return [name for name in names if not re.search(rf"`(?:pullcord )?{re.escape(name)}(?![\w-])", page)]


def starts_unmarked(text: str) -> list[str]:
    """Tests that start something beside themselves, through whatever in their file, without the mark that says so."""
    body = ast.parse(text).body
    if any(ast.unparse(top).startswith("pytestmark = ") and "pytest.mark.servers" in ast.unparse(top) for top in body):
        return []
    full = dict(local_names(body))
    says = {top.name: set(mentions(top, full)) for top in body if isinstance(top, ast.FunctionDef | ast.ClassDef)}
    starts: set[str] = set()
    while more := {name for name in says.keys() - starts if any(is_beside(one, starts) for one in says[name])}:
        starts |= more
    tests = [top for top in body if isinstance(top, ast.FunctionDef) and top.name.startswith("test_")]
    return [
        f"line {test.lineno}: {test.name} is not marked `servers`"
        for test in tests
        if test.name in starts and not is_marked(test)
    ]


def local_names(body: Iterable[ast.stmt]) -> Iterator[tuple[str, str]]:
    """What this file calls what it imports."""
    for node in body:
        if isinstance(node, ast.ImportFrom):
            yield from ((name.asname or name.name, f"{node.module}.{name.name}") for name in node.names)


def mentions(node: ast.AST, full: dict[str, str]) -> Iterator[str]:
    """Every name in it, in full; a parameter may be a fixture."""
    for part in ast.walk(node):
        if isinstance(part, ast.Name | ast.Attribute):
            first, dot, rest = ast.unparse(part).partition(".")
            yield full.get(first, first) + dot + rest
        if isinstance(part, ast.arg):
            yield part.arg


def is_beside(name: str, starts: set[str]) -> bool:
    return name in starts or any(f"{name}.".startswith(f"{one}.") for one in BESIDE)


def is_marked(test: ast.FunctionDef) -> bool:
    return any(ast.unparse(mark) in ("pytest.mark.servers", "servers") for mark in test.decorator_list)


def offences(paths: Iterable[Path], reader: Callable[[str], list[str]]) -> list[str]:
    """What a reader says of each file, ready to be read."""
    return [f"{path.relative_to(ROOT)}: {said}" for path in paths for said in reader(text_of(path))]


def page(name: str) -> str:
    """A page of the reference; one that nobody wrote has no lines."""
    path = REFERENCE / name
    return text_of(path) if path.exists() else ""


def room(name: str) -> list[Path]:
    return [SRC / name] if name.endswith(".py") else list(files(SRC / name, ".py"))


# The promises.


def test_no_file_of_code_is_longer_than_a_person_reads_in_one_go():
    assert not offences(files(ROOT, *CODE), too_long)


def test_only_the_outermost_loops_catch_everything():
    inner = [path for path in files(SRC, ".py") if str(path.relative_to(SRC)) not in OUTERMOST]
    assert not offences(inner, catches_everything)


def test_no_file_names_a_place_on_somebodys_machine():
    assert not offences(files(ROOT), says(MACHINE))


def test_no_file_names_the_address_of_a_package_registry():
    assert not offences(files(ROOT), says(REGISTRY))


def test_the_product_never_says_what_hurts():
    assert not offences(files(SRC), says(NEVER_SAID))


def test_every_module_says_what_it_is_for():
    written = [path for path in files(SRC, ".py") if "migrations" not in path.parts]
    assert not offences(written, without_docstring)


def test_every_benchmark_has_a_main():
    assert not offences((path for path in files(ROOT / "bench", ".py") if path.name[0] != "_"), without_main)


def test_what_starts_a_server_or_a_process_beside_itself_is_marked_so():
    assert not offences(files(ROOT / "tests", ".py"), starts_unmarked)


@pytest.mark.parametrize("name", ALONE)
def test_a_room_that_lives_by_having_little_imports_no_more(name: str):
    assert not offences(room(name), imports_beyond(ALONE[name]))


def test_core_has_no_clock_and_no_network():
    assert not offences(room("core"), looks_outside)


def test_every_room_of_the_cold_stop_is_in_the_contract_that_keeps_it_cold():
    contracts = tomllib.loads(text_of(ROOT / "pyproject.toml"))["tool"]["importlinter"]["contracts"]
    kept = next(c["source_modules"] for c in contracts if c["name"].startswith("What must work"))
    present = [f"pullcord.{name.removesuffix('.py').replace('/', '.')}" for name in COLD_ROOMS if (SRC / name).exists()]
    assert set(present) <= set(kept)


@pytest.mark.parametrize(
    ("module", "names", "where"),
    [
        ("pullcord.platforms", "KNOWN", "platforms.md"),
        ("pullcord.cli", "COMMANDS", "commands.md"),
        ("pullcord.config", "KEYS", "settings.md"),
    ],
)
def test_everything_with_a_name_has_its_line_in_the_reference(module: str, names: str, where: str):
    assert not undocumented(getattr(importlib.import_module(module), names), page(where))


# The readers themselves.

SERVING = "from tests.serving import serving\n"


@pytest.mark.parametrize(
    ("reader", "offence", "innocent"),
    [
        (too_long, "x = 1\n" * 401, "x = 1\n" * 400),
        (catches_everything, "try:\n    x()\nexcept Exception:\n    pass", "try:\n    x()\nexcept OSError:\n    pass"),
        (catches_everything, "try:\n    x()\nexcept (OSError, BaseException):\n    pass", "raise Exception"),
        (catches_everything, "try:\n    x()\nexcept:\n    raise", "try:\n    x()\nfinally:\n    y()"),
        (catches_everything, "with contextlib.suppress(Exception):\n    x()", "with suppress(OSError):\n    x()"),
        (says(MACHINE), 'open("/' + 'home/ann/notes")', "https://meet.example/" + "home/ann/notes and /home"),
        (says(MACHINE), "see /" + "work/main/x", "see src/work/main"),
        (says(MACHINE), "/" + "root/.config", "the root/ of it"),
        (says(REGISTRY), "--index https://" + "py" + "pi.org/simple", "a package index"),
        (says(NEVER_SAID), "a Zoom" + "bombing", "an intrusion"),
        (says(NEVER_SAID), "the hac" + "kers", "a hackathon"),
        (without_docstring, "x = 1", '"""What it is for."""'),
        (without_main, "def other(): ...", "def main() -> int: ..."),
        (imports_beyond({"pullcord.words"}), "import django", "import json"),
        (imports_beyond({"pullcord.words"}), "from pullcord import store", "from pullcord import words"),
        (imports_beyond({"pullcord.words"}), "def f():\n    from pullcord.wordsmith import x", "import pullcord.words"),
        (looks_outside, "from urllib.request import urlopen", "from urllib.parse import urlsplit"),
        (looks_outside, "import http.client", "from http_words import x"),
        (
            starts_unmarked,
            f"{SERVING}def test_x():\n    serving()",
            f"{SERVING}@pytest.mark.servers\ndef test_x():\n    serving()",
        ),
        (starts_unmarked, f"{SERVING}def go():\n    serving()\ndef test_x():\n    go()", f"{SERVING}def test_x(): ..."),
        (
            starts_unmarked,
            f"{SERVING}@fixture\ndef it():\n    serving()\ndef test_x(it): ...",
            f"{SERVING}pytestmark = pytest.mark.servers\ndef test_x():\n    serving()",
        ),
        (
            starts_unmarked,
            "import subprocess\ndef test_x():\n    subprocess.Popen([])",
            "import subprocess\ndef test_x():\n    subprocess.run([])",
        ),
        (
            starts_unmarked,
            "from tests.burning.fires import FIRES as f\ndef test_x():\n    f()",
            "from tests.serving import free_port\ndef test_x():\n    free_port()",
        ),
        (looks_outside, "then = datetime.now(tz=UTC)", "then = now + A_DAY"),
    ],
)
def test_a_reader_finds_the_offence_and_lets_the_innocent_pass(
    reader: Callable[[str], list[str]], offence: str, innocent: str
):
    assert reader(offence)
    assert not reader(innocent)


def test_a_name_is_documented_by_a_line_of_its_own_and_not_by_a_longer_one():
    assert undocumented(["stop", "serve"], "`stop-all`: other.\n`pullcord serve --lan`: runs.") == ["stop"]
