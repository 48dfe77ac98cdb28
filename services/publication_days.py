"""What is published by itself: a month's result on its day and hour, and each correction of what was published."""

from datetime import date, datetime

from sqlalchemy import Select, or_, select

from models.assessment import AssessmentState, MonthlyAssessment, frozen_of, newest_of
from models.notification import Notice
from models.publication import OPEN, Publication, publications_of
from rules import publishing
from rules.months import Month
from rules.refusal import Refusal
from rules.workdays import local_day
from services import people
from services.desk import Work
from services.notifications import owe
from services.publications import CORRECTED, SYSTEM, publish, take_back


def publish_what_is_due(work: Work) -> int:
    """By the timetable: last month's result on its day and hour, and each correction of what was published.

    What is refused (no mass message left this month), or not approved when its day has come, the Office hears once.
    """
    for row in work.session.scalars(select(Publication).where(Publication.state.in_(OPEN))):
        if row.assessment.state is not AssessmentState.FROZEN:  # its numbers do not stand any more
            take_back(work, row, CORRECTED)
    return sum(_publish_by_itself(work, assessment) for assessment in _due(work))


def _due(work: Work) -> list[MonthlyAssessment]:
    settings = work.rulebook.assessment
    found = [row for row in _corrections(work) if not _was_wanted(work, row)]
    last = Month.of(work.today).previous
    for month in (last.previous, last):  # the one before too: approved late, or an outage at the month's end
        if work.now < publishing.publish_at(month, settings.publish_day, settings.publish_at, work.calendar):
            continue
        assessment = work.session.scalar(frozen_of(str(month)))
        if assessment is None:
            _say_not_approved(work, month)
        elif assessment not in found and not _was_wanted(work, assessment):
            found.append(assessment)
    return found


def _corrections(work: Work) -> list[MonthlyAssessment]:
    """Approved corrections of months that readers were shown, or that were on their way to them."""
    corrected = select(MonthlyAssessment).where(
        MonthlyAssessment.state == AssessmentState.FROZEN, MonthlyAssessment.revision > 1
    )
    rows = work.session.scalars(corrected.order_by(MonthlyAssessment.id)).all()
    return [row for row in rows if work.session.scalar(_left(row.month)) is not None]


def _left(month: str) -> Select[Publication]:
    """A publication of this month that came out, or was stopped on its way by a correction."""
    stopped = Publication.withdrawn_because == CORRECTED
    of_month = select(Publication).join(MonthlyAssessment).where(MonthlyAssessment.month == month)
    return of_month.where(or_(Publication.published_at.is_not(None), stopped)).limit(1)


def _was_wanted(work: Work, assessment: MonthlyAssessment) -> bool:
    return work.session.scalar(publications_of(assessment.id).limit(1)) is not None


def _publish_by_itself(work: Work, assessment: MonthlyAssessment) -> bool:
    month = Month.parse(assessment.month)
    try:
        publish(work, month, SYSTEM)
    except Refusal as refusal:
        if _was_wanted(work, assessment):  # somebody asked for it at the same instant
            return False
        for clerk in people.office(work):
            owe(
                work, Notice.RANKING, "office_publication_failed", f"publication:{assessment.id}:refused",
                person=clerk, month=month.name, reason=str(refusal).rstrip("。"), code=str(month),
            )  # fmt: skip
        return False
    return True


def _asked_on(work: Work, appeal_until: datetime) -> date:
    """The working day on which the Office is asked to approve."""
    return work.calendar.next_workday(local_day(appeal_until))


def _say_not_approved(work: Work, month: Month) -> None:
    """Not while the towns may still object, nor on the day on which the Office is asked to approve (`assess`)."""
    draft = work.session.scalar(newest_of(str(month)))
    if draft is None or (draft.appeal_until and work.today <= _asked_on(work, draft.appeal_until)):
        return
    for clerk in people.office(work):
        owe(
            work, Notice.RANKING, "office_month_unapproved", f"publication:{month}:unapproved", person=clerk,
            month=month.name, code=str(month),
        )  # fmt: skip
