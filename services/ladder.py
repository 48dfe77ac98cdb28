"""When the ladder of supervision next wants something of a case: reckoned at every move."""

from datetime import datetime

from sqlalchemy import select

from models.case import Case
from models.supervision import Reminder, orders_of
from rules import escalation
from rules.deadlines import Severity
from rules.escalation import Ladder, Promise, Rung, Rungs, Step
from rules.lifecycle import State
from rules.refusal import Refusal
from rules.supervision import OrderState
from services.desk import Work

WITH_TOWN = frozenset({State.ASSIGNED, State.ACCEPTED})
"""Where a town is chased; while a proof is on its way or with the Office it is not."""
ORDERS = frozenset({Rung.ORDER, Rung.AGAIN})


def numbers(work: Work, case: Case) -> Ladder:
    """The numbers by which this case climbs: its source's own, or the district's."""
    ladders = work.rulebook.ladders
    return ladders.get(case.ladder or "", ladders[""])


def promise_of(case: Case) -> Promise | None:
    """The date that counts now and since when it runs; None where nobody has promised anything."""
    match case.state:
        case State.ASSIGNED if case.assigned_at and case.accept_by:
            return Promise(case.assigned_at, case.accept_by, case.severity is not Severity.URGENT)
        case State.ACCEPTED if case.accepted_at and case.rectify_by:
            return Promise(case.accepted_at, case.rectify_by, late_from=case.late_from)
        case State.VERIFYING if case.proved_at and case.verify_by:
            return Promise(case.proved_at, case.verify_by)
        case _:
            return None


def schedule(work: Work, case: Case) -> None:
    """Set when the ladder next wants something of this case, as it stands now."""
    wanted = step_of(work, case)
    case.remind_at = work.now if wanted.rung is not None else wanted.next_at


def step_of(work: Work, case: Case) -> Step:
    """The rung that stands now, and when to look again."""
    promise = promise_of(case)
    if promise is None or case.is_paused:
        return Step(None, None)
    order_open, answer_accepted_at = _orders(work, case)
    without = ORDERS if order_open or case.state is State.VERIFYING else frozenset()
    rungs = escalation.of_promise(promise, numbers(work, case), work.calendar, answer_accepted_at)
    return step(work, case, rungs, climbed(work, case, promise), promise.due_at, without=without)


def step(
    work: Work, case: Case, rungs: Rungs, sent: Rung | None, due_at: datetime,
    *, without: frozenset[Rung] = frozenset(),
) -> Step:  # fmt: skip
    """The rung of these that stands now by the case's numbers, hours and delays."""
    return escalation.step(
        rungs, sent, due_at, work.now, ladder=numbers(work, case), hours=work.rulebook.hours,
        calendar=work.calendar, urgent=case.severity is Severity.URGENT, held_until=case.held_until,
        without=without,
    )  # fmt: skip


def climbed(work: Work, case: Case, promise: Promise) -> Rung | None:
    """The highest rung climbed for this date of the case by the town it is with."""
    if not case.reminders:
        return None
    rungs = work.session.scalars(
        select(Reminder.rung).where(
            Reminder.case_id == case.id, Reminder.due_at == promise.due_at,
            Reminder.standing == case.state.value, Reminder.town_id == case.town_id,
        )
    )  # fmt: skip
    return max(rungs, key=list(Rung).index, default=None)


def _orders(work: Work, case: Case) -> tuple[bool, datetime | None]:
    """Whether an order is open, and when the answer to the last one was accepted."""
    if not case.orders:
        return False, None
    orders = [o for o in work.session.scalars(orders_of(case.id)) if o.town_id == case.town_id]
    kept = [order for order in orders if order.state is not OrderState.WITHDRAWN]
    return any(order.is_open for order in kept), kept[-1].settled_at if kept else None


def office_only(work: Work) -> None:
    """Refuse to everybody but the Office; the command line (nobody speaks) is the Office's administrator."""
    if work.who is not None and not work.who.is_office:
        raise Refusal("只有河长办可以这样做。")
