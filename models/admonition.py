"""Admonition talks (约谈) with their minutes, and referrals (移送) to those who supervise the supervised."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Select, Text, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.case import Case
from models.registry import Town
from models.supervision import SupervisionOrder
from rules import supervision
from rules.escalation import Rung
from rules.supervision import (
    ADMONITION_OPEN,
    AdmonitionMove,
    AdmonitionState,
    Ground,
    ReferralMove,
    ReferralState,
    besides,
)


class Admonition(Base):
    """A talk a town is called to: the day, the minutes (by whom, with whom, what was undertaken until when)."""

    __tablename__ = "admonition"
    __table_args__ = (
        UniqueConstraint("year", "serial"),
        Index("ix_admonition_town_called", "town_id", "called_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    serial: Mapped[int]
    number: Mapped[str] = mapped_column(unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    town_id: Mapped[int] = mapped_column(ForeignKey("town.id"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("supervision_order.id"))
    ground: Mapped[Ground]
    reason: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[AdmonitionState] = mapped_column(index=True)
    called_at: Mapped[datetime]
    meets_at: Mapped[datetime | None]
    place: Mapped[str] = mapped_column(default="")
    held_by: Mapped[str] = mapped_column(default="")
    """Who led the talk (约谈人)."""
    attended: Mapped[str] = mapped_column(Text, default="")
    """Who was talked to (被约谈人), as the minutes name them."""
    persons: Mapped[int] = mapped_column(default=0)
    minutes: Mapped[str] = mapped_column(Text, default="")
    undertakings: Mapped[str] = mapped_column(Text, default="")
    undertakings_by: Mapped[datetime | None]
    minutes_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    remark: Mapped[str] = mapped_column(Text, default="")
    climbed: Mapped[Rung | None]
    """The highest rung climbed since the talk last moved."""
    remind_at: Mapped[datetime | None] = mapped_column(index=True)
    version: Mapped[int] = mapped_column()

    case: Mapped[Case] = relationship()
    town: Mapped[Town] = relationship()
    order: Mapped[SupervisionOrder | None] = relationship()

    __mapper_args__ = {"version_id_col": version}

    def move(self, move: AdmonitionMove) -> None:
        """Go to the next state, or refuse; `rules.supervision` holds the procedure."""
        self.state = supervision.after_admonition(self.state, move)

    @property
    def is_open(self) -> bool:
        """Whether the talk, or what was undertaken in it, is still to come."""
        return self.state in ADMONITION_OPEN


class Referral(Base):
    """A case handed to 区委督查室 or 区纪委监委 with its whole file: prepared by the ladder, sent by a person."""

    __tablename__ = "referral"
    __table_args__ = (UniqueConstraint("year", "serial"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    serial: Mapped[int]
    number: Mapped[str] = mapped_column(unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    town_id: Mapped[int] = mapped_column(ForeignKey("town.id"))
    admonition_id: Mapped[int | None] = mapped_column(ForeignKey("admonition.id"))
    body: Mapped[str]
    """To whom: 区委督查室, 区纪委监委."""
    reason: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[ReferralState]
    prepared_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    remark: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column()

    case: Mapped[Case] = relationship()
    town: Mapped[Town] = relationship()
    admonition: Mapped[Admonition | None] = relationship()

    __mapper_args__ = {"version_id_col": version}

    def move(self, move: ReferralMove) -> None:
        """Go to the next state, or refuse; `rules.supervision` holds the procedure."""
        self.state = supervision.after_referral(self.state, move)


def due_admonitions(now: datetime) -> Select[Admonition]:
    """Talks of which the ladder wants something by now."""
    return select(Admonition).where(Admonition.remind_at <= now).order_by(Admonition.remind_at, Admonition.id)


def admonitions_of(case_id: int) -> Select[Admonition]:
    """A case's talks, the oldest first."""
    return select(Admonition).where(Admonition.case_id == case_id).order_by(Admonition.id)


def admonitions_to(town_id: int, ground: Ground, since: datetime, before: datetime) -> Select[Admonition]:
    """Talks a town was called to in a span of time, on one ground alone or among others; those withdrawn left out."""
    return (
        select(Admonition)
        .where(
            Admonition.town_id == town_id,
            or_(Admonition.ground == ground, Admonition.reason.contains(besides(ground))),
            Admonition.called_at >= since,
            Admonition.called_at < before,
            Admonition.state != AdmonitionState.WITHDRAWN,
        )
        .order_by(Admonition.id)
    )


def referrals_of(case_id: int) -> Select[Referral]:
    """A case's referrals, the oldest first."""
    return select(Referral).where(Referral.case_id == case_id).order_by(Referral.id)
