"""A month by other rules (试算), beside the month as it is: nothing is written."""

from dataclasses import dataclass

from models.assessment import AssessmentState, MonthlyAssessment, newest_of
from rules.assessment_rulebook import AssessmentRulebook
from rules.months import Month
from rules.refusal import Refusal
from services import assessment_books, judgement
from services.assessment_rows import rows_of, shown, table_of
from services.desk import Work
from services.month_table import MonthTable


@dataclass(frozen=True)
class Trial:
    """One month by two rulebooks."""

    as_it_is: MonthTable
    tried: MonthTable


def trial(work: Work, month: Month, book: AssessmentRulebook) -> Trial:
    """The month by this rulebook, beside the month as it was judged, else as it would be by the rules in force."""
    if work.now < month.ends:
        raise Refusal(f"{month.name}还没有结束，不能试算，请换一个已经过完的月份。")
    newest = work.session.scalar(newest_of(str(month)))
    if newest is not None:
        return Trial(table_of(work, newest), _judged(work, month, book, newest))
    return Trial(_judged(work, month, assessment_books.for_month(work, month)), _judged(work, month, book))


def _judged(
    work: Work, month: Month, book: AssessmentRulebook, newest: MonthlyAssessment | None = None
) -> MonthTable:
    """Granted appeals count where the item they were about is still there, and figures sheets as they were known."""
    returned = judgement.returned_to(work, newest) if newest is not None else []
    known_at = newest.drafted_at if newest is not None else None
    judged = judgement.judge(work, book, month, returned, known_at)
    row = MonthlyAssessment(
        id=0, month=str(month), revision=newest.revision if newest else 1, state=AssessmentState.DRAFT,
        rulebook=book.version, rulebook_text=book.text, drafted_by="", drafted_at=work.now, reason="", digest="",
    )  # fmt: skip
    return shown(row, rows_of(row, judged))
