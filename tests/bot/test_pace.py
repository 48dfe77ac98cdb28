"""One person's flood is limited; albums are not, and nobody pays for another."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import config
from bot.pace import Pace
from tests.conftest import MONDAY_MORNING as NOW


@pytest.fixture
def pace(example: config.Config) -> Pace:
    """As the example configures it."""
    talk = example.rules.conversation
    return Pace(talk.messages_per_minute, talk.messages_at_once)


def admitted(pace: Pace, messages: int, seconds: float, openid: str = "o-li") -> int:
    """How many of so many messages, spread over so many seconds, pass."""
    step = timedelta(seconds=seconds / max(1, messages))
    return sum(pace.admits(openid, NOW + step * n) for n in range(messages))


def test_three_albums_of_nine_delivered_three_times_each_pass_at_once(pace: Pace) -> None:
    assert admitted(pace, 3 * 9 * 3, 0) == 81


def test_a_thousand_a_minute_are_limited_to_what_a_person_could_mean(pace: Pace) -> None:
    assert 120 <= admitted(pace, 1000, 60) <= 300


def test_the_flood_of_one_is_nobody_elses(pace: Pace) -> None:
    admitted(pace, 1000, 1)
    assert not pace.admits("o-li", NOW)
    assert pace.admits("o-wang", NOW)


def test_after_a_minute_of_patience_one_is_heard_again(pace: Pace) -> None:
    admitted(pace, 1000, 1)
    assert pace.admits("o-li", NOW + timedelta(minutes=1))


@given(st.lists(st.floats(0, 300), max_size=60))
def test_no_window_lets_through_more_than_the_bucket_and_what_ran_out(moments: list[float]) -> None:
    pace = Pace(per_minute=60, at_once=5)
    passed = [at for at in sorted(moments) if pace.admits("o-li", NOW + timedelta(seconds=at))]
    for first, begin in enumerate(passed):
        for last, end in enumerate(passed[first:], first):
            assert last - first + 1 <= 5 + (end - begin) + 1e-6


def test_a_clock_set_back_neither_raises_nor_opens_the_bucket() -> None:
    pace = Pace(per_minute=60, at_once=2)
    assert [pace.admits("o-li", NOW - timedelta(hours=n)) for n in range(3)] == [True, True, False]


def test_memory_is_bounded_and_the_longest_silent_is_forgotten() -> None:
    pace = Pace(per_minute=1, at_once=1, most=100)
    for n in range(1000):
        pace.admits(f"o-{n}", NOW)
        pace.admits("o-flood", NOW)
    assert len(pace) == 100
    assert not pace.admits("o-flood", NOW)
    assert pace.admits("o-0", NOW)


def test_threads_together_let_no_more_through() -> None:
    pace = Pace(per_minute=1, at_once=50)
    with ThreadPoolExecutor(8) as threads:
        passed = list(threads.map(lambda _: pace.admits("o-li", NOW), range(400)))
    assert sum(passed) == 50
