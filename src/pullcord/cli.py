"""The terminal door. `stop` loads neither Django nor dbos nor an HTTP framework; the other commands load what they need."""

import gc
import io
import os
import sys
from collections.abc import Callable
from typing import Final, NamedTuple, NoReturn


class Command(NamedTuple):
    says: str
    run: Callable[[list[str]], int]


def main(words: list[str] | None = None) -> int:
    """The exit code of what was asked for. Without `words`: what this process was started with."""
    if words is not None:
        return _run(words)
    return _stop_and_leave() if sys.argv[1:2] == ["stop"] else _run(sys.argv[1:])


def _run(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help", "help"):
        print(_help())
        return 0
    command = COMMANDS.get(words[0])
    if command is None:
        print(f"There is no command “{words[0]}”.\n{_help()}", file=sys.stderr)
        return 2
    return command.run(words[1:])


def _stop_and_leave() -> NoReturn:
    """A whole process for one stop. Somebody waits for it: nothing is collected, and nothing taken down piece by piece."""
    gc.disable()
    streams = [stream for stream in (sys.stdout, sys.stderr) if isinstance(stream, io.TextIOWrapper)]
    for stream in streams:
        stream.reconfigure(errors="backslashreplace")  # a meeting's name in a script that this terminal does not know
    code = _run(sys.argv[1:])
    for stream in streams:
        try:
            stream.flush()
        except OSError:  # nobody reads what it says; what it did, it did
            continue
    os._exit(code)


def _help() -> str:
    lines = "\n".join(f"  pullcord {name:<12} {command.says}" for name, command in COMMANDS.items())
    return f"Pullcord ends a hijacked meeting for everyone, and keeps it ended.\n\n{lines}"


def _stop(words: list[str]) -> int:
    from pullcord.jobs.terminal import stop_from_terminal

    return stop_from_terminal(words)


def _serve(words: list[str]) -> int:
    from pullcord import serve

    return serve.main(words)


def _demo(words: list[str]) -> int:
    from pullcord import demo

    return demo.main(words)


def _guide(words: list[str]) -> int:
    if "--site" in words:
        from pullcord.guide.write import write_from_terminal

        return write_from_terminal(words)
    from pullcord.jobs.guide import guide_in_terminal

    return guide_in_terminal(words)


def _doctor(words: list[str]) -> int:
    from pullcord.jobs.doctor import doctor_in_terminal

    return doctor_in_terminal(words)


def _move_store(words: list[str]) -> int:
    from pullcord.serve import move

    return move.main(words)


def _backup(words: list[str]) -> int:
    from pullcord.serve import backup

    return backup.main(words)


def _restore(words: list[str]) -> int:
    from pullcord.serve import restore

    return restore.main(words)


def _lost(words: list[str]) -> int:
    from pullcord.serve import lost

    return lost.main(words)


def _organisations(words: list[str]) -> int:
    from pullcord.serve import founding

    return founding.main(words)


def _signin_link(words: list[str]) -> int:
    from pullcord import serve

    return serve.print_signin_link(words)


def _unit(words: list[str]) -> int:
    from pullcord.serve import unit

    return unit.main(words)


COMMANDS: Final[dict[str, Command]] = {
    "stop": Command("End a meeting for everyone, now. By its name, its id, or `-` to read its link.", _stop),
    "guide": Command(
        "What to do now, on any platform, and where help is. By a platform's name, or `-` to read a link.", _guide
    ),
    "serve": Command("Run the server on this machine.", _serve),
    "demo": Command("A practice meeting with a practice intrusion, to try it out.", _demo),
    "doctor": Command(
        "Test whether every meeting could be ended now, and whether this machine is fit for it.", _doctor
    ),
    "move-store": Command(
        "Move what is kept from the data folder to the PostgreSQL server of the settings.", _move_store
    ),
    "backup": Command("Copy all but the key into one file, encrypted for an age recipient.", _backup),
    "restore": Command("Bring a backup back into an empty data folder. Who was erased stays erased.", _restore),
    "lost": Command("The laptop is gone: what to revoke, in order.", _lost),
    "organisations": Command("Which organisations there are here; with --new NAME, another one.", _organisations),
    "signin-link": Command("A link by which somebody signs in anew, for one use.", _signin_link),
    "unit": Command("Print the unit by which systemd runs the server, in a sandbox.", _unit),
}


if __name__ == "__main__":
    sys.exit(main())
