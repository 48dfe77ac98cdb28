"""Each morning: last month is drafted once it is over, told on the first working day, and its approval asked for."""

import logging

from sqlalchemy import select

from models.assessment import AssessmentState, MonthlyAssessment, newest_of
from rules.months import Month
from rules.refusal import Refusal
from rules.workdays import local_day
from services import approvals, assessment_notices, assessments
from services.desk import Desk, Work

log = logging.getLogger("heshao.assess")
MONTHS = 12


def assess(desk: Desk) -> int:
    """Draft, tell, ask for approval: whatever is due and was not done; how many things were. Run twice or late it
    does nothing more."""
    last = Month.of(local_day(desk.clock())).previous
    return sum(_draft(desk, month) for month in desk.look(_up_to, last)) + _tell(desk) + _ask(desk)


def _up_to(work: Work, last: Month) -> list[Month]:
    """The last month, and those before it that an outage left out: since one that was judged, of a year at most."""
    missing, month = [last], last.previous
    while len(missing) < MONTHS:
        if work.session.scalar(newest_of(str(month))) is not None:
            return missing[::-1]
        missing.append(month)
        month = month.previous
    return [last]


def _draft(desk: Desk, month: Month) -> int:
    try:
        return int(desk.do(_draft_once, month))
    except Refusal as refusal:
        log.warning("the month %s was not drafted: %s", month, refusal, extra={"event": "assessment.refused"})
        return desk.do(assessment_notices.tell_trouble, month, str(refusal))


def _draft_once(work: Work, month: Month) -> bool:
    if work.session.scalar(newest_of(str(month))) is not None:
        return False
    if not assessments.anything_to_judge(work, month):
        return False
    assessments.draft(work, month)
    return True


def _tell(desk: Desk) -> int:
    with desk.reading() as work:
        waiting = [row.id for row in work.session.scalars(assessments.untold())]
    return sum(desk.do(_tell_one, number) for number in waiting)


def _tell_one(work: Work, number: int) -> bool:
    return assessments.tell(work, work.session.get_one(MonthlyAssessment, number))


def _ask(desk: Desk) -> int:
    return sum(desk.do(_ask_for, number) for number in desk.look(_past_appeal))


def _past_appeal(work: Work) -> list[int]:
    due = select(MonthlyAssessment.id).where(
        MonthlyAssessment.state == AssessmentState.DRAFT, MonthlyAssessment.appeal_until <= work.now
    )
    return list(work.session.scalars(due.order_by(MonthlyAssessment.id)))


def _ask_for(work: Work, number: int) -> int:
    row = work.session.get_one(MonthlyAssessment, number)
    waiting = len(approvals.open_appeals(work, row))
    return assessment_notices.tell_to_approve(work, row, waiting)
