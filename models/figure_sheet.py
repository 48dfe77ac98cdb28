"""Monthly figures sheets (月度指标表): what departments measured, as they handed it in; never edited."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Numeric, Select, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.registry import Town


class FigureSheet(Base):
    """One sheet handed in for a month; a newer version replaces it whole, and it stays."""

    __tablename__ = "figure_sheet"
    __table_args__ = (UniqueConstraint("month", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[str]
    version: Mapped[int]
    filename: Mapped[str]
    digest: Mapped[str]
    """SHA-256 of the file, hexadecimal."""
    imported_by: Mapped[str]
    imported_at: Mapped[datetime]


class FigureEntry(Base):
    """One row of a sheet: a town's figure, a share where there is a denominator, and the paper behind it."""

    __tablename__ = "figure_entry"
    __table_args__ = (UniqueConstraint("sheet_id", "town_id", "indicator"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sheet_id: Mapped[int] = mapped_column(ForeignKey("figure_sheet.id"), index=True)
    town_id: Mapped[int] = mapped_column(ForeignKey("town.id"))
    indicator: Mapped[str]
    """指标."""
    numerator: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    denominator: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    basis: Mapped[str] = mapped_column(Text, default="")
    """依据."""

    town: Mapped[Town] = relationship()


def newest_sheet(month: str) -> Select[FigureSheet]:
    """The sheet in force for a month."""
    return select(FigureSheet).where(FigureSheet.month == month).order_by(FigureSheet.version.desc()).limit(1)


def entries_of(sheet_id: int) -> Select[FigureEntry]:
    """A sheet's rows as they stood in it."""
    return select(FigureEntry).where(FigureEntry.sheet_id == sheet_id).order_by(FigureEntry.id)
