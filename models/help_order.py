"""Supervision orders (督办单) to somebody who was named to help on a whistle and has not answered or not done it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Select, Text, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.case import Case
from models.supervision import Order, SupervisionOrder
from models.whistle import Whistle, WhistleParty
from rules.supervision import ORDER_OPEN


class HelpOrder(Order):
    """An order to a department or a town for a whistle: it stands beside the orders to towns for their cases."""

    __mapper_args__: dict[str, Any] = {"polymorphic_identity": "help"}

    party_id: Mapped[int] = mapped_column(ForeignKey("whistle_party.id"), index=True, nullable=True)
    promised: Mapped[str] = mapped_column(Text, default="", server_default="")
    """What it had said it would do and until when, as that stood then; empty where it had said nothing."""

    party: Mapped[WhistleParty] = relationship()

    @property
    def whistle(self) -> Whistle:
        """For which whistle."""
        return self.party.whistle

    @property
    def case(self) -> Case | None:
        """The case the whistle is about, if it is about one."""
        return self.party.whistle.case


AnyOrder = SupervisionOrder | HelpOrder
"""To a town for its case, or to a helper for a whistle."""


def due_help_orders(now: datetime) -> Select[HelpOrder]:
    """Orders of whom the ladder wants something by now."""
    return select(HelpOrder).where(HelpOrder.remind_at <= now).order_by(HelpOrder.remind_at, HelpOrder.id)


def orders_to_party(party_id: int) -> Select[HelpOrder]:
    """The orders to one who helps, the oldest first."""
    return select(HelpOrder).where(HelpOrder.party_id == party_id).order_by(HelpOrder.id)


def orders_for(whistle_id: int) -> Select[HelpOrder]:
    """The orders to all who help on a whistle, the oldest first."""
    of_it = select(WhistleParty.id).where(WhistleParty.whistle_id == whistle_id)
    return select(HelpOrder).where(HelpOrder.party_id.in_(of_it)).order_by(HelpOrder.id)


def help_orders_of(case_id: int) -> Select[HelpOrder]:
    """The orders to all who help on a case's whistles, the oldest first."""
    of_it = select(WhistleParty.id).join(Whistle).where(Whistle.case_id == case_id)
    return select(HelpOrder).where(HelpOrder.party_id.in_(of_it)).order_by(HelpOrder.id)


def help_orders_dated_after(first: datetime) -> Select[HelpOrder]:
    """Open ones whose date or next reminder lies after that moment, or whose date is provisional."""
    later = (HelpOrder.answer_by > first) | (HelpOrder.remind_at > first) | HelpOrder.answer_provisional
    return select(HelpOrder).where(HelpOrder.state.in_(ORDER_OPEN), later).order_by(HelpOrder.id)


def help_orders_known_by(known: datetime) -> Select[HelpOrder]:
    """Open ones whose date is provisional though the days it lies on were announced."""
    provisional = HelpOrder.answer_provisional & (HelpOrder.answer_by <= known)
    return select(HelpOrder).where(HelpOrder.state.in_(ORDER_OPEN), provisional).order_by(HelpOrder.id)
