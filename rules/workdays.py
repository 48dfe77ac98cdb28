"""Working days in China: weekends, public holidays and the make-up days (调休) that move them.

Source: 《全国年节及纪念日放假办法》 and each year's 国务院办公厅关于部分节假日安排的通知, handed in as a
table of days. A day the table does not hold (next year's notice comes out around November) counts as
Monday–Friday, and a date reckoned across such a day is provisional.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
"""The one legal time of the whole country (UTC+8 all year since 1992)."""

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Due:
    """A day something is due on; provisional where a day not yet announced was counted."""

    on: date
    provisional: bool


@dataclass(frozen=True)
class WorkCalendar:
    """The announced days: True for a working day, False for a day of rest."""

    known: Mapping[date, bool]

    def is_known(self, day: date) -> bool:
        """Whether the State Council's notice for this day has been loaded."""
        return day in self.known

    @cached_property
    def known_until(self) -> date:
        """The last day that was announced; date.min where none was."""
        return max(self.known, default=date.min)

    def is_workday(self, day: date) -> bool:
        """Whether people work on this day; an unannounced day is judged as Monday–Friday."""
        known = self.known.get(day)
        return day.weekday() < 5 if known is None else known

    def after(self, day: date, n: int) -> Due:
        """The n-th working day counting from the day after `day`; n = 0 gives `day`, not provisional.

        `day` is a date in China; raises ValueError for n < 0. The day of the act is not counted:
        《民法典》第二百零一条 (按照年、月、日计算期间的，开始的当日不计入).
        """
        if n < 0:
            raise ValueError("n counts working days forward and cannot be negative")
        provisional = False
        while n:
            day += _DAY
            provisional = provisional or not self.is_known(day)
            n -= self.is_workday(day)
        return Due(day, provisional)

    def count(self, start: date, end: date) -> int:
        """Working days in (start, end], the start not counted; 0 where end is not after start."""
        days = (end - start).days
        return sum(self.is_workday(start + timedelta(days=i)) for i in range(1, days + 1))

    def next_workday(self, day: date) -> date:
        """`day` itself if people work on it, else the first working day after it."""
        while not self.is_workday(day):
            day += _DAY
        return day


def end_of(day: date) -> datetime:
    """The instant 24:00 Asia/Shanghai of `day`, as an aware UTC datetime: the first instant no longer in it.

    Source: 《民法典》第二百零三条 (期间的最后一日的截止时间为二十四时).
    """
    return datetime.combine(day + _DAY, time(), CHINA).astimezone(UTC)


def local_day(instant: datetime) -> date:
    """The date in China at an aware instant of any zone; raises ValueError for a naive one."""
    if instant.tzinfo is None:
        raise ValueError("an instant must say its time zone")
    return instant.astimezone(CHINA).date()
