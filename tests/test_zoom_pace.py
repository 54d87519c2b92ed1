"""Ends go first, nothing goes faster than Zoom takes it, and a limit is told before it bites."""

import threading
import time

import pytest

from pullcord.platforms import zoom_pace
from pullcord.platforms.zoom_pace import Account, Queue
from pullcord.words import PlatformError

NOW = 1_795_000_000.0


def test_where_nobody_waits_the_turn_is_at_once():
    began = time.monotonic()
    assert Queue(1.0).wait("ask", at_most=5.0)
    assert time.monotonic() - began < 0.1


def test_turns_come_one_behind_the_other_and_never_more_in_a_second_than_zoom_takes():
    queue, turns = Queue(50.0), list[float]()
    for _ in range(30):
        assert queue.wait("ask", at_most=5.0)
        turns.append(time.monotonic())
    assert turns[-1] - turns[0] >= 28 / 50
    assert turns[-1] - turns[0] <= 29 / 50 + 0.5


def test_an_end_goes_before_all_that_waited_longer():
    queue, order, lock = Queue(10.0), list[str](), threading.Lock()
    queue.wait("ask", at_most=1.0)

    def take(turn: zoom_pace.Turn) -> None:
        assert queue.wait(turn, at_most=10.0)
        with lock:
            order.append(turn)

    threads = []
    for turn in ("ask", "ask", "bar", "ask", "end", "end"):
        threads.append(threading.Thread(target=take, args=(turn,)))
        threads[-1].start()
    for thread in threads:
        thread.join()
    # The first to ask may have had its turn before the others came.
    assert order.index("end") <= 1
    assert [turn for turn in order if turn != "ask"] == ["end", "end", "bar"]


def test_whoever_can_wait_no_longer_leaves_and_keeps_nobody_behind_him():
    queue = Queue(2.0)
    queue.wait("ask", at_most=1.0)
    began = time.monotonic()
    assert not queue.wait("ask", at_most=0.05)
    assert time.monotonic() - began < 0.4
    assert queue.wait("ask", at_most=2.0)


def test_where_the_plan_is_not_known_ends_are_not_slowed_to_the_smallest_one_s_pace():
    unknown = Account("")
    assert unknown.queue("light", "end")._apart < 0.04
    assert unknown.queue("light", "ask")._apart > 0.2
    assert unknown.queue("light", "ask") is unknown.queue("light", "bar")
    pro = Account("pro")
    assert pro.queue("light", "end") is pro.queue("light", "ask")


def test_a_day_that_is_spent_holds_back_everything_but_ends_and_says_for_how_long():
    account = Account("pro")
    account.barred_until["light"] = NOW + 7200
    with pytest.raises(PlatformError) as busy:
        zoom_pace.wait(account, "light", "ask", at_most=1.0, now=NOW)
    assert busy.value.code == "zoom-busy"
    assert busy.value.wait_seconds == 7200
    assert "2 hours" in busy.value.sentence
    zoom_pace.wait(account, "light", "end", at_most=1.0, now=NOW)
    zoom_pace.wait(account, "light", "ask", at_most=1.0, now=NOW + 7201)


def test_what_zoom_says_of_the_day_is_remembered_and_what_it_says_of_a_second_is_not():
    account = Account("basic")
    account.hear("light", {"x-ratelimit-limit": "4", "x-ratelimit-remaining": "0"})
    assert account.days == {}
    account.hear("light", {"x-ratelimit-limit": "6000", "x-ratelimit-remaining": "599"})
    assert account.days["light"].is_low
    account.hear("light", {"x-ratelimit-limit": "six", "x-ratelimit-remaining": "-1"})
    assert account.days["light"].left == 599


def test_changes_are_counted_until_midnight_utc():
    account, midnight = Account("pro"), NOW - NOW % 86_400 + 86_400
    for _ in range(79):
        account.count_change("1", midnight - 1)
    assert not account.are_changes_low(midnight - 1)
    assert account.count_change("2", midnight - 1) == 1
    assert account.are_changes_low(midnight - 1)
    assert account.changes(midnight) == 0
    assert account.count_change("1", midnight) == 1


def test_what_follows_an_end_goes_out_once_the_last_end_was_answered():
    account, order, gone = Account("pro"), list[str](), threading.Event()

    def end() -> None:
        with account.ends.sending():
            zoom_pace.wait(account, "light", "end", at_most=5.0, now=NOW)
            gone.set()
            threading.Event().wait(0.1)
            order.append("end answered")

    def bar() -> None:
        zoom_pace.wait(account, "light", "bar", at_most=5.0, now=NOW)
        order.append("bar")

    def look() -> None:
        zoom_pace.wait(account, "heavy", "ask", at_most=5.0, now=NOW)
        order.append("look")

    threads = [threading.Thread(target=end)]
    threads[0].start()
    gone.wait()
    for do in (bar, look):
        threads.append(threading.Thread(target=do))
        threads[-1].start()
    for thread in threads:
        thread.join()
    assert order == ["look", "end answered", "bar"], (
        "a look at who is there has calls of its own, and must come before they are out"
    )


def test_an_end_that_hangs_keeps_the_others_no_longer_than_an_answer_takes():
    account, hangs, gone = Account("pro"), threading.Event(), threading.Event()

    def end() -> None:
        with account.ends.sending():
            zoom_pace.wait(account, "light", "end", at_most=5.0, now=NOW)
            gone.set()
            hangs.wait(10)

    thread = threading.Thread(target=end)
    thread.start()
    gone.wait()
    began = time.monotonic()
    zoom_pace.wait(account, "light", "bar", at_most=5.0, now=NOW)
    assert 0.2 < time.monotonic() - began < 1.0
    hangs.set()
    thread.join()
