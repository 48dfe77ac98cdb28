"""A month of the assessment (考核月), written 2026-10: its first and last instants in Asia/Shanghai."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from rules.refusal import Refusal
from rules.workdays import end_of

WRITTEN = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True, order=True)
class Month:
    """One calendar month; months compare in time."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> "Month":
        """`2026-10`. Raises Refusal for anything else."""
        found = WRITTEN.fullmatch(text.strip())
        if found is None or not (1 <= int(found[2]) <= 12 and 2000 <= int(found[1]) <= 2999):
            raise Refusal(f"“{text}”不是月份，请写成 2026-10 这样。")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> "Month":
        """The month this day lies in."""
        return cls(day.year, day.month)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def name(self) -> str:
        """2026年10月."""
        return f"{self.year}年{self.month}月"

    @property
    def first_day(self) -> date:
        """Its first day."""
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        """Its last day."""
        return self.next.first_day - timedelta(days=1)

    @property
    def begins(self) -> datetime:
        """Its first instant: the first day, 00:00 Asia/Shanghai."""
        return end_of(self.first_day - timedelta(days=1))

    @property
    def ends(self) -> datetime:
        """The instant it is over: the first of the next month, 00:00 Asia/Shanghai."""
        return end_of(self.last_day)

    @property
    def next(self) -> "Month":
        """The month after."""
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    @property
    def previous(self) -> "Month":
        """The month before."""
        return Month(self.year - (self.month == 1), (self.month + 10) % 12 + 1)
