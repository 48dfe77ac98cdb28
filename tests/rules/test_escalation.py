"""The ladder as tables of dates: which rung stands when, nobody chased at rest, only the newest after an outage."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import escalation
from rules.escalation import Ladder, Promise, Rung, Step
from rules.messages import MessageHours
from rules.workdays import CHINA, end_of, local_day
from services.almanac import official_calendar

CALENDAR = official_calendar()
HOURS = MessageHours(8 * 60, 20 * 60, rest_days=False, per_day=5)
LADDER = Ladder()
BEGINNINGS = st.integers(0, 660 * 24 * 60).map(
    lambda n: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=n)
)


def china(text: str) -> datetime:
    """“2026-09-28 09:00” in China time."""
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def promise(start: str, days: int, late_from: str = "") -> Promise:
    begun = china(start)
    due = end_of(CALENDAR.after(local_day(begun), days).on)
    return Promise(begun, due, late_from=china(late_from) if late_from else None)


def at(rungs: escalation.Rungs) -> list[tuple[Rung, str]]:
    return [(rung, f"{when.astimezone(CHINA):%m-%d %H:%M}") for rung, when in rungs]


def step(begun: Promise, now: str, sent: Rung | None = None, urgent: bool = False, held: str = "") -> Step:
    rungs = escalation.of_promise(begun, LADDER, CALENDAR)
    return escalation.step(
        rungs, sent, begun.due_at, china(now), ladder=LADDER, hours=HOURS, calendar=CALENDAR, urgent=urgent,
        held_until=china(held) if held else None,
    )  # fmt: skip


def said(step: Step) -> tuple[Rung | None, str]:
    return step.rung, f"{step.next_at.astimezone(CHINA):%m-%d %H:%M}" if step.next_at else ""


def test_five_working_days_have_five_rungs() -> None:
    assert at(escalation.of_promise(promise("2026-11-23 10:00", 5), LADDER, CALENDAR)) == [
        (Rung.HALF_TIME, "11-26 09:00"),
        (Rung.DAY_BEFORE, "11-27 09:00"),
        (Rung.ON_THE_DAY, "11-30 09:00"),
        (Rung.OVERDUE, "12-01 09:00"),
        (Rung.ORDER, "12-03 09:00"),
    ]


def test_holidays_do_not_make_it_earlier() -> None:
    """django-helpdesk's regression: a holiday between the date and the rung brought the rung forward."""
    assert at(escalation.of_promise(promise("2026-09-28 10:00", 2), LADDER, CALENDAR)) == [
        (Rung.DAY_BEFORE, "09-29 09:00"),
        (Rung.ON_THE_DAY, "09-30 09:00"),
        (Rung.OVERDUE, "10-08 09:00"),
        (Rung.ORDER, "10-10 09:00"),
    ]


def test_of_rungs_on_one_day_the_highest_holds_and_the_first_day_is_free() -> None:
    assert [rung for rung, _ in escalation.of_promise(promise("2026-11-23 10:00", 1), LADDER, CALENDAR)] == [
        Rung.ON_THE_DAY, Rung.OVERDUE, Rung.ORDER,
    ]  # fmt: skip


def test_minutes_are_chased_at_their_instant() -> None:
    urgent = Promise(china("2026-10-03 02:00"), china("2026-10-03 03:00"), whole_days=False)
    assert at(escalation.of_promise(urgent, LADDER, CALENDAR)) == [
        (Rung.HALF_TIME, "10-03 02:30"),
        (Rung.OVERDUE, "10-03 03:00"),
        (Rung.ORDER, "10-04 03:00"),
    ]
    assert said(step(urgent, "2026-10-03 02:59:59", Rung.HALF_TIME, urgent=True)) == (None, "10-03 03:00")
    assert said(step(urgent, "2026-10-03 03:00", Rung.HALF_TIME, urgent=True)) == (
        Rung.OVERDUE,
        "10-04 03:00",
    )


@pytest.mark.parametrize(
    ("now", "sent", "said_then"),
    [
        ("2026-11-23 10:00", None, (None, "11-26 09:00")),
        ("2026-11-26 08:59:59", None, (None, "11-26 09:00")),
        ("2026-11-26 09:00", None, (Rung.HALF_TIME, "11-27 09:00")),
        ("2026-11-26 09:01", Rung.HALF_TIME, (None, "11-27 09:00")),
        ("2026-11-26 19:59", None, (Rung.HALF_TIME, "11-27 09:00")),
        ("2026-11-26 20:00", None, (None, "11-27 09:00")),  # outside the hours: not at night
        ("2026-11-28 12:00", None, (None, "11-30 09:00")),  # a Saturday: Zammad's escalation on a weekend
        ("2026-11-30 23:59:59", Rung.ON_THE_DAY, (None, "12-01 09:00")),  # due today is not late
        ("2026-12-01 00:00", Rung.ON_THE_DAY, (None, "12-01 09:00")),  # midnight chases nobody
        (
            "2026-12-01 08:30",
            Rung.HALF_TIME,
            (None, "12-01 09:00"),
        ),  # “today” is said no more: the date has passed
        ("2026-12-01 09:00", Rung.ON_THE_DAY, (Rung.OVERDUE, "12-03 09:00")),
        ("2026-12-02 09:00", Rung.OVERDUE, (None, "12-03 09:00")),
        ("2026-12-03 09:00", Rung.OVERDUE, (Rung.ORDER, "")),
        ("2026-12-12 10:00", None, (None, "12-14 09:00")),  # after an outage, on a Saturday
        ("2026-12-14 09:00", None, (Rung.ORDER, "")),  # the newest, no burst
        ("2026-12-14 09:00", Rung.ORDER, (None, "")),
        ("2026-11-20 09:00", Rung.ORDER, (None, "")),  # a clock set back climbs nothing again
    ],
)
def test_which_rung_stands(now: str, sent: Rung | None, said_then: tuple[Rung | None, str]) -> None:
    assert said(step(promise("2026-11-23 10:00", 5), now, sent)) == said_then


def test_a_delay_puts_everything_off_and_then_only_the_newest_comes() -> None:
    five = promise("2026-11-23 10:00", 5)
    assert said(step(five, "2026-11-27 09:00", held="2026-12-02 00:00")) == (None, "12-02 09:00")
    assert said(step(five, "2026-12-02 09:00", held="2026-12-02 00:00")) == (Rung.OVERDUE, "12-03 09:00")


def test_a_proof_in_time_that_is_sent_back_late_does_not_make_the_town_late_at_once() -> None:
    back = promise("2026-11-23 10:00", 5, late_from="2026-12-07 10:00")
    assert at(escalation.of_promise(back, LADDER, CALENDAR))[-2:] == [
        (Rung.OVERDUE, "12-08 09:00"), (Rung.ORDER, "12-10 09:00"),
    ]  # fmt: skip


def test_another_order_follows_an_accepted_answer_where_the_matter_stands() -> None:
    rungs = escalation.of_promise(promise("2026-11-23 10:00", 5), LADDER, CALENDAR, china("2026-12-07 10:00"))
    assert at(rungs)[-1] == (Rung.AGAIN, "12-21 09:00")
    assert Rung.ORDER not in dict(rungs)


def test_an_unanswered_order_leads_to_a_talk() -> None:
    order = escalation.of_order(china("2026-12-03 09:00"), end_of(date(2026, 12, 8)), LADDER, CALENDAR)
    assert at(order) == [
        (Rung.ON_THE_DAY, "12-08 09:00"), (Rung.OVERDUE, "12-09 09:00"), (Rung.ADMONITION, "12-10 09:00"),
    ]  # fmt: skip


def test_undertakings_not_kept_lead_to_a_referral() -> None:
    assert [r for r, _ in escalation.of_undertakings(end_of(date(2026, 12, 18)), LADDER, CALENDAR)] == [
        Rung.DAY_BEFORE, Rung.ON_THE_DAY, Rung.OVERDUE, Rung.REFERRAL,
    ]  # fmt: skip


def test_a_rung_set_to_zero_is_left_out() -> None:
    none = Ladder(half_time_percent=0, before_days=0, on_the_day=False, overdue_days=0, order_days=0)
    assert escalation.of_promise(promise("2026-11-23 10:00", 5), none, CALENDAR) == []


@given(
    begun=BEGINNINGS,
    days=st.integers(1, 12),
    looks=st.lists(st.integers(1, 60 * 24 * 9), min_size=1, max_size=40),
)
def test_however_it_is_looked_at_rungs_rise_and_nobody_is_chased_at_rest(
    begun: datetime, days: int, looks: list[int]
) -> None:
    start = begun
    made = Promise(start, end_of(CALENDAR.after(local_day(start), days).on))
    rungs = escalation.of_promise(made, LADDER, CALENDAR)
    now, sent, climbed = start, None, list[Rung]()
    for minutes in looks:
        now += timedelta(minutes=minutes)
        wanted = escalation.step(rungs, sent, made.due_at, now, ladder=LADDER, hours=HOURS, calendar=CALENDAR)
        if wanted.next_at is not None:
            assert wanted.next_at > now
        if wanted.rung is not None:
            local = now.astimezone(CHINA)
            assert CALENDAR.is_workday(local.date())
            assert 9 <= local.hour < 20
            sent = wanted.rung
            climbed.append(sent)
    assert climbed == sorted(set(climbed), key=list(Rung).index)


@given(BEGINNINGS, st.integers(1, 12))
def test_woken_only_when_told_to_every_rung_is_climbed_once(begun: datetime, days: int) -> None:
    start = begun
    made = Promise(start, end_of(CALENDAR.after(local_day(start), days).on))
    rungs = escalation.of_promise(made, LADDER, CALENDAR)
    now: datetime | None = start
    sent, climbed = None, list[Rung]()
    while now is not None:
        wanted = escalation.step(rungs, sent, made.due_at, now, ladder=LADDER, hours=HOURS, calendar=CALENDAR)
        if wanted.rung is not None:
            sent = wanted.rung
            climbed.append(sent)
        now = wanted.next_at
    assert climbed == [rung for rung, _ in rungs]


def test_a_quarter_is_of_the_calendar() -> None:
    assert escalation.quarter_of(date(2026, 11, 23)) == (date(2026, 10, 1), date(2027, 1, 1))
    assert escalation.quarter_of(date(2026, 3, 31)) == (date(2026, 1, 1), date(2026, 4, 1))
