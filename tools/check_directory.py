"""The help lines, looked at before anybody relies on them: by our own lint, and by the numbering plans of libphonenumber.

libphonenumber tells whether a number can be one; never whether somebody answers it. So it warns of a number it does not
know, and refuses only an emergency number that it does not name as one.
"""

import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import phonenumbers
from phonenumbers import shortnumberinfo

from pullcord.places.lint import faults
from pullcord.places.values import digits

ROOT = Path(__file__).resolve().parent.parent
LINES = ROOT / "src" / "pullcord" / "places" / "lines"
LEADS = ROOT / "tools" / "leads.toml"
LONGEST_SHORT_CODE = 6
LEAD_FIELDS = {"country", "kind", "name", "url", "nations", "why"}


def main(folder: Path = LINES, leads: Path = LEADS) -> int:
    """1 where a table may not be shipped as it is; warnings are printed, and pass."""
    today = datetime.now(tz=UTC).date()
    wrong = [f"{file.name}: {said}" for file in sorted(folder.glob("*.toml")) for said in of_file(file, today=today)]
    wrong += [f"{leads.name}: {said}" for said in of_leads(tomllib.loads(leads.read_text("utf-8")))]
    for said in wrong:
        print(said)
    for file in sorted(folder.glob("*.toml")):
        for said in unknown_numbers(tomllib.loads(file.read_text("utf-8"))):
            print(f"(only told) {file.name}: {said}")
    return 1 if wrong else 0


def of_file(file: Path, *, today: date) -> list[str]:
    document = tomllib.loads(file.read_text("utf-8"))
    found = faults(document, today=today)
    if document.get("country") != file.stem:
        found.append("the file is not called like its country.")
    return found or list(no_emergency(document))


def no_emergency(document: dict[str, Any]) -> Iterator[str]:
    """Every country has one, and it is one."""
    country = document["country"]
    numbers = [row["phone"] for row in document["line"] if row.get("kind") == "emergency"]
    if not numbers and country != "ZZ":
        yield "it has no emergency number."
    for number in numbers:
        if not shortnumberinfo.is_emergency_number(digits(number), country):
            yield f"{number} is no emergency number in {country}, says libphonenumber."


def unknown_numbers(document: dict[str, Any]) -> Iterator[str]:
    for row in document["line"]:
        number = row.get("phone", "")
        if number and number[0] not in "#*" and not is_known(number, document["country"]):
            yield f"{row['id']}: libphonenumber does not know {number}."


def is_known(number: str, country: str) -> bool:
    dialled = digits(number)
    if len(dialled) <= LONGEST_SHORT_CODE and _is_short_code(dialled, country):
        return True
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, country))
    except phonenumbers.NumberParseException:
        return False


def _is_short_code(dialled: str, country: str) -> bool:
    number = phonenumbers.PhoneNumber(
        country_code=phonenumbers.country_code_for_region(country),
        national_number=int(dialled),
        italian_leading_zero=dialled.startswith("0") or None,
    )
    is_valid: bool = shortnumberinfo.is_valid_short_number_for_region(number, country)
    return is_valid or shortnumberinfo.is_emergency_number(dialled, country)


def of_leads(document: dict[str, Any]) -> Iterator[str]:
    """A lead has no number: whoever checks one must find it at its source."""
    for lead in document["lead"]:
        if not set(lead) <= LEAD_FIELDS:
            yield f"{lead.get('name')}: a lead says {', '.join(sorted(LEAD_FIELDS))}, and no number."


if __name__ == "__main__":
    sys.exit(main())
