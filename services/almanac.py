"""The calendar in force, in memory, one for all threads: read again when the Office has loaded a notice."""

import threading
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache

import chinese_calendar
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from models.calendar import HolidayNotice, days_of, newest_notices
from models.prepared import Prepared
from rules.holiday_notice import NoticeDay, whole_year
from rules.workdays import WorkCalendar

_notice = HolidayNotice.__table__
_other = _notice.alias()
_LAST = Prepared(
    select(_notice.c.id, _notice.c.digest).where(
        _notice.c.id == select(func.max(_other.c.id)).scalar_subquery()
    )
)


@cache
def official_days() -> Mapping[date, bool]:
    """Working (True) or rest day, for every year whose State Council notice the library holds."""
    first = min(chinese_calendar.constants.holidays).replace(month=1, day=1)
    last = max(chinese_calendar.constants.holidays).replace(month=12, day=31)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return {day: chinese_calendar.is_workday(day) for day in days}


@cache
def official_calendar() -> WorkCalendar:
    """The calendar without anything the Office has loaded."""
    return WorkCalendar(official_days())


def official_name(day: date) -> str:
    """For which holiday the library knows a day as off or made up (“春节”); empty for any other day."""
    constants = chinese_calendar.constants
    name = constants.holidays.get(day) or constants.workdays.get(day)
    return constants.Holiday(name).chinese if name else ""


class AlmanacKeeper:
    """Hands out the calendar in force; builds it once for each notice that is loaded."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: tuple[tuple[int, str], WorkCalendar] | None = None

    def calendar(self, connection: Connection) -> WorkCalendar:
        """The calendar of what is loaded now; costs one small select when nothing has changed."""
        row = _LAST(connection).row()
        if row is None:
            return official_calendar()
        newest = (int(row[0]), str(row[1]))
        kept = self._kept
        if kept is not None and kept[0] == newest:
            return kept[1]
        with self._lock:
            kept = self._kept
            if kept is None or kept[0] != newest:
                kept = self._kept = newest, _build(connection)
            return kept[1]


def _build(connection: Connection) -> WorkCalendar:
    """The library's years as they are; those the Office has loaded after them."""
    official = official_days()
    known = dict(official)
    with Session(connection, join_transaction_mode="rollback_only") as session:
        for notice in session.scalars(newest_notices()):
            if date(notice.year, 1, 1) not in official:
                named = [
                    NoticeDay(row.day, row.working, row.name) for row in session.scalars(days_of(notice.id))
                ]
                known.update(whole_year(notice.year, named))
    return WorkCalendar(known)
