"""What may not be in a playbook's file: a step without its mark, a source that is not listed, a name that is forbidden."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, get_args

from pullcord.core.wording import FORBIDDEN
from pullcord.places.playbooks import ASIDES, DEVICES, MEMORY, SECTIONS, Ends, Status, rows_of

PUBLIC: Final = re.compile(r"https?://[^ ]+$|[\w.-]+/[\w.-]+ [\w./-]+")
"""A web page, or a file of a public repository."""
FIELDS: Final = {"name", "status", "compiled", "ends_for_all", "also", "related", "ended", "took_over"}
KNOWN: Final = FIELDS | {"ended_notes", "old_links", "links", "sources"} | set(SECTIONS)
NEEDED: Final = {"name", "status", "compiled", "ends_for_all", "also", "end"}


def faults(document: Mapping[str, Any], *, others: set[str]) -> list[str]:
    """A sentence for everything wrong with one file as it was read. `others`: the keys of all playbooks."""
    return [*_head(document, others), *_places(document), *_sources(document), *_rows(document)]


def _head(document: Mapping[str, Any], others: set[str]) -> Iterator[str]:
    yield from (f"“{key}” is missing." for key in sorted(NEEDED - set(document)))
    yield from (f"“{key}” is no part of a playbook." for key in sorted(set(document) - KNOWN))
    if document.get("status") not in get_args(Status):
        yield "its status is none that we know."
    if document.get("ends_for_all") not in get_args(Ends):
        yield "it does not say whether anybody can end it for all: yes, sometimes or no."
    named = [*document.get("related", []), *document.get("took_over", [])]
    yield from (f"there is no playbook “{key}”." for key in named if key not in others)


def _places(document: Mapping[str, Any]) -> Iterator[str]:
    for section in SECTIONS:
        known = set(DEVICES) | set(ASIDES)
        yield from (f"{section}: “{where}” is no device." for where in document.get(section, {}) if where not in known)


def _sources(document: Mapping[str, Any]) -> Iterator[str]:
    ids = [row.get("id") for row in document.get("sources", [])]
    yield from (f"the source {name} is listed twice." for name in sorted({name for name in ids if ids.count(name) > 1}))
    for row in document.get("sources", []):
        if set(row) != {"id", "url", "copy"} or not PUBLIC.match(row["url"]) or not row["copy"]:
            yield f"the source {row.get('id')} needs a public place, and the date of its copy as far as it shows one."
    used = {row.get("mark", "") for _, row in rows_of(document)} | {row["mark"] for row in document.get("links", [])}
    yield from (f"nothing was seen in the source {name}." for name in ids if f"seen:{name}" not in used)


def _rows(document: Mapping[str, Any]) -> Iterator[str]:
    listed = {f"seen:{row.get('id')}" for row in document.get("sources", [])} | {MEMORY}
    for where, row in rows_of(document):
        yield from (f"{where}: {said}" for said in _row(row, listed))
    for link in document.get("links", []):
        if set(link) != {"label", "url", "mark"} or not link["url"].startswith("https://"):
            yield f"the link {link.get('label')} needs an address that begins with https."
        elif link["mark"] not in listed:
            yield f"the link {link['label']} rests on a source that is not listed."


def _row(row: Mapping[str, Any], listed: set[str]) -> Iterator[str]:
    if set(row) != {"say", "mark"} or not all(isinstance(text, str) and text for text in row.values()):
        yield "a step is what it says, and its mark."
        return
    if row["mark"] not in listed:
        yield f"“{row['say'][:40]}” rests on {row['mark']}, which is not listed."
    if said := FORBIDDEN.search(row["say"]):
        yield f"it says “{said.group()}”."
    if not row["say"].isprintable():
        yield "it holds signs that cannot be seen."
