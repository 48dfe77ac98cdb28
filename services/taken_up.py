"""What was under way before dates were written down for the figures (`models/handling.py`): taken up at an upgrade.

From then on it counts as anything else: a date still to come in its own month, one that had passed already in the
month of the upgrade, so that months that were judged before stay as they are.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Select, and_, func, select

from models.base import Base
from models.case import Case
from models.handling import Duty, DutyKind
from models.supervision import SupervisionOrder
from models.whistle import WhistleParty
from rules.lifecycle import State
from rules.supervision import WAITING_FOR_ANSWER
from rules.whistles import PARTY_OPEN
from services import handling
from services.work import Work

Row = TypeVar("Row", bound=Base)


def take_up(work: Work) -> int:
    """Begin what stands and was not written down; how many things that were. Run again it finds nothing."""
    return sum(
        (
            _begun(work, _cases(), handling.case_stands),
            _begun(work, _orders(), handling.order_stands),
            _begun(work, _parties(), handling.party_stands),
        )
    )


def _begun(work: Work, rows: Select[Row], stands: Callable[[Work, Row], None]) -> int:
    before = _how_many(work)
    for row in work.session.scalars(rows).all():
        stands(work, row)
    return _how_many(work) - before


def _how_many(work: Work) -> int:
    return work.session.scalar(select(func.count()).select_from(Duty)) or 0


def _cases() -> Select[Case]:
    theirs = Case.state.in_([State.ASSIGNED, State.ACCEPTED])
    its_own = and_(Duty.case_id == Case.id, Duty.kind.in_([DutyKind.ACCEPT, DutyKind.RECTIFY]))
    return select(Case).where(theirs, _without(its_own)).order_by(Case.id)


def _orders() -> Select[SupervisionOrder]:
    waiting = SupervisionOrder.state.in_(WAITING_FOR_ANSWER)
    without = _without(Duty.order_id == SupervisionOrder.id)
    return select(SupervisionOrder).where(waiting, without).order_by(SupervisionOrder.id)


def _parties() -> Select[WhistleParty]:
    owing = WhistleParty.state.in_(PARTY_OPEN)
    without = _without(Duty.party_id == WhistleParty.id)
    return select(WhistleParty).where(owing, without).order_by(WhistleParty.id)


def _without(its: Any) -> Any:
    """Nothing stands written down for it."""
    return ~select(Duty.id).where(its, Duty.ended_at.is_(None)).exists()
