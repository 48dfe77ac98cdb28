"""The way of a month (月考核): drafted, told to the towns, approved by a second person and so frozen; published."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select

from models.assessment import (
    AssessmentState,
    MonthlyAssessment,
    frozen_of,
    newest_of,
)
from models.case import Case
from models.figure_sheet import newest_sheet
from rules import deadlines
from rules.assessment_rulebook import AssessmentRulebook
from rules.months import Month
from rules.refusal import Refusal
from services import assessment_books, assessment_notices, assessment_rows, judgement
from services.approvals import approve
from services.assessment_rows import table_of
from services.desk import Work
from services.ladder import office_only
from services.month_changes import Change, changes, towns_changed
from services.published_months import published

__all__ = ["approve", "called", "draft", "published", "standing", "table_of", "tell"]

TIMETABLE = "系统"
"""Who prepared a draft that nobody asked for."""


@dataclass(frozen=True)
class Drafted:
    """A draft, and what is different in it from the one before."""

    assessment: MonthlyAssessment
    is_new: bool
    changes: tuple[Change, ...] = ()


def draft(work: Work, month: Month) -> Drafted:
    """Judge a month that is over (起草): anew while it is a draft; refused once it is frozen."""
    office_only(work)
    if work.now < month.ends:
        first = month.next.first_day
        raise Refusal(f"{month.name}还没有结束，{first.month}月{first.day}日起才能起草考核。")
    found = work.session.scalar(newest_of(str(month)))
    if found is None:
        return Drafted(_begin(work, month, assessment_books.for_month(work, month)), is_new=True)
    if found.state is not AssessmentState.DRAFT:
        raise Refusal(
            f"{month.name}的考核已由{found.approved_by}批准并冻结，不能重新起草；"
            f"确有错误，请更正：flask assessment correct {month} --reason 理由 --as 姓名"
        )
    book = assessment_books.for_month(work, month) if found.revision == 1 else assessment_books.kept(found)
    return Drafted(found, is_new=False, changes=tuple(_again(work, found, book)))


def _begin(work: Work, month: Month, book: AssessmentRulebook) -> MonthlyAssessment:
    made = begun(work, month, 1, book)
    rejudge(work, made, book)
    return made


def begun(
    work: Work, month: Month, revision: int, book: AssessmentRulebook, reason: str = ""
) -> MonthlyAssessment:
    """The row of a new draft, prepared by whoever is speaking."""
    person = work.who.person if work.who else None
    row = MonthlyAssessment(
        month=str(month), revision=revision, state=AssessmentState.DRAFT, rulebook=book.version,
        rulebook_text=book.text, drafted_by=person.name if person else TIMETABLE,
        drafted_by_id=person.id if person else None, drafted_at=work.now, reason=reason, approved_by="", digest="",
    )  # fmt: skip
    work.session.add(row)
    work.session.flush()
    return row


def rejudge(work: Work, assessment: MonthlyAssessment, book: AssessmentRulebook) -> None:
    """Write down what this rulebook makes of the rows, with the figures sheet of when it was drafted."""
    month, returned = Month.parse(assessment.month), judgement.returned_to(work, assessment)
    judged = judgement.judge(work, book, month, returned, assessment.drafted_at)
    assessment_rows.write(work, assessment, judged)


def _again(work: Work, assessment: MonthlyAssessment, book: AssessmentRulebook) -> list[Change]:
    """A draft made anew: whoever asked has prepared it now; towns that were told and whose own points changed are
    told again and may appeal for as long again."""
    before = table_of(work, assessment)
    assessment.rulebook, assessment.rulebook_text = book.version, book.text
    person = work.who.person if work.who else None
    if person is not None:
        assessment.drafted_by, assessment.drafted_by_id = person.name, person.id
    assessment.drafted_at = work.now
    rejudge(work, assessment, book)
    found = changes(before, table_of(work, assessment))
    changed = towns_changed(found)
    if assessment.told_at is not None and changed:
        assessment.told_at, assessment.appeal_until = work.now, appeal_until(work)
        assessment_notices.tell_again(work, assessment, table_of(work, assessment), changed)
    return found


def appeal_until(work: Work) -> datetime:
    """Until when towns that are told now may appeal."""
    return deadlines.counted(work.now, work.rulebook.assessment.appeal_days, work.calendar).at


def tell_from(work: Work, month: Month) -> date:
    """The day from which on the towns are told: the first working day after the month."""
    return work.calendar.next_workday(month.next.first_day)


def tell(work: Work, assessment: MonthlyAssessment) -> bool:
    """Tell each town its own points with reasons and all totals (告知), once, from the first working day on, on
    working days; their days of appeal begin. What departments handed in since it was drafted is counted in first.
    Whether that was done."""
    ready = work.calendar.is_workday(work.today) and work.today >= tell_from(
        work, Month.parse(assessment.month)
    )
    if assessment.state is not AssessmentState.DRAFT or assessment.told_at is not None or not ready:
        return False
    if assessment.drafted_at < work.now:
        assessment.drafted_at = work.now
        rejudge(work, assessment, assessment_books.kept(assessment))
    assessment.told_at, assessment.appeal_until = work.now, appeal_until(work)
    assessment_notices.tell(work, assessment, table_of(work, assessment))
    return True


def called(work: Work, month: Month) -> MonthlyAssessment:
    """A month's newest revision. Raises Refusal where there is none."""
    found = work.session.scalar(newest_of(str(month)))
    if found is None:
        raise Refusal(f"{month.name}还没有考核，请先起草：flask assessment draft {month}")
    return found


def revision(work: Work, month: Month, number: int) -> MonthlyAssessment:
    """This revision of a month. Raises Refusal where there is none."""
    called_so = select(MonthlyAssessment).where(
        MonthlyAssessment.month == str(month), MonthlyAssessment.revision == number
    )
    found = work.session.scalar(called_so)
    if found is None:
        raise Refusal(f"{month.name}的考核没有第 {number} 版，最新的是第 {called(work, month).revision} 版。")
    return found


def standing(work: Work, month: Month) -> MonthlyAssessment:
    """The revision of a month that stands: frozen. Raises Refusal where there is none."""
    found = work.session.scalar(frozen_of(str(month)))
    if found is None:
        raise Refusal(f"{month.name}的考核还没有批准冻结。")
    return found


def anything_to_judge(work: Work, month: Month) -> bool:
    """Whether anything was recorded by the end of this month: an installation of yesterday judges no month before."""
    opened = select(Case.id).where(Case.opened_at < month.ends).limit(1)
    sheet = newest_sheet(str(month))
    return work.session.scalar(opened) is not None or work.session.scalar(sheet) is not None


def untold() -> Select[MonthlyAssessment]:
    """Drafts the towns have not been told of."""
    return (
        select(MonthlyAssessment)
        .where(MonthlyAssessment.state == AssessmentState.DRAFT, MonthlyAssessment.told_at.is_(None))
        .order_by(MonthlyAssessment.id)
    )
