"""Supervision orders (督办单): issued by the ladder or by hand, answered by the town, judged by the Office."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from models.admonition import admonitions_to
from models.case import Case, CaseEvent
from models.notification import Notice
from models.supervision import OrderAnswer, SupervisionOrder, answers_to, open_orders_of, orders_to
from rules import deadlines, escalation
from rules.deadlines import Deadline, in_words
from rules.escalation import Rung
from rules.lifecycle import STATE_NAMES, Move, Party
from rules.refusal import Refusal
from rules.supervision import WAITING_FOR_ANSWER, Ground, OrderMove, OrderState, numbered, order_number
from rules.whistles import stood_still
from rules.workdays import end_of
from services import admonitions, audit, handling, ladder, order_answers, people
from services.case_notices import tell_office, tell_people
from services.desk import Work
from services.ladder import WITH_TOWN, office_only
from services.numbering import serial_of_year

TO_ANOTHER = frozenset({Move.TRANSFER, Move.RETURN, Move.DECLINE, Move.WITHDRAW})
"""Moves after which the town that was ordered has the case no more."""
ANEW = frozenset({Move.REOPEN, Move.DISSATISFIED})


def issue(work: Work, case: Case, reason: str, *, by_hand: bool = True) -> SupervisionOrder:
    """Order the town to finish the case and to answer in writing (督办); one order at a time."""
    if by_hand:
        office_only(work)
        _needs(reason, f"请写明督办的理由，例如：督办 {case.number} 多次催办仍未整改")
    if case.state not in WITH_TOWN or case.town_id is None:
        raise Refusal(f"该案件{STATE_NAMES[case.state]}，现在没有可以督办的单位。")
    held = work.session.scalar(open_orders_of(case.id).limit(1))
    if held is not None:
        raise Refusal(f"该案件已有没有办结的督办单{held.number}，请先审核答复或撤销。")
    year, serial = serial_of_year(work, "order")
    order = SupervisionOrder(
        year=year, serial=serial, number=order_number(year, serial), case=case, case_id=case.id,
        town_id=case.town_id, state=OrderState.ISSUED, by_hand=by_hand, reason=reason.strip(),
        issued_at=work.now, asked_at=work.now, **_answer_by(work, case), answers=0, remark="",
    )  # fmt: skip
    work.session.add(order)
    case.orders = (case.orders or 0) + 1
    party = Party.OFFICE if by_hand else Party.SYSTEM
    event = audit.record(work, case, "ordered", party, reason=reason, details={"order": order.number})
    leaders, above, says = (
        people.leaders(work, order.town_id),
        people.district_chiefs(work, case),
        _says(work, order),
    )
    tell_people(work, case, event, Notice.ORDER, "town_order", leaders, **says)
    tell_people(work, case, event, Notice.ORDER, "town_order_copy", above, **says)
    tell_office(work, case, event, Notice.ORDER, "office_order", **says)
    schedule(work, order)
    ladder.schedule(work, case)
    _call_for_too_many(work, order)
    return order


def _answer_by(work: Work, case: Case) -> dict[str, Any]:
    """Until when an answer asked for now is due, with what that is counted from."""
    days = ladder.numbers(work, case).answer_days
    due = deadlines.counted(work.now, days, work.calendar)
    return {"answer_by": due.at, "answer_days": days, "answer_provisional": due.provisional}


def _says(work: Work, order: SupervisionOrder) -> dict[str, Any]:
    """What a message about the order says beside what it says of the case."""
    return {
        "order": order.number,
        "town_id": order.town_id,
        "answer_by": in_words(Deadline(order.answer_by, order.answer_provisional), now=work.now),
        "reason": order.remark or order.reason,
    }


def _call_for_too_many(work: Work, order: SupervisionOrder) -> None:
    """The second order within a quarter leads to a talk, once in that quarter (一个季度内再次被督办的，约谈)."""
    most = ladder.numbers(work, order.case).orders_per_quarter
    first, after = escalation.quarter_of(work.today)
    day = timedelta(days=1)
    since, before = end_of(first - day), end_of(after - day)
    many = len(work.session.scalars(orders_to(order.town_id, since, before)).all())
    before_that = admonitions_to(order.town_id, Ground.SECOND_ORDER, since, before)
    if many >= most and work.session.scalar(before_that.limit(1)) is None:
        reason = f"本季度第{many}次被督办（督办单{order.number}）"
        admonitions.call(work, order.case, Ground.SECOND_ORDER, reason, order=order)


def answer(work: Work, order: SupervisionOrder, words: str, photos: int) -> OrderAnswer:
    """The town answers in writing and with proof (答复); the photographs hang on the answer that is returned."""
    party = check_answerable(work, order)
    given = order_answers.taken(work, order, words, photos, party)
    order.case.mark(f"督办单{order.number}的答复待审核")
    event = _record(work, order, "order_answered", party, words)
    tell_office(
        work,
        order.case,
        event,
        Notice.ORDER,
        "office_order_answered",
        **{**_says(work, order), "reason": words},
    )
    schedule(work, order)
    work.session.flush()
    return given


def check_answerable(work: Work, order: SupervisionOrder) -> Party:
    """In what capacity the speaker may answer now, or a Refusal: before somebody collects photos in vain."""
    if work.who is None or work.who.is_office:
        party = Party.OFFICE  # written down for a town that answered on paper
    elif order.case.town_id == order.town_id and work.who.leads(order.case):
        party = Party.TOWN
    else:
        raise Refusal("这不是发给您单位的督办单。")
    if order.state not in WAITING_FOR_ANSWER:
        order.move(OrderMove.ANSWER)  # refuses, and says where it stands
    return party


def accept(work: Work, order: SupervisionOrder) -> None:
    """The Office accepts the answer; the case itself goes on until it is closed."""
    office_only(work)
    order.move(OrderMove.ACCEPT)
    _judged(order)
    order.settled_at = work.now
    _last_answer(work, order).accepted = True
    event = _record(work, order, "order_accepted", Party.OFFICE, "")
    _tell_town(work, order, event, Notice.ORDER, "town_order_accepted")
    schedule(work, order)
    ladder.schedule(work, order.case)


def send_back(work: Work, order: SupervisionOrder, reason: str) -> None:
    """The Office is not satisfied with the answer: another is due, counted from today."""
    office_only(work)
    _needs(reason, f"请写明退回的理由，例如：审核 {order.case.number} 不通过 没有说明原因")
    order.move(OrderMove.SEND_BACK)
    _judged(order)
    given = _last_answer(work, order)
    given.accepted, given.verdict = False, reason
    order.remark = reason
    _ask_anew(work, order)
    event = _record(work, order, "order_sent_back", Party.OFFICE, reason)
    _tell_town(work, order, event, Notice.ORDER, "town_order_sent_back")
    schedule(work, order)


def withdraw(work: Work, order: SupervisionOrder, reason: str) -> None:
    """The Office takes the order back (撤销督办); its number stays used."""
    office_only(work)
    _needs(reason, f"请写明撤销的理由，例如：撤销督办 {order.case.number} 已查明不属该镇街")
    order.taken_back = True
    _withdraw(work, order, Party.OFFICE, reason)
    admonitions.order_withdrawn(work, order)


def extended(work: Work, case: Case, days: int) -> None:
    """More time was granted: what the ladder ordered for being late with this rectification falls with its ground;
    any other order stands and is answered so many working days later. An answer given is judged as it is."""
    for order in work.session.scalars(open_orders_of(case.id)).all() if case.orders else ():
        if order.state not in WAITING_FOR_ANSWER:
            continue
        for_being_late = (
            not order.by_hand and case.accepted_at is not None and order.issued_at > case.accepted_at
        )
        if for_being_late:
            _withdraw(work, order, Party.SYSTEM, f"已批准延期{days}个工作日，整改期限未到")
            admonitions.order_withdrawn(work, order)
        else:
            _answered_later(work, order, days)


def _answered_later(work: Work, order: SupervisionOrder, days: int) -> None:
    order.answer_days += days
    due, was = (
        deadlines.counted(order.asked_at, order.answer_days, work.calendar),
        _says(work, order)["answer_by"],
    )
    order.answer_by, order.answer_provisional, order.climbed = due.at, due.provisional, None
    why = f"已批准延期{days}个工作日"
    event = _record(work, order, "order_date_moved", Party.OFFICE, why)
    leaders, says = people.leaders(work, order.town_id), {**_says(work, order), "was": was, "reason": why}
    tell_people(work, order.case, event, Notice.ORDER, "town_order_new_date", leaders, **says)
    schedule(work, order)


def _withdraw(work: Work, order: SupervisionOrder, party: Party, reason: str) -> None:
    order.move(OrderMove.WITHDRAW)
    _judged(order)
    order.settled_at, order.remark = work.now, reason
    event = _record(work, order, "order_withdrawn", party, reason)
    _tell_town(work, order, event, Notice.ORDER, "town_order_withdrawn")
    schedule(work, order)
    ladder.schedule(work, order.case)


def _judged(order: SupervisionOrder) -> None:
    """The Office need not look at its answer any more."""
    order.case.unmark(f"督办单{order.number}")


def case_moved(work: Work, case: Case, move: Move) -> None:
    """The case has moved: its orders wait while nobody in the town can act, go on when it comes back, and end
    where it is no longer this town's."""
    if not case.orders:
        return
    for order in work.session.scalars(open_orders_of(case.id)).all():
        if move in TO_ANOTHER:
            _withdraw(work, order, Party.SYSTEM, f"案件{STATE_NAMES[case.state]}，不再由该单位办理")
            continue
        if move in ANEW and order.state in WAITING_FOR_ANSWER:
            _ask_anew(work, order)
        schedule(work, order)


def _ask_anew(work: Work, order: SupervisionOrder) -> None:
    order.asked_at, order.climbed = work.now, None
    for name, value in _answer_by(work, order.case).items():
        setattr(order, name, value)


def postpone(work: Work, case: Case, stopped_at: datetime) -> None:
    """The town's clock stood still since then: what waits for an answer is due so many working days later."""
    if not case.orders:
        return
    for order in work.session.scalars(open_orders_of(case.id)).all():
        if order.state in WAITING_FOR_ANSWER:
            order.answer_days += stood_still(stopped_at, order.asked_at, work.now, work.calendar)
            due = deadlines.counted(order.asked_at, order.answer_days, work.calendar)
            order.answer_by, order.answer_provisional = due.at, due.provisional


def schedule(work: Work, order: SupervisionOrder) -> None:
    """Set when the ladder next wants something of this order."""
    wanted = _step(work, order)
    order.remind_at = work.now if wanted.rung is not None else wanted.next_at
    handling.order_stands(work, order)


def _step(work: Work, order: SupervisionOrder) -> escalation.Step:
    case = order.case
    if order.state is OrderState.ANSWERED and order.answered_at and case.is_open:
        due = _judge_by(work, order.answered_at)
        rungs = escalation.of_help(due, ladder.numbers(work, case), work.calendar)
        return ladder.step(work, case, rungs, order.climbed, due)
    if order.state not in WAITING_FOR_ANSWER or case.state not in WITH_TOWN or case.is_paused:
        return escalation.Step(None, None)
    rungs = escalation.of_order(order.asked_at, order.answer_by, ladder.numbers(work, case), work.calendar)
    return ladder.step(work, case, rungs, order.climbed, order.answer_by)


def _judge_by(work: Work, answered_at: datetime) -> datetime:
    """Until when the Office judges an answer: as long as it has for a proof."""
    return deadlines.counted(answered_at, work.rulebook.deadlines.verify_days, work.calendar).at


def climb(work: Work, order: SupervisionOrder) -> None:
    """Do what the ladder wants of an order by now; nothing where somebody has moved it meanwhile."""
    ladder.climb(work, order, _step, _chase)


def _chase(work: Work, order: SupervisionOrder, rung: Rung) -> None:
    if rung is Rung.ADMONITION:
        admonitions.call(work, order.case, Ground.UNANSWERED, f"督办单{order.number}逾期未答复", order=order)
        return
    event, says = (
        _record(work, order, "order_reminded", Party.SYSTEM, "", rung=rung.value),
        _says(work, order),
    )
    if order.state is OrderState.ANSWERED and order.answered_at:
        until = in_words(Deadline(_judge_by(work, order.answered_at), provisional=False), now=work.now)
        late = "已经逾期" if rung is Rung.OVERDUE else "今天是最后一天"
        says |= {"until": until, "late": late}
        tell_office(work, order.case, event, Notice.REMINDER, "office_order_unjudged", **says)
        return
    chiefs = people.leaders(work, order.town_id)
    if rung is Rung.OVERDUE:
        tell_people(work, order.case, event, Notice.REMINDER, "town_order_overdue", chiefs, **says)
    else:
        tell_people(work, order.case, event, Notice.REMINDER, "town_order_due", chiefs, **says)
    if not chiefs:
        reason = f"督办单{order.number}的答复提示没有人收到（{people.nobody_there(work, order.case)}）"
        tell_office(work, order.case, event, Notice.REMINDER, "office_nobody_reminded", reason=reason)


def called(work: Work, number: str) -> SupervisionOrder:
    """The order somebody means: 〔2026〕12号, 2026-12, or 12 of this year."""
    found = numbered(number, work.today.year)
    order = None
    if found is not None:
        order = work.session.scalar(
            select(SupervisionOrder).where(
                SupervisionOrder.year == found[0], SupervisionOrder.serial == found[1]
            )
        )
    if order is None:
        raise Refusal(f"没有找到督办单“{number}”。请写文号，如〔2026〕12号，或只写 12。")
    return order


def _last_answer(work: Work, order: SupervisionOrder) -> OrderAnswer:
    return work.session.scalars(answers_to(order.id)).all()[-1]


def _tell_town(work: Work, order: SupervisionOrder, event: CaseEvent, notice: Notice, sentence: str) -> None:
    leaders = people.leaders(work, order.town_id)
    tell_people(work, order.case, event, notice, sentence, leaders, **_says(work, order))


def _record(
    work: Work, order: SupervisionOrder, what: str, party: Party, reason: str, **details: str
) -> CaseEvent:
    return audit.record(
        work, order.case, what, party, reason=reason, details={"order": order.number, **details}
    )


def _needs(reason: str, example: str) -> None:
    if not reason.strip():
        raise Refusal(example)
