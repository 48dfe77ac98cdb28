"""When a notice of days off was loaded: which dates, reminders and waiting messages it may change, and how."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, select

from models.admonition import Admonition
from models.calendar import HolidayNotice, OfficialDay, notices_to_apply
from models.notification import Notice
from models.supervision import SupervisionOrder
from rules import deadlines
from rules.deadlines import Deadline, in_words
from rules.lifecycle import Party
from rules.supervision import ADMONITION_OPEN, ORDER_OPEN, WAITING_FOR_ANSWER
from rules.workdays import end_of
from services import admonitions, audit, case_dates, people, supervision
from services.case_notices import tell_person
from services.desk import Work


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
    """Open orders whose date or next reminder lies after that moment."""
    later = (SupervisionOrder.answer_by > first) | (SupervisionOrder.remind_at > first)
    return select(SupervisionOrder).where(SupervisionOrder.state.in_(ORDER_OPEN), later).order_by(SupervisionOrder.id)


def talks_after(first: datetime) -> Select[Admonition]:
    """Open talks whose next reminder lies after that moment."""
    waiting = Admonition.state.in_(ADMONITION_OPEN) & (Admonition.remind_at > first)
    return select(Admonition).where(waiting).order_by(Admonition.id)


def order_anew(work: Work, order: SupervisionOrder) -> None:
    """The date of an answer as it would be had the calendar been known from the start; told where it moves."""
    due = deadlines.counted(order.asked_at, order.answer_days, work.calendar)
    before, order.answer_by, order.answer_provisional = order.answer_by, due.at, due.provisional
    supervision.schedule(work, order)
    if due.at == before or order.state not in WAITING_FOR_ANSWER:
        return
    event = audit.record(
        work, order.case, "order_date_moved", Party.SYSTEM, reason=case_dates.WHY,
        details={"order": order.number, "before": before.isoformat(), "after": due.at.isoformat()},
    )  # fmt: skip
    was = in_words(Deadline(before, provisional=False), now=work.now)
    for chief in people.leaders(work, order.town_id):
        tell_person(
            work, order.case, event, Notice.ORDER, "town_order_new_date", chief, order=order.number,
            answer_by=in_words(due, now=work.now), was=was, reason=case_dates.WHY,
        )  # fmt: skip


def talk_anew(work: Work, talk: Admonition) -> None:
    """When the ladder next wants something of a talk, by the calendar as it is now."""
    admonitions.schedule(work, talk)
