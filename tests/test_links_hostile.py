"""Whatever is written to hurt the recogniser, it answers in time, and never shows a passcode."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pullcord.core.links import recognise

ID = "97744884305"
ZOOM = f"https://zoom.us/j/{ID}"


@given(st.text("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ", min_size=12, max_size=24))
def test_no_passcode_is_ever_shown(secret: str):
    text = (
        f"{ZOOM}?pwd={secret} https://teams.microsoft.com/meet/4214900954172?p={secret} Passcode: {secret}\n"
        f"https://facetime.apple.com/join#v=1&p=abc&k={secret} https://events.zoom.us/ejl/{secret * 2}\n"
        f"https://signal.link/call/#key={secret} https://meet.jit.si/Choir?jwt=eyJ{secret}.eyJ{secret}.x\n"
        f"https://call.whatsapp.com/voice/{secret} https://t.me/call/{secret} https://meet.proton.me/join/id-a#pwd-{secret}"
    )
    found = recognise(text)
    assert len(found) >= 8
    assert secret.lower() not in repr(found).lower()


@given(st.text())
def test_any_text_has_an_answer(text: str):
    for one in recognise(text):
        assert all(0 <= start < end <= len(text) for start, end in one.places)


SIGNS = [
    *(
        ZOOM,
        "https://",
        "://",
        "zoom.us",
        "/j/",
        ID,
        "=\n",
        "\r\n ",
        "\n> ",
        "?pwd=",
        "&amp;",
        "%3A%2F%2F",
        "@",
        "\\/",
        ",,",
    ),
    *(
        "#",
        ":",
        "Meeting ID",
        "(",
        ")",
        "https://www.google.com/url?q=",
        "urldefense.com/v3/__",
        "__;",
        "!",
        "*",
        "**A",
    ),
    *("\nContent-Transfer-Encoding: base64\n", "Content-Type: text/plain\n", "\n\n", "--b1\n", "eyJ", "access_token="),
    *("xn--", "о", " ", "DESCRIPTION:", "Passcode:"),
]


@given(st.lists(st.sampled_from(SIGNS), max_size=30))
@settings(max_examples=300)
def test_any_mixture_of_the_signs_of_links_has_an_answer(signs: list[str]):
    recognise("".join(signs))


# What a short cut leans on: signs beside a colon, forms on anybody's host, and tags and headers between them.
BESIDE = [
    *(
        " :",
        "：",
        "\\",
        "wss://",
        "://a.example",
        "meet.example.org",
        ":8080",
        ":=\n//",
        "user:pw@",
        "é",
        "\u200b",
        "J",
    ),
    *(
        "/rtc?",
        "/?",
        "&",
        "?a=1",
        "#config.",
        "userInfo.",
        "?jwt=eyJa.b",
        "/b/abc-def-ghi",
        "/call/abcdef12",
        "/group/x",
    ),
    *("?token=a", "/index.php/call/abcdefgh", "/html5client/?sessionToken=x", "access_token=eyJabc.def", "zo0m.us"),
    *(
        '<a href="',
        '">',
        "</a>",
        "977 4488 4305",
        "Meeting ID: ",
        "meeting id ",
        "Tel: ",
        "bit.ly/abc",
        "\nContent-Type",
    ),
    *("\nContent-Disposition: attachment\n", "\nContent-Disposition :attachment\n", "\ncontent-transfer-encoding:"),
]
ADDRESSES = [f"https://h{number}.zoom.us/j/9774488430{number} " for number in range(10)]


@given(st.lists(st.sampled_from(SIGNS + BESIDE + ADDRESSES), max_size=25))
@settings(max_examples=1500)
def test_no_short_cut_misses_what_is_found_without_it(signs: list[str]):
    text = "".join(signs)
    assert recognise(text) == recognise(text, is_thorough=True)


@given(st.text())
def test_no_short_cut_misses_anything_in_any_text(text: str):
    assert recognise(text) == recognise(text, is_thorough=True)


HOSTILE = [
    *(f"{ZOOM} ", "https://zoom.us/", "https://zoom.us/\n", "://", "https://youtube.com/", ":9774488430", "zoom.us/"),
    *("https://zoom.us/j/(", "a@webex.com ", "https://www.google.com/url?q=", "https://urldefense.com/v3/__"),
    *(
        "%3A%2F%2Fzoom.us",
        "=\n",
        "\r\n ",
        "\n> ",
        ":<b",
        ":&nbsp;",
        "&#x3a;",
        ",,97744884305#",
        "https://zооm.us/",
        "xn--",
    ),
    *("\nContent-Transfer-Encoding: base64\n", "\nContent-Disposition: attachment\nContent-Type: text/plain\n\n"),
    *("Meeting ID: 977 4488 4305\nPasscode: ", "https://a/b?jwt=eyJ", "https://zoom.us/j/977448\n", "х", "eeting ID "),
    *(
        "https://x.zo0m.us:",
        "1 ",
        "https://a/?b",
        "https://a/r?b=c#",
        ":<a>",
        "://a:",
        " :",
        "g ID",
        "#config",
        "-encoding:",
    ),
]


@pytest.mark.parametrize("sign", HOSTILE)
def test_hostile_text_takes_time_in_proportion_to_its_length(sign: str):
    def seconds(size: int) -> float:
        text = sign * (size // len(sign))
        start = time.process_time()
        recognise(text)
        return time.process_time() - start

    quarter, whole = seconds(100_000), seconds(400_000)
    assert whole < 8 * quarter + 0.5
