"""The day of a talk: a working day, and one of which the town is reminded in time."""

import pytest
from sqlalchemy import select

from models.admonition import Admonition
from models.notification import Notification
from rules.refusal import Refusal
from rules.supervision import Ground
from scheduler.calendar import follow_calendar
from scheduler.remind import remind
from services import admonitions, holiday_notices
from services.desk import Desk
from tests.conftest import Clock
from tests.district import lay_out
from tests.rules.year_2027 import NOTICE
from tests.town_life import Life, china


@pytest.fixture
def life(desk: Desk, clock: Clock) -> Life:
    life = Life(desk, clock, lay_out(desk))
    life.at("2026-11-23 10:00")
    life.does("clerk", admonitions.call, life.opens(), Ground.BY_HAND, "整改不力")
    return life


def dated(life: Life, at: str) -> None:
    life.talks("clerk", admonitions.set_date, 1, china(at), "区河长办")


def said(life: Life, *sentences: str) -> list[tuple[str, str]]:
    with life.desk.reading() as work:
        rows = work.session.scalars(select(Notification).order_by(Notification.id))
        return [(f"{row.owed_at.astimezone(china('2026-11-23 00:00').tzinfo):%m-%d %H:%M}", row.sentence)
                for row in rows if row.sentence in sentences]  # fmt: skip


REMINDERS = ("town_talk_tomorrow", "town_talk_today")


@pytest.mark.parametrize(
    ("at", "answer"),
    [
        ("2026-11-28 14:00", "11月28日是休息日，约谈请安排在工作日，其后的第一个工作日是11月30日。"),
        ("2027-01-02 09:00", "1月2日是休息日，约谈请安排在工作日，其后的第一个工作日是1月4日。"),
    ],
)
def test_a_day_of_rest_is_refused_with_the_next_working_day(life: Life, at: str, answer: str) -> None:
    with pytest.raises(Refusal, match=answer):
        dated(life, at)


def test_a_made_up_sunday_is_a_working_day(life: Life) -> None:
    life.at("2026-10-08 10:00")
    dated(life, "2026-10-10 14:00")  # a Saturday, worked for National Day
    assert said(life, "town_talk_dated") != []


@pytest.mark.parametrize(
    ("meets_at", "reminded"),
    [
        ("2026-11-26 08:30", [("11-25 17:00", "town_talk_tomorrow")] * 2),
        ("2026-11-26 09:30", [("11-25 17:00", "town_talk_tomorrow")] * 2),
        ("2026-11-26 10:00", [("11-26 09:00", "town_talk_today")] * 2),
        ("2026-11-26 14:00", [("11-26 09:00", "town_talk_today")] * 2),
        ("2026-11-30 08:30", [("11-27 17:00", "town_talk_tomorrow")] * 2),  # a Monday: on Friday
    ],
)
def test_the_town_is_reminded_once_and_in_time(
    life: Life, meets_at: str, reminded: list[tuple[str, str]]
) -> None:
    dated(life, meets_at)
    for day in ("11-24", "11-25", "11-26", "11-27", "11-28", "11-29", "11-30"):
        for hour in ("08:00", "09:00", "17:00"):
            if china(f"2026-{day} {hour}") < china(meets_at):
                life.at(f"2026-{day} {hour}")
                remind(life.desk)
    assert said(life, *REMINDERS) == reminded


def test_who_was_told_the_day_after_its_reminder_was_due_is_not_told_twice(life: Life) -> None:
    life.at("2026-11-25 18:00")
    dated(life, "2026-11-26 08:30")
    remind(life.desk)
    assert said(life, *REMINDERS) == []
    life.at("2026-11-27 09:00")
    remind(life.desk)
    assert len(said(life, "office_minutes_missing")) == 2


def test_a_day_that_turns_out_to_be_of_rest_is_the_offices_to_change(life: Life) -> None:
    life.at("2026-12-28 10:00")
    dated(life, "2027-01-01 14:00")  # a Friday, as far as is known
    life.desk.do(holiday_notices.load, NOTICE.encode(), "2027.csv", "周科员")
    follow_calendar(life.desk)
    follow_calendar(life.desk)
    assert len(said(life, "office_talk_rest_day")) == 2
    dated(life, "2027-01-04 14:00")
    with life.desk.reading() as work:
        assert work.session.scalars(select(Admonition)).one().meets_at == china("2027-01-04 14:00")
