"""Texts made on the spot: for the police, for the platform, for everyone who was there, and a public notice.

Plain values in, plain text out. What nobody told is a line to fill in, never a guess. Nothing of what was shown is described.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple

from pullcord.core.saying import Say, in_english

Category = Literal["child", "sexual", "violence", "threats", "unsure"]
How = Literal["screen", "camera", "background", "picture", "file", "link", "chat", "voice"]

TO_FILL_IN: Final = "______________________"


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
    return ", ".join(words[way] for way in ways)


def police_text(told: Told, say: Say = in_english) -> str:
    """In the order of an online police form, to read aloud, to copy or to print."""
    parts = (
        (say("First"), _first(told, say)),
        (say("1. What happened"), _what_happened(told, say)),
        (say("2. Where"), _where(told, say)),
        (say("3. When"), _when(told, say)),
        (say("4. Who"), _who(told, say)),
        (say("5. What there is"), _evidence(told, say)),
        (say("6. Harm and loss"), _harm(told, say)),
        (say("7. What has been done"), _done(told, say)),
        (say("8. About me"), _about(told, say)),
        (say("To write down during the call"), _from_the_call(say)),
    )
    head = [say("Report to the police"), say("In words only. No picture is attached.")]
    return _text(*head, *(f"\n{title}\n{body}" for title, body in parts))


def platform_text(told: Told, say: Say = in_english) -> str:
    """For the platform's own form or address."""
    asks = (
        say("I attach no picture, no clip and no recording. Keeping or sending them may be a crime."),
        say("Please keep your records of this meeting for the police."),
        say("Please keep whoever did this from doing it again."),
    )
    police = [_police(told, say)] if told.police_called else []
    return _text(
        say("I report {what}, shown in a meeting on your service.").format(what=what(told.category, say)),
        "",
        _line(say("Meeting number"), told.number),
        _line(say("Began"), _moment(told.began)),
        _line(say("Ended"), _moment(told.ended)),
        _line(say("Names shown"), ", ".join(told.names_shown)),
        _line(say("How it was shown"), how(told.how, say)),
        "",
        *asks,
        *police,
        "",
        _line(say("My name"), told.name),
        _line(say("You reach me at"), told.email or told.phone),
    )


def subject(say: Say = in_english) -> str:
    """Of a mail: it stands on lock screens, so it names no group and no meeting."""
    return say("About earlier")


def message_text(told: Told, sender: str, help_lines: Sequence[str], say: Say = in_english) -> str:
    """For everyone who was there, to paste into the group's own chat or mail. `sender`: a neutral name they know.

    The first line is what a lock screen shows. `help_lines`: where they are, ready to be read.
    """
    happened = say("In our online meeting, somebody showed {what}.").format(what=what(told.category, say))
    return _text(
        say("A message from {sender} about earlier. Open when you are alone.").format(sender=sender or TO_FILL_IN),
        "",
        say("It is about something upsetting. You do not have to read it now."),
        "",
        happened,
        say("Somebody else did this. You did nothing wrong by seeing it, whether you looked away or not."),
        *_said_done(told, say),
        "",
        say(
            "You do not have to do anything. If something of it is on your device: do not open it, and tell the police."
        ),
        say("Please keep nothing of it, pass nothing on, and do not look for the person."),
        "",
        *_feelings(say),
        "",
        *_answers(say),
        "",
        say(
            "If a child was with you: they did nothing wrong. Do not ask what they saw, and do not search their device."
        ),
        "",
        say("Where help is:"),
        *(help_lines or [TO_FILL_IN]),
        "",
        say("You reach a person here: {contact}").format(contact=told.phone or told.email or TO_FILL_IN),
        told.name or sender or TO_FILL_IN,
    )


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
    return _text(
        say("Public notice: meeting adjourned"),
        "",
        say("The meeting of {body} on {day} was adjourned at {time}, because it was disrupted online.").format(
            body=notice.body or TO_FILL_IN, day=notice.day or TO_FILL_IN, time=notice.time or TO_FILL_IN
        ),
        _goes_on(notice, say),
        say("The old link is no longer used. The new link is published here: {page}").format(
            page=notice.page or TO_FILL_IN
        ),
        "",
        say("If you have a recording of the meeting, please do not open it or pass it on. Tell the police."),
        say("If you were there and it troubles you, help is here:"),
        *(help_lines or [TO_FILL_IN]),
        "",
        _line(say("Published"), notice.published),
        _line(say("Signed"), notice.signed),
    )


def before_the_notice(say: Say = in_english) -> tuple[str, ...]:
    return (
        say("Ask your clerk or monitoring officer what your standing orders say about adjourning."),
        say(
            "If the meeting was streamed, close the stream's archive to the public. Do not delete it, and do not play it."
        ),
    )


def _first(told: Told, say: Say) -> str:
    return _text(
        _line(say("Is anyone in danger now?"), _yes_no(told.danger, say)),
        _line(say("Could it have been happening live?"), _yes_no(told.live, say)),
        _line(say("Did anyone recognise a person or a place?"), _yes_no(told.recognised, say)),
    )


def _what_happened(told: Told, say: Say) -> str:
    return _text(
        say("In our online meeting, somebody showed {what}.").format(what=what(told.category, say)),
        _line(say("How it was shown"), how(told.how, say)),
        _line(say("For how long"), told.lasted),
    )


def _where(told: Told, say: Say) -> str:
    return _text(
        _line(say("Platform"), told.platform),
        _line(say("Meeting number"), told.number),
        _line(say("Title of the meeting"), told.title),
        _line(say("Where the host was (town, country)"), ""),
    )


def _when(told: Told, say: Say) -> str:
    return _text(_line(say("Began"), _moment(told.began)), _line(say("Ended"), _moment(told.ended)))


def _who(told: Told, say: Say) -> str:
    names = [say("The name shown was “{name}”.").format(name=name) for name in told.names_shown]
    return _text(
        *(names or [_line(say("Names shown"), "")]),
        say("A name or a link that was shown does not show who did it."),
        _line(say("How many people were in the meeting"), "" if told.people is None else str(told.people)),
        _line(say("Were children there?"), _yes_no(told.children, say)),
    )


def _evidence(told: Told, say: Say) -> str:
    if told.recording:
        recording = say("A recording lies here: {place}.").format(place=told.recording)
    else:
        recording = _line(say("Is there a recording or a stream, and where?"), "")
    return _text(
        recording,
        say("Please tell us what to do with it. Until then we delete nothing, and open nothing."),
        _line(say("Was a web address posted? (said by phone, not written here)"), _yes_no(told.link_posted, say)),
        _line(say("Does anybody have a picture or a recording of it?"), ""),
        _line(say("Who has the list of who was there"), told.name),
    )


def _harm(told: Told, say: Say) -> str:
    return _text(
        _line(say("Was money or an account touched?"), _yes_no(told.money, say)),
        _line(say("Who needs help now"), ""),
    )


def _done(told: Told, say: Say) -> str:
    return _text(
        _line(say("Reported to the platform, its number"), told.platform_reference),
        _line(say("Earlier police number, if there is one"), told.police_reference),
        _line(say("Was everyone asked to keep nothing and pass nothing on?"), ""),
    )


def _about(told: Told, say: Say) -> str:
    return _text(
        _line(say("Name"), told.name),
        _line(say("Address"), ""),
        _line(say("Date of birth"), ""),
        _line(say("Phone"), told.phone),
        _line(say("E-mail"), told.email),
        _line(say("When we can be called"), ""),
    )


def _from_the_call(say: Say) -> str:
    return _text(
        _line(say("Number of the report"), ""),
        _line(say("Name of the officer, and when"), ""),
        _line(say("What they said about a recording"), ""),
    )


def _said_done(told: Told, say: Say) -> list[str]:
    said = (
        (told.is_over, say("The meeting has been ended.")),
        (told.is_link_dead, say("Its link will not be used again.")),
        (told.police_called, say("The police have been told.")),
    )
    return [sentence for is_so, sentence in said if is_so]


def _feelings(say: Say) -> tuple[str, ...]:
    return (
        say("Some people feel shock, anger or disgust. Some sleep badly, or it comes back to them. Some feel nothing."),
        say("For many it fades. If you have lived through abuse, it can weigh more. You need not say why you call."),
    )


def _answers(say: Say) -> tuple[str, ...]:
    return (
        say("You may answer with one of these, or not at all:"),
        say("“I am OK”, “I would like a call”, or “Not now, ask me later”."),
        say("We do not take silence for OK, and we do not ask why."),
    )


def _police(told: Told, say: Say) -> str:
    if not told.police_reference:
        return say("The police have been told.")
    return say("The police have been told. Their number is {number}.").format(number=told.police_reference)


def _goes_on(notice: Adjourned, say: Say) -> str:
    if not notice.next_day:
        return say("The day on which it continues will be published here.")
    return say("It continues on {day} at {time}.").format(day=notice.next_day, time=notice.next_time or TO_FILL_IN)


def _yes_no(answer: bool | None, say: Say) -> str:
    return "" if answer is None else say("yes") if answer else say("no")


def _moment(at: datetime | None) -> str:
    """With its zone, and in UTC: the police and the platform keep other clocks."""
    if at is None:
        return ""
    assert at.tzinfo is not None, "a time without its zone is no evidence"  # noqa: S101
    return f"{at.isoformat(' ', 'minutes')} = {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _line(title: str, value: str) -> str:
    """A question has its own sign at the end."""
    return f"{title}{'' if title.endswith(('?', ')')) else ':'} {value or TO_FILL_IN}"


def _text(*lines: str) -> str:
    return "\n".join(lines)
