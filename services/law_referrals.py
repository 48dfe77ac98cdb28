"""Referrals to law enforcement (移送执法) and procuratorial suggestions (检察建议), their answers awaited."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from models.case import Case
from models.law_referral import LawReferral
from models.notification import Notice
from models.whistle import Whistle
from rules import escalation
from rules.deadlines import Deadline, in_words
from rules.escalation import Rung, Step
from rules.law_referrals import LAW_KIND_NAMES, LawKind, LawMove, LawState
from rules.lifecycle import Party
from rules.refusal import Refusal
from rules.workdays import end_of
from services import audit, people
from services.desk import Work
from services.ladder import office_only
from services.notifications import owe


@dataclass(frozen=True)
class LawPaper:
    """The paper as it was sent or received."""

    kind: LawKind
    number: str
    dated: date
    body: str
    subject: str
    answer_due: date | None = None


def record(
    work: Work, paper: LawPaper, *, case: Case | None = None, whistle: Whistle | None = None
) -> LawReferral:
    """Write it down; of a case (also by way of its whistle) it is a link of the chain."""
    office_only(work)
    if not (paper.number.strip() and paper.body.strip() and paper.subject.strip()):
        raise Refusal("请写明文号、单位和事由。")
    if paper.dated > work.today:
        raise Refusal("文书的日期不能晚于今天。")
    if paper.answer_due is not None and paper.answer_due < paper.dated:
        raise Refusal("答复期限不能早于文书的日期。")
    same = LawReferral.kind == paper.kind, LawReferral.number == paper.number.strip()
    if work.session.scalar(select(LawReferral.id).where(*same)) is not None:
        raise Refusal(f"{LAW_KIND_NAMES[paper.kind]}{paper.number.strip()}已经登记过。")
    case = case or (whistle.case if whistle is not None else None)
    referral = LawReferral(
        kind=paper.kind, number=paper.number.strip(), dated=paper.dated, body=paper.body.strip(),
        subject=paper.subject.strip(), case=case, whistle=whistle, state=LawState.SENT, result="",
        answer_due=end_of(paper.answer_due) if paper.answer_due else None,
        recorded_by=work.who.pseudonym if work.who else Party.OFFICE.value, recorded_at=work.now,
    )  # fmt: skip
    work.session.add(referral)
    work.session.flush()
    _on_the_case(work, referral, "law_referred", referral.subject)
    schedule(work, referral)
    return referral


def answered(work: Work, referral: LawReferral, on: date, result: str) -> None:
    """Its answer has come, and what it says."""
    office_only(work)
    if not result.strip():
        raise Refusal("请写明结果。")
    if not referral.dated <= on <= work.today:
        raise Refusal("答复的日期应在文书日期之后、不晚于今天。")
    referral.move(LawMove.ANSWER)
    referral.answered_on, referral.result = on, result.strip()
    _on_the_case(work, referral, "law_answered", referral.result)
    schedule(work, referral)


def withdraw(work: Work, referral: LawReferral, reason: str) -> None:
    """It was recorded wrongly, or taken back: it counts no more."""
    office_only(work)
    if not reason.strip():
        raise Refusal("请写明作废的理由。")
    referral.move(LawMove.WITHDRAW)
    referral.result = reason.strip()
    _on_the_case(work, referral, "law_withdrawn", referral.result)
    schedule(work, referral)


def _on_the_case(work: Work, referral: LawReferral, what: str, reason: str) -> None:
    if referral.case is not None:
        details = {"kind": referral.kind.value, "number": referral.number, "body": referral.body}
        audit.record(work, referral.case, what, Party.OFFICE, reason=reason, details=details)


def schedule(work: Work, referral: LawReferral) -> None:
    """Set when the Office is next to be reminded of its answer."""
    wanted = _step(work, referral)
    referral.remind_at = work.now if wanted.rung is not None else wanted.next_at


def _step(work: Work, referral: LawReferral) -> Step:
    if referral.state is not LawState.SENT or referral.answer_due is None:
        return Step(None, None)
    numbers = work.rulebook.ladders[""]
    rungs = escalation.of_help(referral.answer_due, numbers, work.calendar, before=True)
    return escalation.step(
        rungs, referral.climbed, referral.answer_due, work.now, ladder=numbers, hours=work.rulebook.hours,
        calendar=work.calendar,
    )  # fmt: skip


def climb(work: Work, referral: LawReferral) -> None:
    """Remind the Office where it is due by now."""
    if referral.remind_at is None or referral.remind_at > work.now:
        return
    wanted = _step(work, referral)
    if wanted.rung is not None and referral.answer_due is not None:
        referral.climbed = wanted.rung
        for clerk in people.office(work):
            owe(
                work, Notice.REMINDER, "office_law_answer_due", f"law:{referral.id}:{wanted.rung.value}",
                person=clerk, number=referral.number, kind=LAW_KIND_NAMES[referral.kind], body=referral.body,
                reason=referral.subject, late="已经逾期" if wanted.rung is Rung.OVERDUE else "快到期了",
                until=in_words(Deadline(referral.answer_due, provisional=False), now=work.now),
            )  # fmt: skip
    schedule(work, referral)


def called(work: Work, kind: LawKind, number: str) -> LawReferral:
    """The one of this kind and paper's number."""
    same = LawReferral.kind == kind, LawReferral.number == number.strip()
    referral = work.session.scalar(select(LawReferral).where(*same))
    if referral is None:
        raise Refusal(f"没有找到{LAW_KIND_NAMES[kind]}“{number.strip()}”。")
    return referral
