"""Clause by clause: until when a town accepts, rectifies, hands back, and the Office verifies."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.deadlines import (
    SEVERITY_NAMES,
    Deadline,
    DeadlineSettings,
    Severity,
    acceptance,
    in_words,
    rectification,
    returnable_until,
    verification,
)
from rules.workdays import CHINA, end_of, local_day
from tests.rules.year_2026 import CALENDAR

SETTINGS = DeadlineSettings()


def at(year: int, month: int, day: int, hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=CHINA)


def ends(*day: int, provisional: bool = False) -> Deadline:
    return Deadline(end_of(date(*day)), provisional)


@pytest.mark.parametrize("severity", [Severity.ORDINARY, Severity.COMPLEX])
@pytest.mark.parametrize(
    ("assigned", "until"),
    [
        (at(2026, 11, 24, 9, 0), ends(2026, 11, 25)),
        (at(2026, 11, 24, 23, 59), ends(2026, 11, 25)),
        (at(2026, 11, 25, 0, 0), ends(2026, 11, 26)),
        (at(2026, 11, 27, 18, 0), ends(2026, 11, 30)),  # Friday → Monday
        (at(2026, 9, 30, 10, 0), ends(2026, 10, 8)),  # National Day
        (at(2026, 10, 9, 10, 0), ends(2026, 10, 10)),  # Saturday's make-up day
        (at(2026, 2, 14, 10, 0), ends(2026, 2, 24)),  # Spring Festival
        (at(2026, 2, 20, 10, 0), ends(2026, 2, 24)),
        (at(2026, 1, 3, 10, 0), ends(2026, 1, 4)),  # Sunday's make-up day
        (at(2026, 12, 31, 10, 0), ends(2027, 1, 1, provisional=True)),
    ],
)
def test_a_town_accepts_within_one_working_day(
    assigned: datetime, severity: Severity, until: Deadline
) -> None:
    assert acceptance(assigned, severity, SETTINGS, CALENDAR) == until


@pytest.mark.parametrize(
    "assigned", [at(2026, 11, 24, 14, 32), at(2026, 10, 1, 23, 30), at(2026, 12, 31, 23, 59)]
)
def test_an_urgent_case_is_accepted_within_the_hour_on_any_day(assigned: datetime) -> None:
    until = acceptance(assigned, Severity.URGENT, SETTINGS, CALENDAR)
    assert until == Deadline(assigned.astimezone(UTC) + timedelta(hours=1), False)


@pytest.mark.parametrize(
    ("severity", "accepted", "until"),
    [
        (Severity.ORDINARY, at(2026, 11, 24, 9, 0), ends(2026, 12, 1)),
        (Severity.COMPLEX, at(2026, 11, 24, 9, 0), ends(2026, 12, 8)),
        (Severity.URGENT, at(2026, 11, 24, 9, 0), ends(2026, 11, 26)),
        (Severity.ORDINARY, at(2026, 9, 30, 9, 0), ends(2026, 10, 13)),  # 8, 9, Saturday 10, 12, 13
        (Severity.URGENT, at(2026, 9, 30, 9, 0), ends(2026, 10, 9)),
        (Severity.ORDINARY, at(2026, 2, 12, 9, 0), ends(2026, 2, 26)),  # 13, Saturday 14, 24, 25, 26
        (Severity.COMPLEX, at(2026, 2, 12, 9, 0), ends(2026, 3, 4)),  # with Saturday the 28th
        (Severity.ORDINARY, at(2026, 12, 24, 9, 0), ends(2026, 12, 31)),
        (Severity.ORDINARY, at(2026, 12, 25, 9, 0), ends(2027, 1, 1, provisional=True)),
        (Severity.COMPLEX, at(2026, 12, 17, 9, 0), ends(2026, 12, 31)),
        (Severity.COMPLEX, at(2026, 12, 18, 9, 0), ends(2027, 1, 1, provisional=True)),
    ],
)
def test_a_town_rectifies_within_the_days_of_the_severity(
    severity: Severity, accepted: datetime, until: Deadline
) -> None:
    assert rectification(accepted, severity, SETTINGS, CALENDAR) == until


@pytest.mark.parametrize(
    ("proved", "until"),
    [
        (at(2026, 11, 24, 9, 0), ends(2026, 11, 26)),
        (at(2026, 4, 30, 9, 0), ends(2026, 5, 7)),
        (at(2026, 5, 7, 9, 0), ends(2026, 5, 9)),  # Saturday's make-up day
    ],
)
def test_the_office_verifies_within_two_working_days(proved: datetime, until: Deadline) -> None:
    assert verification(proved, SETTINGS, CALENDAR) == until


def test_a_case_may_be_handed_back_within_one_working_day_of_the_assignment() -> None:
    assert returnable_until(at(2026, 11, 27, 9, 0), SETTINGS, CALENDAR) == ends(2026, 11, 30)


def test_the_districts_own_numbers_are_used() -> None:
    own = DeadlineSettings(2, 15, {Severity.ORDINARY: 7}, 1, 3, 5)
    assert acceptance(at(2026, 11, 24, 9, 0), Severity.ORDINARY, own, CALENDAR) == ends(2026, 11, 26)
    urgent = acceptance(at(2026, 11, 24, 9, 0), Severity.URGENT, own, CALENDAR)
    assert urgent.at == at(2026, 11, 24, 9, 15)
    assert rectification(at(2026, 11, 24, 9, 0), Severity.ORDINARY, own, CALENDAR) == ends(2026, 12, 3)
    assert verification(at(2026, 11, 24, 9, 0), own, CALENDAR) == ends(2026, 11, 25)
    assert returnable_until(at(2026, 11, 24, 9, 0), own, CALENDAR) == ends(2026, 11, 27)


instants = st.datetimes(datetime(2026, 1, 1), datetime(2026, 11, 30), timezones=st.just(UTC))  # noqa: DTZ001


@given(instants, st.sampled_from(Severity))
def test_a_deadline_lies_ahead_and_rectification_never_ends_on_a_day_of_rest(
    instant: datetime, severity: Severity
) -> None:
    assert acceptance(instant, severity, SETTINGS, CALENDAR).at > instant
    until = rectification(instant, severity, SETTINGS, CALENDAR)
    last = local_day(until.at - timedelta(microseconds=1))
    assert CALENDAR.is_workday(last)
    assert CALENDAR.count(local_day(instant), last) == SETTINGS.rectify_days[severity]
    assert not until.provisional


@given(instants, instants, st.sampled_from([Severity.ORDINARY, Severity.COMPLEX]))
def test_who_is_assigned_earlier_is_never_due_later(
    one: datetime, other: datetime, severity: Severity
) -> None:
    first, second = sorted((one, other))
    assert (
        acceptance(first, severity, SETTINGS, CALENDAR).at
        <= acceptance(second, severity, SETTINGS, CALENDAR).at
    )


@pytest.mark.parametrize("severity", Severity)
def test_a_naive_instant_is_refused(severity: Severity) -> None:
    with pytest.raises(ValueError, match="zone"):
        acceptance(datetime(2026, 11, 24), severity, SETTINGS, CALENDAR)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("deadline", "precise", "words"),
    [
        (ends(2026, 11, 25), False, "11月25日24时前"),
        (ends(2026, 12, 31), False, "12月31日24时前"),
        (ends(2027, 1, 4, provisional=True), False, "2027年1月4日24时前（暂定）"),
        (Deadline(at(2026, 11, 24, 15, 32, 59), False), True, "11月24日15时32分前"),
        (Deadline(at(2026, 11, 24, 9, 5), False), True, "11月24日9时05分前"),
        (Deadline(at(2026, 11, 24, 15, 32), False), False, "11月24日15时32分前"),  # never “24时前”
        (Deadline(at(2026, 11, 25, 0, 0), False), True, "11月25日0时00分前"),
        (Deadline(at(2027, 1, 1, 0, 10), False), True, "2027年1月1日0时10分前"),
    ],
)
def test_in_words(deadline: Deadline, precise: bool, words: str) -> None:
    assert in_words(deadline, precise, now=at(2026, 11, 24, 9, 0)) == words


def test_without_a_now_the_year_is_not_said() -> None:
    assert in_words(ends(2027, 1, 4)) == "1月4日24时前"


def test_the_year_that_counts_is_the_year_in_china() -> None:
    now = datetime(2026, 12, 31, 17, tzinfo=UTC)  # already 2027 there
    assert in_words(ends(2027, 1, 4), now=now) == "1月4日24时前"


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("紧急", Severity.URGENT),
        (" 紧 急 ", Severity.URGENT),
        ("紧急的", Severity.URGENT),
        ("一般", Severity.ORDINARY),
        ("普通", Severity.ORDINARY),
        ("普通级", Severity.ORDINARY),
        ("复杂", Severity.COMPLEX),
        ("复杂问题", Severity.COMPLEX),
        ("urgent", Severity.URGENT),
        ("重大", None),  # urgent or complex? ask
        ("不紧急", None),
        ("", None),
    ],
)
def test_a_severity_by_its_name(text: str, severity: Severity | None) -> None:
    assert Severity.named(text) is severity


def test_every_severity_has_a_name_that_is_understood() -> None:
    assert {severity: Severity.named(name) for severity, name in SEVERITY_NAMES.items()} == {
        severity: severity for severity in Severity
    }
