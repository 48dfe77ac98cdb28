"""When the ladder of supervision next wants something of a case: reckoned at every move."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeVar

from sqlalchemy import bindparam, select

from models.case import Case
from models.extension import Extension, ExtensionState, request_of
from models.supervision import Reminder, SupervisionOrder, orders_of
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
NOT_THE_TOWNS = ORDERS | {Rung.ON_THE_DAY, Rung.OVERDUE}
"""Nothing of the town's while the Office has not answered its request for more time (延期)."""


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
    asked = request_for_more(work, case)
    if asked is not None:
        schedule_request(work, asked)


def request_for_more(work: Work, case: Case) -> Extension | None:
    """The town's request for more time that waits for the Office, if there is one."""
    return work.session.scalar(request_of(case.id)) if case.extensions else None


def schedule_request(work: Work, asked: Extension) -> None:
    """Set when the Office is next to be pressed for its answer: on the last day, then each working day."""
    wanted = request_step(work, asked)
    asked.remind_at = work.now if wanted.rung is not None else wanted.next_at
    due = asked.case.rectify_by
    if asked.climbed is Rung.OVERDUE and _is_pressing(asked) and due is not None:
        asked.remind_at = escalation.again(
            due, 1, max(work.now, asked.case.held_until or work.now), ladder=numbers(work, asked.case),
            hours=work.rulebook.hours, calendar=work.calendar,
        )  # fmt: skip


def request_step(work: Work, asked: Extension) -> Step:
    """For what the Office is pressed now, and when to look again."""
    case, due = asked.case, asked.case.rectify_by
    if not _is_pressing(asked) or due is None:
        return Step(None, None)
    rungs = escalation.of_help(due, numbers(work, case), work.calendar)
    return step(work, case, rungs, asked.climbed, due)


def _is_pressing(asked: Extension) -> bool:
    """Whether it waits for an answer while the date of its case runs."""
    case = asked.case
    return asked.state is ExtensionState.ASKED and case.state is State.ACCEPTED and not case.is_paused


def step_of(work: Work, case: Case) -> Step:
    """The rung that stands now, and when to look again."""
    promise = promise_of(case)
    if promise is None or case.is_paused:
        return Step(None, None)
    order_open, settled_at = _orders(work, case)
    without = ORDERS if order_open or case.state is State.VERIFYING else frozenset()
    if case.state is State.ACCEPTED and request_for_more(work, case) is not None:
        without = NOT_THE_TOWNS
    rungs = escalation.of_promise(promise, numbers(work, case), work.calendar, settled_at)
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
    which = {
        "case": case.id, "due_at": promise.due_at, "standing": case.state.value, "town": case.town_id,
    }  # fmt: skip
    return max(work.session.scalars(_CLIMBED, which), key=list(Rung).index, default=None)


_CLIMBED = select(Reminder.rung).where(
    Reminder.case_id == bindparam("case"), Reminder.due_at == bindparam("due_at"),
    Reminder.standing == bindparam("standing"), Reminder.town_id == bindparam("town"),
)  # fmt: skip


def _orders(work: Work, case: Case) -> tuple[bool, datetime | None]:
    """Whether an order is open, and when the last one was settled."""
    kept = orders_that_count(work, case)
    return any(order.is_open for order in kept), kept[-1].settled_at if kept else None


def orders_that_count(work: Work, case: Case) -> list[SupervisionOrder]:
    """The town's orders after which the ladder waits before it orders again: the open and accepted ones, and those
    the Office took back; not those that fell away by themselves (the case went elsewhere, more time was granted)."""
    orders = work.session.scalars(orders_of(case.id)) if case.orders else ()
    mine = [order for order in orders if order.town_id == case.town_id]
    return [order for order in mine if order.state is not OrderState.WITHDRAWN or order.taken_back]


class Climbs(Protocol):
    """What stands on the ladder: an order, a talk."""

    remind_at: datetime | None
    climbed: Rung | None


Row = TypeVar("Row", bound=Climbs)


def climb(
    work: Work, row: Row, step: Callable[[Work, Row], Step], chase: Callable[[Work, Row, Rung], None]
) -> None:
    """Do what the ladder wants of a row by now, by its own `step`; nothing where somebody has moved it meanwhile."""
    if row.remind_at is None or row.remind_at > work.now:
        return
    wanted = step(work, row)
    if wanted.rung is not None:
        row.climbed = wanted.rung
        chase(work, row, wanted.rung)
        wanted = step(work, row)
    row.remind_at = wanted.next_at


def office_only(work: Work) -> None:
    """Refuse to everybody but the Office; the command line (nobody speaks) is the Office's administrator."""
    if work.who is not None and not work.who.is_office:
        raise Refusal("只有河长办可以这样做。")
