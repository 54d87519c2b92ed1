"""A room as people tell it: by its name, its address or its link; what cannot be read is refused, never guessed."""

import pytest

from pullcord.platforms import platform
from pullcord.words import PlatformError

AT = {"server": "https://meet.example.org:5281", "service": "conference.meet.example.org"}
TASTING = "tasting@conference.meet.example.org"


@pytest.mark.parametrize("name", ["prosody", "xmpp"])
@pytest.mark.parametrize(
    "told",
    [
        "tasting",
        "Tasting",
        " tasting ",
        TASTING,
        "https://meet.example.org/Tasting",
        "https://meet.example.org/tasting/",
        "https://meet.example.org/tasting?jwt=secret#config.x=1",
        f"xmpp:{TASTING}?join",
    ],
)
def test_a_room_is_known_by_its_name_its_address_or_its_link(name: str, told: str):
    assert platform(name).room_of(told, AT) == TASTING


@pytest.mark.parametrize("name", ["prosody", "xmpp"])
@pytest.mark.parametrize(
    "told",
    [
        "",
        "two words",
        "a@b@c",
        "https://meet.example.org/",
        "https://meet.example.org/team/tasting",
        "https:///x",
        "a/b",
        "https://[x/y",
    ],
)
def test_what_cannot_be_read_is_refused(name: str, told: str):
    with pytest.raises(PlatformError) as refused:
        platform(name).room_of(told, AT)
    assert refused.value.code == f"{name}-room-unread"


def test_janus_knows_its_rooms_by_their_own_names_only():
    janus = platform("janus")
    assert janus.room_of("1234", {"ids": "numbers"}) == "1234"
    assert janus.room_of("choir", {}) == "choir"
    for told, at in (("choir", {"ids": "numbers"}), ("١٢", {"ids": "numbers"}), ("https://meet.example.org/choir", {})):
        with pytest.raises(PlatformError):
            janus.room_of(told, at)
