"""The unit by which systemd runs the server: as its own user, in a sandbox, with the paths of this installation."""

import sys

FOLDER = "/var/lib/pullcord"
HOMES = ("/home", "/root", "/run/user")
USAGE = 2

UNIT = """\
[Unit]
Description=Pullcord, the emergency cord for online meetings
Wants=network-online.target
After=network-online.target

[Service]
Type=exec
ExecStart={program} -I -m pullcord.cli serve
Environment=PULLCORD_DATA={folder}
User=pullcord
Group=pullcord
Restart=always
RestartSec=2
{key}
# What it writes: its data folder, for its own user alone.
StateDirectory=pullcord
StateDirectoryMode=0700
UMask=0077

# What it may not do.
NoNewPrivileges=true
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome={homes}
PrivateTmp=true
PrivateDevices=true
ProtectClock=true
ProtectControlGroups=true
ProtectHostname=true
ProtectKernelLogs=true
ProtectKernelModules=true
ProtectKernelTunables=true
ProtectProc=invisible
ProcSubset=pid
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=true
RestrictRealtime=true
RestrictSUIDSGID=true
LockPersonality=true
RemoveIPC=true
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
"""


def unit(*, program: str, key: str | None = None) -> str:
    """`key`: a file that systemd hands over as a credential; None = the key lies in the data folder.

    A Python that lies in somebody's home can be read there, and nothing be written. Raises ValueError.
    """
    for path in (program, key or "/"):
        if not path.startswith("/") or any(sign.isspace() or sign in "%\"'\\;$" for sign in path):
            raise ValueError(f"A unit takes whole paths without blanks or special signs, not “{path}”.")
    handed = f"LoadCredential=pullcord-key:{key}\n" if key else ""
    homes = "read-only" if any(program.startswith(f"{home}/") for home in HOMES) else "true"
    return UNIT.format(program=program, folder=FOLDER, key=handed, homes=homes)


def main(words: list[str]) -> int:
    """`pullcord unit [--key FILE]`."""
    try:
        print(unit(program=sys.executable, key=_key(words)), end="")
    except ValueError as error:
        print(error, file=sys.stderr)
        return USAGE
    return 0


def _key(words: list[str]) -> str | None:
    if not words:
        return None
    if len(words) == 2 and words[0] == "--key":
        return words[1]
    raise ValueError(f"pullcord unit [--key FILE]: “{' '.join(words)}” is not understood.")
