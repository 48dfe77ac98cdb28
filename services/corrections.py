"""Corrections (更正): a frozen month stays as it is; a new, numbered revision says why it differs."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from models.assessment import BY_THE_OFFICE, Appeal, AppealState, AssessmentState, MonthlyAssessment
from models.registry import Town
from rules.assessment_rulebook import Composition
from rules.months import Month
from rules.refusal import Refusal
from services import appeals, approvals, assessment_books, assessment_notices, assessments
from services.assessment_rows import table_of
from services.assessments import Drafted
from services.desk import Work
from services.ladder import office_only
from services.month_changes import changes


@dataclass(frozen=True)
class GivenBack:
    """Points the Office gives back to a town in an item, on its own motion."""

    town: Town
    item: str
    points: Decimal


def correct(work: Work, month: Month, reason: str, given: Sequence[GivenBack] = ()) -> Drafted:
    """Judge a frozen month anew by the text it was judged by, as a draft of its next revision.

    It goes the same way as any draft: told, open to appeal, approved by a second person; what was frozen stands
    until then and is kept for ever. Refused where nothing would change.
    """
    office_only(work)
    person = work.who.person if work.who else None
    if person is None:
        raise Refusal(f"更正要写明是谁：flask assessment correct {month} --reason 理由 --as 姓名")
    if not reason.strip():
        raise Refusal("请写明更正的理由，会和更正后的结果一起公布。")
    newest = assessments.called(work, month)
    if newest.state is AssessmentState.DRAFT:
        raise Refusal(
            f"{month.name}还有没批准的草稿（第{newest.revision}版），请先批准，或在草稿上重新起草。"
        )
    book = assessment_books.kept(newest)
    made = assessments.begun(work, month, newest.revision + 1, book, reason.strip())
    for one in given:
        _give_back(work, newest, made, one)
    assessments.rejudge(work, made, book)
    found = changes(table_of(work, newest), table_of(work, made))
    if not found:
        raise Refusal(
            f"重新计算的结果与第{newest.revision}版完全相同，没有可更正的。"
            "先更正指标表或案件；要直接返还分数，请加 --return 镇街 项目 分数。"
        )
    return Drafted(made, is_new=True, changes=tuple(found))


def drop(work: Work, month: Month, reason: str) -> MonthlyAssessment:
    """Give up a correction that nobody has approved (撤销更正): what was frozen goes on standing. The draft is kept
    with who gave it up and why; whoever was told of it hears that it does not count."""
    office_only(work)
    person = work.who.person if work.who else None
    if person is None:
        raise Refusal(f"撤销更正要写明是谁：flask assessment drop {month} --reason 理由 --as 姓名")
    if not reason.strip():
        raise Refusal("请写明为什么撤销，会告知已经收到更正草稿的镇街。")
    draft = assessments.called(work, month)
    approvals.hold(work, draft)
    if draft.state is not AssessmentState.DRAFT:
        raise Refusal(f"{month.name}没有还没批准的更正，不用撤销；已批准的结果有错误，请再更正。")
    if draft.revision == 1:
        raise Refusal(
            f"{month.name}还是第一次考核，不是更正，不能撤销；请重新起草：flask assessment draft {month}"
        )
    number, draft.revision = draft.revision, -draft.id
    draft.dropped_by, draft.dropped_at, draft.dropped_because = person.name, work.now, reason.strip()
    draft.state = AssessmentState.DROPPED
    work.session.flush()
    assessment_notices.tell_dropped(work, draft, number)
    return draft


def _give_back(work: Work, before: MonthlyAssessment, made: MonthlyAssessment, one: GivenBack) -> None:
    """Written down as an appeal that was granted: it names who, when and why."""
    book = assessment_books.kept(made)
    if book.composition is Composition.PLACES:
        raise Refusal("按名次相加的考核没有可返还的分数，请更正指标表后再更正。")
    line = appeals.line_of(work, before, one.town)
    if line is None:
        raise Refusal(f"{Month.parse(made.month).name}的考核没有{one.town.name}。")
    item = appeals.item_called(line, one.item)
    lost = sum((loss.points for loss in item.losses), Decimal(0))
    if not 0 < one.points <= lost:
        raise Refusal(f"返还的分数应大于 0，不超过{one.town.name}“{item.name}”扣的 {lost:f} 分。")
    if one.points != round(one.points, book.decimals):
        raise Refusal(f"返还的分数最多写 {book.decimals} 位小数。")
    person = work.who.person if work.who else None
    work.session.add(
        Appeal(
            assessment_id=made.id, town_id=one.town.id, town=one.town, item=item.key, key="", reason=made.reason,
            appealed_by=BY_THE_OFFICE, appealed_by_id=None, appealed_at=work.now, state=AppealState.GRANTED,
            returned=one.points, decision=made.reason, decided_by=person.name if person else "",
            decided_by_id=person.id if person else None, decided_at=work.now,
        )
    )  # fmt: skip
    work.session.flush()
