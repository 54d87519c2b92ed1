"""Texts made on the spot: for the police, for the platform, for everyone who was there, and a public notice.

Plain values in, plain text out. What nobody told is a line to fill in, never a guess. Nothing of what was shown is described.
Each text is a list of lines with blanks (`core/blanks`): here they are filled from values, on a page by its script.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple

from pullcord.core.blanks import Line, Values, fill
from pullcord.core.saying import Say, in_english

Category = Literal["child", "sexual", "violence", "threats", "unsure"]
How = Literal["screen", "camera", "background", "picture", "file", "link", "chat", "voice"]

ENDS: Final = ("?", "؟", ")")
CATEGORIES: Final[tuple[Category, ...]] = ("unsure", "child", "sexual", "violence", "threats")
WAYS: Final[tuple[How, ...]] = ("screen", "camera", "background", "picture", "file", "link", "chat", "voice")


class Told(NamedTuple):
    """What the person tells. None or empty = not told. Times know their zone."""

    category: Category = "unsure"
    how: tuple[How, ...] = ()
    danger: bool | None = None
    live: bool | None = None
    recognised: bool | None = None
    platform: str = ""
    number: str = ""
    """The meeting's own number on its platform."""
    title: str = ""
    began: datetime | None = None
    ended: datetime | None = None
    lasted: str = ""
    names_shown: tuple[str, ...] = ()
    people: int | None = None
    children: bool | None = None
    recording: str = ""
    """Where one lies; empty = none is known."""
    link_posted: bool | None = None
    money: bool | None = None
    platform_reference: str = ""
    police_reference: str = ""
    is_over: bool = False
    is_link_dead: bool = False
    police_called: bool = False
    """These three are said in a text only once somebody has confirmed them."""
    name: str = ""
    """Of whoever tells it, and how they are reached."""
    phone: str = ""
    email: str = ""


def what(category: Category, say: Say = in_english) -> str:
    """What was shown, by its category and no closer."""
    return {
        "child": say("child sexual abuse material"),
        "sexual": say("sexual images that nobody had asked for"),
        "violence": say("images of violence"),
        "threats": say("threats or hatred"),
        "unsure": say("something distressing, possibly a crime"),
    }[category]


def how(ways: Iterable[How], say: Say = in_english) -> str:
    words: dict[How, str] = {
        "screen": say("on a shared screen"),
        "camera": say("by camera"),
        "background": say("as a background picture"),
        "picture": say("as a profile picture"),
        "file": say("as a file"),
        "link": say("by a link"),
        "chat": say("in the chat"),
        "voice": say("by voice"),
    }
    return say(", ").join(words[way] for way in ways)


def values(told: Told, say: Say = in_english) -> Values:
    """By the holes of the texts about the meeting."""
    return {
        "what": what(told.category, say),
        "how": how(told.how, say),
        "danger": _yes_no(told.danger, say),
        "live": _yes_no(told.live, say),
        "recognised": _yes_no(told.recognised, say),
        "platform": told.platform,
        "number": told.number,
        "title": told.title,
        "began": moment(told.began),
        "ended": moment(told.ended),
        "lasted": told.lasted,
        "shown": told.names_shown,
        "people": "" if told.people is None else str(told.people),
        "children": _yes_no(told.children, say),
        "recording": told.recording,
        "link_posted": _yes_no(told.link_posted, say),
        "money": _yes_no(told.money, say),
        "platform_reference": told.platform_reference,
        "police_reference": told.police_reference,
        "is_over": "yes" if told.is_over else "",
        "is_link_dead": "yes" if told.is_link_dead else "",
        "police_called": "yes" if told.police_called else "",
        "name": told.name,
        "phone": told.phone,
        "email": told.email,
        "contact": told.phone or told.email,
        "blank": "",
    }


def police_text(told: Told, say: Say = in_english) -> str:
    return fill(police_lines(say), values(told, say))


def platform_text(told: Told, say: Say = in_english) -> str:
    """For the platform's own form or address."""
    return fill(platform_lines(say), {**values(told, say), "contact": told.email or told.phone})


def message_text(told: Told, sender: str, help_lines: Sequence[str], say: Say = in_english) -> str:
    """For everyone who was there. `sender`: a neutral name they know. `help_lines`: where they are, ready to be read."""
    more: Values = {"sender": sender, "signed": told.name or sender, "help": tuple(help_lines)}
    return fill(message_lines(say), {**values(told, say), **more})


def subject(say: Say = in_english) -> str:
    """Of a mail: it stands on lock screens, so it names no group and no meeting."""
    return say("About earlier")


def how_to_send(say: Say = in_english) -> tuple[str, ...]:
    return (
        say("In a mail, put all addresses into the line “BCC”. Then nobody sees who else got it."),
        say("Put no name of the group or of the meeting into the subject."),
        say(
            "Write to a child's parent or carer, not to the child. If one of them may be unsafe, ask for advice first."
        ),
        say("Ask somebody to share the replies with you. One person should not take all the calls."),
    )


class Adjourned(NamedTuple):
    """What a public body says of a meeting that it broke off. Empty = not known yet."""

    body: str
    day: str
    time: str = ""
    next_day: str = ""
    next_time: str = ""
    page: str = ""
    """The public page that carries the new link."""
    published: str = ""
    signed: str = ""


def notice_text(notice: Adjourned, help_lines: Sequence[str], say: Say = in_english) -> str:
    """For the page on which the meeting was announced. Nothing of what was shown is in it."""
    return fill(notice_lines(say), notice._asdict() | {"help": tuple(help_lines)})


def before_the_notice(say: Say = in_english) -> tuple[str, ...]:
    return (
        say("Ask your clerk or monitoring officer what your standing orders say about adjourning."),
        say(
            "If the meeting was streamed, close the stream's archive to the public. Do not delete it, and do not play it."
        ),
    )


def police_lines(say: Say = in_english) -> tuple[Line, ...]:
    """In the order of an online police form, to read aloud, to copy or to print."""
    return (
        Line(say("Report to the police")),
        Line(say("In words only. No picture is attached.")),
        *_part(say("First"), *_first(say)),
        *_part(say("1. What happened"), *_what_happened(say)),
        *_part(say("2. Where"), *_where(say)),
        *_part(say("3. When"), _line("began", say("Began"), say), _line("ended", say("Ended"), say)),
        *_part(say("4. Who"), *_who(say)),
        *_part(say("5. What there is"), *_evidence(say)),
        *_part(say("6. Harm and loss"), *_harm(say)),
        *_part(say("7. What has been done"), *_done(say)),
        *_part(say("8. About me"), *_about(say)),
        *_part(say("To write down during the call"), *_from_the_call(say)),
    )


def platform_lines(say: Say = in_english) -> tuple[Line, ...]:
    told = say("The police have been told. Their number is {police_reference}.")
    return (
        Line(say("I report {what}, shown in a meeting on your service.")),
        Line(),
        _line("number", say("Meeting number"), say),
        _line("began", say("Began"), say),
        _line("ended", say("Ended"), say),
        Line(_titled(say("Name shown"), "shown", say)),
        _line("how", say("How it was shown"), say),
        Line(),
        Line(say("I attach no picture, no clip and no recording. Keeping or sending them may be a crime.")),
        Line(say("Please keep your records of this meeting for the police.")),
        Line(say("Please keep whoever did this from doing it again.")),
        Line(told, when="police_called"),
        Line(),
        _line("name", say("My name"), say),
        _line("contact", say("You reach me at"), say),
    )


def message_lines(say: Say = in_english) -> tuple[Line, ...]:
    """To paste into the group's own chat or mail. The first line is what a lock screen shows."""
    return (
        Line(say("A message from {sender} about earlier. Open when you are alone.")),
        Line(),
        Line(say("It is about something upsetting. You do not have to read it now.")),
        Line(),
        Line(say("In our online meeting, somebody showed {what}.")),
        Line(say("Somebody else did this. You did nothing wrong by seeing it, whether you looked away or not.")),
        Line(say("The meeting has been ended."), when="is_over"),
        Line(say("Its link will not be used again."), when="is_link_dead"),
        Line(say("The police have been told."), when="police_called"),
        Line(),
        *map(Line, _asked_of_them(say)),
        Line(),
        *map(Line, feelings(say)),
        Line(),
        *map(Line, _answers(say)),
        Line(),
        Line(
            say(
                "If a child was with you: they did nothing wrong. Do not ask what they saw, and do not search their device."
            )
        ),
        Line(),
        Line(say("Where help is:")),
        Line("{help}"),
        Line(),
        Line(say("You reach a person here: {contact}")),
        Line("{signed}"),
    )


def notice_lines(say: Say = in_english) -> tuple[Line, ...]:
    return (
        Line(say("Public notice: meeting adjourned")),
        Line(),
        Line(say("The meeting of {body} on {day} was adjourned at {time}, because it was disrupted online.")),
        Line(say("It continues on {next_day} at {next_time}."), when="next_day"),
        Line(say("The day on which it continues will be published here."), unless="next_day"),
        Line(say("The old link is no longer used. The new link is published here: {page}")),
        Line(),
        Line(say("If you have a recording of the meeting, please do not open it or pass it on. Tell the police.")),
        Line(say("If you were there and it troubles you, help is here:")),
        Line("{help}"),
        Line(),
        _line("published", say("Published"), say),
        _line("signed", say("Signed"), say),
    )


def feelings(say: Say = in_english) -> tuple[str, ...]:
    return (
        say("Some people feel shock, anger or disgust. Some sleep badly, or it comes back to them. Some feel nothing."),
        say("For many it fades. If you have lived through abuse, it can weigh more. You need not say why you call."),
    )


def _asked_of_them(say: Say) -> tuple[str, ...]:
    return (
        say(
            "You do not have to do anything. If something of it is on your device: do not open it, and tell the police."
        ),
        say("Please keep nothing of it, pass nothing on, and do not look for the person."),
    )


def _answers(say: Say) -> tuple[str, ...]:
    return (
        say("You may answer with one of these, or not at all:"),
        say("“I am OK”, “I would like a call”, or “Not now, ask me later”."),
        say("We do not take silence for OK, and we do not ask why."),
    )


def _first(say: Say) -> tuple[Line, ...]:
    return (
        _line("danger", say("Is anyone in danger now?"), say),
        _line("live", say("Could it have been happening live?"), say),
        _line("recognised", say("Did anyone recognise a person or a place?"), say),
    )


def _what_happened(say: Say) -> tuple[Line, ...]:
    return (
        Line(say("In our online meeting, somebody showed {what}.")),
        _line("how", say("How it was shown"), say),
        _line("lasted", say("For how long"), say),
    )


def _where(say: Say) -> tuple[Line, ...]:
    return (
        _line("platform", say("Platform"), say),
        _line("number", say("Meeting number"), say),
        _line("title", say("Title of the meeting"), say),
        _line("blank", say("Where the host was (town, country)"), say),
    )


def _who(say: Say) -> tuple[Line, ...]:
    return (
        Line(say("The name shown was “{shown}”."), when="shown"),
        _line("shown", say("Names shown"), say)._replace(unless="shown"),
        Line(say("A name or a link that was shown does not show who did it.")),
        _line("people", say("How many people were in the meeting"), say),
        _line("children", say("Were children there?"), say),
    )


def _evidence(say: Say) -> tuple[Line, ...]:
    return (
        Line(say("A recording lies here: {recording}."), when="recording"),
        _line("recording", say("Is there a recording or a stream, and where?"), say)._replace(unless="recording"),
        Line(say("Please tell us what to do with it. Until then we delete nothing, and open nothing.")),
        _line("link_posted", say("Was a web address posted? (said by phone, not written here)"), say),
        _line("blank", say("Does anybody have a picture or a recording of it?"), say),
        _line("name", say("Who has the list of who was there"), say),
    )


def _harm(say: Say) -> tuple[Line, ...]:
    return (
        _line("money", say("Was money or an account touched?"), say),
        _line("blank", say("Who needs help now"), say),
    )


def _done(say: Say) -> tuple[Line, ...]:
    return (
        _line("platform_reference", say("Reported to the platform, its number"), say),
        _line("police_reference", say("Earlier police number, if there is one"), say),
        _line("blank", say("Was everyone asked to keep nothing and pass nothing on?"), say),
    )


def _about(say: Say) -> tuple[Line, ...]:
    return (
        _line("name", say("Name"), say),
        _line("blank", say("Address"), say),
        _line("blank", say("Date of birth"), say),
        _line("phone", say("Phone"), say),
        _line("email", say("E-mail"), say),
        _line("blank", say("When we can be called"), say),
    )


def _from_the_call(say: Say) -> tuple[Line, ...]:
    return (
        _line("blank", say("Number of the report"), say),
        _line("blank", say("Name of the officer, and when"), say),
        _line("blank", say("What they said about a recording"), say),
    )


def _part(title: str, *lines: Line) -> tuple[Line, ...]:
    return (Line(), Line(title), *lines)


def _line(hole: str, title: str, say: Say) -> Line:
    return Line(_titled(title, hole, say))


def _titled(title: str, hole: str, say: Say) -> str:
    """A question has its own sign at the end."""
    if title.endswith(ENDS):
        return f"{title} {{{hole}}}"
    return say("{title}: {value}").replace("{title}", title).replace("{value}", f"{{{hole}}}")


def _yes_no(answer: bool | None, say: Say) -> str:
    return "" if answer is None else say("yes") if answer else say("no")


def moment(at: datetime | None) -> str:
    """With its zone, and in UTC: the police and the platform keep other clocks."""
    if at is None:
        return ""
    assert at.tzinfo is not None, "a time without its zone is no evidence"  # noqa: S101
    return f"{at.isoformat(' ', 'minutes')} = {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
