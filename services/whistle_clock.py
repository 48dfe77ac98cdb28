"""The town's clock stands still while a whistle (吹哨) is open on its case, and goes on where it stopped."""

from datetime import datetime

from models.case import Case
from models.supervision import open_orders_of
from models.whistle import Whistle
from rules.lifecycle import State
from rules.whistles import stood_still
from services import admonitions, case_dates, ladder, supervision
from services.desk import Work

WITH_TOWN_DATE = frozenset({State.ASSIGNED, State.ACCEPTED, State.PROVING, State.VERIFYING})


def stop(work: Work, case: Case) -> None:
    """From now on nobody in the town is chased for the case, and its dates wait."""
    case.paused_at = work.now
    _chase_by(work, case)


def go_on(work: Work, whistle: Whistle, case: Case) -> bool:
    """The dates move by the working days the whistle was open; whether the one that counts now has moved."""
    before = case.due_at
    since = _counted_from(case)
    if case.state in WITH_TOWN_DATE and since is not None and case.paused_at is not None:
        days = stood_still(whistle.blown_at, since, work.now, work.calendar)
        whistle.stood_still_for, whistle.stood_still_since = days, since
        case_dates.postpone(work, case, days, work.now - max(whistle.blown_at, since))
        supervision.postpone(work, case, whistle.blown_at)
        admonitions.postpone(work, case, whistle.blown_at)
    case.paused_at = None
    _chase_by(work, case)
    return case.due_at != before


def _counted_from(case: Case) -> datetime | None:
    if case.state is State.ASSIGNED:
        return case.accept_from or case.assigned_at
    return case.rectify_from or case.accepted_at


def _chase_by(work: Work, case: Case) -> None:
    """Set anew when the ladder next wants something of the case, its orders and its talk."""
    ladder.schedule(work, case)
    for order in work.session.scalars(open_orders_of(case.id)) if case.orders else ():
        supervision.schedule(work, order)
    admonitions.case_moved(work, case)
