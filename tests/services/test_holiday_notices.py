"""Loading a year's days off: versions, who sees them, whom it is asked of, and what no longer needs to be said."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from models.calendar import HolidayNotice, OfficialDay
from models.notification import Delivery, Notification
from services import delivery, holiday_notices
from services.desk import Desk, Work
from services.notice_file import NoticeRefused
from tests.conftest import Clock
from tests.district import lay_out
from tests.rules.year_2027 import BOTH, DAYS, NOTICE

NEW_YEAR = date(2027, 1, 1)


def load(desk: Desk, text: str = NOTICE) -> Any:
    return desk.do(holiday_notices.load, text.encode(), "2027.csv", "周科员")


def known(desk: Desk, day: date = NEW_YEAR) -> bool:
    return desk.look(lambda work: work.calendar.is_known(day))


def test_a_notice_is_loaded_with_who_when_and_from_which_file(desk: Desk, clock: Clock) -> None:
    (loaded,) = load(desk)
    assert (loaded.year, loaded.version, loaded.days, loaded.is_new) == (2027, 1, len(DAYS), True)
    with desk.reading() as work:
        notice = work.session.scalars(select(HolidayNotice)).one()
        assert (notice.by, notice.at, notice.file, len(notice.digest)) == ("周科员", clock(), "2027.csv", 64)
        assert work.calendar.known == BOTH.known


def test_one_wrong_row_and_nothing_is_loaded(desk: Desk) -> None:
    with pytest.raises(NoticeRefused, match="第 2 行"):
        load(desk, NOTICE.replace("2027-01-01,0", "2027-01-01,2"))
    assert not known(desk)
    with desk.reading() as work:
        assert work.session.scalars(select(HolidayNotice)).all() == []
        assert work.session.scalars(select(OfficialDay)).all() == []


def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    load(desk)
    (again,) = load(desk)
    assert (again.version, again.is_new) == (1, False)


def test_a_newer_one_replaces_it_and_the_older_is_kept(desk: Desk) -> None:
    load(desk)
    (newer,) = load(desk, NOTICE + "2027-06-12,1,端午节\n")
    assert (newer.version, newer.is_new) == (2, True)
    with desk.reading() as work:
        assert work.calendar.is_workday(date(2027, 6, 12))
        assert [n.version for n in holiday_notices.loaded_for(work, 2027)] == [2, 1]
        assert len(work.session.scalars(select(OfficialDay)).all()) == 2 * len(DAYS) + 1


def test_the_older_file_loaded_again_is_in_force_again(desk: Desk) -> None:
    load(desk)
    load(desk, NOTICE + "2027-06-12,1,端午节\n")
    assert [each.version for each in load(desk)] == [3]
    assert not desk.look(lambda work: work.calendar.is_workday(date(2027, 6, 12)))


def test_every_process_counts_by_it_without_a_restart(make_desk: Callable[..., Desk]) -> None:
    one, other = make_desk(), make_desk()
    assert not known(other)
    load(one)
    assert known(other)


def test_what_was_undone_is_not_remembered(desk: Desk) -> None:
    def load_and_fail(work: Work) -> None:
        holiday_notices.load(work, NOTICE.encode(), "2027.csv", "")
        assert work.calendar.is_known(NEW_YEAR)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        desk.do(load_and_fail)
    assert not known(desk)
    load(desk, NOTICE + "2027-06-12,1,端午节\n")
    assert desk.look(lambda work: work.calendar.is_workday(date(2027, 6, 12)))


def told(desk: Desk) -> list[str]:
    with desk.reading() as work:
        rows = work.session.scalars(select(Notification).order_by(Notification.id))
        return [f"{row.person.name} {row.says['year']}" for row in rows if row.person]


def test_from_november_on_the_office_is_told_once_a_week_until_the_year_is_loaded(
    desk: Desk, clock: Clock
) -> None:
    """FixMyStreet's Zurich: the list of holidays ran out, and nobody noticed."""
    lay_out(desk)
    clock.set(datetime(2026, 10, 31, 15, 59, tzinfo=UTC))
    assert desk.do(holiday_notices.ask_for_missing) == 0
    clock.forward(minutes=1)
    for _ in range(24 * 6):  # an hourly job, for six days
        desk.do(holiday_notices.ask_for_missing)
        clock.forward(hours=1)
    assert told(desk) == ["周科员 2027", "郑科员 2027"]
    clock.forward(days=30)  # nobody was there for a month: told once
    assert [desk.do(holiday_notices.ask_for_missing) for _ in range(3)] == [2, 0, 0]
    load(desk)
    clock.forward(days=8)
    assert desk.do(holiday_notices.ask_for_missing) == 0


def test_a_year_that_has_begun_without_its_days_off_is_still_asked_for(desk: Desk, clock: Clock) -> None:
    lay_out(desk)
    clock.set(datetime(2027, 3, 1, 2, tzinfo=UTC))
    assert desk.do(holiday_notices.ask_for_missing) == 2
    clock.set(datetime(2027, 11, 2, 2, tzinfo=UTC))
    desk.do(holiday_notices.ask_for_missing)
    assert told(desk)[2:] == ["周科员 2027", "郑科员 2027", "周科员 2028", "郑科员 2028"]


def test_who_was_to_be_asked_on_monday_is_not_where_it_was_loaded_on_sunday(desk: Desk, clock: Clock) -> None:
    lay_out(desk)
    clock.set(datetime(2026, 11, 1, 2, tzinfo=UTC))  # a Sunday
    desk.do(holiday_notices.ask_for_missing)
    load(desk)
    clock.forward(days=1)
    assert desk.do(delivery.lease, 10) == []
    with desk.reading() as work:
        rows = work.session.scalars(select(Notification)).all()
        assert {(row.delivery, row.reason) for row in rows} == {(Delivery.POINTLESS, "发出前已导入放假安排")}


def test_the_calendar_says_where_each_day_is_known_from(desk: Desk) -> None:
    def sources(first: date, last: date) -> list[tuple[str, bool, str]]:
        days = desk.look(holiday_notices.calendar_of, first, last)
        return [(day.source, day.working, day.name) for day in days]

    over = date(2026, 12, 31), NEW_YEAR
    assert sources(*over) == [("library", True, ""), ("unknown", True, "")]
    load(desk)
    assert sources(*over) == [("library", True, ""), ("notice", False, "元旦")]
    assert sources(date(2026, 10, 10), date(2026, 10, 10)) == [("library", True, "国庆节")]
