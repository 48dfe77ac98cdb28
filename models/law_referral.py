"""Referrals to law enforcement (移送执法) and procuratorial suggestions (检察建议), with their answer."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Select, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.case import Case
from models.whistle import Whistle
from rules import law_referrals
from rules.escalation import Rung
from rules.law_referrals import LawKind, LawMove, LawState


class LawReferral(Base):
    """An outcome of a case or a whistle that others decide; `number` is that of the paper, as its author gave it."""

    __tablename__ = "law_referral"
    __table_args__ = (UniqueConstraint("kind", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[LawKind]
    number: Mapped[str]
    dated: Mapped[date] = mapped_column(index=True)
    body: Mapped[str]
    """Who is to enforce, or who made the suggestion."""
    subject: Mapped[str] = mapped_column(Text)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    whistle_id: Mapped[int | None] = mapped_column(ForeignKey("whistle.id"), index=True)
    state: Mapped[LawState]
    answer_due: Mapped[datetime | None]
    """The end of the day by which an answer is due."""
    answered_on: Mapped[date | None]
    result: Mapped[str] = mapped_column(Text, default="")
    """What came of it, or why it was withdrawn."""
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]
    climbed: Mapped[Rung | None]
    remind_at: Mapped[datetime | None] = mapped_column(index=True)
    version: Mapped[int] = mapped_column()

    case: Mapped[Case | None] = relationship()
    whistle: Mapped[Whistle | None] = relationship()

    __mapper_args__ = {"version_id_col": version}

    def move(self, move: LawMove) -> None:
        """Go to the next state, or refuse; `rules.law_referrals` holds the procedure."""
        self.state = law_referrals.after_law(self.state, move)


def law_referrals_newest_first() -> Select[LawReferral]:
    """All of them, also those withdrawn."""
    return select(LawReferral).order_by(LawReferral.dated.desc(), LawReferral.id.desc())


def reminded_after(first: datetime) -> Select[LawReferral]:
    """Those of whose answer somebody is reminded after that moment: by working days, which a notice may move."""
    return select(LawReferral).where(LawReferral.remind_at > first).order_by(LawReferral.id)


def due_law_referrals(now: datetime) -> Select[LawReferral]:
    """Those of whose answer the Office is to be reminded by now."""
    due = select(LawReferral).where(LawReferral.remind_at <= now)
    return due.order_by(LawReferral.remind_at, LawReferral.id)
