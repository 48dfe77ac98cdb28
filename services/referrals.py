"""Referrals (移送) to 区委督查室 or 区纪委监委: the ladder prepares them, a person of the Office sends them."""

from sqlalchemy import select

from models.admonition import Admonition, Referral, referrals_of
from models.case import Case, CaseEvent
from models.notification import Notice
from rules.lifecycle import Party
from rules.refusal import Refusal
from rules.supervision import AdmonitionMove, ReferralMove, ReferralState, numbered, order_number
from services import audit
from services.case_notices import tell_office
from services.desk import Work
from services.ladder import office_only
from services.numbering import serial_of_year


def prepare(
    work: Work,
    case: Case,
    reason: str,
    *,
    talk: Admonition | None = None,
    body: str = "",
    by_hand: bool = True,
) -> Referral:
    """Number a referral and tell the Office that it waits to be looked through and sent; one at a time."""
    if by_hand:
        office_only(work)
        _needs(reason, f"请写明移送的理由，例如：移送 {case.number} 拒不整改")
    body = body.strip() or work.rulebook.referral_bodies[0]
    if body not in work.rulebook.referral_bodies:
        raise Refusal(f"可以移送的单位是：{'、'.join(work.rulebook.referral_bodies)}。")
    if case.town_id is None:
        raise Refusal("该案件还没有办理单位，不能移送。")
    held = waiting(work, case)
    if held is not None:
        raise Refusal(f"该案件已有等待移送的{held.number}。")
    year, serial = serial_of_year(work, "referral")
    referral = Referral(
        year=year, serial=serial, number=order_number(year, serial), case=case, case_id=case.id,
        town_id=talk.town_id if talk else case.town_id, admonition_id=talk.id if talk else None, body=body,
        reason=reason.strip(), state=ReferralState.PREPARED, prepared_at=work.now, remark="",
    )  # fmt: skip
    work.session.add(referral)
    case.mark(f"移送{referral.number}待确认")
    event = _record(work, referral, "referral_prepared", Party.OFFICE if by_hand else Party.SYSTEM, reason)
    tell_office(
        work, case, event, Notice.ORDER, "office_referral", referral=referral.number, body=body, reason=reason
    )
    work.session.flush()
    return referral


def waiting(work: Work, case: Case) -> Referral | None:
    """The referral of this case that was prepared and not sent."""
    return work.session.scalar(referrals_of(case.id).where(Referral.state == ReferralState.PREPARED).limit(1))


def send(work: Work, referral: Referral) -> None:
    """The Office has handed the file over; the talk it came from is settled by it."""
    office_only(work)
    referral.move(ReferralMove.SEND)
    referral.case.unmark(f"移送{referral.number}")
    referral.sent_at = work.now
    talk = referral.admonition
    if talk is not None and talk.is_open:
        talk.move(AdmonitionMove.REFER)
        talk.settled_at, talk.remind_at = work.now, None
        referral.case.unmark(f"约谈{talk.number}")
    _record(work, referral, "referral_sent", Party.OFFICE, referral.body)


def withdraw(work: Work, referral: Referral, reason: str) -> None:
    """The Office decides against it (不予移送), with a reason."""
    office_only(work)
    _needs(reason, f"请写明不移送的理由，例如：撤销移送 {referral.case.number} 已整改到位")
    referral.move(ReferralMove.WITHDRAW)
    referral.case.unmark(f"移送{referral.number}")
    referral.remark = reason
    _record(work, referral, "referral_withdrawn", Party.OFFICE, reason)


def called(work: Work, number: str) -> Referral:
    """The referral somebody means: 〔2026〕1号, 2026-1, or 1 of this year."""
    found = numbered(number, work.today.year)
    rows = select(Referral).where(
        Referral.year == (found or (0, 0))[0], Referral.serial == (found or (0, 0))[1]
    )
    referral = work.session.scalar(rows)
    if referral is None:
        raise Refusal(f"没有找到移送“{number}”。请写编号，如〔2026〕1号，或只写 1。")
    return referral


def _record(work: Work, referral: Referral, what: str, party: Party, reason: str) -> CaseEvent:
    details = {"referral": referral.number, "body": referral.body}
    return audit.record(work, referral.case, what, party, reason=reason, details=details)


def _needs(reason: str, example: str) -> None:
    if not reason.strip():
        raise Refusal(example)
