"""How often a held meeting is asked about: often at first, later rarely, and never beyond our share of a platform."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullcord.core import pace

A_DAY = 86_400.0


@pytest.mark.parametrize(
    ("age", "seconds"),
    [(0.0, 1.75), (599.0, 1.75), (600.0, 15.0), (3599.0, 15.0), (3600.0, 60.0), (86_000.0, 60.0)],
)
def test_it_is_asked_often_for_ten_minutes_then_rarely(age: float, seconds: float):
    assert pace.every_seconds(age) == seconds
    assert pace.next_look(age=age, last=100.0, woken=False) == 100.0 + seconds


def test_what_was_never_looked_at_is_looked_at_now():
    assert pace.next_look(age=9e9, last=None, woken=False) == 0.0


@given(age=st.floats(0, 1e6), last=st.floats(0, 1e6))
def test_an_event_brings_the_next_look_within_a_second_and_a_flood_of_them_no_more_than_two_a_second(age, last):
    planned = pace.next_look(age=age, last=last, woken=True)
    assert last + 0.4 < planned < last + 1.0


def test_a_platform_without_limits_has_no_bucket():
    assert pace.buckets(calls_per_day=None, calls_per_second=None, now=0.0) == ()


def spend(bucket: pace.Bucket, asks: list[tuple[float, float, bool]]) -> list[tuple[float, float]]:
    """When each of these looks went out, and how many calls it was; asked for again until its share allows it."""
    out, now = [], bucket.at
    for pause, calls, woken in asks:
        now += pause
        while (seconds := pace.wait_seconds(bucket, calls, now, woken=woken)) > 0:
            now += seconds + 1e-6
        bucket = pace.spent(bucket, calls, now)
        out.append((now, calls))
    return out


LOOKS = st.lists(st.tuples(st.floats(0, 100), st.floats(1, 4), st.booleans()), min_size=1, max_size=300)


@given(cap=st.integers(40, 100_000), looks=LOOKS)
def test_whatever_is_asked_a_day_never_takes_more_than_the_share(cap: int, looks):
    (bucket,) = pace.buckets(calls_per_day=cap, calls_per_second=None, now=0.0)
    out = spend(bucket, looks)
    for at, _ in out:
        assert sum(calls for other, calls in out if at <= other < at + A_DAY) <= cap * pace.SHARE_OF_DAY + 1e-3


@given(rate=st.floats(0.1, 50), looks=LOOKS)
def test_whatever_is_asked_a_second_never_takes_more_than_the_platform_allows(rate: float, looks):
    (bucket,) = pace.buckets(calls_per_day=None, calls_per_second=rate, now=0.0)
    out = spend(bucket, [(pause / 50, 1.0, woken) for pause, _, woken in looks])
    for at, _ in out:
        assert sum(1 for other, _ in out if at <= other < at + 1.0) <= max(1.0, rate)


def test_polling_leaves_something_for_what_an_event_tells_of():
    (bucket,) = pace.buckets(calls_per_day=800, calls_per_second=None, now=0.0)
    spent = pace.spent(bucket, bucket.size * 0.9, 0.0)
    assert pace.wait_seconds(spent, 1.0, 0.0, woken=True) == 0.0
    assert pace.wait_seconds(spent, 1.0, 0.0, woken=False) > 0.0


def test_an_end_is_never_withheld_and_what_is_asked_afterwards_pays_for_it():
    (bucket,) = pace.buckets(calls_per_day=None, calls_per_second=10.0, now=0.0)
    spent = pace.spent(bucket, 100.0, 0.0)
    assert spent.left < 0
    assert pace.wait_seconds(spent, 1.0, 0.0, woken=True) > 10


@given(st.lists(st.floats(0, 1e5), min_size=2, max_size=50))
def test_a_bucket_never_holds_more_than_its_size(times: list[float]):
    (bucket,) = pace.buckets(calls_per_day=1000, calls_per_second=None, now=0.0)
    for before, after in pairwise(sorted(times)):
        bucket = pace.spent(pace.filled(bucket, before), 0.5, after)
        assert bucket.left <= bucket.size
