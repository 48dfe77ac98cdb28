"""Good examples (示例): cases whose photographs before and after the Office releases with a month."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, Select, Text, select, text
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from models.base import Base
from models.case import Case
from models.evidence import Arrival, Evidence
from rules.lifecycle import State


class ReleasedExample(Base):
    """One case released for one month: what is shown of it is kept as it was. Triggers refuse any change of it
    but that it is taken back (收回), once."""

    __tablename__ = "released_example"
    __table_args__ = (
        Index(
            "uq_released_example_case",
            "case_id",
            unique=True,
            sqlite_where=text("taken_back_at IS NULL"),
            postgresql_where=text("taken_back_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    month: Mapped[str] = mapped_column(index=True)
    before_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"))
    after_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"))
    """The photograph that was reported, and the one of the rectification the Office passed."""
    kind: Mapped[str]
    town: Mapped[str]
    water: Mapped[str]
    """Name of the reach, empty where there is none: as near as the public is told where it was."""
    opened_on: Mapped[date]
    closed_on: Mapped[date]
    words: Mapped[str] = mapped_column(Text)
    """The Office's own sentence, empty where it says nothing."""
    released_by: Mapped[str]
    released_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    released_at: Mapped[datetime]
    taken_back_by: Mapped[str] = mapped_column(default="")
    taken_back_at: Mapped[datetime | None]
    taken_back_because: Mapped[str] = mapped_column(Text, default="")

    case: Mapped[Case] = relationship()
    before: Mapped[Evidence] = relationship(foreign_keys=[before_id])
    after: Mapped[Evidence] = relationship(foreign_keys=[after_id])


def released_for(month: str) -> Select[ReleasedExample]:
    """Everything released for a month in this order, also what was taken back."""
    return select(ReleasedExample).where(ReleasedExample.month == month).order_by(ReleasedExample.id)


def standing_of(case_id: int) -> Select[ReleasedExample]:
    """A case's release that was not taken back."""
    return select(ReleasedExample).where(
        ReleasedExample.case_id == case_id, ReleasedExample.taken_back_at.is_(None)
    )


def shown_with(month: str) -> Select[ReleasedExample]:
    """What of it may be shown: not taken back, both photographs still kept, and its case still closed by that very
    rectification."""
    before, after = aliased(Evidence), aliased(Evidence)
    return (
        released_for(month)
        .join(Case, Case.id == ReleasedExample.case_id)
        .join(before, before.id == ReleasedExample.before_id)
        .join(after, after.id == ReleasedExample.after_id)
        .where(
            ReleasedExample.taken_back_at.is_(None), Case.state == State.CLOSED,
            after.proof_round == Case.proof_round, before.arrival == Arrival.STORED,
            after.arrival == Arrival.STORED,
        )
    )  # fmt: skip
