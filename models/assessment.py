"""Monthly assessments (月考核): a month judged; what is approved is frozen and never changes."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import ForeignKey, Numeric, Select, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.registry import Town


class AssessmentState(StrEnum):
    """How far a month has come."""

    DRAFT = "draft"
    """Shown to the towns, who may appeal (申诉期)."""
    FROZEN = "frozen"
    """Approved by a second person (已批准): nothing of it changes any more."""
    SUPERSEDED = "superseded"
    """A correction took its place."""
    DROPPED = "dropped"
    """A correction that nobody approved was given up (撤销更正): kept as it was then."""


class MonthlyAssessment(Base):
    """One month as judged: revision 1, and a new one for every correction (更正)."""

    __tablename__ = "monthly_assessment"
    __table_args__ = (UniqueConstraint("month", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[str] = mapped_column(index=True)
    revision: Mapped[int]
    """Counted from 1; a draft that was dropped gives its number back and has that of its row, below zero."""
    state: Mapped[AssessmentState]
    rulebook: Mapped[str]
    """Its name and version."""
    rulebook_text: Mapped[str] = mapped_column(Text)
    """The TOML it was judged by, whole: a month can be recomputed when the file is long gone."""
    drafted_by: Mapped[str]
    """Who prepared it: a person's name, or the timetable (系统)."""
    drafted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    drafted_at: Mapped[datetime]
    appeal_until: Mapped[datetime | None]
    """Until then the towns may appeal; None before they were told."""
    told_at: Mapped[datetime | None]
    approved_by: Mapped[str] = mapped_column(default="")
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was corrected."""
    digest: Mapped[str] = mapped_column(default="")
    """SHA-256 over everything frozen, hexadecimal."""
    dropped_by: Mapped[str] = mapped_column(default="", server_default="")
    dropped_at: Mapped[datetime | None]
    dropped_because: Mapped[str] = mapped_column(Text, default="", server_default="")
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


class TownScore(Base):
    """A unit's result in one assessment."""

    __tablename__ = "town_score"
    __table_args__ = (UniqueConstraint("assessment_id", "town_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("monthly_assessment.id"), index=True)
    town_id: Mapped[int] = mapped_column(ForeignKey("town.id"), index=True)
    town_code: Mapped[str] = mapped_column(default="")
    town_name: Mapped[str]
    """As it was called then."""
    town_kind: Mapped[str] = mapped_column(default="")
    has_reaches: Mapped[bool] = mapped_column(default=True)
    registry_position: Mapped[int] = mapped_column(default=0)
    """Kind, reaches and line in the registry as they were: what decides by which items and in which group it is
    judged."""
    position: Mapped[int]
    """Its line in the table."""
    group: Mapped[str] = mapped_column(default="")
    score: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    place: Mapped[int | None]
    previous_place: Mapped[int | None]
    grade: Mapped[str] = mapped_column(default="")
    named: Mapped[bool] = mapped_column(default=False)
    unranked: Mapped[str] = mapped_column(Text, default="")

    town: Mapped[Town] = relationship()


class ItemScore(Base):
    """A unit's points in one item, with the figure they came from."""

    __tablename__ = "item_score"
    __table_args__ = (UniqueConstraint("assessment_id", "town_id", "item"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("monthly_assessment.id"), index=True)
    town_id: Mapped[int] = mapped_column(ForeignKey("town.id"))
    item: Mapped[str]
    item_name: Mapped[str]
    position: Mapped[int]
    source: Mapped[str]
    weight: Mapped[Decimal] = mapped_column(Numeric(12, 6))
    points: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    place: Mapped[int | None]
    numerator: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    denominator: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    basis: Mapped[str] = mapped_column(Text, default="")
    suspended: Mapped[str] = mapped_column(Text, default="")


class PointsLost(Base):
    """Points one row cost a unit in an item (扣分)."""

    __tablename__ = "points_lost"

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("monthly_assessment.id"), index=True)
    town_id: Mapped[int] = mapped_column(ForeignKey("town.id"))
    item: Mapped[str]
    position: Mapped[int]
    key: Mapped[str]
    sentence: Mapped[str] = mapped_column(Text)
    points: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    weight: Mapped[Decimal] = mapped_column(Numeric(12, 6))


class AppealState(StrEnum):
    """What became of an appeal."""

    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"


BY_THE_OFFICE = "河长办主动更正"
"""Who appealed, where the Office gave points back on its own motion: nobody did. Rows that say 河长办更正 are older;
they were frozen as appeals granted, and are recomputed so."""


class Appeal(Base):
    """A town's objection (申诉) to an item of its draft; the decision is part of the row."""

    __tablename__ = "appeal"

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("monthly_assessment.id"), index=True)
    town_id: Mapped[int] = mapped_column(ForeignKey("town.id"))
    item: Mapped[str]
    key: Mapped[str] = mapped_column(default="")
    """The row it is about; empty: the whole item."""
    reason: Mapped[str] = mapped_column(Text)
    appealed_by: Mapped[str]
    appealed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    appealed_at: Mapped[datetime]
    state: Mapped[AppealState] = mapped_column(default=AppealState.OPEN)
    returned: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    """Points given back where it was granted."""
    decision: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[str] = mapped_column(default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    town: Mapped[Town] = relationship()

    __mapper_args__ = {"version_id_col": version}


def newest_of(month: str) -> Select[MonthlyAssessment]:
    """A month's newest revision, whatever its state."""
    return (
        select(MonthlyAssessment)
        .where(MonthlyAssessment.month == month)
        .order_by(MonthlyAssessment.revision.desc())
        .limit(1)
    )


def frozen_of(month: str) -> Select[MonthlyAssessment]:
    """The revision of a month that stands: approved and not superseded."""
    return select(MonthlyAssessment).where(
        MonthlyAssessment.month == month, MonthlyAssessment.state == AssessmentState.FROZEN
    )


def town_scores_of(assessment_id: int) -> Select[TownScore]:
    """An assessment's lines as they are listed."""
    return select(TownScore).where(TownScore.assessment_id == assessment_id).order_by(TownScore.position)


def item_scores_of(assessment_id: int) -> Select[ItemScore]:
    """An assessment's items, unit by unit as they are listed in the rulebook."""
    return (
        select(ItemScore)
        .where(ItemScore.assessment_id == assessment_id)
        .order_by(ItemScore.town_id, ItemScore.position)
    )


def losses_of(assessment_id: int) -> Select[PointsLost]:
    """What cost points in an assessment, in the order it was counted."""
    return (
        select(PointsLost)
        .where(PointsLost.assessment_id == assessment_id)
        .order_by(PointsLost.town_id, PointsLost.item, PointsLost.position)
    )


def appeals_of(assessment_id: int) -> Select[Appeal]:
    """An assessment's appeals, the oldest first."""
    return select(Appeal).where(Appeal.assessment_id == assessment_id).order_by(Appeal.id)
