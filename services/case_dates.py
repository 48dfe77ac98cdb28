"""A case's dates: counted when it moves, kept with what they are counted from, so that they can be counted anew."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from models.case import Case
from models.extension import Extension, ExtensionState
from models.supervision import Reminder
from models.whistle import Whistle
from rules import deadlines, escalation
from rules.deadlines import Deadline, Severity
from rules.lifecycle import State
from rules.workdays import local_day
from services import handling, ladder
from services.desk import Work


@dataclass(frozen=True)
class Counted:
    """A date with what it is counted from; without days where it is an instant."""

    since: datetime | None
    days: int | None
    deadline: Deadline


def assigned(work: Work, case: Case, since: datetime, extra: int = 0) -> None:
    """The town has it: until when it accepts; for `extra` working days its clock stood still."""
    _accept(case, _to_accept(work, case, since, extra))
    settle(work, case)


def accepted(work: Work, case: Case, since: datetime, extra: int = 0) -> None:
    """The town has accepted it: until when it rectifies; `extra` working days were granted."""
    days = work.rulebook.deadlines.rectify_days[case.severity] + extra
    _rectify(case, _counted(work, since, days))
    settle(work, case)


def proved(work: Work, case: Case, since: datetime) -> None:
    """The Office has the proof: until when it verifies."""
    _verify(case, _counted(work, since, work.rulebook.deadlines.verify_days))
    settle(work, case)


def severity_changed(work: Work, case: Case, *, graver: bool) -> None:
    """Count the town's date by the new severity: what has become graver from now on, so that it is not late at
    once; else from where it began."""
    if graver:
        handling.counted_anew(work, case)
    if case.state is State.ASSIGNED and case.assigned_at:
        if graver:
            assigned(work, case, work.now)
        else:
            assigned(work, case, case.assigned_at, _stood_still(work, case, case.assigned_at))
    elif case.state in (State.ACCEPTED, State.PROVING, State.VERIFYING) and case.accepted_at:
        if graver:
            accepted(work, case, work.now)
        else:
            accepted(work, case, case.accepted_at, granted_days(work, case))


def granted_days(work: Work, case: Case) -> int:
    """Working days by which this rectification was extended, or for which its clock stood still."""
    if case.accepted_at is None:
        return 0
    still = _stood_still(work, case, case.accepted_at)
    if not case.extensions:
        return still
    granted = select(func.coalesce(func.sum(Extension.days), 0)).where(
        Extension.case_id == case.id, Extension.state == ExtensionState.GRANTED,
        Extension.asked_at >= case.accepted_at,
    )  # fmt: skip
    return int(work.session.scalar(granted) or 0) + still


def _stood_still(work: Work, case: Case, since: datetime) -> int:
    """Working days for which the clock that began then stood still, for a whistle was open (吹哨)."""
    if not case.whistles:
        return 0
    days = select(func.coalesce(func.sum(Whistle.stood_still_for), 0)).where(
        Whistle.case_id == case.id, Whistle.stood_still_since >= since
    )
    return int(work.session.scalar(days) or 0)


def extended(work: Work, case: Case, days: int) -> Deadline:
    """What the date would be with so many working days more; nothing is changed."""
    began = _rectification(work, case)
    return deadlines.counted(*_of(began, days), work.calendar)


def extend(work: Work, case: Case, days: int) -> None:
    """The Office has granted so many working days more."""
    before = case.due_at
    began = _rectification(work, case)
    since, total = _of(began, days)
    _rectify(case, _counted(work, since, total))
    take_rungs_along(work, case, before)
    settle(work, case)


def postpone(work: Work, case: Case, days: int, span: timedelta) -> None:
    """The town's clock stood still: its date moves by so many working days, an instant by so much time."""
    before = case.due_at
    if case.state is State.ASSIGNED and case.accept_by and case.severity is Severity.URGENT:
        case.accept_by += span
    elif case.state is State.ASSIGNED and case.assigned_at:
        own = work.rulebook.deadlines.accept_days if case.accept_days is None else case.accept_days
        _accept(case, _counted(work, case.accept_from or case.assigned_at, own + days))
    elif case.rectify_by:
        _rectify(case, _counted(work, *_of(_rectification(work, case), days)))
    if case.late_from:
        late_on = work.calendar.after(local_day(case.late_from), days).on
        case.late_from += timedelta(days=(late_on - local_day(case.late_from)).days)
    take_rungs_along(work, case, before)
    settle(work, case)


def _of(began: tuple[datetime, int], more: int) -> tuple[datetime, int]:
    since, days = began
    return since, days + more


def _rectification(work: Work, case: Case) -> tuple[datetime, int]:
    """From when the date for rectification is counted, and how many working days."""
    since = case.rectify_from or case.accepted_at or work.now
    days = case.rectify_days
    return since, work.rulebook.deadlines.rectify_days[case.severity] if days is None else days


def settle(work: Work, case: Case) -> None:
    """After a date was set or taken away: whether any is provisional, and when the ladder next looks."""
    case.accept_provisional = bool(case.accept_by and case.accept_provisional)
    case.rectify_provisional = bool(case.rectify_by and case.rectify_provisional)
    case.verify_provisional = bool(case.verify_by and case.verify_provisional)
    case.provisional = case.accept_provisional or case.rectify_provisional or case.verify_provisional
    ladder.schedule(work, case)
    handling.case_stands(work, case)


def _counted(work: Work, since: datetime, days: int) -> Counted:
    return Counted(since, days, deadlines.counted(since, days, work.calendar))


def _to_accept(work: Work, case: Case, since: datetime, extra: int) -> Counted:
    settings = work.rulebook.deadlines
    if case.severity is Severity.URGENT:
        return Counted(None, None, deadlines.acceptance(since, case.severity, settings, work.calendar))
    return _counted(work, since, settings.accept_days + extra)


def _accept(case: Case, counted: Counted) -> None:
    case.accept_from, case.accept_days = counted.since, counted.days
    case.accept_by, case.accept_provisional = counted.deadline.at, counted.deadline.provisional


def _rectify(case: Case, counted: Counted) -> None:
    case.rectify_from, case.rectify_days = counted.since, counted.days
    case.rectify_by, case.rectify_provisional = counted.deadline.at, counted.deadline.provisional


def _verify(case: Case, counted: Counted) -> None:
    case.verify_days = counted.days
    case.verify_by, case.verify_provisional = counted.deadline.at, counted.deadline.provisional


def recounted(work: Work, case: Case) -> None:
    """Count every date anew from what it was counted from, by the calendar as it is now; `settle` must follow."""
    settings, legacy = work.rulebook.deadlines, case.rectify_from is None and case.accept_from is None
    accept_from, rectify_from = case.accept_from or case.assigned_at, case.rectify_from or case.accepted_at
    if legacy and case.provisional and case.severity is not Severity.URGENT and case.accept_days is None:
        case.accept_days = settings.accept_days
    if legacy and case.provisional and case.rectify_days is None:
        case.rectify_days = settings.rectify_days[case.severity]
        case.verify_days = settings.verify_days
    if case.accept_by and accept_from and case.accept_days is not None:
        _accept(case, _counted(work, accept_from, case.accept_days))
    if case.rectify_by and rectify_from and case.rectify_days is not None:
        _rectify(case, _counted(work, rectify_from, case.rectify_days))
    if case.verify_by and case.proved_at and case.verify_days is not None:
        _verify(case, _counted(work, case.proved_at, case.verify_days))


def take_rungs_along(work: Work, case: Case, before: datetime | None) -> None:
    """A reminder already given that would also have been due by now for the new date is not given again."""
    promise = ladder.promise_of(case)
    if promise is None or before is None or not case.reminders:
        return
    rungs = escalation.of_promise(promise, ladder.numbers(work, case), work.calendar)
    passed = {rung for rung, at in rungs if at <= work.now}
    given = select(Reminder).where(
        Reminder.case_id == case.id, Reminder.standing == case.state.value, Reminder.town_id == case.town_id
    )
    rows = work.session.scalars(given).all()
    there = {row.rung for row in rows if row.due_at == promise.due_at}
    for row in rows:
        if row.due_at == before and row.rung in passed - there:
            row.due_at = promise.due_at
    work.session.flush()
