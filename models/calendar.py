"""Days off and make-up days (放假调休) that the Office has loaded, each with the notice it comes from."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Select, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class HolidayNotice(Base):
    """One year's notice as it was loaded; the newest version of a year is in force, the older ones stay."""

    __tablename__ = "holiday_notice"
    __table_args__ = (UniqueConstraint("year", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    version: Mapped[int]
    at: Mapped[datetime]
    by: Mapped[str]
    """Who loaded it, as they say at the command line."""
    file: Mapped[str]
    digest: Mapped[str]
    """SHA-256 of the file."""
    applied_at: Mapped[datetime | None]
    """When all dates had been counted anew by it."""


class OfficialDay(Base):
    """A day a notice names; the other days of its year are Monday–Friday."""

    __tablename__ = "official_day"

    notice_id: Mapped[int] = mapped_column(ForeignKey("holiday_notice.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    working: Mapped[bool]
    name: Mapped[str]


def newest_notices() -> Select[HolidayNotice]:
    """The notice in force of every year that was loaded."""
    newest = select(func.max(HolidayNotice.id)).group_by(HolidayNotice.year)
    return select(HolidayNotice).where(HolidayNotice.id.in_(newest)).order_by(HolidayNotice.year)


def notices_of(year: int) -> Select[HolidayNotice]:
    """All that was loaded for a year, the newest first."""
    return select(HolidayNotice).where(HolidayNotice.year == year).order_by(HolidayNotice.version.desc())


def notices_to_apply() -> Select[HolidayNotice]:
    """Notices by which the dates have not been counted anew yet."""
    return select(HolidayNotice).where(HolidayNotice.applied_at.is_(None)).order_by(HolidayNotice.id)


def days_of(notice_id: int) -> Select[OfficialDay]:
    """The days a notice names, in their order."""
    return select(OfficialDay).where(OfficialDay.notice_id == notice_id).order_by(OfficialDay.day)
