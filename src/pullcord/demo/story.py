"""What the demo says in the terminal: which page is whose, what to try, and what of it is simulated."""

import os
import sys
import textwrap
import webbrowser

import segno

from pullcord.demo.evening import WATCHER, Evening, Show
from pullcord.demo.stages import MEETING, Stage

WIDE = 118
ALONE = (
    "This machine is on no private network, so the pictures stay on loopback, where an ordinary browser does not take them "
    "from a server. Start Chromium with --allow-loopback-in-peer-connection, or run ./run demo --platform janus --check."
)


def tell(*, with_code: bool) -> Show:
    """`with_code`: also draw the watcher's link for a phone's camera."""

    def told(evening: Evening) -> None:
        print(text(evening), flush=True)
        if evening.stage.is_alone and evening.stage.platform == "janus":
            print(textwrap.fill(ALONE, WIDE), flush=True)
        if with_code:
            print(f"\n{WATCHER}'s page for a phone in the same network:\n")
            segno.make(evening.links.watcher, error="m").terminal(sys.stdout, compact=True)
            sys.stdout.flush()
        open_pages(evening)

    return told


def text(evening: Evening) -> str:
    links = evening.links
    return f"""
“{MEETING}”, a practice meeting on this machine. No account, no camera, no microphone.

  1  You, the host. Press “Sign in”; the link works once.
     {links.host}
  2  A participant's tab. Press “Come in”.
     {links.participant}
  3  Three simulated people. Nothing to press: keep this page open, it plays them.
     {links.simulated}
  4  Whoever disturbs. Press “Come in”, and everyone sees the card PRACTICE INTRUSION.
     {links.intruder}
  5  {WATCHER}, who watches over the meeting from outside. Open it, and end the meeting for everyone.
     {links.watcher}

Then look at 2 and 4: all dark. Try to come back in: refused. Page 1 shows what happened and the next step, and lets
people back in (load page 3 again, and the simulated people come too). You can also end the meeting from page 1, or from
another terminal (in a checkout, write ./run for pullcord):

     {command(evening)}

{truth(evening.stage)}

Ctrl-C ends the demo and removes everything it made.
"""


def command(evening: Evening) -> str:
    return f"pullcord stop {evening.stage.meeting_id} --data {evening.house.config.data}"


def truth(stage: Stage) -> str:
    return textwrap.fill(f"What is simulated: {stage.truth}", WIDE)


def open_pages(evening: Evening) -> None:
    """Where there is a screen. The pages are printed in any case."""
    if not (sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return
    try:
        for link in evening.links:
            webbrowser.open_new_tab(link)
    except webbrowser.Error:
        return
