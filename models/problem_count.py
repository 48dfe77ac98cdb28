"""How many problems a month had, by kind and by town, counted once when the month was approved (冻结)."""

from enum import StrEnum

from sqlalchemy import ForeignKey, Select, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Counted(StrEnum):
    """What a row counts."""

    ALL = "all"
    """All of the month's problems: this row is there also in a month without any, and says that they were counted."""
    KIND = "kind"
    TOWN = "town"
    LATE = "late"
    """A town's open cases past their date at the moment of the approval, of whichever month."""


class ProblemCount(Base):
    """So many problems of one kind or one town. Triggers refuse UPDATE and DELETE once the month is frozen."""

    __tablename__ = "problem_count"
    __table_args__ = (UniqueConstraint("assessment_id", "counted", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("monthly_assessment.id"))
    counted: Mapped[Counted]
    position: Mapped[int]
    """The largest first."""
    name: Mapped[str]
    """The kind, or the town as it was called then."""
    town_id: Mapped[int | None] = mapped_column(ForeignKey("town.id"))
    """None where it is no town's."""
    cases: Mapped[int]


def problem_counts_of(assessment_id: int) -> Select[ProblemCount]:
    """What was counted when this was approved; nothing where that was before such counts were kept."""
    return (
        select(ProblemCount)
        .where(ProblemCount.assessment_id == assessment_id)
        .order_by(ProblemCount.counted, ProblemCount.position)
    )
