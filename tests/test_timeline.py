"""The chain: whatever is done to it afterwards is found, and a person can be erased from what it speaks of."""

import json
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullcord.core.steps import KNOWN, STATES, STEPS, morning, next_step
from pullcord.core.timeline import Broken, Entry, Head, append, canonical, digest_of, head_of, verify

AT = datetime(2026, 1, 31, 18, 4, 5, 1, tzinfo=UTC)

values = st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.lists(st.text(max_size=5), max_size=3)
contents = st.tuples(
    st.text(min_size=1, max_size=10),
    st.datetimes(timezones=st.just(UTC)),
    st.dictionaries(st.text(max_size=8), values, max_size=4),
)
chains = st.lists(contents, min_size=1, max_size=8)


def chain(told: list[tuple[str, datetime, dict[str, object]]]) -> list[Entry]:
    entries: list[Entry] = []
    for place, (kind, at, fields) in enumerate(told):
        entries.append(append(entries[-1] if entries else None, kind, at, fields, mark=f"mark {place}"))
    return entries


def three() -> list[Entry]:
    return chain([("pressed", AT, {"door": "cord"}), ("sent", AT, {"verb": "end"}), ("over", AT, {"people": 0})])


@given(chains)
def test_a_chain_that_nobody_touched_is_consistent_and_ends_in_its_head(told):
    entries = chain(told)
    assert verify(entries) is None
    assert verify(entries, head_of(entries)) is None


@given(chains, st.data())
def test_any_change_of_any_part_of_any_entry_is_found_there(told, data):
    entries = chain(told)
    place = data.draw(st.integers(0, len(entries) - 1))
    old = entries[place]
    changes = {
        "at": old.at + timedelta(microseconds=1) if old.at.year < 9999 else old.at - timedelta(microseconds=1),
        "kind": old.kind + "x",
        "fields": {**old.fields, "more": 1},
        "mark": "other",
        "previous": old.previous[:-1] + ("0" if old.previous[-1] != "0" else "1"),
        "hash": old.hash[:-1] + ("0" if old.hash[-1] != "0" else "1"),
    }
    what = data.draw(st.sampled_from(sorted(changes)))
    entries[place] = old._replace(**{what: changes[what]})
    broken = verify(entries)
    assert broken == Broken(place + 1, "changed")


@given(chains, st.data())
def test_an_end_that_was_cut_off_is_found_by_whoever_knows_the_head(told, data):
    entries = chain(told)
    kept = data.draw(st.integers(0, len(entries) - 1))
    assert verify(entries[:kept]) is None
    assert verify(entries[:kept], head_of(entries)) == Broken(kept + 1, "cut")


@given(st.lists(contents, min_size=2, max_size=8), st.data())
def test_swapped_repeated_and_missing_entries_are_found(told, data):
    entries = chain(told)
    one = data.draw(st.integers(0, len(entries) - 2))
    swapped = [*entries[:one], entries[one + 1], entries[one], *entries[one + 2 :]]
    repeated = [*entries[: one + 1], entries[one], *entries[one + 1 :]]
    missing = [*entries[:one], *entries[one + 1 :]]
    assert verify(swapped) == Broken(one + 1, "order")
    assert verify(repeated) == Broken(one + 2, "order")
    assert verify(missing) == Broken(one + 1, "order")


def test_an_entry_rewritten_with_its_hash_no_longer_carries_the_next_one():
    entries = three()
    entries[0] = append(None, "pressed", AT, {"door": "api"}, mark="mark 0")
    assert verify(entries) == Broken(2, "link")


def test_a_chain_rebuilt_as_a_whole_is_found_by_an_earlier_head_only():
    head = head_of(three()[:2])
    rebuilt = chain([("pressed", AT, {"door": "api"}), ("sent", AT, {}), ("over", AT, {})])
    assert verify(rebuilt) is None
    assert verify(rebuilt, head) == Broken(2, "head")


def test_an_earlier_head_still_fits_after_more_was_written():
    entries = three()
    assert verify(entries, head_of(entries[:2])) is None
    assert verify([], Head(0, "0" * 64)) is None


def test_the_hash_is_the_one_that_the_top_of_the_file_describes():
    entry = append(None, "told", AT, {"b": "é", "a": [1, None, True]}, mark=None)
    text = (
        '{"at":"2026-01-31T18:04:05.000001Z","fields":{"a":[1,null,true],"b":"\\u00e9"},"kind":"told",'
        '"mark":null,"number":1,"previous":"' + "0" * 64 + '"}'
    )
    assert canonical(entry).decode() == text
    assert entry.hash == sha256(text.encode()).hexdigest()


def test_an_hour_told_in_another_zone_is_the_same_hour():
    there = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert append(None, "over", there, {}) == append(None, "over", AT, {})


@given(chains)
def test_a_chain_that_went_through_a_store_is_the_same_chain(told):
    entries = [entry._replace(fields=json.loads(json.dumps(entry.fields))) for entry in chain(told)]
    assert verify(entries) is None


@pytest.mark.parametrize("value", [1.5, AT, {"a": 1}, [0.1], b"x"])
def test_what_languages_write_differently_cannot_enter_the_chain(value):
    with pytest.raises(TypeError):
        append(None, "over", AT, {"told": value})


def test_a_persons_digest_says_nothing_without_the_key():
    assert digest_of(b"key", "Ann") == digest_of(b"key", "Ann")
    assert digest_of(b"key", "Ann") != digest_of(b"other key", "Ann")
    assert digest_of(b"key", "Ann") != sha256(b"Ann").hexdigest()


# The steps.


def test_the_first_two_steps_are_that_it_is_over_and_that_nobody_is_in_danger():
    assert next_step({}) == "check it is over"
    assert next_step({"check it is over": "done"}) == "anyone in danger"
    assert "emergency number" in KNOWN["anyone in danger"].sentence


@given(st.dictionaries(st.sampled_from([step.code for step in STEPS]), st.sampled_from(STATES)))
def test_the_next_step_is_open_and_nothing_open_comes_before_it(states):
    following = next_step(states)
    before = [step.code for step in STEPS]
    if following is not None:
        before = before[: before.index(following)]
        assert states.get(following, "open") == "open"
    assert all(states.get(code, "open") != "open" for code in before)


@given(st.dictionaries(st.sampled_from([step.code for step in STEPS]), st.sampled_from(STATES)))
def test_what_was_put_off_is_on_tomorrows_list_and_what_is_done_or_handed_over_is_not(states):
    tomorrow = morning(states)
    assert {code for code, state in states.items() if state == "morning"} <= set(tomorrow)
    assert not {code for code, state in states.items() if state in ("done", "handed")} & set(tomorrow)


def test_what_cannot_wait_is_on_tomorrows_list_only_if_somebody_put_it_there():
    assert "anyone in danger" not in morning({})
    assert "report to the police" in morning({})


def test_no_step_uses_a_word_of_ours_for_the_machinery():
    said = " ".join(step.sentence + " " + step.means for step in STEPS).casefold().replace("safeguarding", "")
    assert not [word for word in ("cord", "rung", "raid", "guard", "payload", "hash", "victim") if f" {word}" in said]
    assert len(KNOWN) == len(STEPS)
