"""Approving a month (批准): by a second person, when nothing is open any more; from then on it is frozen."""

from sqlalchemy import select

from models.assessment import (
    Appeal,
    AppealState,
    AssessmentState,
    MonthlyAssessment,
    appeals_of,
    frozen_of,
)
from models.person import Person
from rules.deadlines import Deadline, in_words
from rules.months import Month
from rules.refusal import Refusal
from services import assessment_books, assessment_rows, judgement, problems
from services.assessment_digest import digest_of
from services.assessment_rows import table_of
from services.desk import Work
from services.ladder import office_only
from services.month_changes import changes


def approve(work: Work, assessment: MonthlyAssessment) -> None:
    """A second person approves the draft (批准): all of it is frozen, and what it corrects is superseded."""
    office_only(work)
    name = Month.parse(assessment.month).name
    person = work.who.person if work.who else None
    if person is None:
        raise Refusal(f"批准要写明是谁：flask assessment approve {assessment.month} --as 姓名")
    hold(work, assessment)
    _refuse_unless_due(work, assessment, name)
    if person.id in preparers(work, assessment):
        raise Refusal(f"您起草了{name}的考核或答复过它的申诉，请由河长办另一位同志批准。")
    if person.name in _names_of_preparers(work, assessment):
        raise Refusal(
            f"{name}的考核由一位也叫“{person.name}”的同志起草或答复过申诉，分不清是不是同一个人，"
            "请由河长办姓名不同的同志批准。"
        )
    refuse_stale(work, assessment)
    before = work.session.scalar(frozen_of(assessment.month))
    if before is not None:
        before.state = AssessmentState.SUPERSEDED
    assessment.approved_by, assessment.approved_by_id = person.name, person.id
    assessment.approved_at = work.now
    work.session.flush()
    problems.freeze(work, assessment)
    assessment.digest = digest_of(work, assessment)
    assessment.state = AssessmentState.FROZEN
    work.session.flush()


def hold(work: Work, assessment: MonthlyAssessment) -> None:
    """Nobody else appeals, decides or approves until this work is done: what is frozen has no open appeal in it."""
    work.session.refresh(assessment, with_for_update=True)


def _refuse_unless_due(work: Work, assessment: MonthlyAssessment, name: str) -> None:
    if assessment.state is not AssessmentState.DRAFT:
        raise Refusal(f"{name}的考核已由{assessment.approved_by}批准并冻结，不用再批准。")
    if assessment.told_at is None or assessment.appeal_until is None:
        raise Refusal(f"{name}的考核还没有告知镇街，告知并过了申诉期才能批准（次月第一个工作日自动告知）。")
    if work.now < assessment.appeal_until:
        until = in_words(Deadline(assessment.appeal_until, provisional=False), now=work.now)
        raise Refusal(f"{name}的考核{until}镇街可以申诉，过了申诉期才能批准。")
    waiting = open_appeals(work, assessment)
    if waiting:
        listed = "、".join(f"{row.id}号（{row.town.name}）" for row in waiting)
        raise Refusal(
            f"{name}还有 {len(waiting)} 件申诉没有答复：{listed}，请先答复，例如：申诉 {waiting[0].id} 不成立 理由"
        )


def open_appeals(work: Work, assessment: MonthlyAssessment) -> list[Appeal]:
    """Appeals nobody has decided yet."""
    return list(work.session.scalars(appeals_of(assessment.id).where(Appeal.state == AppealState.OPEN)))


def preparers(work: Work, assessment: MonthlyAssessment) -> set[int]:
    """Who had a hand in it: whoever drafted it, and whoever decided its appeals."""
    decided = {row.decided_by_id for row in work.session.scalars(appeals_of(assessment.id))}
    return {number for number in decided | {assessment.drafted_by_id} if number is not None}


def _names_of_preparers(work: Work, assessment: MonthlyAssessment) -> set[str]:
    """What is signed are names: one who is in the registry twice is still one person."""
    rows = select(Person.name).where(Person.id.in_(preparers(work, assessment)))
    return set(work.session.scalars(rows))


def refuse_stale(work: Work, assessment: MonthlyAssessment) -> None:
    """Raise Refusal where the rows say something else by now than the draft that the towns were shown."""
    month, returned = Month.parse(assessment.month), judgement.returned_to(work, assessment)
    judged = judgement.judge(work, assessment_books.kept(assessment), month, returned)
    now = assessment_rows.shown(assessment, assessment_rows.rows_of(assessment, judged))
    found = changes(table_of(work, assessment), now)
    if found:
        raise Refusal(
            f"起草以后数据有变化（共 {len(found)} 处，如：{found[0]}），请先重新起草：flask assessment draft {month}"
        )
