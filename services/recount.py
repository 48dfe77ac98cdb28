"""When a notice of days off was loaded: which dates, reminders and waiting messages it may change, and how."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, select

from models.admonition import Admonition
from models.calendar import HolidayNotice, OfficialDay, notices_to_apply
from models.case import Case, CaseEvent
from models.notification import Notice
from models.supervision import SupervisionOrder
from rules import deadlines
from rules.deadlines import Deadline, in_words
from rules.escalation import Rung
from rules.lifecycle import Party, State
from rules.supervision import ADMONITION_OPEN, ORDER_OPEN, WAITING_FOR_ANSWER
from rules.workdays import end_of
from services import admonitions, audit, case_dates, people, supervision
from services.case_notices import tell_office, tell_person, tell_reporters
from services.desk import Work

TASKS = {State.ASSIGNED: "受理", State.ACCEPTED: "完成整改", State.PROVING: "完成整改"}
WHY = "按公布的放假调休安排"
SAID_OF_THE_DATE = (Rung.ON_THE_DAY, Rung.OVERDUE)


@dataclass(frozen=True)
class ToApply:
    """Notices by which the dates have not been counted anew yet, and from which moment on they change anything."""

    ids: tuple[int, ...]
    since: datetime


def to_apply(work: Work) -> ToApply | None:
    """What was loaded since the dates were last counted anew, if anything was."""
    notices = list(work.session.scalars(notices_to_apply()))
    if not notices:
        return None
    named = select(func.min(OfficialDay.day)).where(OfficialDay.notice_id.in_([n.id for n in notices]))
    first = min([date(notice.year, 1, 1) for notice in notices])
    first = min(first, work.session.scalar(named) or first)
    return ToApply(tuple(notice.id for notice in notices), end_of(first - timedelta(days=1)))


def applied(work: Work, done: ToApply) -> None:
    """All dates have been counted anew by these notices."""
    for notice_id in done.ids:
        work.session.get_one(HolidayNotice, notice_id).applied_at = work.now


def orders_dated_after(first: datetime) -> Select[SupervisionOrder]:
    """Open orders whose date or next reminder lies after that moment, or whose date is provisional."""
    later = (SupervisionOrder.answer_by > first) | (SupervisionOrder.remind_at > first)
    later |= SupervisionOrder.answer_provisional
    return (
        select(SupervisionOrder)
        .where(SupervisionOrder.state.in_(ORDER_OPEN), later)
        .order_by(SupervisionOrder.id)
    )


def orders_known_by(known: datetime) -> Select[SupervisionOrder]:
    """Open orders whose date is provisional though the days it lies on were announced."""
    provisional = SupervisionOrder.answer_provisional & (SupervisionOrder.answer_by <= known)
    return (
        select(SupervisionOrder)
        .where(SupervisionOrder.state.in_(ORDER_OPEN), provisional)
        .order_by(SupervisionOrder.id)
    )


def talks_after(first: datetime) -> Select[Admonition]:
    """Open talks whose day or next reminder lies after that moment."""
    later = (Admonition.remind_at > first) | (Admonition.meets_at > first)
    waiting = Admonition.state.in_(ADMONITION_OPEN) & later
    return select(Admonition).where(waiting).order_by(Admonition.id)


def case_anew(work: Work, case: Case) -> None:
    """The calendar has changed: every date as it would be had it been known from the start.

    Whom a date concerns that counts now and has moved is told; of one that stays nobody hears.
    """
    before = case.due_at
    case_dates.recounted(work, case)
    after = case.due_at
    moved = case.is_open and before is not None and after is not None and before != after
    if moved:
        case_dates.take_rungs_along(work, case, before)
    case_dates.settle(work, case)
    if moved and before is not None and after is not None:
        _tell_moved(work, case, before, after)


def _tell_moved(work: Work, case: Case, before: datetime, after: datetime) -> None:
    event = audit.record(
        work, case, "date_moved", Party.SYSTEM, reason=WHY,
        details={"before": before.isoformat(), "after": after.isoformat()},
    )  # fmt: skip
    was = in_words(Deadline(before, provisional=False), now=work.now)
    if case.state is State.VERIFYING:
        tell_office(work, case, event, Notice.CASE_STATE, "office_new_date", reason=WHY, was=was)
        return
    _tell_leaders(work, case, event, was)
    if case.state in (State.ASSIGNED, State.ACCEPTED):
        tell_reporters(work, case, event, Notice.CASE_STATE, "reporter_new_date")


def _tell_leaders(work: Work, case: Case, event: CaseEvent, was: str) -> None:
    for chief in people.leaders(work, case.town_id or 0):
        tell_person(
            work, case, event, Notice.CASE_STATE, "town_new_date", chief,
            reason=WHY, was=was, task=TASKS[case.state],
        )  # fmt: skip


def order_anew(work: Work, order: SupervisionOrder) -> None:
    """The date of an answer as it would be had the calendar been known from the start; told where it moves."""
    due = deadlines.counted(order.asked_at, order.answer_days, work.calendar)
    before, order.answer_by, order.answer_provisional = order.answer_by, due.at, due.provisional
    if due.at != before and due.at > work.now and order.climbed in SAID_OF_THE_DATE:
        order.climbed = None  # the new last day is said again
    supervision.schedule(work, order)
    if due.at == before or order.state not in WAITING_FOR_ANSWER:
        return
    event = audit.record(
        work, order.case, "order_date_moved", Party.SYSTEM, reason=WHY,
        details={"order": order.number, "before": before.isoformat(), "after": due.at.isoformat()},
    )  # fmt: skip
    was = in_words(Deadline(before, provisional=False), now=work.now)
    for chief in people.leaders(work, order.town_id):
        tell_person(
            work, order.case, event, Notice.ORDER, "town_order_new_date", chief, order=order.number,
            answer_by=in_words(due, now=work.now), was=was, reason=WHY,
        )  # fmt: skip


def talk_anew(work: Work, talk: Admonition) -> None:
    """When the ladder next wants something of a talk, by the calendar as it is now."""
    admonitions.schedule(work, talk)
    admonitions.day_of_rest(work, talk)
