"""Writing down what a month's figures rest on: each date a town has to keep, and what comes of its cases.

Called by every move; looks at what now stands and begins or ends a `Duty` where that has changed, so that a
move that is done twice writes nothing twice.
"""

from sqlalchemy import select

from models.case import Case
from models.handling import (
    Duty,
    DutyEnd,
    DutyKind,
    Outcome,
    What,
    open_duty_of_case,
    open_duty_of_order,
    open_duty_of_party,
    outcomes_of,
)
from models.report import Report, Source
from models.supervision import SupervisionOrder
from models.whistle import WhistleParty
from rules.lifecycle import Move, Party, State
from rules.supervision import WAITING_FOR_ANSWER, OrderState
from rules.whistles import PartyState
from rules.workdays import end_of, local_day
from services.duties import Wanted, begin, end, stands
from services.work import Work

HANDED_DOWN = (Source.CITY_FEEDBACK, Source.INSPECTION)
"""Nobody who reported it waits for an answer."""
PROVED = frozenset({State.PROVING, State.VERIFYING, State.CLOSED})
OUTCOMES = {
    Move.PASS: What.PASSED, Move.SEND_BACK: What.SENT_BACK, Move.DECLINE: What.DECLINED,
    Move.WITHDRAW: What.WITHDRAWN, Move.RESTORE: What.RESTORED, Move.REOPEN: What.REOPENED,
    Move.DISSATISFIED: What.REOPENED,
}  # fmt: skip
"""Moves that a figure asks about."""
NO_DATE_FOLLOWS = frozenset({Move.PROVE, Move.DECLINE, Move.WITHDRAW})
"""Moves after which no date is set: what the town had to do ends with the move itself."""
VERDICTS = frozenset({What.PASSED, What.SENT_BACK})


def case_moved(work: Work, case: Case, move: Move, party: Party) -> None:
    """The case has moved: what came of it is written down; what the town had to do may have ended."""
    what = OUTCOMES.get(move)
    if what is not None:
        came(work, case, what, value=party.value if what is What.REOPENED else "")
    if move in NO_DATE_FOLLOWS:
        case_stands(work, case)


def came(work: Work, case: Case, what: What, value: str = "") -> None:
    """Write down what came of a case, and who had it then."""
    first = what in VERDICTS and _is_first(work, case)
    work.session.add(
        Outcome(case_id=case.id, town_id=case.town_id, what=what, at=work.now, first=first, value=value)
    )
    work.session.flush()


def _is_first(work: Work, case: Case) -> bool:
    """Whether the Office has not judged this rectification of this town before."""
    judged = outcomes_of(case.id).where(Outcome.what.in_([*VERDICTS, What.REOPENED]))
    last = work.session.scalar(judged.limit(1))
    return last is None or last.what is What.REOPENED or last.town_id != case.town_id


def case_stands(work: Work, case: Case) -> None:
    """A case's date was set, moved or taken away, or its clock stopped or went on."""
    found = work.session.scalar(open_duty_of_case(case.id))
    wanted = _of_case(case)
    if found is not None and not stands(found, wanted):
        end(work, found, _how_case(case, found, wanted))
    if wanted is not None and not stands(found, wanted):
        waits = wanted.kind is DutyKind.ACCEPT and _somebody_waits(work, case.id)
        begin(work, wanted, case.id, for_reporter=waits)


def counted_anew(work: Work, case: Case) -> None:
    """The date is about to be counted from now on; where it was missed, that stays so."""
    found = work.session.scalar(open_duty_of_case(case.id))
    if found is not None and work.now >= found.due_at:
        end(work, found, DutyEnd.RENEWED)


def _of_case(case: Case) -> Wanted | None:
    if case.town_id is None or case.is_paused:
        return None
    if case.state is State.ASSIGNED and case.accept_by is not None:
        return Wanted(DutyKind.ACCEPT, case.town_id, case.accept_by)
    if case.state is State.ACCEPTED and case.rectify_by is not None:
        due = case.rectify_by
        if case.late_from is not None and case.late_from >= due:
            due = end_of(local_day(case.late_from))  # sent back after its date: late from the day after
        return Wanted(DutyKind.RECTIFY, case.town_id, due)
    return None


def _how_case(case: Case, found: Duty, wanted: Wanted | None) -> DutyEnd:
    same_town = case.town_id == found.town_id
    if found.kind is DutyKind.ACCEPT and case.state is State.ACCEPTED and same_town:
        return DutyEnd.KEPT
    if found.kind is DutyKind.RECTIFY and case.state in PROVED:
        return DutyEnd.KEPT
    if case.is_paused:
        return DutyEnd.WAITS
    if wanted is not None and wanted.kind is found.kind and same_town:
        return DutyEnd.MOVED
    return DutyEnd.LEFT


def _somebody_waits(work: Work, case_id: int) -> bool:
    theirs = select(Report.id).where(
        Report.case_id == case_id, Report.source.not_in(HANDED_DOWN), Report.withdrawn_at.is_(None)
    )
    return work.session.scalar(theirs.limit(1)) is not None


def order_stands(work: Work, order: SupervisionOrder) -> None:
    """An order was issued, answered, judged or withdrawn, or its case moved to where no answer is waited for."""
    work.session.flush()
    found = work.session.scalar(open_duty_of_order(order.id))
    wanted = _of_order(work, order, found)
    if found is not None and not stands(found, wanted):
        end(work, found, _how_order(order, wanted))
    if wanted is not None and not stands(found, wanted):
        begin(work, wanted, order.case_id, order_id=order.id)


def _of_order(work: Work, order: SupervisionOrder, found: Duty | None) -> Wanted | None:
    """While a proof is with the Office the order waits; where its date passed meanwhile, it has the day."""
    case = order.case
    with_town = case.state in (State.ASSIGNED, State.ACCEPTED)
    if order.state not in WAITING_FOR_ANSWER or not with_town or case.is_paused:
        return None
    begun = found.begun_at if found is not None else work.now
    due = order.answer_by if order.answer_by > begun else end_of(local_day(begun))
    return Wanted(DutyKind.ANSWER_ORDER, order.town_id, due)


def _how_order(order: SupervisionOrder, wanted: Wanted | None) -> DutyEnd:
    if wanted is not None:
        return DutyEnd.MOVED
    if order.state in WAITING_FOR_ANSWER:
        return DutyEnd.WAITS
    return DutyEnd.LEFT if order.state is OrderState.WITHDRAWN else DutyEnd.KEPT


def party_stands(work: Work, party: WhistleParty) -> None:
    """A town was asked to help on a whistle, has answered, has done it, or need not any more."""
    if party.town_id is None:
        return
    work.session.flush()
    found = work.session.scalar(open_duty_of_party(party.id))
    wanted = _of_party(party)
    if found is not None and not stands(found, wanted):
        end(work, found, _how_party(work, party, found, wanted))
    if wanted is not None and not stands(found, wanted):
        begin(work, wanted, party.whistle.case_id, party_id=party.id)


def _of_party(party: WhistleParty) -> Wanted | None:
    if party.town_id is None or not party.whistle.is_open:
        return None
    if party.state is PartyState.ASKED:
        return Wanted(DutyKind.ANSWER_WHISTLE, party.town_id, party.answer_by)
    if party.state is PartyState.ANSWERED and party.do_by is not None:
        return Wanted(DutyKind.HELP, party.town_id, party.do_by)
    return None


def _how_party(work: Work, party: WhistleParty, found: Duty, wanted: Wanted | None) -> DutyEnd:
    if party.state is PartyState.DONE or (wanted is not None and wanted.kind is not found.kind):
        return DutyEnd.KEPT
    if wanted is None:
        return DutyEnd.LEFT
    # a new plan made in time takes the old one's place; one made too late does not undo that it was
    own = found.kind is DutyKind.HELP and work.now >= found.due_at
    return DutyEnd.RENEWED if own else DutyEnd.MOVED
