"""Working days by the notice of 2026, over make-up days, the year's end and an unannounced year."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.workdays import Due, WorkCalendar, end_of, local_day
from tests.rules.year_2026 import CALENDAR, MADE_UP, OFF
from tests.rules.year_2027 import BOTH

days = st.dates(date(2025, 11, 1), date(2027, 6, 30))


def test_2026_has_248_working_days() -> None:
    assert CALENDAR.count(date(2025, 12, 31), date(2026, 12, 31)) == 248


@pytest.mark.parametrize("day", OFF)
def test_nobody_works_on_a_day_off(day: date) -> None:
    assert not CALENDAR.is_workday(day)


@pytest.mark.parametrize("day", MADE_UP)
def test_people_work_on_a_make_up_day(day: date) -> None:
    assert day.weekday() >= 5
    assert CALENDAR.is_workday(day)


@pytest.mark.parametrize(
    ("day", "n", "due", "provisional"),
    [
        (date(2026, 11, 24), 0, date(2026, 11, 24), False),
        (date(2026, 11, 24), 1, date(2026, 11, 25), False),
        (date(2026, 11, 27), 1, date(2026, 11, 30), False),  # over a weekend
        (date(2026, 11, 28), 1, date(2026, 11, 30), False),  # from a Saturday
        (date(2026, 9, 30), 1, date(2026, 10, 8), False),  # over National Day
        (date(2026, 9, 30), 3, date(2026, 10, 10), False),  # … to Saturday's make-up day
        (date(2026, 10, 3), 1, date(2026, 10, 8), False),  # from within the holiday
        (date(2026, 2, 13), 1, date(2026, 2, 14), False),  # a make-up Saturday before Spring Festival
        (date(2026, 2, 14), 1, date(2026, 2, 24), False),
        (date(2026, 2, 14), 5, date(2026, 2, 28), False),
        (date(2026, 1, 2), 1, date(2026, 1, 4), False),  # a make-up Sunday
        (date(2026, 9, 18), 1, date(2026, 9, 20), False),
        (date(2026, 12, 30), 1, date(2026, 12, 31), False),
        (date(2026, 12, 31), 0, date(2026, 12, 31), False),
        (date(2026, 12, 31), 1, date(2027, 1, 1), True),  # 2027 is not announced: a Friday counts
        (date(2026, 12, 29), 3, date(2027, 1, 1), True),
        (date(2027, 3, 1), 0, date(2027, 3, 1), False),
        (date(2026, 11, 23), 18, date(2026, 12, 17), False),
        (date(2026, 12, 7), 18, date(2026, 12, 31), False),
        (date(2026, 12, 8), 18, date(2027, 1, 1), True),
    ],
)
def test_the_nth_working_day(day: date, n: int, due: date, provisional: bool) -> None:
    assert CALENDAR.after(day, n) == Due(due, provisional)


def test_a_number_below_zero_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="negative"):
        CALENDAR.after(date(2026, 11, 24), -1)


def test_an_unannounced_day_is_judged_as_monday_to_friday() -> None:
    assert not CALENDAR.is_known(date(2027, 1, 1))
    assert CALENDAR.is_workday(date(2027, 1, 1))
    assert not CALENDAR.is_workday(date(2027, 1, 2))


def test_a_day_of_rest_passed_over_also_makes_a_date_provisional() -> None:
    only_monday = WorkCalendar({date(2026, 11, 30): True})
    assert only_monday.after(date(2026, 11, 29), 1) == Due(date(2026, 11, 30), False)
    assert only_monday.after(date(2026, 11, 28), 1) == Due(date(2026, 11, 30), True)


@given(days, st.integers(0, 60))
def test_adding_n_then_counting_gives_n(day: date, n: int) -> None:
    assert CALENDAR.count(day, CALENDAR.after(day, n).on) == n


@given(days, st.integers(1, 60))
def test_never_lands_on_a_day_of_rest(day: date, n: int) -> None:
    assert CALENDAR.is_workday(CALENDAR.after(day, n).on)


@given(days, st.integers(0, 20), st.integers(0, 20))
def test_adding_twice_is_adding_the_sum(day: date, a: int, b: int) -> None:
    assert CALENDAR.after(CALENDAR.after(day, a).on, b).on == CALENDAR.after(day, a + b).on


@given(days, st.integers(1, 60))
def test_one_day_sooner_is_one_working_day_less(day: date, n: int) -> None:
    due = CALENDAR.after(day, n).on
    assert CALENDAR.count(day, due - timedelta(days=1)) == n - 1


@given(days)
def test_the_next_working_day_is_the_day_itself_or_the_first_after(day: date) -> None:
    following = CALENDAR.next_workday(day)
    assert CALENDAR.is_workday(following)
    assert following >= day
    assert CALENDAR.count(day - timedelta(days=1), following) == 1


@given(days, days)
def test_nothing_is_counted_backwards(one: date, other: date) -> None:
    assert CALENDAR.count(max(one, other), min(one, other)) == 0


def test_a_day_ends_at_midnight_in_china() -> None:
    assert end_of(date(2026, 11, 25)) == datetime(2026, 11, 25, 16, tzinfo=UTC)
    assert end_of(date(2026, 12, 31)) == datetime(2026, 12, 31, 16, tzinfo=UTC)
    assert end_of(date(2026, 11, 25)).tzinfo is UTC


def test_the_day_in_china_of_an_instant_of_any_zone() -> None:
    assert local_day(datetime(2026, 11, 24, 15, 59, tzinfo=UTC)) == date(2026, 11, 24)
    assert local_day(datetime(2026, 11, 24, 16, 0, tzinfo=UTC)) == date(2026, 11, 25)
    west = timezone(timedelta(hours=-8))
    assert local_day(datetime(2026, 11, 24, 23, 0, tzinfo=west)) == date(2026, 11, 25)


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        local_day(datetime(2026, 11, 24))  # noqa: DTZ001


@given(days)
def test_the_last_instant_of_a_day_is_in_it_and_its_end_is_not(day: date) -> None:
    assert local_day(end_of(day) - timedelta(microseconds=1)) == day
    assert local_day(end_of(day)) == day + timedelta(days=1)


AROUND = st.one_of(
    st.dates(date(2026, 9, 20), date(2026, 10, 15)),  # National Day
    st.dates(date(2027, 1, 25), date(2027, 2, 25)),  # Spring Festival
    st.dates(date(2026, 12, 20), date(2027, 1, 10)),  # the year's end
)


@pytest.mark.parametrize("calendar", [CALENDAR, BOTH], ids=["2027 unknown", "2027 loaded"])
@given(day=AROUND, n=st.integers(1, 40))
def test_it_holds_over_national_day_spring_festival_and_a_years_end(
    calendar: WorkCalendar, day: date, n: int
) -> None:
    due = calendar.after(day, n)
    assert calendar.count(day, due.on) == n
    assert calendar.is_workday(due.on)
    assert due.provisional == (not calendar.is_known(due.on))


@given(days, st.integers(0, 60))
def test_only_a_provisional_date_is_moved_by_a_year_that_becomes_known(day: date, n: int) -> None:
    before, after = CALENDAR.after(day, n), BOTH.after(day, n)
    assert not after.provisional
    if not before.provisional:
        assert after.on == before.on


def test_the_last_day_that_is_known() -> None:
    assert CALENDAR.known_until == date(2026, 12, 31)
    assert BOTH.known_until == date(2027, 12, 31)
    assert WorkCalendar({}).known_until == date.min
