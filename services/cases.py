"""What the town and the Office do with a case: one verb per function; the rules decide, people are told."""

from collections.abc import Sequence
from typing import Any

from models.case import Case, CaseEvent, RoutingCorrection
from models.handling import What
from models.notification import Notice
from models.person import Person
from models.registry import Town
from models.report import Rating, Report, Satisfaction, Source, reports_of, unanswered_of
from rules import deadlines, lifecycle
from rules.case_number import case_number
from rules.deadlines import Severity
from rules.kinds import Kind
from rules.lifecycle import MOVES, Move, Party, State
from rules.privacy import without_telephone
from rules.refusal import Refusal
from rules.workdays import CHINA
from services import (
    admonitions,
    audit,
    case_dates,
    extensions,
    handling,
    people,
    supervision,
    whistle_clock,
    whistles,
)
from services.case_notices import tell_office, tell_person, tell_reporter, tell_reporters, tell_town
from services.desk import Work
from services.notifications import hurry
from services.numbering import hold, next_serial

WITH_TOWN = frozenset({State.ASSIGNED, State.ACCEPTED, State.PROVING})
"""Where the town's own date counts."""


def open_case(work: Work, kind: Kind, **where: Any) -> Case:
    """Write down a new case, not yet with a town; `where` fills reach, town and place. Numbered without gaps."""
    year = work.now.astimezone(CHINA).year
    serial = next_serial(work, f"case:{year}")
    case = Case(
        year=year, serial=serial, number=case_number(year, serial), kind=kind.name, severity=kind.severity,
        state=State.TRIAGE, opened_at=work.now, provisional=False, towns_tried=0, appointed=False,
        reopened_by_reporter=False, for_office="", proof_round=0, events_count=0, head="", moves=0, **where,
    )  # fmt: skip
    work.session.add(case)
    work.session.flush()
    return case


def hold_numbering(work: Work) -> None:
    """Let nobody else open a case until this is done: of two reports at once the second sees the first's case."""
    year = work.now.astimezone(CHINA).year
    hold(work, f"case:{year}")


def dispatch(work: Work, case: Case, town_id: int, routed_by: str, unread: str | None = None) -> None:
    """Assign a new case to the town the routing found, or to the Office where nobody there would read it: why that
    is so (`unread`), where it is known already."""
    if case.town_id != town_id:
        case.town_id = town_id
        work.session.flush()
        work.session.refresh(case, ["town"])
    why = people.nobody_there(work, case) if unread is None else unread
    if why:
        _leave_to_office(work, case, routed_by, why)
    else:
        _assign(work, case, Move.ASSIGN, Party.SYSTEM, routed_by)


def _leave_to_office(work: Work, case: Case, routed_by: str, why: str) -> None:
    event = audit.record(work, case, "open", Party.SYSTEM, reason=why, details={"routed_by": routed_by})
    _mark_unread(work, case, event, why)


def _assign(
    work: Work, case: Case, move: Move, party: Party, reason: str, *, counts: bool = True,
    details: dict[str, Any] | None = None,
) -> CaseEvent:  # fmt: skip
    """Give the case to its town; `counts`: one more town is tried."""
    event = _move(work, case, move, party, reason, details)
    case.assigned_at, case.accepted_at, case.proved_at = work.now, None, None
    case.rectify_by = case.verify_by = None
    case.towns_tried += counts
    case_dates.assigned(work, case, work.now)
    tell_town(work, case, event, Notice.CASE_ASSIGNED, "town_assigned")
    return event


def accept(work: Work, case: Case) -> None:
    """The town takes the case on (受理); rectification runs from here."""
    event = _act(work, case, Move.ACCEPT)
    case.accepted_at = work.now
    case_dates.accepted(work, case, work.now)
    tell_reporters(work, case, event, Notice.CASE_STATE, "reporter_accepted")


def hand_back(work: Work, case: Case, reason: str) -> None:
    """The town says it is not its own (退回): within the set working days, with a reason, unless appointed."""
    _needs(reason, f"请写明退回理由，例如：退回 {case.number} 该河段属于某某镇")
    _may(work, case, Move.RETURN)
    if case.appointed:
        raise Refusal("该案件已由河长办指定办理单位，不能再退回。有困难请联系河长办。")
    if case.assigned_at is None:
        raise Refusal("该案件尚未交办。")
    until = deadlines.returnable_until(case.assigned_at, work.rulebook.deadlines, work.calendar)
    if work.now >= until.at:
        raise Refusal(
            f"已过退回期限（交办后 {work.rulebook.deadlines.return_days} 个工作日内），该案件由贵单位办理。"
        )
    event = _act(work, case, Move.RETURN, reason)
    case.accept_by = None
    case_dates.settle(work, case)
    tried = case.towns_tried >= work.rulebook.towns_before_office
    case.mark(f"已经 {case.towns_tried} 个单位，请指定办理单位" if tried else f"被退回：{reason}")
    tell_office(work, case, event, Notice.CASE_RETURNED, "office_returned", reason=reason)
    tell_reporters(work, case, event, Notice.CASE_STATE, "reporter_returned")


def transfer(work: Work, case: Case, town: Town) -> None:
    """The Office gives the case to a town (转派); nothing is lost, the deadlines start anew."""
    if case.town_id == town.id and case.state is not State.TRIAGE:
        raise Refusal(f"该案件已经在{town.name}。没有问题请回复“核对 {case.number}”。")
    _may(work, case, Move.TRANSFER)
    before = case.town
    if (
        before is not None and before.id != town.id and case.towns_tried > 0
    ):  # not where it never was with a town
        work.session.add(
            RoutingCorrection(
                case_id=case.id,
                reach_id=case.reach_id,
                from_town_id=before.id,
                to_town_id=town.id,
                at=work.now,
            )
        )
    left = people.town_people(work, case) if case.state is not State.TRIAGE else []
    case.town_id, case.town = town.id, town
    case.for_office = ""
    if case.towns_tried >= work.rulebook.towns_before_office:
        case.appointed = True
    came_from = {"from": before.code if before is not None else ""}
    event = _assign(work, case, Move.TRANSFER, Party.OFFICE, f"转派{town.name}", details=came_from)
    staying = {person.id for person in people.town_people(work, case)}
    for person in left:
        if person.id not in staying:
            tell_person(work, case, event, Notice.CASE_STATE, "town_transferred_away", person)
    tell_reporters(work, case, event, Notice.CASE_STATE, "reporter_transferred")
    if not staying:
        case.mark(f"{town.name}尚无人绑定微信，消息无法送达")


def confirm(work: Work, case: Case) -> None:
    """The Office has looked at what was marked for it (核对): the mark goes, the event stays."""
    _office_on_open(work, case)
    if not case.for_office:
        raise Refusal("该案件没有需要核对的提示。")
    if case.state is State.TRIAGE:
        raise Refusal("该案件还没有办理单位，请用“转派”或“不属于”。")
    if extensions.asked_for(work, case) is not None:
        raise Refusal(f"镇街申请延期，请答复：准 {case.number}，或 不准 {case.number} 理由。")
    audit.record(work, case, "confirmed", Party.OFFICE, reason=case.for_office)
    case.for_office = ""


def start_proof(work: Work, case: Case) -> None:
    """Refuse early where `prove` would refuse: before somebody collects photos in vain."""
    _may(work, case, Move.PROVE)


def prove(work: Work, case: Case, words: str, photos: int) -> int:
    """The town says it is done (办结) and how; the case reaches the Office once its photos have arrived.

    Returns the round of proof the photos belong to.
    """
    if photos < 1:
        raise Refusal("办结至少要有一张整改后的照片，请先发照片。")
    case.proof_round += 1
    _act(work, case, Move.PROVE, words, details={"photos": photos, "round": case.proof_round})
    return case.proof_round


def proof_received(work: Work, case: Case, note: str) -> None:
    """All photos of the proof have arrived and decoded: the Office verifies."""
    case.proved_at = work.now
    event = _move(work, case, Move.PROOF_RECEIVED, Party.SYSTEM, note)
    case_dates.proved(work, case, work.now)
    tell_office(work, case, event, Notice.CASE_PROOF, "office_proof")
    tell_reporters(work, case, event, Notice.CASE_STATE, "reporter_proved")


def proof_refused(work: Work, case: Case, reason: str) -> None:
    """The proof does not hold (no photo came, taken before the report, same as before): back to the chief."""
    event = _move(work, case, Move.PROOF_REFUSED, Party.SYSTEM, reason)
    case_dates.settle(work, case)
    tell_town(work, case, event, Notice.CASE_SENT_BACK, "town_proof_refused", reason=reason)


def verify(work: Work, case: Case) -> None:
    """The Office is satisfied with the proof (复核通过): closed, and every reporter is asked for a rating."""
    event = _act(work, case, Move.PASS)
    case.closed_at = work.now
    case.for_office = ""
    tell_town(work, case, event, Notice.CASE_CLOSED, "town_closed")
    for report in work.session.scalars(reports_of(case.id)):
        if report.reporter_id is None and report.source is not Source.TELEPHONE:
            continue  # handed down from above: nobody to call back
        if report.reporter_id is None:
            if report.taken_by_id is not None:  # also where they themselves have just verified it
                taker = work.session.get_one(Person, report.taken_by_id)
                tell_person(work, case, event, Notice.CASE_CLOSED, "office_call_back", taker)
            tell_office(work, case, event, Notice.CASE_CLOSED, "office_call_back")
            continue
        work.session.add(
            Satisfaction(report_id=report.id, closing=event.sequence, asked_at=work.now, reason="")
        )
        tell_reporter(work, case, event, Notice.CASE_CLOSED, "reporter_closed", report)


def send_back(work: Work, case: Case, reason: str) -> None:
    """The Office is not satisfied with the proof (复核不通过): rectification goes on, by the same date."""
    _needs(reason, f"请写明不通过的理由，例如：复核 {case.number} 不通过 仍有垃圾")
    event = _act(work, case, Move.SEND_BACK, reason)
    if case.proved_at and case.rectify_by and case.proved_at < case.rectify_by <= work.now:
        case.late_from = work.now  # it was proved in time: what the Office took is not the town's delay
    case.proved_at, case.verify_by = None, None
    case_dates.settle(work, case)
    tell_town(work, case, event, Notice.CASE_SENT_BACK, "town_sent_back", reason=reason)
    tell_reporters(work, case, event, Notice.CASE_STATE, "reporter_sent_back")


def decline(work: Work, case: Case, reason: str) -> None:
    """The Office says it is not a matter of the district's rivers (不属于); the reporter is told why."""
    _needs(reason, f"请写明理由，例如：不属于 {case.number} 该处是市政下水井，请拨打12345")
    told = people.town_people(work, case) if case.state is not State.TRIAGE else []
    event = _act(work, case, Move.DECLINE, reason)
    case.for_office = ""
    for person in told:
        tell_person(work, case, event, Notice.CASE_STATE, "town_declined", person, reason=reason)
    tell_reporters(work, case, event, Notice.CASE_STATE, "reporter_declined", reason=reason)


def reopen(work: Work, case: Case, reason: str) -> None:
    """The Office undoes a wrong 通过 or 不属于 (重开)."""
    _needs(reason, f"请写明重开的理由，例如：重开 {case.number} 现场仍有排水")
    if case.state is State.DECLINED:
        event = _act(work, case, Move.RESTORE, reason)
        if case.assigned_at is not None and case.accept_by is not None:  # it was with a town when declined
            _assign_if_read(work, case, event, reason)
    else:
        event = _act(work, case, Move.REOPEN, reason)
        _resume(work, case, event, reason)
    tell_reporters(work, case, event, Notice.REOPENED, "reporter_reopened")


def dissatisfied(work: Work, case: Case, reason: str) -> bool:
    """A reporter says 不满意: the case reopens, once in its life. Returns whether it did."""
    if case.state is not State.CLOSED or case.reopened_by_reporter:
        event = audit.record(
            work, case, "still_dissatisfied", Party.REPORTER, reason=without_telephone(reason)
        )
        tell_office(work, case, event, Notice.REOPENED, "office_still_dissatisfied", reason=reason)
        return False
    case.reopened_by_reporter = True
    event = _act_as_reporter(work, case, Move.DISSATISFIED, without_telephone(reason))
    _resume(work, case, event, without_telephone(reason))
    tell_office(work, case, event, Notice.REOPENED, "office_dissatisfied", reason=reason)
    tell_reporters(work, case, event, Notice.REOPENED, "reporter_reopened")
    return True


def _resume(work: Work, case: Case, event: CaseEvent, reason: str) -> None:
    case.accepted_at, case.proved_at, case.closed_at = work.now, None, None
    case.verify_by = None
    for asked in work.session.scalars(unanswered_of(case.id)):
        asked.expired_at = work.now  # what was to be rated is no longer so
    case_dates.accepted(work, case, work.now)
    tell_town(work, case, event, Notice.REOPENED, "town_reopened", reason=reason)
    if not people.somebody_answers(work, case):
        _mark_unread(work, case, event, "镇街无人绑定微信")


def _assign_if_read(work: Work, case: Case, event: CaseEvent, reason: str) -> None:
    why = people.nobody_there(work, case)
    if why:
        _mark_unread(work, case, event, why)
    else:
        _assign(work, case, Move.ASSIGN, Party.OFFICE, reason, counts=False)


def _mark_unread(work: Work, case: Case, event: CaseEvent, why: str) -> None:
    """Nobody in the town would read it: the Office is told and decides."""
    case.mark(why)
    tell_office(work, case, event, Notice.CASE_RETURNED, "office_no_town", reason=why)


def withdraw(work: Work, case: Case, reason: str = "") -> None:
    """The only reporter takes the report back before the town has accepted it."""
    told = people.town_people(work, case) if case.state is not State.TRIAGE else []
    event = _act_as_reporter(work, case, Move.WITHDRAW, reason)
    case.for_office = ""
    for person in told:
        tell_person(work, case, event, Notice.CASE_STATE, "town_withdrawn", person)


def change_severity(work: Work, case: Case, severity: Severity) -> None:
    """The Office judges it graver or lighter (改级); the dates are counted anew, all are told."""
    _office_on_open(work, case)
    if severity is case.severity:
        raise Refusal(f"该案件已经是“{deadlines.SEVERITY_NAMES[severity]}”。")
    before, case.severity = case.severity, severity
    graver = list(Severity).index(severity) > list(Severity).index(before)
    handling.came(work, case, What.SEVERITY, severity.value)
    whistle_clock.severity_changed(work, case)
    case_dates.severity_changed(work, case, graver=graver)
    event = audit.record(
        work, case, "severity", Party.OFFICE, before=before.value, details={"severity": severity.value}
    )
    level = deadlines.SEVERITY_NAMES[severity]
    if severity is Severity.URGENT:
        hurry(work, case)
    if case.state in WITH_TOWN:
        tell_town(work, case, event, Notice.CASE_STATE, "town_severity", severity=level)
    if case.state in (State.ASSIGNED, State.ACCEPTED):
        tell_reporters(work, case, event, Notice.CASE_STATE, "reporter_new_date")


def change_kind(work: Work, case: Case, kind: Kind) -> None:
    """The Office corrects what kind of problem it is (改类); the severity stays as it is."""
    _office_on_open(work, case)
    before, case.kind = case.kind, kind.name
    event = audit.record(work, case, "kind", Party.OFFICE, before=before, details={"kind": kind.name})
    if case.state is not State.TRIAGE:
        tell_town(work, case, event, Notice.CASE_STATE, "town_kind", before=before)


def last_deed(case_events: Sequence[CaseEvent]) -> CaseEvent | None:
    """The last thing somebody (not the system) did."""
    return next((e for e in reversed(case_events) if e.party is not Party.SYSTEM), None)


def rate(work: Work, report: Report, asked: Satisfaction, rating: Rating, reason: str) -> bool:
    """Write the reporter's rating down; returns whether the case reopened for it."""
    asked.rating, asked.reason, asked.rated_at = rating, reason, work.now
    case = report.case
    audit.record(
        work,
        case,
        "rating",
        Party.REPORTER,
        reason=without_telephone(reason),
        details={"rating": rating.value, "closing": asked.closing},
    )
    handling.came(work, case, What.RATED, rating.value)
    return rating is Rating.NOT and dissatisfied(work, case, reason)


def _office_on_open(work: Work, case: Case) -> None:
    if work.who is None or not work.who.is_office:
        raise Refusal("只有河长办可以这样做。")
    if not case.is_open:
        raise Refusal(f"该案件{lifecycle.STATE_NAMES[case.state]}，不能再改。")


def _may(work: Work, case: Case, move: Move) -> Party:
    """In what capacity the speaker may make this move now, or a Refusal that says why not."""
    mine = work.who.parties(case) if work.who else frozenset()
    party = next(iter(sorted(MOVES[move].parties & mine)), None)
    if party is None:
        if Party.TOWN in MOVES[move].parties:
            raise Refusal("这不是您负责的案件。")
        raise Refusal("只有河长办可以这样做。")
    lifecycle.after(case.state, move, party)
    return party


def _act(
    work: Work, case: Case, move: Move, reason: str = "", details: dict[str, Any] | None = None
) -> CaseEvent:
    return _move(work, case, move, _may(work, case, move), reason, details)


def _act_as_reporter(work: Work, case: Case, move: Move, reason: str) -> CaseEvent:
    return _move(work, case, move, Party.REPORTER, reason)


def _move(
    work: Work, case: Case, move: Move, party: Party, reason: str, details: dict[str, Any] | None = None
) -> CaseEvent:
    before = case.state
    case.move(move, party)
    case.moves += 1
    event = audit.record(
        work, case, move.value, party, before=before.value, reason=reason,
        details={**(details or {}), "town": case.town.code if case.town else ""},
    )  # fmt: skip
    case.remind_at = None  # the ladder stops with every move; where a date runs, `case_dates` sets it anew
    handling.case_moved(work, case, move, party)
    supervision.case_moved(work, case, move)
    admonitions.case_moved(work, case, move)
    extensions.case_moved(work, case)
    whistles.case_moved(work, case, move)
    return event


def _needs(reason: str, example: str) -> None:
    if not reason.strip():
        raise Refusal(example)
