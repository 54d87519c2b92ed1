"""The fast door's pages: plain HTML from plain values, under 30 kB with their style, without script, cookie or font."""

import base64
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import NamedTuple

from starlette.responses import HTMLResponse

from pullcord.config import zone_of
from pullcord.core.incident import Incident
from pullcord.jobs.stop import GENERAL_HANDS

STYLE = (files("pullcord.edge") / "cord.css").read_text()
_POLICY = f"default-src 'none'; style-src 'sha256-{base64.b64encode(sha256(STYLE.encode()).digest()).decode()}'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
ICON = (files("pullcord.edge") / "mark.png").read_bytes()
ICON_AT = "/apple-touch-icon.png"
"""One picture for everybody: asking for it tells nothing of a link, and its place holds none."""
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}


class Rehearsal(NamedTuple):
    """A practice link's own: whether they have begun, what their own time was, and a day for the next time."""

    has_begun: bool
    said: str
    next_at: float


class View(NamedTuple):
    """What a watcher's page says: steps and times of this meeting only, and nobody's name."""

    meeting: str
    platform_title: str
    own_hands: tuple[str, ...]
    stand_in: str | None
    incident: Incident | None
    refusal: str | None
    unwritten: bool
    may_take_back: bool
    trouble: str | None
    now: float
    time_zone: str
    drill: Rehearsal | None = None

    def when(self, at: float) -> str:
        """A time for people, in the server's zone, and says which: this page has no script to ask where its reader is."""
        there = datetime.fromtimestamp(at, zone_of(self.time_zone))
        zone = there.tzname() or ""
        return f"{there:%H:%M on %A %-d %B %Y} ({zone if zone.isalpha() else f'UTC{zone}'})"


def cord_page(view: View, token: str) -> HTMLResponse:
    incident = view.incident
    if view.refusal is not None:
        body = _refused(view)
    elif incident is None and view.drill is not None and not view.drill.has_begun:
        body = _begin(view, token)
    elif incident is None or incident.is_released:
        body = _ready(view, token)
    elif incident.is_over:
        body = _own_time(view, token) + _over(view, token, incident)
    elif incident.by_hand:
        body = _failed(view, token)
    else:
        body = _working(view)
    waiting = incident is not None and not (incident.is_over or incident.by_hand or incident.is_released)
    simulated = f'<p class="practice">{escape(view.stand_in)}</p>' if view.stand_in else ""
    return page(_banner(view) + body + simulated, refresh_seconds=2 if waiting else None)


def page(body: str, *, status: int = 200, refresh_seconds: int | None = None) -> HTMLResponse:
    refresh = f'<meta http-equiv="refresh" content="{refresh_seconds}">' if refresh_seconds else ""
    html = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Meeting</title>{refresh}'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f'<link rel="icon" href="{ICON_AT}"><link rel="apple-touch-icon" href="{ICON_AT}">'
        f"<style>{STYLE}</style></head><body><main>{body}</main></body></html>"
    )
    return HTMLResponse(html, status_code=status, headers=HEADERS)


def no_link_page(*, trouble: str | None = None) -> HTMLResponse:
    """For a link that is not ours, or no longer."""
    said = "<h1>This link does not work</h1><p>It may have been replaced or have expired. <strong>Nothing was ended.</strong> If you are in the meeting now:</p>"
    return page(_trouble(trouble) + said + _hands(GENERAL_HANDS), status=404)


def unreadable_page(platforms: Mapping[str, tuple[str, ...]], *, trouble: str | None = None) -> HTMLResponse:
    """For the day on which we cannot tell. `platforms`: the own buttons of those whose meetings it may be about, by title."""
    said = "<h1>We cannot check this link</h1><p><strong>Nothing was ended.</strong> A file this server needs cannot be read. End the meeting yourself, now:</p>"
    theirs = "".join(f"<h2>{escape(title)}</h2>{_hands(steps)}" for title, steps in platforms.items())
    others = f"<h2>Any other meeting</h2>{_hands(GENERAL_HANDS)}" if theirs else _hands(GENERAL_HANDS)
    return page(_trouble(trouble) + said + theirs + others, status=503)


def too_many_page() -> HTMLResponse:
    return page(
        "<h1>Please wait a minute</h1><p>Too many links that do not work were tried from here. A link that works is not slowed.</p>",
        status=429,
    )


def sorry_page(trouble: str | None) -> HTMLResponse:
    """The people pages while only the stop works."""
    why = trouble or "The pages of this server are not available now."
    said = f"<h1>Only ending a meeting works now</h1><p>{escape(why)}</p><p>Personal links for ending a meeting work as always.</p>"
    hands = "<h2>If you are in the meeting now</h2>" + _hands(GENERAL_HANDS)
    return page(said + hands + '<p><a href="/guide/">What to do, on any platform</a></p>', status=503)


def _banner(view: View) -> str:
    practice = (
        '<p class="practice"><strong>Practice.</strong> Nothing here is real. What is simulated is said below.</p>'
        if view.stand_in
        else ""
    )
    unwritten = (
        _alarm("This was done, but this machine's disk does not take the record of it yet. Note the time yourself.")
        if view.unwritten
        else ""
    )
    return _trouble(view.trouble) + unwritten + practice


def _trouble(trouble: str | None) -> str:
    return _alarm(f"Part of this server is broken. Ending a meeting works. {trouble}") if trouble else ""


def _alarm(text: str) -> str:
    return f'<p class="alarm" role="alert"><span aria-hidden="true">⚠ </span>{escape(text)}</p>'


def _begin(view: View, token: str) -> str:
    return (
        f'<p class="about">{escape(view.meeting)}</p><h1>Practise ending a meeting</h1>'
        "<p>Imagine that something terrible is shown in your meeting. When you press “Begin”, you see the same page as on a "
        "real evening. End the meeting from there. No real meeting is touched, and you cannot do anything wrong.</p>"
        f'<form method="post" action="/c/{token}/begin"><button>Begin</button></form>'
        "<p>Afterwards you see how long it took you. The time is for you, and nobody is compared with anybody.</p>"
    )


def _own_time(view: View, token: str) -> str:
    if view.drill is None:
        return ""
    return (
        f'<div class="practice"><h2>Your practice</h2><p><strong>{escape(view.drill.said)}</strong></p>'
        f"<p>A good day for the next time: {view.when(view.drill.next_at)}. "
        f'<a href="/c/{token}/next.ics">Put it into my calendar</a></p></div>'
        "<p>Below is what you would see on a real evening.</p>"
    )


FIRST_SCREEN = (
    '<details class="how"><summary>Put this page on your phone’s first screen</summary>'
    "<p>Then you need not look for the link when it matters. Phones differ a little in their words.</p>"
    "<ul><li>iPhone or iPad: tap the square with the arrow, then “Add to Home Screen”.</li>"
    "<li>Android: tap the three dots, then “Add to Home screen”. Where you are asked, choose a shortcut.</li></ul>"
    "<p>Its name there is “Meeting”. Leave it so, or choose another that tells nothing. Opening it ends nothing. But whoever can "
    "unlock your phone can then end the meeting, too. Take it off when the meeting is no longer yours to watch.</p></details>"
)
"""Plain words and no web manifest: a phone's browser may hand a manifest, and the address in it, to its maker's servers."""


def _ready(view: View, token: str) -> str:
    return (
        f'<p class="about">{escape(view.meeting)}</p><h1>End this meeting</h1>'
        "<p>If you are in the meeting as its host, <strong>its own “End for all” is nearer than this page</strong>. “Leave” is "
        "not enough: the meeting goes on without you.</p>"
        f'<details class="how"><summary>Where that button is</summary>{_hands(view.own_hands)}</details>'
        "<p>From here you can end it from outside:</p>"
        "<details><summary>I need to end the meeting</summary><p>Everyone will be put out and nobody can come back in. "
        "The host sees that you did it, and when. If it was a mistake, people can be let back in.</p>"
        f'<form method="post" action="/c/{token}/stop"><button>End the meeting for everyone</button></form></details>'
        f"{FIRST_SCREEN}"
    )


def _working(view: View) -> str:
    return (
        f'<p class="about">{escape(view.meeting)}</p><h1>We are ending the meeting</h1>'
        f"<p>We have asked {escape(view.platform_title)}, and are checking that it is really over. This page renews itself.</p>"
        f"<p>If you can reach the meeting yourself:</p>{_hands(view.own_hands)}"
    )


def _over(view: View, token: str, incident: Incident) -> str:
    back = (
        "<details><summary>It was a mistake</summary><p>For one minute you can take back your own press. Then the host can.</p>"
        f'<form method="post" action="/c/{token}/back"><button class="quiet">Let people back in</button></form></details>'
        if view.may_take_back
        else ""
    )
    return (
        f'<p class="about">{escape(view.meeting)}</p><h1 class="done"><span aria-hidden="true">✓ </span>The meeting is over</h1>'
        f"<p>{escape(view.platform_title)} was asked at {view.when(incident.over_at or incident.pressed_at)} and said that nobody is in it.</p>"
        f"{_kept(view, incident)}{back}{_NOW}"
    )


def _kept(view: View, incident: Incident) -> str:
    """Whether anybody can come back in, and whether somebody did."""
    until = incident.kept_until
    if until is not None and incident.is_held(view.now):
        said = f"<p>Nobody can come back in until <strong>{view.when(until)}</strong>. The host can let people in before that.</p>"
    elif until is not None and incident.is_watched(view.now):
        said = f"<p>Whoever comes in is put out again, until <strong>{view.when(until)}</strong>. The host can let people in before that.</p>"
    else:
        said = _alarm("We could not make sure that nobody comes back in. Do not use this meeting's link again.")
    if incident.last_again_at is not None:
        said += f"<p>It was started again, the last time at {view.when(incident.last_again_at)}, and ended again.</p>"
    if incident.unseen_since is not None:
        said += _alarm(
            f"{view.platform_title} has not answered us since {view.when(incident.unseen_since)}. Look yourself:"
        )
        said += _hands(view.own_hands)
    return said


def _failed(view: View, token: str) -> str:
    return (
        f'<p class="about">{escape(view.meeting)}</p><h1>The meeting may still be running</h1>'
        f"<p>{escape(view.platform_title)} did not confirm the end. <strong>Please end it yourself:</strong></p>{_hands(view.own_hands)}"
        f'<form method="post" action="/c/{token}/stop"><button>Try again to end it for everyone</button></form>'
    )


def _refused(view: View) -> str:
    return (
        f'<p class="about">{escape(view.meeting)}</p><h1>Nothing was ended</h1><p>{escape(view.refusal or "")}</p>'
        f"<p>If you are in the meeting now:</p>{_hands(view.own_hands)}"
    )


def _hands(steps: tuple[str, ...]) -> str:
    return "<ol>" + "".join(f"<li>{escape(step)}</li>" for step in steps) + "</ol>"


_NOW = """<h2>What to do now</h2><ol>
<li>Put the screen away. Nobody has to look at anything again.</li>
<li>If anyone is in danger now, call the emergency number of your country first.</li>
<li>Tell the host by phone that the meeting was ended, and at what time.</li>
<li>Keep no picture or recording of what was shown, and send none to anybody. The police ask for times and names.</li>
</ol><p><a href="/guide/en/us.html">All of it, step by step, with texts for the police and for everyone who was there</a></p>
<h2>What can wait until morning</h2><p>The report, the message to everyone who was there, and the settings of the next
meeting. You do not have to do this alone.</p>"""
