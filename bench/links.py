"""`./run bench links [MEGABYTES] [--json]`: how fast links are recognised, beside ripgrep looking for the same hosts.

The corpus is made anew each time, always the same: lines of words, a link of some other site in every two kilobytes, and every
100 kB an invitation or a link into a meeting. Ours reads the file, decodes it, recognises and keys every meeting; `rg -j1`
reads the file and tells the lines that hold one of the hosts. Both must find whatever was planted, and ours nothing else
(rg takes the end of another host for one of these), or nothing is reported.
"""

import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from bench import _rows
from bench._rows import Row
from pullcord.core.links import PLATFORMS, recognise

MEGABYTES: Final = 200
PIECE: Final = 1 << 16
ROUNDS: Final = 5
LETTERS: Final = "etaoinshrdlucmfwypvbgkjqxz"
PLANTED: Final = (
    "Join: https://us02web.zoom.us/j/{eleven}?pwd=aBcDeFgHiJ",
    '<a href="https://teams.microsoft.com/l/meetup-join/19%3ameeting_{eleven}abc%40thread.v2/0?context=%7b%7d">Join</a>',
    "Video call link: https://meet.google.com/{three}-{four}-{three}",
    "Join by https://acme.webex.com/acme/j.php?MTID=m{hex}.",
    "> https://meet.jit.si/Choir{eleven} at eight",
    "https://nam12.safelinks.protection.outlook.com/?url=https%3A%2F%2Facme.zoom.us%2Fj%2F{eleven}&data=05",
)


def corpus(megabytes: int) -> Iterator[tuple[bytes, int]]:
    """Blocks of about 100 kB, each with its one planted link; and how many lines of them hold one of our hosts."""
    chance = random.Random(4)
    words = ["".join(chance.choices(LETTERS, range(26, 0, -1), k=chance.randint(2, 10))) for _ in range(5000)]
    words += ["é".join(pair) for pair in zip(words[:20], words[20:40], strict=True)]
    sites = [f"www.{word}.{end}" for word in words[100:2000] for end in ("com", "org", "de")]
    for number in range(megabytes * 10):
        # A tenth of it in another script's letters: every tenth block has words with an accent.
        lines = [_paragraph(chance, words if number % 10 == 0 else words[:5000], sites) for _ in range(49)]
        lines.insert(chance.randrange(49), _planted(chance, number))
        yield "\n\n".join([*lines, ""]).encode(), 1


def _paragraph(chance: random.Random, words: list[str], sites: list[str]) -> str:
    said = chance.choices(words, k=280)
    said.insert(
        140,
        f"https://{chance.choice(sites)}/{chance.choice(said)}/{chance.randint(1, 9999)}?id={chance.randint(1, 9999)}",
    )
    return "\n".join(" ".join(said[start : start + 14]) for start in range(0, len(said), 14))


def _planted(chance: random.Random, number: int) -> str:
    code = "".join(chance.choices(LETTERS, k=7))
    numbers = {"eleven": chance.randint(10**10, 10**11 - 1), "hex": f"{chance.getrandbits(128):032x}"}
    return PLANTED[number % len(PLANTED)].format(three=code[:3], four=code[3:], **numbers)


def pieces(path: Path) -> Iterator[str]:
    """The file in pieces that stay in the processor's cache, cut where a paragraph ends."""
    room, rest = bytearray(PIECE), 0
    with path.open("rb", buffering=0) as file, memoryview(room) as view:
        while read := file.readinto(view[rest:]):
            filled = rest + read
            end = room.rindex(b"\n\n", 0, filled) + 2
            yield str(view[:end], "utf-8", "replace")
            rest = filled - end
            view[:rest] = view[end:filled]
        assert rest == 0, "the corpus ends with a paragraph"


def ours(path: Path) -> int:
    return sum(1 for piece in pieces(path) for found in recognise(piece) if found.is_join)


def theirs(path: Path, hosts: Path) -> int:
    told = subprocess.run(
        ["rg", "-j1", "--no-config", "-i", "-F", "-c", "-f", str(hosts), str(path)], check=True, capture_output=True
    )
    return int(told.stdout)


def rate(work: Callable[[], int], megabytes: float, *, least: int, most: int | None = None) -> float:
    """Megabytes a second."""
    start = time.perf_counter()
    found = work()
    taken = time.perf_counter() - start
    assert found >= least, f"{found} found, {least} planted"
    assert most is None or found <= most, f"{found} found, {least} planted"
    return megabytes / taken


def rows(megabytes: int) -> list[Row]:
    has_peer = shutil.which("rg") is not None
    if not has_peer:
        print("ripgrep is not here, so nothing is compared: on Debian it is in the package ripgrep.", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        text, hosts = Path(folder) / "corpus.txt", Path(folder) / "hosts.txt"
        planted = 0
        with text.open("wb") as file:
            for block, lines in corpus(megabytes):
                file.write(block)
                planted += lines
        size = text.stat().st_size / 1e6
        own = [host for platform in PLATFORMS.values() for host in platform.hosts]
        hosts.write_text("\n".join(own) + "\n", encoding="utf-8")
        # By turns, and of each its best round: what else runs on the machine can only slow it, and then both.
        own_rates, peer_rates = [], []
        for _ in range(ROUNDS):
            own_rates.append(rate(lambda: ours(text), size, least=planted, most=planted))
            if has_peer:
                peer_rates.append(rate(lambda: theirs(text, hosts), size, least=planted))
        what = f"links in {size:.0f} MB of text, {planted} planted, {len(own)} hosts"
        best = max(own_rates)
        if not has_peer:
            return [Row(what, "MB/s", best)]
        peer = max(peer_rates)
        return [Row(what, "MB/s", best, peer=peer, goal="at least 0.5 x rg -j1", holds=best >= 0.5 * peer)]


def main(words: list[str]) -> int:
    megabytes = next((int(word) for word in words if word.isdigit()), MEGABYTES)
    return _rows.finish("links", rows(megabytes), words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
