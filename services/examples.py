"""Good examples (示例) of a month: the Office releases a closed case's photographs before and after, and may take
them back.

Of the case the public learns the kind of problem, the town, the reach, two dates and the Office's own sentence:
neither what a reporter wrote nor the exact place.
"""

from collections.abc import Sequence

from sqlalchemy import or_, select

from models.assessment import MonthlyAssessment
from models.case import Case
from models.evidence import Arrival, Evidence, Medium, proof_of
from models.person import Person
from models.publication import OPEN, Publication
from models.released_example import ReleasedExample, released_for, standing_of
from models.report import Addition, reports_of
from rules.lifecycle import STATE_NAMES, Party, State
from rules.months import Month
from rules.refusal import Refusal
from rules.workdays import local_day
from services import audit
from services.desk import Work
from services.ladder import office_only

MOST = 3
"""Examples a month: an article and a page that one still reads to the end."""
LONGEST = 120
"""Characters of the Office's sentence."""
BEFORE, AFTER = "整改前", "整改后"
WHY_NOT = {
    Arrival.WAITING: "还没有收到，请等几分钟再试",
    Arrival.REFUSED: "没有通过检查",
    Arrival.GONE: "没有收到",
    Arrival.ERASED: "已经删除",
}


def photographs(work: Work, case: Case) -> tuple[list[Evidence], list[Evidence]]:
    """The case's photographs before and after in the order they were sent: what reporters sent, and the last proof.

    What belongs to a report that was withdrawn is not among them.
    """
    reports = [report.id for report in work.session.scalars(reports_of(case.id))]
    added = select(Addition.id).where(Addition.report_id.in_(reports))
    sent = select(Evidence).where(or_(Evidence.report_id.in_(reports), Evidence.addition_id.in_(added)))
    before = work.session.scalars(sent.order_by(Evidence.id)).all()
    after = work.session.scalars(proof_of(case.id, case.proof_round)).all() if case.proof_round else ()
    return _photos(before), _photos(after)


def _photos(pieces: Sequence[Evidence]) -> list[Evidence]:
    return [piece for piece in pieces if piece.medium is Medium.PHOTO]


def chosen(pieces: Sequence[Evidence], number: int | None, which: str) -> Evidence:
    """The photograph of this number, counted from 1; without one the first before, the last after. Raises Refusal."""
    if not pieces:
        raise Refusal(f"这个案件没有{which}的照片，不能作为示例。请换一个案件。")
    if number is not None and not 1 <= number <= len(pieces):
        raise Refusal(f"{which}的照片有 {len(pieces)} 张，没有第 {number} 张。")
    stored = [piece for piece in pieces if piece.arrival is Arrival.STORED and piece.digest]
    likely = (stored or pieces)[0 if which == BEFORE else -1]
    piece = likely if number is None else pieces[number - 1]
    if piece not in stored:
        raise Refusal(
            f"{which}的第 {pieces.index(piece) + 1} 张照片{WHY_NOT.get(piece.arrival, '没有收到')}。"
        )
    return piece


def month_of(case: Case) -> Month:
    """The month in which it was closed; a Refusal where it is not closed."""
    if case.state is not State.CLOSED or case.closed_at is None:
        raise Refusal(
            f"案件 {case.number} {STATE_NAMES[case.state]}，复核通过、办结以后才能作为示例。"
            "请换一个案件，或办结后再来。"
        )
    return Month.of(local_day(case.closed_at))


def check(work: Work, case: Case, month: Month, words: str = "") -> Person:
    """Whoever releases it, where that is possible; else a Refusal."""
    office_only(work)
    person = work.who.person if work.who else None
    if person is None:
        raise Refusal(f"请写明由谁决定刊登：flask bulletin release {case.number} --as 姓名")
    _belongs(case, month)
    before = work.session.scalar(standing_of(case.id))
    if before is not None:
        name = Month.parse(before.month).name
        raise Refusal(
            f"案件 {case.number} 已是{name}的示例，不用再发。要换照片或换月份，请先收回："
            f"flask bulletin take-back {case.number} --reason 理由"
        )
    _refuse_shut(work, month)
    there = [row for row in work.session.scalars(released_for(str(month))) if row.taken_back_at is None]
    if len(there) >= MOST:
        raise Refusal(
            f"{month.name}已有 {MOST} 个示例，最多 {MOST} 个。请先收回一个：flask bulletin released {month}"
        )
    if len(words.strip()) > LONGEST:
        raise Refusal(f"说明有 {len(words.strip())} 个字，最多 {LONGEST} 个字，请写短些。")
    return person


def _belongs(case: Case, month: Month) -> None:
    """A case is an example of the months in which it was in hand, from its opening to its closing."""
    closed, opened = month_of(case), Month.of(local_day(case.opened_at))
    if not opened <= month <= closed:
        span = closed.name if opened == closed else f"{opened.name}至{closed.name}"
        raise Refusal(
            f"案件 {case.number} 是{span}办理的，不能作为{month.name}的示例。请换一个月份，或换一个案件。"
        )


def _refuse_shut(work: Work, month: Month) -> None:
    """From its publication on nothing is added to a month; what is only frozen still waits for its examples."""
    out = select(Publication).join(MonthlyAssessment).where(MonthlyAssessment.month == str(month))
    if work.session.scalar(out.where(Publication.published_at.is_not(None)).limit(1)) is not None:
        raise Refusal(f"{month.name}的排名已经发布，通报和网页不再改动，不能再加示例。")
    if work.session.scalar(out.where(Publication.state.in_(OPEN)).limit(1)) is not None:
        raise Refusal(f"{month.name}的排名正在发布，文章不再改动，不能再加示例。")


def release(
    work: Work, case: Case, month: Month, before: Evidence, after: Evidence, words: str = ""
) -> ReleasedExample:
    """Release these two photographs of the case with this month (刊登示例). Raises Refusal."""
    person = check(work, case, month, words)
    for pieces, piece, which in zip(photographs(work, case), (before, after), (BEFORE, AFTER), strict=True):
        if piece not in pieces:
            raise Refusal(f"所选的照片不是案件 {case.number} {which}的照片，请重新选择。")
        chosen(pieces, pieces.index(piece) + 1, which)
    row = ReleasedExample(
        case_id=case.id, month=str(month), before_id=before.id, after_id=after.id, kind=case.kind,
        town=case.town.name if case.town else "", water=case.reach.name if case.reach else "",
        opened_on=local_day(case.opened_at), closed_on=local_day(case.closed_at or work.now),
        words=words.strip(), released_by=person.name, released_by_id=person.id, released_at=work.now,
    )  # fmt: skip
    work.session.add(row)
    work.session.flush()
    details = {"example": row.id, "month": row.month, "before": before.digest, "after": after.digest}
    audit.record(work, case, "example_released", Party.OFFICE, reason=row.words, details=details)
    return row


def take_back(work: Work, case: Case, reason: str) -> tuple[ReleasedExample, bool]:
    """It is shown no more (收回). Besides: whether an article on the platform shows it all the same."""
    office_only(work)
    if not reason.strip():
        raise Refusal("请写明收回的理由。")
    row = work.session.scalar(standing_of(case.id).with_for_update())
    if row is None:
        raise Refusal(f"案件 {case.number} 没有刊登为示例，没有可以收回的。")
    row.taken_back_by, row.taken_back_at = (work.who.name if work.who else "管理员"), work.now
    row.taken_back_because = reason.strip()
    details = {"example": row.id, "month": row.month}
    audit.record(work, case, "example_taken_back", Party.OFFICE, reason=reason.strip(), details=details)
    return row, _is_in_article(work, row)


def _is_in_article(work: Work, row: ReleasedExample) -> bool:
    """Whether some article of its month was handed to the platform and not taken off it."""
    handed = or_(
        Publication.draft_media_id != "", Publication.publish_id != "", Publication.asked_at.is_not(None)
    )
    out = select(Publication.id).join(MonthlyAssessment).where(MonthlyAssessment.month == row.month)
    return work.session.scalar(out.where(handed, Publication.removed_at.is_(None)).limit(1)) is not None
