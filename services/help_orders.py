"""Supervision orders (督办单) to those who help on a whistle: issued, answered, judged; they end with what they ask.

A helper that does not answer a whistle, or has not done by its own day what it promised, is ordered like a town is
for its case: in the same sequence of numbers, answered in writing and with proof, judged by the Office.
"""

from models.help_order import HelpOrder, orders_for, orders_to_party
from models.notification import Notice
from models.supervision import OrderAnswer, answers_to
from models.whistle import Whistle, WhistleParty
from rules import deadlines
from rules.lifecycle import Party
from rules.refusal import Refusal
from rules.supervision import WAITING_FOR_ANSWER, OrderMove, OrderState, order_number
from rules.whistles import PARTY_STATE_NAMES, WHISTLE_STATE_NAMES, PartyKind, PartyState
from services import order_answers, people, whistle_parties
from services.desk import Work
from services.help_order_reminders import chiefs_over, note, schedule, told, until_when
from services.ladder import office_only
from services.numbering import serial_of_year
from services.whistle_notices import due_date
from services.whistle_reminders import numbers, schedule_party


def issue(work: Work, party: WhistleParty, reason: str, *, by_hand: bool = True) -> HelpOrder:
    """Order a helper to answer the whistle, or to do what it promised; one order at a time."""
    if by_hand:
        office_only(work)
        _needs(reason, f"请写明督办的理由，例如：督办 哨{party.whistle.serial} {party.name} 至今没有回哨")
    _may_be_ordered(work, party)
    year, serial = serial_of_year(work, "order")
    order = HelpOrder(
        year=year, serial=serial, number=order_number(year, serial), party=party, party_id=party.id,
        state=OrderState.ISSUED, by_hand=by_hand, reason=reason.strip(), promised=_promised(work, party),
        issued_at=work.now, answers=0, remark="",
    )  # fmt: skip
    _ask(work, order)
    work.session.add(order)
    words = f"{party.name}，督办单{order.number}：{order.reason}"
    entry = note(work, order, "ordered", words, Party.OFFICE if by_hand else Party.SYSTEM)
    helpers, until = whistle_parties.people_of(work, party), until_when(work, order)
    told(work, order, entry, Notice.ORDER, "helper_order", helpers, until=until)
    told(work, order, entry, Notice.ORDER, "town_help_order_copy", chiefs_over(work, order), answer_by=until)
    unread = "" if helpers else "该单位无人绑定微信，请另行送达。"
    told(
        work,
        order,
        entry,
        Notice.ORDER,
        "office_help_order",
        people.office(work),
        answer_by=until,
        unread=unread,
    )
    schedule(work, order)
    schedule_party(work, party)
    return order


def _may_be_ordered(work: Work, party: WhistleParty) -> None:
    whistle = party.whistle
    if not whistle.is_open:
        raise Refusal(f"该吹哨{WHISTLE_STATE_NAMES[whistle.state]}，不用再督办。")
    if not party.is_open:
        raise Refusal(f"{party.name}{PARTY_STATE_NAMES[party.state]}，不用再督办。")
    if party.kind is PartyKind.NEIGHBOUR:
        raise Refusal(f"{party.name}是区外单位，不能下发督办单，请发函商请。")
    held = next((order for order in work.session.scalars(orders_to_party(party.id)) if order.is_open), None)
    if held is not None:
        raise Refusal(f"{party.name}已有没有办结的督办单{held.number}，请先审核答复或撤销。")


def _promised(work: Work, party: WhistleParty) -> str:
    answered = party.state is PartyState.ANSWERED
    return f"{party.plan}，{due_date(work, party)}完成" if answered else ""


def _ask(work: Work, order: HelpOrder) -> None:
    """An answer is waited for from now on."""
    days = numbers(work, order.whistle).answer_days
    due = deadlines.counted(work.now, days, work.calendar)
    order.asked_at, order.climbed, order.answer_days = work.now, None, days
    order.answer_by, order.answer_provisional = due.at, due.provisional


def check_answerable(work: Work, order: HelpOrder) -> Party:
    """In what capacity the speaker may answer now, or a Refusal: before somebody collects photos in vain."""
    if work.who is None or work.who.is_office:
        party = Party.OFFICE  # written down for a helper who answered on paper
    elif whistle_parties.speaks_for(work.who, order.party):
        party = Party.HELPER
    else:
        raise Refusal("这不是发给您单位的督办单。")
    if order.state not in WAITING_FOR_ANSWER:
        order.move(OrderMove.ANSWER)  # refuses, and says where it stands
    return party


def answer(work: Work, order: HelpOrder, words: str, photos: int) -> OrderAnswer:
    """The helper answers in writing and with proof (答复); the photographs hang on the answer that is returned."""
    party = check_answerable(work, order)
    given = order_answers.taken(work, order, words, photos, party)
    if order.case is not None:
        order.case.mark(f"{_marked(order)}的答复待审核，请回复：审核 督{order.serial} 通过")
    entry = note(work, order, "order_answered", f"督办单{order.number}：{given.words}", party)
    told(
        work,
        order,
        entry,
        Notice.ORDER,
        "office_help_order_answered",
        people.office(work),
        reason=given.words,
    )
    schedule(work, order)
    work.session.flush()
    return given


def accept(work: Work, order: HelpOrder) -> None:
    """The Office accepts the answer; the whistle itself goes on."""
    office_only(work)
    order.move(OrderMove.ACCEPT)
    _last_answer(work, order).accepted = True
    _settled(work, order, "order_accepted", "答复已通过，请按答复办到位", "", Party.OFFICE)


def send_back(work: Work, order: HelpOrder, reason: str) -> None:
    """The Office is not satisfied with the answer: another is due, counted from today."""
    office_only(work)
    _needs(reason, f"请写明退回的理由，例如：审核 督{order.serial} 不通过 没有说明原因")
    order.move(OrderMove.SEND_BACK)
    _unmark(order)
    given = _last_answer(work, order)
    given.accepted, given.verdict, order.remark = False, reason, reason
    _ask(work, order)
    entry = note(work, order, "order_sent_back", f"督办单{order.number}：{reason}", Party.OFFICE)
    helpers = whistle_parties.people_of(work, order.party)
    told(work, order, entry, Notice.ORDER, "helper_order_sent_back", helpers, until=until_when(work, order))
    schedule(work, order)


def withdraw(work: Work, order: HelpOrder, reason: str) -> None:
    """The Office takes the order back (撤销督办); its number stays used."""
    office_only(work)
    _needs(reason, f"请写明撤销的理由，例如：撤销督办 督{order.serial} 已电话说明情况")
    order.move(OrderMove.WITHDRAW)
    order.taken_back, order.remark = True, reason.strip()
    _settled(work, order, "order_withdrawn", "已撤销，不用答复了", order.remark, Party.OFFICE)


def party_moved(work: Work, party: WhistleParty, did: str) -> None:
    """The helper has answered the whistle, or done its part: what it was ordered for is no more; an answer given is
    judged as it is."""
    for order in work.session.scalars(orders_to_party(party.id)).all():
        if order.state in WAITING_FOR_ANSWER:
            _falls(work, order, f"{party.name}{did}")


def whistle_over(work: Work, whistle: Whistle) -> None:
    """It was closed or withdrawn: nothing is asked of its helpers any more."""
    for order in work.session.scalars(orders_for(whistle.id)).all():
        if order.is_open:
            _falls(work, order, f"该吹哨{WHISTLE_STATE_NAMES[whistle.state]}")


def _falls(work: Work, order: HelpOrder, why: str) -> None:
    order.move(OrderMove.WITHDRAW)
    order.remark = why
    _settled(work, order, "order_withdrawn", "已撤销，不用答复了", why, Party.SYSTEM)


def _settled(work: Work, order: HelpOrder, what: str, how: str, why: str, party: Party) -> None:
    _unmark(order)
    order.settled_at = work.now
    entry = note(
        work, order, what, f"{order.party.name}，督办单{order.number}{'：' if why else ''}{why}", party
    )
    helpers = whistle_parties.people_of(work, order.party)
    told(work, order, entry, Notice.ORDER, "helper_order_over", helpers, how=how, reason=why or order.reason)
    schedule(work, order)
    schedule_party(work, order.party)


def _marked(order: HelpOrder) -> str:
    return f"督办单{order.number}（{order.party.name}）"


def _unmark(order: HelpOrder) -> None:
    """The Office need not look at its answer any more."""
    if order.case is not None:
        order.case.unmark(_marked(order))


def _last_answer(work: Work, order: HelpOrder) -> OrderAnswer:
    return work.session.scalars(answers_to(order.id)).all()[-1]


def _needs(words: str, example: str) -> None:
    if not words.strip():
        raise Refusal(example)
