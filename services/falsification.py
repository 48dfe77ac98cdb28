"""A rectification that turns out to be feigned (弄虚作假): the case goes back, and the town is called to a talk."""

from models.admonition import Admonition
from models.case import Case, CaseEvent, events_of
from models.handling import What
from rules.lifecycle import STATE_NAMES, Party, State
from rules.refusal import Refusal
from rules.supervision import Ground
from services import admonitions, audit, cases, handling
from services.desk import Work
from services.ladder import office_only


def found(work: Work, case: Case, reason: str) -> Admonition:
    """The Office finds the proof falsified: sent back, or reopened where it was closed on it; then the talk."""
    office_only(work)
    if not reason.strip():
        raise Refusal(f"请写明查实的情况，例如：造假 {case.number} 照片不是该处")
    if not case.proof_round:
        raise Refusal("该案件还没有提交过整改材料。")
    if _was_found(work, case):
        raise Refusal("这次的整改材料已经认定不实；再次提交整改材料后才能再次认定。")
    if case.state is State.VERIFYING:
        cases.send_back(work, case, f"整改材料不实：{reason}")
    elif case.state is State.CLOSED:
        cases.reopen(work, case, f"整改材料不实：{reason}")
    elif case.state is not State.ACCEPTED:
        raise Refusal(f"该案件{STATE_NAMES[case.state]}，不能认定整改材料不实。")
    audit.record(work, case, "falsified", Party.OFFICE, reason=reason, details={"round": case.proof_round})
    handling.came(work, case, What.FALSIFIED)
    return admonitions.call(work, case, Ground.FALSIFIED, reason)


def _was_found(work: Work, case: Case) -> bool:
    """Whether this very proof was found feigned before: two clerks say so at once, or one says it twice."""
    found_before = events_of(case.id).where(CaseEvent.what == "falsified")
    return any(e.details.get("round") == case.proof_round for e in work.session.scalars(found_before))
