"""The town's clock stands still while a whistle (吹哨) is open on its case, and goes on where it stopped."""

from datetime import datetime

from models.case import Case
from models.notification import Notice
from models.supervision import open_orders_of
from models.whistle import Whistle, open_whistle_of
from rules.deadlines import Severity
from rules.lifecycle import State
from rules.whistles import stood_still
from services import admonitions, case_dates, handling, ladder, supervision, whistle_parties
from services.desk import Work
from services.ladder import WITH_TOWN
from services.whistle_notices import tell
from services.whistle_timeline import enter

WITH_TOWN_DATE = frozenset({State.ASSIGNED, State.ACCEPTED, State.PROVING, State.VERIFYING})


def stop(work: Work, case: Case) -> None:
    """From now on nobody in the town is chased for the case, and its dates wait."""
    case.paused_at = work.now
    handling.case_stands(work, case)
    _chase_by(work, case)


def severity_changed(work: Work, case: Case) -> None:
    """What has become urgent does not wait for helpers: its clock runs from now on, though the whistle stays open;
    what is urgent no more waits from now on. The case's own date must be counted anew after this."""
    whistle = work.session.scalar(open_whistle_of(case.id)) if case.whistles else None
    if whistle is None:
        return
    if case.severity is Severity.URGENT and case.paused_at is not None:
        supervision.postpone(work, case, case.paused_at)
        admonitions.postpone(work, case, case.paused_at)
        case.paused_at = None
        _chase_by(work, case)
        entry = enter(work, whistle, "clock_on", "系统", "案件改为紧急，期限恢复计时")
        town = whistle_parties.people_of_the_town(work, whistle)
        tell(work, whistle, entry, Notice.CASE_STATE, "town_whistle_urgent", town, reason=whistle.needs)
    elif case.severity is not Severity.URGENT and case.paused_at is None and case.state in WITH_TOWN:
        stop(work, case)
        enter(work, whistle, "clock_stopped", "系统", "案件不再紧急，期限暂停计时")


def go_on(work: Work, whistle: Whistle, case: Case) -> bool:
    """The dates move by the working days the whistle was open; whether the one that counts now has moved."""
    before = case.due_at
    since = _counted_from(case)
    if case.state in WITH_TOWN_DATE and since is not None and case.paused_at is not None:
        stopped = case.paused_at
        days = stood_still(stopped, since, work.now, work.calendar)
        whistle.stood_still_for, whistle.stood_still_since = days, since
        case_dates.postpone(work, case, days, work.now - max(stopped, since))
        supervision.postpone(work, case, stopped)
        admonitions.postpone(work, case, stopped)
    case.paused_at = None
    handling.case_stands(work, case)
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
