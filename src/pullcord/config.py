"""What the operator said: one settings file in the data folder, and the environment over it.

Every key stands in `KEYS`; an unknown key, or a value that cannot be meant, is refused in one plain sentence.
"""

import os
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from datetime import tzinfo

FILE = "settings.toml"
DATABASE_URL = "DATABASE_URL"
"""What many programs call it; `PULLCORD_DATABASE` goes before it."""
DEFAULT_LISTEN = "127.0.0.1:8400"
USUAL_PORTS: Mapping[str, int] = {"http": 80, "https": 443}
"""Which a browser leaves out."""


class ConfigError(Exception):
    """A sentence for the operator: which setting, what is wrong with it, what it should look like."""


class Config(NamedTuple):
    data: str
    """The data folder."""
    listen: tuple[str, int]
    address: str
    """The public address, without a slash at its end: links are built from it, and no other Host is answered."""
    trusted_proxies: tuple[str, ...]
    private_targets: tuple[str, ...]
    event_senders: tuple[str, ...] = ("127.0.0.1", "::1")
    """From where reports that nobody signed are taken, as hints."""
    database: str = ""
    """Empty: the product's own file in the data folder. Else the address of a PostgreSQL database, perhaps with a password."""
    time_zone: str = "UTC"
    """The name of the zone in which times are shown and read, as `Europe/Berlin`."""
    country: str = ""
    """Where the operator's people are, as `GB`: a first choice, never an answer. Empty = not said."""
    part: str = ""
    """The part of that country, as `GB-SCT`. Empty = not said."""
    is_read: bool = True
    """False = the settings could not be read: what the operator named in them is not known."""
    erased_list: str = ""
    """The file that keeps who was erased and what was revoked, where it is not in the data folder."""

    def __repr__(self) -> str:
        return f"Config({self.data!r})"  # what else is in it may hold a password

    @property
    def host(self) -> str:
        return urlsplit(self.address).netloc

    @property
    def is_https(self) -> bool:
        return self.address.startswith("https://")

    def path(self, *names: str) -> str:
        return os.path.join(self.data, *names)


def zone_of(time_zone: str) -> "tzinfo":
    """Raises ConfigError. Not asked when the settings are read: a stop from nothing needs no zone, and would pay for it."""
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(time_zone)
    except (KeyError, ValueError, OSError):
        raise ConfigError(f"time_zone must be a name such as Europe/Berlin; “{time_zone}” is not known here.") from None


class Key(NamedTuple):
    name: str
    default: str
    means: str
    check: Callable[[str], Any]


def _listen(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or not 0 <= int(port) <= 65535:
        raise ConfigError(f"listen must look like 127.0.0.1:8400, not “{text}”.")
    return host.strip("[]"), int(port)


def _address(text: str) -> str:
    """As browsers write it in their Host and Origin, which are compared with it: otherwise no press would be believed."""
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _bad_address(text) from None
    bare = not (parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc)
    if parts.scheme not in USUAL_PORTS or not parts.hostname or not bare or " " in text or not text.isprintable():
        raise _bad_address(text)
    if not parts.hostname.isascii():
        raise ConfigError(f"address must be written as browsers send it, in plain letters (xn--…), not “{text}”.")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    is_usual = port is None or port == USUAL_PORTS[parts.scheme]
    return f"{parts.scheme}://{host}" if is_usual else f"{parts.scheme}://{host}:{port}"


def _bad_address(text: str) -> ConfigError:
    said = text if "@" not in text else "one with a name or password in it"
    return ConfigError(f"address must look like https://meetings.example.org, not “{said}”.")


def _addresses(setting: str) -> Callable[[str], tuple[str, ...]]:
    def check(text: str) -> tuple[str, ...]:
        names = tuple(part.strip() for part in text.split(",") if part.strip())
        try:
            return tuple(str(ip_address(name)) for name in names)
        except ValueError:
            raise ConfigError(f"{setting} takes addresses such as 127.0.0.1, not “{text}”.") from None

    return check


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _database(text: str) -> str:
    if text and not _is_postgresql(text):
        # Never the text itself: it may hold a password.
        raise ConfigError(
            "database must look like postgresql://name@host:5432/pullcord,"
            " or be empty for a file of its own in the data folder."
        )
    return text


def _is_postgresql(text: str) -> bool:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    one_name = bool(parts.path.strip("/")) and "/" not in parts.path[1:]
    return (
        parts.scheme in ("postgresql", "postgres")
        and port != 0
        and one_name
        and not parts.fragment
        and text.isprintable()
        and " " not in text
    )


def _time_zone(text: str) -> str:
    if not all(part.isidentifier() for part in text.replace("-", "_").replace("+", "_").split("/")):
        raise ConfigError(f"time_zone must be a name such as Europe/Berlin, not “{text}”.")
    return text


def _country(text: str) -> tuple[str, str]:
    """The country and its part. Which of them have help lines, `places` knows: a country without any is one all the same."""
    told = text.strip().upper()
    country, dash, part = told.partition("-")
    is_country = not told or (len(country) == 2 and country.isalpha())
    is_part = not dash or (1 <= len(part) <= 3 and part.isalnum())
    if not (text.isascii() and is_country and is_part):
        raise ConfigError(f"country must be two letters such as GB, or with a part such as GB-SCT, not “{text}”.")
    return country, told if dash else ""


def _file(text: str) -> str:
    if text and (not os.path.isabs(text) or not text.isprintable()):
        raise ConfigError(f"erased_list must be a file with its whole path, such as /srv/safe/erased, not “{text}”.")
    return text


KEYS: Mapping[str, Key] = {
    key.name: key
    for key in (
        Key("listen", DEFAULT_LISTEN, "Where the server listens: address and port. Loopback unless told otherwise.", _listen),
        Key("address", "", "The public address people use. Links are built from it; any other Host is refused.", _address),
        Key("trusted_proxies", "", "Addresses of your own reverse proxies, with commas. Only their forwarding headers are believed.", _addresses("trusted_proxies")),
        Key("private_targets", "", "Meeting servers on loopback or private addresses that may be connected to, as host:port with commas.", _names),
        Key("database", "", "A PostgreSQL database, as postgresql://name@host/database. Empty: a file in the data folder.", _database),
        Key("time_zone", "UTC", "The zone in which pages show times and forms read them, such as Europe/Berlin.", _time_zone),
        Key("event_senders", "127.0.0.1, ::1", "Addresses of meeting servers that report without a signature (Janus), with commas.", _addresses("event_senders")),
        Key("country", "", "The country your people are in, as GB, or with a part, as GB-SCT: the first choice wherever help is shown.", _country),
        Key("erased_list", "", "The file that lists who was erased and what was revoked, outside the data folder: a restore needs it.", _file),
    )
}  # fmt: skip


def data_folder(told: str | None = None) -> str:
    """The data folder: said, or in PULLCORD_DATA, or the usual place of this user."""
    home = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    return os.path.abspath(told or os.environ.get("PULLCORD_DATA") or os.path.join(home, "pullcord"))


def read_config(told: str | None = None, *, environment: Mapping[str, str] | None = None) -> Config:
    """Raises ConfigError."""
    data = data_folder(told)
    return _meant(
        data,
        _from_file(os.path.join(data, FILE)) | _from_environment(os.environ if environment is None else environment),
    )


def without_settings(told: str | None = None) -> Config:
    """What a stop goes on with where the settings are bad: all that it needs of them is the data folder."""
    return _meant(data_folder(told), {})._replace(is_read=False)


def _meant(data: str, values: Mapping[str, str]) -> Config:
    """Raises ConfigError."""
    read = {name: key.check(values.get(name, key.default)) for name, key in KEYS.items()}
    host, port = read["listen"]
    address = read["address"] or _address(f"http://{f'[{host}]' if ':' in host else host}:{port}")
    names = ("trusted_proxies", "private_targets", "event_senders", "database", "time_zone", "erased_list")
    country, part = read["country"]
    return Config(data, (host, port), address, country=country, part=part, **{name: read[name] for name in names})


def _from_file(path: str) -> dict[str, str]:
    try:
        with open(path, "rb") as file:
            content = file.read()
    except FileNotFoundError:
        return {}
    except OSError:
        raise ConfigError(f"The settings file {path} cannot be read.") from None
    import tomllib  # only where there is a file: the cold stop pays for what it uses

    try:
        told = tomllib.loads(content.decode())
    except ValueError as error:
        raise ConfigError(f"The settings file {path} is not valid TOML: {error}.") from None
    for name, value in told.items():
        if name not in KEYS:
            raise ConfigError(
                f"The settings file {path} has an unknown setting “{name}”. Known are: {', '.join(KEYS)}."
            )
        if not isinstance(value, str):
            raise ConfigError(f"The setting “{name}” in {path} must be text in quotation marks.")
    if _has_password(told.get("database", "")) and os.stat(path).st_mode & 0o077:
        raise ConfigError(f"Others on this machine can read {path}, which holds a password. Say: chmod go-rwx {path}")
    return told


def has_password_in(path: str) -> bool:
    """Whether the settings file there holds one. A file that is not there holds nothing. Raises ConfigError."""
    return _has_password(_from_file(path).get("database", ""))


def _has_password(address: str) -> bool:
    """In its front or, as the database's own library also takes it, among its options."""
    front = address.partition("?")[0].partition("//")[2]
    return ":" in front.rpartition("@")[0] or "password=" in address


def _from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    customary = {"database": environment[DATABASE_URL]} if DATABASE_URL in environment else {}
    return customary | {
        name: environment[f"PULLCORD_{name.upper()}"] for name in KEYS if f"PULLCORD_{name.upper()}" in environment
    }
