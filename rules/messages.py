"""When a message may leave: nobody is written to at night or on a rest day, urgent cases excepted.

《中华人民共和国噪声污染防治法》 calls 22:00–6:00 night; the hours here are narrower, and the district's setting.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self

from rules.refusal import Refusal
from rules.workdays import CHINA, WorkCalendar, local_day

_DAY_MINUTES = 24 * 60


@dataclass(frozen=True)
class MessageHours:
    """From when until when a message may leave, in minutes of the day in China (1440 is 24:00).

    `rest_days` says whether also on days of rest, `per_day` how many messages one person gets a day. Raises
    Refusal for hours that are none, run over midnight or are empty.
    """

    from_: int
    until: int
    rest_days: bool
    per_day: int

    def __post_init__(self) -> None:
        if not 0 <= self.from_ <= _DAY_MINUTES or not 0 <= self.until <= _DAY_MINUTES:
            raise Refusal("发送时段应在 00:00 至 24:00 之间。")
        if self.from_ >= self.until:
            raise Refusal("发送时段的开始应早于结束，不能跨过午夜。")
        if self.per_day < 1:
            raise Refusal("每人每天至少可发一条消息。")

    @classmethod
    def parse(cls, from_: str, until: str, rest_days: bool, per_day: int) -> Self:
        """Hours written “08:00”, “24:00”; raises Refusal for any other form."""
        return cls(_minutes(from_), _minutes(until), rest_days, per_day)


def _minutes(text: str) -> int:
    match = re.fullmatch(r"([0-9]{1,2})[:：]([0-9]{2})", text.strip())
    if not match or int(match[2]) > 59 or int(match[1]) * 60 + int(match[2]) > _DAY_MINUTES:
        raise Refusal(f"“{text}”不是时刻，应写成 08:00 的样子。")
    return int(match[1]) * 60 + int(match[2])


def may_leave_at(owed_at: datetime, urgent: bool, hours: MessageHours, calendar: WorkCalendar) -> datetime:
    """The first instant, as UTC, from `owed_at` (aware) on at which the message may leave.

    An urgent one at once; another within the hours, on working days unless rest days are allowed. Raises
    ValueError for a naive instant.
    """
    day, now = local_day(owed_at), owed_at.astimezone(UTC)
    if urgent:
        return now
    if hours.rest_days or calendar.is_workday(day):
        if now < _opening(day, hours):
            return _opening(day, hours)
        if now < _at(day, hours.until):
            return now
    following = day + timedelta(days=1)
    return _opening(following if hours.rest_days else calendar.next_workday(following), hours)


def _opening(day: date, hours: MessageHours) -> datetime:
    return _at(day, hours.from_)


def _at(day: date, minutes: int) -> datetime:
    return (datetime.combine(day, time(), CHINA) + timedelta(minutes=minutes)).astimezone(UTC)
