"""The day of a talk: a working day, and one of which the town is reminded in time."""

from datetime import date

import pytest
from sqlalchemy import select

from models.admonition import Admonition
from models.notification import Notification
from rules.refusal import Refusal
from rules.supervision import Ground
from scheduler.calendar import follow_calendar
from scheduler.remind import remind
from services import admonitions, holiday_notices, order_papers, overtaken
from services.desk import Desk, Work
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


def texts_of(life: Life, sentence: str, name: str) -> list[str]:
    with life.desk.reading() as work:
        rows = work.session.scalars(select(Notification).order_by(Notification.id))
        return [row.says[name] for row in rows if row.sentence == sentence]


def minutes(life: Life) -> None:
    taken = admonitions.Minutes("区领导", ("王镇长",), "要求限期清理", "三日内清完", date(2026, 11, 27))
    life.talks("clerk", admonitions.record_minutes, 1, taken)


def test_another_day_names_the_one_it_stands_for(life: Life) -> None:
    dated(life, "2026-11-24 14:00")
    life.talks("clerk", admonitions.set_date, 1, china("2026-11-25 09:00"), "")
    assert texts_of(life, "town_talk_dated", "when")[-1] == "11月25日 09:00（原定11月24日 14:00）"
    assert (
        texts_of(life, "town_talk_dated", "where")[-1] == "区河长办"
    )  # where nothing else is said, the place stays


def test_minutes_name_the_grounds_as_they_were_and_a_later_one_is_the_offices_to_see(life: Life) -> None:
    minutes(life)
    life.at("2026-11-24 10:00")
    late = "督办单〔2026〕5号逾期未答复"

    def adds(work: Work) -> tuple[str, str]:
        (talk,) = work.session.scalars(select(Admonition))
        admonitions.call(work, talk.case, Ground.UNANSWERED, late)
        work.session.flush()
        return order_papers.grounds(work, talk), talk.case.for_office

    assert life.desk.do(adds) == ("河长办决定：整改不力", f"约谈〔2026〕1号之后{late}")


def test_a_talk_withdrawn_after_it_was_held_is_not_one_to_stay_away_from(life: Life) -> None:
    minutes(life)
    life.talks("clerk", admonitions.withdraw, 1, "已查明不属该镇街")
    assert said(life, "town_talk_withdrawn") == []
    assert len(said(life, "town_talk_dropped")) == 2


def test_what_waited_of_a_talk_that_was_withdrawn_is_not_told(life: Life) -> None:
    dated(life, "2026-11-24 14:00")
    life.talks("clerk", admonitions.withdraw, 1, "误发")
    life.at("2026-11-23 16:00")

    def overtaken_now(work: Work) -> set[str]:
        rows = work.session.scalars(select(Notification).where(Notification.sentence == "office_talk_dated"))
        return {overtaken.why(work, row) for row in rows}

    assert life.desk.do(overtaken_now) == {overtaken.DECIDED}
