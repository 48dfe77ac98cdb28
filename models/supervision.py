"""Supervision orders (督办单) with their answers, and the rungs of the ladder that were climbed.

All orders are numbered in one sequence and stand in one table: those to the town that has a case here, those to
somebody who helps on a whistle in `models/help_order.py`.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Select, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.case import Case
from models.registry import Town
from rules import supervision
from rules.escalation import Rung
from rules.supervision import ORDER_OPEN, OrderMove, OrderState


class Reminder(Base):
    """One rung that was climbed for one date of a case: never climbed again for that date and town."""

    __tablename__ = "reminder"
    __table_args__ = (UniqueConstraint("case_id", "due_at", "standing", "town_id", "rung"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    standing: Mapped[str]
    """The state the case stood in: which of its dates this was."""
    due_at: Mapped[datetime]
    town_id: Mapped[int] = mapped_column(ForeignKey("town.id"))
    rung: Mapped[Rung]
    at: Mapped[datetime]


class Order(Base):
    """An order, numbered without gaps in each China year; answered in writing and with proof."""

    __tablename__ = "supervision_order"
    __table_args__ = (UniqueConstraint("year", "serial"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(default="case", server_default="case")
    """Whom it is to: "case" (the town that has it), "help" (somebody who helps on a whistle)."""
    year: Mapped[int]
    serial: Mapped[int]
    number: Mapped[str] = mapped_column(unique=True)
    state: Mapped[OrderState] = mapped_column(index=True)
    by_hand: Mapped[bool]
    """Issued by a clerk rather than by the ladder."""
    reason: Mapped[str] = mapped_column(Text, default="")
    issued_at: Mapped[datetime]
    asked_at: Mapped[datetime]
    """Since when an answer is waited for: issued, the last answer sent back, the case reopened."""
    answer_by: Mapped[datetime]
    answer_days: Mapped[int]
    """How many working days after it is asked for."""
    answer_provisional: Mapped[bool]
    """A day not yet announced was counted."""
    answered_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    remark: Mapped[str] = mapped_column(Text, default="")
    """Why the last answer was sent back, or the order withdrawn."""
    taken_back: Mapped[bool] = mapped_column(default=False)
    """Withdrawn by the Office itself, not because the case went elsewhere or got more time."""
    answers: Mapped[int] = mapped_column(default=0)
    climbed: Mapped[Rung | None]
    """The highest rung climbed for this answer."""
    remind_at: Mapped[datetime | None] = mapped_column(index=True)
    version: Mapped[int] = mapped_column()

    __mapper_args__: dict[str, Any] = {
        "version_id_col": version, "polymorphic_on": kind, "polymorphic_abstract": True,
        "with_polymorphic": "*",
    }  # fmt: skip

    def move(self, move: OrderMove) -> None:
        """Go to the next state, or refuse; `rules.supervision` holds the procedure."""
        self.state = supervision.after_order(self.state, move)

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to answer it or judge the answer."""
        return self.state in ORDER_OPEN


class SupervisionOrder(Order):
    """An order to a town to finish a case. (The columns may be empty only in the other kind's rows.)"""

    __mapper_args__: dict[str, Any] = {"polymorphic_identity": "case"}

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True, nullable=True)
    town_id: Mapped[int] = mapped_column(ForeignKey("town.id"), nullable=True)

    case: Mapped[Case] = relationship()
    town: Mapped[Town] = relationship()


Index("ix_supervision_order_town_issued", SupervisionOrder.town_id, SupervisionOrder.issued_at)


class OrderAnswer(Base):
    """What was answered to an order; photographs hang on it as evidence."""

    __tablename__ = "order_answer"
    __table_args__ = (UniqueConstraint("order_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("supervision_order.id"))
    number: Mapped[int]
    actor: Mapped[str]
    """The pseudonym of whoever answered."""
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    accepted: Mapped[bool | None]
    verdict: Mapped[str] = mapped_column(Text, default="")
    """Why it was sent back."""


def due_orders(now: datetime) -> Select[SupervisionOrder]:
    """Orders of whom the ladder wants something by now."""
    due = select(SupervisionOrder).where(SupervisionOrder.remind_at <= now)
    return due.order_by(SupervisionOrder.remind_at, SupervisionOrder.id)


def orders_of(case_id: int) -> Select[SupervisionOrder]:
    """A case's orders, the oldest first."""
    return select(SupervisionOrder).where(SupervisionOrder.case_id == case_id).order_by(SupervisionOrder.id)


def open_orders_of(case_id: int) -> Select[SupervisionOrder]:
    """A case's orders that are not settled."""
    return orders_of(case_id).where(SupervisionOrder.state.in_(ORDER_OPEN))


def orders_to(town_id: int, since: datetime, before: datetime) -> Select[SupervisionOrder]:
    """Orders issued to a town in a span of time and not withdrawn."""
    return (
        select(SupervisionOrder)
        .where(
            SupervisionOrder.town_id == town_id,
            SupervisionOrder.issued_at >= since,
            SupervisionOrder.issued_at < before,
            SupervisionOrder.state != OrderState.WITHDRAWN,
        )
        .order_by(SupervisionOrder.id)
    )


def answers_to(order_id: int) -> Select[OrderAnswer]:
    """The answers to an order, in the order they came."""
    return select(OrderAnswer).where(OrderAnswer.order_id == order_id).order_by(OrderAnswer.number)
