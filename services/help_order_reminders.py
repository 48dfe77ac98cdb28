"""The ladder of an order to somebody who helps on a whistle: reminded, talked about; the Office presses itself."""

from collections.abc import Iterable
from typing import Any

from models.case import Case
from models.help_order import HelpOrder, orders_for
from models.notification import Notice
from models.person import Person
from models.whistle import WhistleEntry, open_whistle_of
from rules import deadlines, escalation
from rules.deadlines import Deadline, in_words
from rules.escalation import Rung, Rungs, Step
from rules.lifecycle import Party
from rules.supervision import WAITING_FOR_ANSWER, OrderState
from services import ladder, people, whistle_parties
from services.desk import Work
from services.whistle_notices import is_urgent, tell
from services.whistle_reminders import HOW_LATE, held_until, nobody_there, numbers, schedule_party
from services.whistle_reminders import schedule as schedule_whistle
from services.whistle_timeline import enter


def schedule(work: Work, order: HelpOrder) -> None:
    """Set when the ladder next wants something of this order."""
    wanted = _step(work, order)
    order.remind_at = work.now if wanted.rung is not None else wanted.next_at


def climb(work: Work, order: HelpOrder) -> None:
    """Do what the ladder wants of an order by now; nothing where somebody has moved it meanwhile."""
    ladder.climb(work, order, _step, _chase)


def _step(work: Work, order: HelpOrder) -> Step:
    ladder, calendar = numbers(work, order.whistle), work.calendar
    if not order.is_open or not order.whistle.is_open:
        return Step(None, None)
    if order.state is OrderState.ANSWERED and order.answered_at is not None:
        due = _judge_by(work, order).at
        return _of(work, order, escalation.of_help(due, ladder, calendar), due)
    rungs = escalation.of_order(order.asked_at, order.answer_by, ladder, calendar)
    return _of(work, order, rungs, order.answer_by)


def _of(work: Work, order: HelpOrder, rungs: Rungs, due_at: Any) -> Step:
    return escalation.step(
        rungs, order.climbed, due_at, work.now, ladder=numbers(work, order.whistle), hours=work.rulebook.hours,
        calendar=work.calendar, urgent=is_urgent(order.whistle), held_until=held_until(order.whistle),
    )  # fmt: skip


def case_held(work: Work, case: Case) -> None:
    """The Office has put off all chasing on this case (暂缓), or lets it go on: those who help on it too."""
    for whistle in work.session.scalars(open_whistle_of(case.id)).all() if case.whistles else ():
        schedule_whistle(work, whistle)
        for party in whistle.parties:
            schedule_party(work, party)
        for order in work.session.scalars(orders_for(whistle.id)).all():
            schedule(work, order)


def _judge_by(work: Work, order: HelpOrder) -> Deadline:
    """Until when the Office judges an answer: as long as it has for a proof."""
    asked = order.answered_at or order.asked_at
    return deadlines.counted(asked, work.rulebook.deadlines.verify_days, work.calendar)


def _chase(work: Work, order: HelpOrder, rung: Rung) -> None:
    if rung is Rung.ADMONITION:
        _ask_for_a_talk(work, order)
        return
    late = HOW_LATE[rung]
    if order.state is OrderState.ANSWERED:
        entry = note(work, order, "order_reminded", f"督办单{order.number}的答复待审核，{late}")
        until = in_words(_judge_by(work, order), now=work.now)
        told(work, order, entry, Notice.REMINDER, "office_help_order_unjudged", people.office(work),
             until=until, late=late)  # fmt: skip
        return
    entry = note(work, order, "order_reminded", f"{order.party.name}答复督办单{order.number}，{late}")
    helpers = whistle_parties.people_of(work, order.party)
    told(
        work,
        order,
        entry,
        Notice.REMINDER,
        "helper_order_due",
        helpers,
        until=until_when(work, order),
        late=late,
    )
    if rung is Rung.OVERDUE or not helpers:
        nobody = "" if helpers else f"（{nobody_there(order.party)}，请电话联系）"
        told(work, order, entry, Notice.REMINDER, "office_help_order_late", people.office(work),
             until=until_when(work, order), late=late, nobody=nobody)  # fmt: skip


def _ask_for_a_talk(work: Work, order: HelpOrder) -> None:
    """Whoever helps is talked to by the district (约谈): the Office and the district chief are asked for it."""
    entry = note(work, order, "order_reminded", f"{order.party.name}逾期未答复督办单{order.number}，应予约谈")
    says = {"until": until_when(work, order)}
    told(work, order, entry, Notice.ORDER, "office_help_order_talk", people.office(work), **says)
    told(work, order, entry, Notice.ORDER, "town_help_order_talk", chiefs_over(work, order), **says)


def chiefs_over(work: Work, order: HelpOrder) -> list[Person]:
    """The district chiefs over the place of the case; of a whistle without one nobody can say whose it is."""
    return people.district_chiefs(work, order.case) if order.case is not None else []


def until_when(work: Work, order: HelpOrder) -> str:
    """“12月8日24时前”: until when it is answered."""
    return in_words(Deadline(order.answer_by, order.answer_provisional), now=work.now)


def note(work: Work, order: HelpOrder, what: str, words: str, party: Party = Party.SYSTEM) -> WhistleEntry:
    """One line of the whistle's timeline."""
    body = {Party.HELPER: order.party.name, Party.OFFICE: whistle_parties.THE_OFFICE}.get(party, "系统")
    return enter(work, order.whistle, what, body, words, party)


def told(
    work: Work, order: HelpOrder, entry: WhistleEntry, notice: Notice, sentence: str, to: Iterable[Person],
    **says: Any,
) -> None:  # fmt: skip
    """These people, with what every message about such an order says."""
    own = {
        "order": order.number, "order_serial": order.serial, "party": order.party.name,
        "reason": order.remark or order.reason,
    }  # fmt: skip
    tell(work, order.whistle, entry, notice, sentence, to, **{**own, **says})


def waits(order: HelpOrder) -> bool:
    """Whether its answer is waited for."""
    return order.state in WAITING_FOR_ANSWER
