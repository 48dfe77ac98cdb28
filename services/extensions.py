"""Extensions (延期): the town asks for more time before the date, the Office grants or refuses, all are told why."""

from models.case import Case, CaseEvent
from models.extension import Extension, ExtensionState, extensions_of
from models.notification import Notice
from rules.deadlines import Deadline, in_words
from rules.lifecycle import STATE_NAMES, OutOfTurn, Party, State
from rules.privacy import without_telephone
from rules.refusal import Refusal
from services import audit, case_dates, ladder, supervision
from services.case_notices import tell_office, tell_reporters, tell_town
from services.desk import Work
from services.ladder import office_only

MARK = "申请延期"
"""How the Office's attention is drawn to it."""


def ask(work: Work, case: Case, days: int | None, reason: str) -> Extension:
    """The town asks for so many working days more, before the date, with a reason (延期)."""
    _check_askable(work, case)
    most = work.rulebook.deadlines.extension_days
    if days is None or not reason.strip():
        raise Refusal(f"请写明延长几个工作日和理由，例如：延期 {case.number} 3 连日降雨无法施工")
    if not 1 <= days <= most:
        raise Refusal(f"延期应在 1 至 {most} 个工作日之间，您写的是 {days}。")
    asked = Extension(
        case_id=case.id, case=case, asked_by=_actor(work, Party.TOWN), asked_at=work.now, days=days,
        reason=reason.strip(), state=ExtensionState.ASKED, due_before=case.rectify_by, remark="", decided_by="",
    )  # fmt: skip
    work.session.add(asked)
    case.extensions = (case.extensions or 0) + 1
    case.mark(f"{MARK}{days}个工作日：{without_telephone(reason.strip())}")
    event = audit.record(
        work, case, "extension_asked", Party.TOWN, reason=reason.strip(), details={"days": days}
    )
    tell_office(
        work, case, event, Notice.CASE_STATE, "office_extension_asked", reason=reason.strip(), days=days,
        extension=asked.id, wanted=in_words(case_dates.extended(work, case, days), now=work.now),
    )  # fmt: skip
    ladder.schedule(work, case)
    return asked


def _check_askable(work: Work, case: Case) -> None:
    if work.who is None or not work.who.leads(case):
        raise Refusal("这不是您负责的案件。")
    if case.state is not State.ACCEPTED or case.rectify_by is None:
        raise OutOfTurn(f"只有整改中的案件可以申请延期，该案件{STATE_NAMES[case.state]}。")
    if case.is_late(work.now):
        raise Refusal("整改期限已过，不能再申请延期。请抓紧整改，有困难请联系河长办。")
    earlier = _of_this_rectification(work, case)
    if any(each.state is ExtensionState.ASKED for each in earlier):
        raise Refusal("该案件已有一次延期申请，正等待河长办答复。")
    most = work.rulebook.deadlines.extensions
    if sum(each.state is ExtensionState.GRANTED for each in earlier) >= most:
        raise Refusal(
            f"该案件已延期 {most} 次，不能再申请延期。" if most else "本区规定不能延期，请按期整改。"
        )


def _of_this_rectification(work: Work, case: Case) -> list[Extension]:
    if not case.extensions or case.accepted_at is None:
        return []
    return [
        each for each in work.session.scalars(extensions_of(case.id)) if each.asked_at >= case.accepted_at
    ]


def may_ask(work: Work, case: Case) -> bool:
    """Whether the speaker may ask for more time now."""
    try:
        _check_askable(work, case)
    except Refusal:
        return False
    return True


def asked_for(work: Work, case: Case) -> Extension | None:
    """The request that waits for the Office, if there is one."""
    return ladder.request_for_more(work, case)


def grant(work: Work, case: Case) -> Extension:
    """The Office grants it (准): the date moves, town and reporters are told the new one and why."""
    asked = _to_decide(work, case)
    if case.state is not State.ACCEPTED:
        raise OutOfTurn(f"只有整改中的案件可以延期，该案件{STATE_NAMES[case.state]}。")
    after = case_dates.extended(work, case, asked.days)
    if after.at <= (case.paused_at or work.now):
        raise Refusal(
            f"延长后的期限（{in_words(after, now=work.now)}）也已经过了，请回复“不准 {case.number} 理由”。"
        )
    _decide(work, case, asked, ExtensionState.GRANTED)
    case_dates.extend(work, case, asked.days)
    asked.due_after = case.rectify_by
    event = _record(work, case, asked, "extension_granted", asked.reason)
    why = without_telephone(asked.reason)
    tell_town(work, case, event, Notice.CASE_STATE, "town_extended", days=asked.days, reason=why)
    tell_reporters(work, case, event, Notice.CASE_STATE, "reporter_extended", reason=why)
    supervision.extended(work, case, asked.days)
    return asked


def refuse(work: Work, case: Case, reason: str) -> Extension:
    """The Office refuses it (不准), with a reason: the date stays."""
    asked = _to_decide(work, case)
    if not reason.strip():
        raise Refusal(f"请写明不准延期的理由，例如：不准 {case.number} 现场条件已具备，请按期完成")
    _decide(work, case, asked, ExtensionState.REFUSED)
    asked.remark = reason.strip()
    if case.rectify_by and case.rectify_by <= work.now:
        case.late_from = work.now  # it was asked in time: what the Office took is not the town's delay
    case_dates.settle(work, case)
    event = _record(work, case, asked, "extension_refused", asked.remark)
    tell_town(work, case, event, Notice.CASE_STATE, "town_extension_refused", reason=asked.remark)
    return asked


def _to_decide(work: Work, case: Case) -> Extension:
    office_only(work)
    asked = asked_for(work, case)
    if asked is None:
        raise OutOfTurn("该案件没有等待答复的延期申请。")
    if work.who is not None and work.who.answers_for(case):
        raise Refusal("这是您本人负责的案件，延期须由河长办其他人员答复。")
    return asked


def _decide(work: Work, case: Case, asked: Extension, state: ExtensionState) -> None:
    asked.state, asked.decided_at, asked.decided_by = state, work.now, _actor(work, Party.OFFICE)
    asked.remind_at = None
    case.unmark(MARK)


def _record(work: Work, case: Case, asked: Extension, what: str, reason: str) -> CaseEvent:
    details = {"days": asked.days, "before": asked.due_before.isoformat()}
    if asked.due_after is not None:
        details["after"] = asked.due_after.isoformat()
    return audit.record(work, case, what, Party.OFFICE, reason=reason, details=details)


def case_moved(work: Work, case: Case) -> None:
    """The case has moved where it does not need more time any more: what nobody has answered lapses.

    A proof on its way or with the Office may yet be sent back: then the request stands.
    """
    if case.state in (State.ACCEPTED, State.PROVING, State.VERIFYING):
        return
    asked = asked_for(work, case)
    if asked is not None:
        _decide(work, case, asked, ExtensionState.LAPSED)
        asked.decided_by = Party.SYSTEM.value


def _actor(work: Work, party: Party) -> str:
    return work.who.pseudonym if work.who else party.value


def words_of(extension: Extension) -> str:
    """“12月1日24时前延长3个工作日”, for a list."""
    before = in_words(Deadline(extension.due_before, provisional=False), now=extension.asked_at)
    return f"{before}延长{extension.days}个工作日"
