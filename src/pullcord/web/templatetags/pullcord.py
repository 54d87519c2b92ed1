"""How a time and a picture of a link are written on a page."""

from datetime import UTC, datetime

import segno
from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

register = template.Library()


@register.simple_tag
def moment(at: float | datetime | None) -> SafeString | str:
    """Day and minute where the server stands, and in UTC: the script writes the reader's own time in their place."""
    if at is None:
        return _("not known")
    utc = _utc(at)
    text = f"{date_format(timezone.localtime(utc), 'l j F Y, H:i')} {timezone.localtime(utc):%Z}"
    beside = f"{date_format(utc, 'j F, H:i')} UTC"
    if timezone.localtime(utc).utcoffset() == utc.utcoffset():
        return format_html('<time datetime="{}" data-utc="{}">{}</time>', _iso(utc), beside, text)
    return format_html('<time datetime="{}" data-utc="{}">{} ({})</time>', _iso(utc), beside, text, beside)


@register.simple_tag
def clock_time(at: float | datetime | None) -> SafeString | str:
    """Hour and minute only, for a sentence whose day is plain."""
    if at is None:
        return _("not known")
    utc = _utc(at)
    local = timezone.localtime(utc)
    return format_html('<time datetime="{}" data-short>{}</time>', _iso(utc), f"{local:%H:%M} {local:%Z}")


@register.simple_tag
def server_now() -> str:
    """What a time typed into a form is read as: the server's zone, shown by its clock."""
    return f"{timezone.localtime(timezone.now()):%H:%M %Z}"


@register.simple_tag
def utc_seconds(at: float | datetime) -> SafeString:
    """For the record: UTC, to the second."""
    utc = _utc(at)
    return format_html('<time datetime="{}">{}</time>', _iso(utc), f"{utc:%Y-%m-%d %H:%M:%S}")


@register.filter
def by_phone(number: str) -> str:
    """The address that a phone dials; empty where it is not a plain number, such as one with words beside it."""
    dialled = number.translate({ord(sign): None for sign in " ()-./"})
    plain = dialled.removeprefix("+")
    return f"tel:{dialled}" if plain.isascii() and plain.isdigit() else ""


@register.filter
def on_the_web(address: str) -> bool:
    """Whether it may be a link: what a table says is never followed to anything but a web page."""
    return address.startswith(("https://", "http://"))


@register.simple_tag
def qr(link: str) -> SafeString:
    """The link as a drawing in the page itself: no image is fetched, so none is kept by a cache on the way."""
    drawing = segno.make(link, error="m", micro=False).svg_inline(omitsize=True, border=2, dark="#000", light="#fff")
    return mark_safe(drawing)  # noqa: S308  # made by segno from squares; the link's text is not in it


def _utc(at: float | datetime) -> datetime:
    return at.astimezone(UTC) if isinstance(at, datetime) else datetime.fromtimestamp(at, UTC)


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
