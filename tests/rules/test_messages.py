"""When a message may leave: by day, on working days, urgent ones at once."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.messages import MessageHours, may_leave_at
from rules.refusal import Refusal
from rules.workdays import CHINA, local_day
from tests.rules.year_2026 import CALENDAR

DAY = MessageHours.parse("08:00", "20:00", False, 5)
instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 2, 1), timezones=st.just(UTC))  # noqa: DTZ001
some_hours = st.builds(
    lambda ends, rest: MessageHours(min(ends), max(ends), rest, 5),
    st.lists(st.integers(0, 1440), min_size=2, max_size=2, unique=True),
    st.booleans(),
)


def at(year: int, month: int, day: int, hour: int, minute: int) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("owed", "leaves"),
    [
        (at(2026, 11, 24, 10, 0), at(2026, 11, 24, 10, 0)),
        (at(2026, 11, 24, 8, 0), at(2026, 11, 24, 8, 0)),
        (at(2026, 11, 24, 7, 59), at(2026, 11, 24, 8, 0)),
        (at(2026, 11, 24, 19, 59), at(2026, 11, 24, 19, 59)),
        (at(2026, 11, 24, 20, 0), at(2026, 11, 25, 8, 0)),
        (at(2026, 11, 27, 21, 0), at(2026, 11, 30, 8, 0)),  # Friday evening → Monday
        (at(2026, 11, 28, 10, 0), at(2026, 11, 30, 8, 0)),  # Saturday
        (at(2026, 9, 30, 21, 0), at(2026, 10, 8, 8, 0)),  # over National Day
        (at(2026, 10, 10, 10, 0), at(2026, 10, 10, 10, 0)),  # Saturday's make-up day
        (at(2026, 2, 14, 20, 30), at(2026, 2, 24, 8, 0)),  # over Spring Festival
        (at(2026, 12, 31, 20, 30), at(2027, 1, 1, 8, 0)),  # not announced: a Friday
    ],
)
def test_the_districts_default(owed: datetime, leaves: datetime) -> None:
    assert may_leave_at(owed, False, DAY, CALENDAR) == leaves
    assert may_leave_at(owed, True, DAY, CALENDAR) == owed


def test_on_rest_days_too_where_the_district_says_so() -> None:
    hours = MessageHours.parse("08:00", "20:00", True, 5)
    assert may_leave_at(at(2026, 10, 1, 10, 0), False, hours, CALENDAR) == at(2026, 10, 1, 10, 0)
    assert may_leave_at(at(2026, 10, 1, 21, 0), False, hours, CALENDAR) == at(2026, 10, 2, 8, 0)


def test_until_midnight_and_round_the_clock() -> None:
    evening = MessageHours.parse("08:00", "24:00", False, 5)
    assert evening.until == 1440
    assert may_leave_at(at(2026, 11, 24, 23, 59), False, evening, CALENDAR) == at(2026, 11, 24, 23, 59)
    always = MessageHours.parse("00:00", "24:00", True, 5)
    assert may_leave_at(at(2026, 10, 1, 3, 0), False, always, CALENDAR) == at(2026, 10, 1, 3, 0)


@given(instants, some_hours)
def test_it_leaves_within_the_hours_on_an_allowed_day_and_never_before_it_is_owed(
    owed: datetime, hours: MessageHours
) -> None:
    leaves = may_leave_at(owed, False, hours, CALENDAR)
    there = leaves.astimezone(CHINA)
    minutes = there.hour * 60 + there.minute
    assert leaves >= owed
    assert leaves.tzinfo is UTC
    assert hours.from_ <= minutes < hours.until
    assert hours.rest_days or CALENDAR.is_workday(there.date())


@given(instants, some_hours)
def test_asked_again_when_it_may_leave_it_leaves(owed: datetime, hours: MessageHours) -> None:
    leaves = may_leave_at(owed, False, hours, CALENDAR)
    assert may_leave_at(leaves, False, hours, CALENDAR) == leaves


@given(instants, some_hours)
def test_it_never_waits_past_an_opening(owed: datetime, hours: MessageHours) -> None:
    leaves = may_leave_at(owed, False, hours, CALENDAR)
    day = local_day(owed)
    while day < local_day(leaves):
        if hours.rest_days or CALENDAR.is_workday(day):
            opening = datetime.combine(day, time(), CHINA) + timedelta(minutes=hours.until - 1)
            assert opening < owed.astimezone(CHINA)
        day += timedelta(days=1)


@given(instants, instants, some_hours)
def test_what_is_owed_earlier_never_leaves_later(one: datetime, other: datetime, hours: MessageHours) -> None:
    first, second = sorted((one, other))
    assert may_leave_at(first, False, hours, CALENDAR) <= may_leave_at(second, False, hours, CALENDAR)


@pytest.mark.parametrize(
    ("from_", "until"),
    [("20:00", "08:00"), ("08:00", "08:00"), ("24:00", "24:00"), ("8", "20:00"), ("08:00", "24:01"),
     ("08:60", "20:00"), ("25:00", "26:00"), ("", "20:00"), ("-1:00", "20:00")],
)  # fmt: skip
def test_hours_that_are_none_are_refused(from_: str, until: str) -> None:
    with pytest.raises(Refusal):
        MessageHours.parse(from_, until, False, 5)


def test_the_night_is_refused_with_a_sentence() -> None:
    with pytest.raises(Refusal, match="不能跨过午夜"):
        MessageHours.parse("20:00", "08:00", False, 5)


def test_at_least_one_message_a_day() -> None:
    with pytest.raises(Refusal, match="至少"):
        MessageHours.parse("08:00", "20:00", False, 0)


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        may_leave_at(datetime(2026, 11, 24), True, DAY, CALENDAR)  # noqa: DTZ001
