"""Loading a year's notice of days off (放假调休通知), and telling what the calendar says and where it ends."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from models.calendar import HolidayNotice, OfficialDay, days_of, newest_notices, notices_of
from models.notification import Notice, Notification
from models.person import Person
from rules import holiday_notice
from rules.holiday_notice import NoticeDay
from services import people
from services.almanac import official_days, official_name
from services.desk import Work
from services.notice_file import NoticeRefused, rows_in
from services.notifications import owe


@dataclass(frozen=True)
class Loaded:
    """What an import did for one year."""

    year: int
    version: int
    days: int
    """Days the notice names."""
    is_new: bool
    """False: the very same file was in force already."""


def load(work: Work, content: bytes, file: str, by: str) -> Sequence[Loaded]:
    """Take a file over, whole or not at all: each of its years becomes a new version. Raises NoticeRefused."""
    loaded = [notice.year for notice in work.session.scalars(newest_notices())]
    checked = holiday_notice.check(rows_in(content), official_days(), loaded)
    if checked.faults:
        raise NoticeRefused(checked.faults)
    digest = hashlib.sha256(content).hexdigest()
    return [_load(work, year, days, digest, file, by) for year, days in sorted(checked.years.items())]


def _load(work: Work, year: int, days: Sequence[NoticeDay], digest: str, file: str, by: str) -> Loaded:
    before = work.session.scalar(notices_of(year).limit(1))
    if before is not None and before.digest == digest:
        return Loaded(year, before.version, len(days), is_new=False)
    version = before.version + 1 if before else 1
    notice = HolidayNotice(year=year, version=version, at=work.now, by=by, file=file, digest=digest)
    work.session.add(notice)
    work.session.flush()
    work.session.add_all(
        OfficialDay(notice_id=notice.id, day=day.day, working=day.working, name=day.name) for day in days
    )
    work.session.flush()
    return Loaded(year, version, len(days), is_new=True)


@dataclass(frozen=True)
class Day:
    """One day of the calendar: where it is known from (`library`, `notice`), or that it is not (`unknown`)."""

    day: date
    working: bool
    name: str
    source: str

    @property
    def is_special(self) -> bool:
        """Whether it is off, or worked, other than Monday–Friday says."""
        return bool(self.name) or self.working != (self.day.weekday() < 5)


def calendar_of(work: Work, first: date, last: date) -> list[Day]:
    """The days from `first` to `last` as everything is counted by now."""
    named = _named_days(work)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [_day(work, day, named) for day in days]


def _day(work: Work, day: date, named: dict[date, OfficialDay]) -> Day:
    working, row = work.calendar.is_workday(day), named.get(day)
    if not work.calendar.is_known(day):
        return Day(day, working, "", "unknown")
    if row is not None and row.working == working:
        return Day(day, working, row.name, "notice")
    return Day(day, working, official_name(day), "library" if day in official_days() else "notice")


def _named_days(work: Work) -> dict[date, OfficialDay]:
    notices = [n for n in work.session.scalars(newest_notices()) if date(n.year, 1, 1) not in official_days()]
    return {row.day: row for notice in notices for row in work.session.scalars(days_of(notice.id))}


def loaded_for(work: Work, year: int) -> list[HolidayNotice]:
    """Everything that was loaded for a year, the newest first."""
    return list(work.session.scalars(notices_of(year)))


def years_missing(work: Work) -> list[int]:
    """Years the Office should have loaded by now: this one, and from the set day on the next."""
    month, day = work.rulebook.next_year_from
    years = [work.today.year]
    if (work.today.month, work.today.day) >= (month, day):
        years.append(work.today.year + 1)
    return [year for year in years if not is_known(work, year)]


def is_known(work: Work, year: int) -> bool:
    """Whether a year's days off are known."""
    return work.calendar.is_known(date(year, 1, 1))


def ask_for_missing(work: Work) -> int:
    """Tell each clerk which years are missing, each once in so many days at most; how many were told."""
    return sum(_ask(work, year, clerk) for year in years_missing(work) for clerk in people.office(work))


def _ask(work: Work, year: int, clerk: Person) -> bool:
    lately = (work.today - timedelta(days=n) for n in range(work.rulebook.next_year_every.days))
    keys = [f"calendar:{year}:{day}" for day in lately]
    told = Notification.key.in_([f"{key}:person:{clerk.id}" for key in keys])
    if work.session.scalar(select(Notification.id).where(told).limit(1)) is not None:
        return False
    owe(work, Notice.DIGEST, "office_calendar_missing", keys[0], person=clerk, year=year)
    return True
