"""What a signed link opens while it lives: a case, and the photographs its viewer may see. Looks are kept."""

from collections.abc import Sequence

from sqlalchemy import or_, select

from models.case import Case
from models.evidence import Arrival, Evidence, Look
from models.follower import Follower
from models.help_order import HelpOrder
from models.joint_action import JointAction, actions_of_case
from models.person import Person
from models.report import Addition, Report, reports_of
from models.supervision import Order, OrderAnswer, SupervisionOrder
from rules.lifecycle import State
from rules.refusal import Refusal
from services.desk import Work
from services.links import CaseLink, View

PROOF_SHOWN = frozenset({State.VERIFYING, State.CLOSED})
"""A reporter sees the last proof once the Office has it before them, not what was sent back."""
NO_PAGE = "没有这个页面，请从微信消息中的链接打开。"
NO_PHOTO = "没有这张照片。"


class LinkDead(Refusal):
    """A genuine link whose time is over."""


class NothingThere(Refusal):
    """A link nobody gave, or a photograph that is not for this viewer."""


def case_behind(work: Work, link: CaseLink) -> Case:
    """The link's case while the link lives; LinkDead with a way to a new one, or NothingThere."""
    case = work.session.get(Case, link.case_id)
    if case is None:
        raise NothingThere(NO_PAGE)
    if link.is_alive(case.moves, work.now, work.rulebook.link_life):
        return case
    if link.view is View.REPORTER:
        raise LinkDead("链接已失效，请在微信中回复“进度”查看最新情况。")
    if link.view is View.HELPER:
        raise LinkDead("链接已失效，请在微信中回复“看哨 编号”获取新链接。")
    raise LinkDead(f"链接已失效，请在微信中回复“照片 {case.number}”获取新链接。")


def reports_seen(work: Work, link: CaseLink, case: Case) -> Sequence[Report]:
    """All reports of the case, for a reporter only the own ones; NothingThere where none is."""
    reports = reports_of(case.id)
    if link.view is not View.REPORTER:
        return work.session.scalars(reports).all()
    person = Follower.person.has(Person.pseudonym == link.viewer)
    mine = reports.where(Report.reporter.has(or_(Follower.pseudonym == link.viewer, person)))
    found = work.session.scalars(mine).all()
    if not found:
        raise NothingThere(NO_PAGE)
    return found


def rounds_seen(link: CaseLink, case: Case) -> list[int]:
    """The rounds of proof this viewer may see, the last one first."""
    if link.view is not View.REPORTER:
        return list(range(case.proof_round, 0, -1))
    return [case.proof_round] if case.proof_round and case.state in PROOF_SHOWN else []


def look_at_picture(work: Work, link: CaseLink, evidence_id: int, size: str) -> str:
    """SHA-256 of the photograph's original, if this viewer may see it; the look is written down."""
    case = case_behind(work, link)
    row = work.session.get(Evidence, evidence_id)
    if row is None or row.digest is None or row.arrival is not Arrival.STORED:
        raise NothingThere(NO_PHOTO)
    if not _may_see(work, link, case, row):
        raise NothingThere(NO_PHOTO)
    looked(work, link, f"photo:{evidence_id}:{size}")
    return row.digest


def _may_see(work: Work, link: CaseLink, case: Case, row: Evidence) -> bool:
    if row.case_id is not None:
        return row.case_id == case.id and row.proof_round in rounds_seen(link, case)
    if row.answer_id is not None:
        return _may_see_answer(work, link, case, row.answer_id)
    if row.action_id is not None:
        theirs = actions_of_case(case.id).where(JointAction.id == row.action_id)
        return link.view is not View.REPORTER and work.session.scalar(theirs) is not None
    report_id = row.report_id
    if row.addition_id is not None:
        report_id = work.session.scalar(select(Addition.report_id).where(Addition.id == row.addition_id))
    return report_id in {report.id for report in reports_seen(work, link, case)}


def _may_see_answer(work: Work, link: CaseLink, case: Case, answer_id: int) -> bool:
    """What a helper answered is for all who work on the case, what the town answered for it and the Office."""
    answered = select(Order).join(OrderAnswer, OrderAnswer.order_id == Order.id)
    order = work.session.scalar(answered.where(OrderAnswer.id == answer_id))
    if isinstance(order, HelpOrder):
        return link.view is not View.REPORTER and order.whistle.case_id == case.id
    may = link.view in (View.TOWN, View.OFFICE)
    return may and isinstance(order, SupervisionOrder) and order.case_id == case.id


def looked(work: Work, link: CaseLink, what: str) -> None:
    """Write down that this viewer looked at this."""
    work.session.add(Look(at=work.now, viewer=link.viewer, case_id=link.case_id, what=what))
