"""Reminders of a whistle: when the Office, which names nobody, and a helper are next to be reminded, and of what.

Helpers themselves are chased by `services.helper_chase`, which may order them.
"""

from datetime import datetime

from models.help_order import orders_to_party
from models.notification import Notice
from models.whistle import Whistle, WhistleParty
from rules import escalation
from rules.escalation import Ladder, Rung, Rungs, Step
from rules.supervision import OrderState
from rules.whistles import PartyKind, PartyState, WhistleState
from rules.workdays import end_of, local_day
from services import handling, people, whistle_parties
from services.desk import Work
from services.whistle_notices import is_urgent, naming_date, tell
from services.whistle_timeline import enter

HOW_LATE = {Rung.DAY_BEFORE: "快到期了", Rung.ON_THE_DAY: "今天是最后一天", Rung.OVERDUE: "已经逾期"}


def schedule(work: Work, whistle: Whistle) -> None:
    """Set when the Office is next to be reminded to name who helps, or that nobody closes it."""
    done = _all_done_at(whistle)
    if done is not None:
        whistle.remind_at = _again(work, whistle, end_of(local_day(done)))
        return
    wanted = _step_of_naming(work, whistle)
    whistle.remind_at = work.now if wanted.rung is not None else wanted.next_at
    if whistle.state is WhistleState.BLOWN and whistle.climbed is Rung.OVERDUE:
        whistle.remind_at = _again(work, whistle, whistle.name_by)


def schedule_party(work: Work, party: WhistleParty) -> None:
    """Set when this helper is next to be reminded, or ordered."""
    wanted = step_of_party(work, party)
    party.remind_at = work.now if wanted.rung is not None else wanted.next_at
    if is_said_again(work, party):
        again = _again(work, party.whistle, _due(party))
        party.remind_at = min(again, party.remind_at or again)
    handling.party_stands(work, party)


def climb(work: Work, whistle: Whistle) -> None:
    """Remind the Office where it is due by now; nothing where somebody has named meanwhile."""
    if whistle.remind_at is None or whistle.remind_at > work.now:
        return
    rung = _step_of_naming(work, whistle).rung
    if rung is None and whistle.state is WhistleState.BLOWN and whistle.climbed is Rung.OVERDUE:
        rung = Rung.OVERDUE  # said again
    if _all_done_at(whistle) is not None:
        _ask_to_close(work, whistle)
    elif rung is not None:
        whistle.climbed = rung
        late = HOW_LATE[rung]
        entry = enter(work, whistle, "naming_reminded", "系统", late)
        tell(work, whistle, entry, Notice.REMINDER, "office_whistle_unnamed", people.office(work),
             needs=whistle.needs, until=naming_date(work, whistle), late=late)  # fmt: skip
    schedule(work, whistle)


def _ask_to_close(work: Work, whistle: Whistle) -> None:
    """All who help have done their part and nobody says what came of it, while the town's clock may stand still."""
    entry = enter(work, whistle, "closing_reminded", "系统", "都已完成，还没有收哨")
    tell(work, whistle, entry, Notice.REMINDER, "office_whistle_unclosed", people.office(work))
    town = whistle_parties.people_of_the_town(work, whistle)
    tell(work, whistle, entry, Notice.REMINDER, "town_whistle_unclosed", town)


def _all_done_at(whistle: Whistle) -> datetime | None:
    """When the last helper had done its part; None where help is still to come or the whistle is over."""
    if whistle.state is not WhistleState.NAMED or any(party.is_open for party in whistle.parties):
        return None
    return max((party.done_at for party in whistle.parties if party.done_at), default=None)


def _again(work: Work, whistle: Whistle, due_at: datetime) -> datetime:
    return escalation.again(
        due_at, work.rulebook.whistles.again_days, max(work.now, held_until(whistle) or work.now),
        ladder=numbers(work, whistle), hours=work.rulebook.hours, calendar=work.calendar, urgent=is_urgent(whistle),
    )  # fmt: skip


def held_until(whistle: Whistle) -> datetime | None:
    """Until when the Office has put off all chasing on its case (暂缓), if it has."""
    return whistle.case.held_until if whistle.case is not None else None


def nobody_there(party: WhistleParty) -> str:
    """Why nobody is written to for it."""
    return "区外单位" if party.kind is PartyKind.NEIGHBOUR else "无人绑定微信"


def _step_of_naming(work: Work, whistle: Whistle) -> Step:
    if whistle.state is not WhistleState.BLOWN:
        return Step(None, None)
    rungs = escalation.of_help(whistle.name_by, numbers(work, whistle), work.calendar)
    return _step(work, whistle, rungs, whistle.climbed, whistle.name_by)


def step_of_party(work: Work, party: WhistleParty) -> Step:
    """The rung that stands now for a helper, and when to look again; nothing while an order to it is open."""
    if not party.is_open or not party.whistle.is_open:
        return Step(None, None)
    order_open, settled_at = _orders(work, party)
    if order_open:
        return Step(None, None)
    due = _due(party)
    rungs = escalation.of_help(
        due, numbers(work, party.whistle), work.calendar, before=party.state is PartyState.ANSWERED,
        order_days=0 if party.kind is PartyKind.NEIGHBOUR else work.rulebook.whistles.order_days,
        order_settled_at=settled_at,
    )  # fmt: skip
    return _step(work, party.whistle, rungs, party.climbed, due)


def _orders(work: Work, party: WhistleParty) -> tuple[bool, datetime | None]:
    """Whether an order to it is open; and when the last one was settled, if not by itself (回哨)."""
    orders = list(work.session.scalars(orders_to_party(party.id)))
    counted = [order for order in orders if order.state is not OrderState.WITHDRAWN or order.taken_back]
    return any(order.is_open for order in orders), counted[-1].settled_at if counted else None


def is_said_again(work: Work, party: WhistleParty) -> bool:
    """Whether it is late and has been told so, and nothing higher has come yet."""
    waits = party.is_open and party.whistle.is_open and party.climbed is Rung.OVERDUE
    return waits and not _orders(work, party)[0]


def _due(party: WhistleParty) -> datetime:
    """Until when it owes what it owes now: its answer, or what it has promised."""
    return party.do_by if party.state is PartyState.ANSWERED and party.do_by is not None else party.answer_by


def numbers(work: Work, whistle: Whistle) -> Ladder:
    """The numbers by which what is owed to this whistle climbs: those of its case, or the district's."""
    ladders = work.rulebook.ladders
    return ladders.get(whistle.case.ladder if whistle.case is not None else "", ladders[""])


def _step(work: Work, whistle: Whistle, rungs: Rungs, sent: Rung | None, due_at: datetime) -> Step:
    return escalation.step(
        rungs, sent, due_at, work.now, ladder=numbers(work, whistle), hours=work.rulebook.hours,
        calendar=work.calendar, urgent=is_urgent(whistle), held_until=held_until(whistle),
    )  # fmt: skip
