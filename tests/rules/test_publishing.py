"""When a month is published, and what the platform's words mean."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.months import Month
from rules.publishing import (
    DELAYS,
    Became,
    Outcome,
    became_of,
    became_of_mass,
    delay,
    publish_at,
)
from rules.workdays import CHINA, local_day
from tests.rules.year_2026 import CALENDAR


@pytest.mark.parametrize(
    ("month", "workday", "expected"),
    [
        (Month(2026, 10), 8, datetime(2026, 11, 11, 10, 0, tzinfo=CHINA)),
        (Month(2026, 10), 1, datetime(2026, 11, 2, 10, 0, tzinfo=CHINA)),  # the 1st is a Sunday
        (Month(2026, 9), 1, datetime(2026, 10, 8, 10, 0, tzinfo=CHINA)),  # after the National Day holidays
    ],
)
def test_the_nth_working_day_of_the_month_after(month: Month, workday: int, expected: datetime) -> None:
    assert publish_at(month, workday, "10:00", CALENDAR) == expected


@given(st.integers(1, 20), st.integers(1, 12))
def test_it_is_always_a_working_day_after_the_month(workday: int, number: int) -> None:
    day = local_day(publish_at(Month(2026, number), workday, "09:30", CALENDAR))
    assert CALENDAR.is_workday(day)
    assert day > Month(2026, number).last_day
    assert CALENDAR.count(Month(2026, number).last_day, day) == workday
    assert isinstance(day, date)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("0", Outcome.PUBLISHED),
        ("1", Outcome.RUNNING),
        *((s, Outcome.REJECTED) for s in ("2", "4", "6", "", "x")),
    ],
)
def test_the_status_of_a_publication(status: str, outcome: Outcome) -> None:
    became = became_of(status, "A", "https://s/1")
    assert became.outcome is outcome
    assert became.why == (status if outcome is Outcome.REJECTED else "")
    assert became.url == ("https://s/1" if outcome is Outcome.PUBLISHED else "")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("send success", Became(Outcome.PUBLISHED)),
        ("sendsuccess", Became(Outcome.PUBLISHED)),
        ("SEND_SUCCESS", Became(Outcome.PUBLISHED)),
        ("SENDING", Became(Outcome.RUNNING)),
        ("err(30003)", Became(Outcome.REJECTED, why="err(30003)")),
        ("send fail", Became(Outcome.REJECTED, why="send fail")),
        ("DELETE", Became(Outcome.REJECTED, why="DELETE")),
    ],
)
def test_the_status_of_a_mass_message(status: str, expected: Became) -> None:
    assert became_of_mass(status) == expected


@given(st.integers(-3, 1000))
def test_one_waits_ever_longer_and_never_longer_than_an_hour(tries: int) -> None:
    assert timedelta(minutes=1) <= delay(tries) <= delay(tries + 1) <= DELAYS[-1]
