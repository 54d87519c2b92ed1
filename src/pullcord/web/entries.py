"""The record's entries in the words of a page: what happened, by whom, and what proves it. It decides nothing."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from pullcord.core import timeline
from pullcord.core.steps import KNOWN
from pullcord.core.timeline import Entry
from pullcord.store import NotFound, users
from pullcord.web.present import DOORS

SAYS: Final = {
    "pressed": lazy("The meeting was to be ended: somebody pressed."),
    "counted": lazy("The platform listed who was in it."),
    "roster not read": lazy("Who was in it could not be read."),
    "roster not kept": lazy("Who was in it could not be kept."),
    "roster": lazy("Who was in it was taken into the record."),
    "sent": lazy("We asked the platform to end it."),
    "answered": lazy("The platform took it."),
    "end failed": lazy("The platform did not take it."),
    "hold failed": lazy("The way back could not be barred."),
    "removing failed": lazy("People could not be removed one by one."),
    "removed everyone": lazy("Everybody was removed, one by one."),
    "held": lazy("The way back was barred."),
    "over": lazy("The platform said that nobody is in it: it was over."),
    "by hand": lazy("It could not be ended from here. The platform's own buttons were shown."),
    "releasing": lazy("Somebody let people back in."),
    "released": lazy("The platform lets people in again."),
    "watched": lazy("The platform keeps nobody out; we look, and end it again."),
    "again": lazy("It was found running again."),
    "again and again": lazy("It was started again several times, and ended each time."),
    "found open": lazy("The bar had been lifted by another hand."),
    "held longer": lazy("The bar stands longer, because somebody had come in shortly before."),
    "hold ended": lazy("The bar was lifted, because its time was over."),
    "hold not ended": lazy("The platform did not lift the bar when its time was over."),
    "not asked": lazy("The platform could not be asked from then on."),
    "asked again": lazy("The platform could be asked again."),
    "seen over": lazy("Asked once more, the platform said that nobody is in it."),
    "seen running": lazy("Asked once more, the platform said that somebody is in it."),
    "not seen": lazy("The platform was asked once more and could not say."),
    "not asked afterwards": lazy("The platform could not be asked afterwards who was there."),
    "opened by hand": lazy("The record was opened by hand."),
    "told": lazy("Somebody wrote down what they remember."),
    "step": lazy("A step was marked."),
    "kept on": lazy("Its people are kept on, for a case is open."),
    "not kept on": lazy("Its people go when their time is over."),
    "person erased": lazy("One person was erased from it."),
    "people put away": lazy("Its people were kept long enough, and erased."),
    "words put away": lazy("What was written on it in words was kept long enough, and erased."),
}
"""Every kind that the journal, the guard and the pages write: `tests/test_web_entries.py` finds them in the source."""
STATES: Final = {
    "open": lazy("open again"),
    "done": lazy("done"),
    "morning": lazy("can wait until morning"),
    "handed": lazy("handed to somebody"),
}


class Told(NamedTuple):
    number: int
    at: datetime
    says: str
    more: tuple[str, ...]
    """By whom, until when, and the platform's own words."""
    until: datetime | None


def shown(entries: Sequence[Entry], names: Mapping[str, str] | None) -> dict[str, Any]:
    """What the record's page is told. `names`: of links, tokens and accounts, by their ids; None = the reader sees nobody's."""
    known = None if names is None else {**_accounts_in(entries), **names}
    told = [_told(entry, known) for entry in entries]
    return {"entries": entries, "told": told, "broken": timeline.verify(entries), "head": timeline.head_of(entries)}


def _accounts_in(entries: Iterable[Entry]) -> dict[str, str]:
    """The names of the accounts that an entry is by."""
    found = {}
    for by in {str(entry.fields.get("by", "")) for entry in entries}:
        if by.startswith("user:"):
            try:
                found[by] = users.find(by.removeprefix("user:")).shown_name
            except NotFound:
                continue
    return found


def _told(entry: Entry, names: Mapping[str, str] | None) -> Told:
    fields = entry.fields
    until = datetime.fromisoformat(fields["until"]) if isinstance(fields.get("until"), str) else None
    more = (*_who(fields, names), *_step(fields), *_counted(fields), *_proof(fields))
    return Told(entry.number, entry.at, str(SAYS.get(entry.kind, entry.kind)), more, until)


def _who(fields: Mapping[str, Any], names: Mapping[str, str] | None) -> list[str]:
    name = None if names is None else names.get(str(fields.get("by")))
    door = str(DOORS.get(str(fields.get("door")), ""))
    said = ", ".join(part for part in (name, door) if part)
    rehearsal = [_("This was a rehearsal.")] if fields.get("drill") else []
    return [said, *rehearsal] if said else rehearsal


def _step(fields: Mapping[str, Any]) -> list[str]:
    step = KNOWN.get(str(fields.get("code")))
    if step is None or "state" not in fields:
        return []
    return [f"{_(step.sentence)} – {STATES.get(fields['state'], fields['state'])}"]


def _counted(fields: Mapping[str, Any]) -> list[str]:
    people, times = fields.get("people"), fields.get("times")
    said = []
    if isinstance(people, int):
        said.append(ngettext("%(n)s person", "%(n)s people", people) % {"n": people})
    if isinstance(times, int):
        said.append(ngettext("%(n)s time", "%(n)s times", times) % {"n": times})
    return said


def _proof(fields: Mapping[str, Any]) -> list[str]:
    """What we read from the platform, and its short words as they came: it is what a record is for."""
    shows = [_("What shows it: %s") % fields["proof"]] if fields.get("proof") else []
    said = [str(fields[name]) for name in ("answer", "code") if fields.get(name) and "state" not in fields]
    return [*shows, *(_("What it said: %s") % one for one in said)]
