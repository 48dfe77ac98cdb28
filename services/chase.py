"""Climbing the ladder of supervision: what a case's date asks for by now, and what the Office does by hand."""

from models.case import Case, CaseEvent
from models.notification import Notice
from models.supervision import Reminder, open_orders_of
from rules.escalation import RUNG_NAMES, Rung
from rules.lifecycle import STATE_NAMES, Party, State
from rules.refusal import Refusal
from rules.workdays import end_of
from services import admonitions, audit, help_order_reminders, ladder, people, supervision
from services.case_notices import tell_office, tell_people
from services.desk import Work
from services.ladder import ORDERS, WITH_TOWN, office_only, promise_of

LONGEST_HOLD = 60
"""Working days for which the ladder can be put off at once."""
TASKS = {State.ASSIGNED: "受理", State.ACCEPTED: "完成整改"}


def climb(work: Work, case: Case) -> None:
    """Do what the ladder wants of this case by now; nothing where it has moved, or somebody was here before."""
    if case.remind_at is None or case.remind_at > work.now:
        return
    wanted = ladder.step_of(work, case)
    case.remind_at = wanted.next_at
    if wanted.rung in ORDERS:
        _order(work, case, wanted.rung)
        ladder.schedule(work, case)
    elif wanted.rung is not None:
        _remind(work, case, wanted.rung)


def _order(work: Work, case: Case, rung: Rung | None) -> None:
    promise = promise_of(case)
    given = ladder.climbed(work, case, promise) if promise else None
    if given not in ORDERS:  # also after another order: no lower rung follows that an outage has passed over
        _note(work, case, Rung.ORDER)
    late = f"逾期未{TASKS[case.state]}{_since_the_last(work, case) if rung is Rung.AGAIN else ''}"
    supervision.issue(work, case, late, by_hand=False)


def _since_the_last(work: Work, case: Case) -> str:
    last = ladder.orders_that_count(work, case)[-1]
    return f"，督办单{last.number}撤销后仍未办结" if last.taken_back else "，上次督办答复后仍未办结"


def _remind(work: Work, case: Case, rung: Rung) -> None:
    _note(work, case, rung)
    event = audit.record(
        work, case, "reminded", Party.SYSTEM, reason=RUNG_NAMES[rung], details={"rung": rung.value}
    )
    if case.state is State.VERIFYING:
        _remind_office(work, case, event, rung)
    else:
        _remind_town(work, case, event, rung)


def _note(work: Work, case: Case, rung: Rung) -> None:
    promise = promise_of(case)
    if promise is not None and case.town_id is not None:
        work.session.add(
            Reminder(
                case_id=case.id, standing=case.state.value, due_at=promise.due_at, town_id=case.town_id,
                rung=rung, at=work.now,
            )
        )  # fmt: skip
        case.reminders = (case.reminders or 0) + 1


def _remind_office(work: Work, case: Case, event: CaseEvent, rung: Rung) -> None:
    if rung is Rung.OVERDUE:
        tell_office(work, case, event, Notice.REMINDER, "office_verify_overdue")
    else:
        tell_office(work, case, event, Notice.REMINDER, "office_verify_due")


def _remind_town(work: Work, case: Case, event: CaseEvent, rung: Rung) -> None:
    task = TASKS[case.state]
    chiefs, why = people.leaders_or_why(work, case.town_id)
    match rung:
        case Rung.HALF_TIME:
            tell_people(work, case, event, Notice.REMINDER, "town_half_time", chiefs, task=task)
        case Rung.DAY_BEFORE:
            tell_people(work, case, event, Notice.REMINDER, "town_day_before", chiefs, task=task)
        case Rung.ON_THE_DAY:
            tell_people(work, case, event, Notice.REMINDER, "town_on_the_day", chiefs, task=task)
        case _:
            tell_people(work, case, event, Notice.REMINDER, "town_overdue", chiefs, task=task)
    if why:
        reason = f"{RUNG_NAMES[rung]}{'只有联络员收到' if chiefs else '没有人收到'}（{why}）"
        tell_office(work, case, event, Notice.REMINDER, "office_nobody_reminded", reason=reason, task=task)


def urge(work: Work, case: Case, reason: str) -> int:
    """The Office reminds the town by hand (催办); how many were told."""
    office_only(work)
    if not reason.strip():
        raise Refusal(f"请写明催办的话，例如：催办 {case.number} 群众多次来电，请抓紧")
    if case.state not in WITH_TOWN or case.town_id is None:
        raise Refusal(f"该案件{STATE_NAMES[case.state]}，现在没有可以催办的单位。")
    chiefs = people.leaders(work, case.town_id)
    if not chiefs:
        raise Refusal("该镇街无人绑定微信，请电话催办。")
    event = audit.record(work, case, "urged", Party.OFFICE, reason=reason)
    task = f"{TASKS[case.state]}{'（已逾期）' if case.is_late(work.now) else ''}"
    tell_people(work, case, event, Notice.REMINDER, "town_urged", chiefs, task=task, reason=reason)
    return len(chiefs)


def hold(work: Work, case: Case, days: int, reason: str) -> None:
    """The Office puts the ladder off for so many working days, counted from tomorrow like every deadline (暂缓):
    nobody is chased on this case until the last has ended; 0 lets it go on at once. The dates themselves stay."""
    office_only(work)
    if not case.is_open:
        raise Refusal("该案件已经结束，没有需要暂缓的督办。")
    if not 0 <= days <= LONGEST_HOLD:
        raise Refusal(f"暂缓的天数应在 0 至 {LONGEST_HOLD} 个工作日之间。")
    if not reason.strip():
        raise Refusal(f"请写明理由，例如：暂缓 {case.number} 3 汛期抢险")
    case.held_until = end_of(work.calendar.after(work.today, days).on) if days else None
    audit.record(work, case, "held", Party.OFFICE, reason=reason, details={"days": days})
    ladder.schedule(work, case)
    for order in work.session.scalars(open_orders_of(case.id)).all():
        supervision.schedule(work, order)
    admonitions.case_moved(work, case)
    help_order_reminders.case_held(work, case)
