"""What to do and what to leave alone, for anyone, on any platform. Short sentences: somebody reads them in a fright."""

from typing import Literal

from pullcord.core.saying import Say, in_english

FirstCall = Literal["emergency", "police"]
Ends = Literal["yes", "sometimes", "no"]


def first_questions(say: Say = in_english) -> tuple[str, ...]:
    """Before anything else, wherever it matters."""
    return (
        say("Is anyone in danger now?"),
        say("Could it have been happening live?"),
        say("Did anyone recognise a person or a place?"),
    )


def first_call(*, danger: bool | None, live: bool | None, recognised: bool | None) -> FirstCall:
    """Whom to call before anything else. None = nobody knows, which for danger is reason enough."""
    return "emergency" if danger is not False or live or recognised else "police"


def first_words(number: str, say: Say = in_english) -> str:
    """`number`: the emergency number of where they are; empty = we do not know where."""
    if not number:
        return say("If the answer to one of these is yes, or you are not sure: call the emergency number first.")
    return say("If the answer to one of these is yes, or you are not sure: call {number} first.").format(number=number)


def end_words(ends: Ends, say: Say = in_english) -> tuple[str, ...]:
    """What stands above the buttons of a platform. `ends`: whether anybody there can end it for all."""
    how = {
        "yes": say("End it for everyone. “Leave” is not enough: the meeting goes on without you."),
        "sometimes": say("End it for everyone, if it is offered. If not: leave, remove the person, close the link."),
        "no": say("Nobody can end it for everyone here. Leave, remove the person, close the link."),
    }
    return (how[ends], say("Then turn the screen away."))


def order(say: Say = in_english) -> tuple[str, ...]:
    return (
        say("End first, report afterwards. Do not stay in a meeting in order to report it."),
        say("Close the link too: an ended meeting can mostly be entered again. Use a new link next time."),
    )


def what_to_do(say: Say = in_english) -> tuple[str, ...]:
    return (
        say("Call the police. Tell it in words, and let them say what to do next."),
        say("Write down in words: the day, the time, the platform, the meeting's number and the names shown."),
        say("Write down how it was shown, for how long, what you did, and who was there."),
        say("Report it to the platform, in text."),
        say("Tell everyone who was there. Ask them to keep nothing and to pass nothing on."),
        say("Look after yourself. You do not have to do this alone."),
    )


def what_not_to_do(say: Say = in_english) -> tuple[str, ...]:
    return (
        say("Take no picture and no recording, not even as proof. Keeping or sending them may be a crime."),
        say("Do not look at it again, and do not play a recording to check."),
        say("Send nothing of it to anyone: not to the police by mail, not to the platform, not to us."),
        say("Leave every box about a screenshot or a clip empty."),
        say("Do not look for the person, and do not search for more."),
        say("Delete nothing of the meeting: no log, no chat, no list of people."),
        say("Do not write about it in public with names. A name that was shown does not show who did it."),
    )


def if_there_is_a_recording(say: Say = in_english) -> tuple[str, ...]:
    return (
        say("Do not open it, and do not play it."),
        say("Close it to others: take away links and downloads, and stop summaries that are sent by themselves."),
        say("Tell the police that it exists, where it lies and who can reach it."),
        say("Keep it or delete it only as they say. Write down who said it, and when."),
    )


def if_the_host_carries_on(say: Say = in_english) -> tuple[str, ...]:
    return (
        say("Leave. You need nobody's permission."),
        say("Phone the host, if you can."),
        say("You can report it yourself, to the police and to the platform."),
        say("Help is there for you too."),
    )


def if_a_child_was_there(say: Say = in_english) -> tuple[str, ...]:
    return (
        say("Tell the child that they did nothing wrong, and that it was right to tell you."),
        say("Do not ask what they saw. That is for people who are trained for it."),
        say("Do not search the child's device."),
        say("Say what happens next, in a few words. Stay near."),
        say("If this is a school or a club, tell the person responsible for safeguarding at once."),
    )


def if_it_has_closed_down(name: str, took_over: tuple[str, ...], say: Say = in_english) -> tuple[str, ...]:
    """For a platform that is no more. `took_over`: what its people were sent to; none = nothing did."""
    if took_over:
        now = say("{name} is closed. What took over: {others}.").format(name=name, others=say(", ").join(took_over))
    else:
        now = say("{name} is closed, and nothing took over. Choose one with a waiting room.").format(name=name)
    return (now, say("Take its old links out of web pages, calendars and posters. Do not follow them."))
