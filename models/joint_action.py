"""Joint actions (联合行动): who went out on which day with what, and what came of it."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Select, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.whistle import Whistle

COUNTS = ("officers", "vehicles", "boats", "sites_solved", "illegal_boats", "net_metres")


class JointAction(Base):
    """One joint action as recorded by the Office; a wrong one is withdrawn and recorded anew."""

    __tablename__ = "joint_action"
    __table_args__ = (
        UniqueConstraint("year", "serial"),
        *(CheckConstraint(f"{name} >= 0", name=name) for name in COUNTS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    serial: Mapped[int]
    number: Mapped[str] = mapped_column(unique=True)
    whistle_id: Mapped[int | None] = mapped_column(ForeignKey("whistle.id"), index=True)
    held_on: Mapped[date] = mapped_column(index=True)
    """The day in China."""
    place: Mapped[str]
    bodies: Mapped[str] = mapped_column(Text)
    """Who took part, separated by “、”."""
    officers: Mapped[int]
    vehicles: Mapped[int]
    boats: Mapped[int]
    """Used by those who went out."""
    sites_solved: Mapped[int]
    illegal_boats: Mapped[int]
    """Removed."""
    net_metres: Mapped[int]
    """Illegal nets removed, in metres."""
    words: Mapped[str] = mapped_column(Text, default="")
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    remark: Mapped[str] = mapped_column(Text, default="")
    """Why it was withdrawn."""

    whistle: Mapped[Whistle | None] = relationship()


def actions_of_case(case_id: int) -> Select[JointAction]:
    """Those that count and belong to a case by way of its whistles, in the order of their days."""
    of_it = select(Whistle.id).where(Whistle.case_id == case_id)
    counted = JointAction.whistle_id.in_(of_it), JointAction.withdrawn_at.is_(None)
    return select(JointAction).where(*counted).order_by(JointAction.held_on, JointAction.id)


def actions_newest_first() -> Select[JointAction]:
    """All of them, also those withdrawn."""
    return select(JointAction).order_by(JointAction.held_on.desc(), JointAction.id.desc())
