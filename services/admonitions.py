"""Admonition talks (约谈): called by the ladder or by hand, a day set, minutes recorded, undertakings followed up."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from models.admonition import Admonition, admonitions_of
from models.case import Case, CaseEvent
from models.notification import Notice
from models.supervision import SupervisionOrder
from rules import escalation
from rules.deadlines import Deadline, in_words
from rules.escalation import Rung, Rungs, Step
from rules.lifecycle import OPEN, STATE_NAMES, Move, Party
from rules.refusal import Refusal
from rules.supervision import (
    ADMONITION_OPEN,
    GROUND_NAMES,
    SAY_IT_THEMSELVES,
    AdmonitionMove,
    AdmonitionState,
    Ground,
    besides,
    numbered,
    order_number,
)
from rules.whistles import stood_still
from rules.workdays import CHINA, end_of, local_day
from services import audit, ladder, people, referrals
from services.case_notices import tell_office, tell_people
from services.desk import Work
from services.ladder import WITH_TOWN, office_only
from services.numbering import serial_of_year

SETTLES = frozenset({Move.TRANSFER, Move.DECLINE, Move.WITHDRAW, Move.PASS})
"""Moves after which the town that was talked to has nothing to do on the case any more."""


@dataclass(frozen=True)
class Minutes:
    """What is recorded of a talk: who led it, who was talked to, what was said and undertaken until which day."""

    held_by: str
    attended: tuple[str, ...]
    words: str
    undertakings: str
    undertakings_by: date


def call(
    work: Work, case: Case, ground: Ground, reason: str, *, order: SupervisionOrder | None = None
) -> Admonition:
    """Call the town to a talk; where one of this case is still to come, the new reason is written down there."""
    party = Party.OFFICE if ground in (Ground.BY_HAND, Ground.FALSIFIED) else Party.SYSTEM
    if party is Party.OFFICE:
        office_only(work)
        _needs(reason, f"请写明约谈的理由，例如：约谈 {case.number} 整改不力")
    if case.town_id is None:
        raise Refusal("该案件还没有办理单位，不能约谈。")
    held = open_one(work, case)
    if held is not None and ground is Ground.BY_HAND:
        raise Refusal(f"该案件已有没有办结的约谈{held.number}。")
    if held is not None:
        held.reason = f"{held.reason}{besides(ground)}{reason}"
        if held.state is AdmonitionState.HELD:  # talked already: the Office sees to what was undertaken
            case.mark(f"约谈{held.number}之后{reason}")
        _record(work, held, "talk_grounds", party, reason)
        return held
    year, serial = serial_of_year(work, "admonition")
    talk = Admonition(
        year=year, serial=serial, number=order_number(year, serial), case=case, case_id=case.id,
        town_id=order.town_id if order else case.town_id, order_id=order.id if order else None, ground=ground,
        reason=reason.strip(), state=AdmonitionState.CALLED, called_at=work.now, place="", held_by="",
        attended="", persons=0, minutes="", undertakings="", remark="",
    )  # fmt: skip
    work.session.add(talk)
    case.talks = (case.talks or 0) + 1
    case.mark(f"约谈{talk.number}待安排")
    event = _record(work, talk, "talk_called", party, reason)
    leaders = people.leaders(work, talk.town_id)
    tell_people(work, case, event, Notice.ORDER, "town_talk_called", leaders, **_says(work, talk))
    tell_office(work, case, event, Notice.ORDER, "office_talk_called", **_says(work, talk))
    schedule(work, talk)
    return talk


def open_one(work: Work, case: Case) -> Admonition | None:
    """The talk of this case that is still to come or whose undertakings are followed up."""
    if not case.talks:
        return None
    rows = admonitions_of(case.id).where(Admonition.state.in_(ADMONITION_OPEN))
    return work.session.scalar(rows.limit(1))


def set_date(work: Work, talk: Admonition, meets_at: datetime, place: str) -> None:
    """The Office says when and where (aware); again where it must be put off."""
    office_only(work)
    if meets_at <= work.now:
        raise Refusal("约谈的时间应在现在之后。")
    day = local_day(meets_at)
    if not work.calendar.is_workday(day):
        after = work.calendar.next_workday(day)
        raise Refusal(f"{_named(day)}是休息日，约谈请安排在工作日，其后的第一个工作日是{_named(after)}。")
    talk.move(AdmonitionMove.DATE)
    _arranged(talk)
    before = f"（原定{day_and_time(talk.meets_at)}）" if talk.meets_at else ""
    talk.meets_at, talk.place = meets_at, place.strip() or talk.place
    when = day_and_time(meets_at)
    past = [rung for rung, at in _rungs(work, talk)[0] if at <= work.now]
    talk.climbed = past[-1] if past else None  # who is told of the day now needs no reminder of it
    arranged, at = f"{when} {talk.place}".strip(), meets_at.astimezone(CHINA).isoformat()
    event = _record(work, talk, "talk_dated", Party.OFFICE, arranged, at=at)
    leaders, says = people.leaders(work, talk.town_id), {**_says(work, talk), "when": f"{when}{before}"}
    tell_people(work, talk.case, event, Notice.ORDER, "town_talk_dated", leaders, **says)
    tell_office(work, talk.case, event, Notice.ORDER, "office_talk_dated", **says)
    schedule(work, talk)


def record_minutes(work: Work, talk: Admonition, minutes: Minutes) -> None:
    """The talk was held: its minutes are written down once, and what was undertaken is followed up."""
    office_only(work)
    if not (minutes.held_by.strip() and minutes.words.strip() and minutes.undertakings.strip()):
        raise Refusal("约谈纪要要写明约谈人、谈话内容和承诺事项。")
    if not any(name.strip() for name in minutes.attended):
        raise Refusal("约谈纪要要写明被约谈人。")
    if minutes.undertakings_by < work.today:
        raise Refusal("承诺完成的日期不能早于今天。")
    talk.move(AdmonitionMove.MINUTES)
    _arranged(talk)
    names = [name.strip() for name in minutes.attended if name.strip()]
    talk.held_by, talk.attended, talk.persons = minutes.held_by.strip(), "、".join(names), len(names)
    talk.minutes, talk.undertakings = minutes.words.strip(), minutes.undertakings.strip()
    talk.undertakings_by, talk.minutes_at = end_of(minutes.undertakings_by), work.now
    held_before_its_day = talk.meets_at is None or talk.meets_at > work.now
    talk.meets_at, talk.climbed = work.now if held_before_its_day else talk.meets_at, None
    event = _record(work, talk, "talk_held", Party.OFFICE, minutes.undertakings)
    leaders = people.leaders(work, talk.town_id)
    tell_people(work, talk.case, event, Notice.ORDER, "town_talk_minutes", leaders, **_says(work, talk))
    schedule(work, talk)


def keep(work: Work, talk: Admonition, remark: str = "") -> None:
    """The Office has seen that what was undertaken is done (兑现)."""
    office_only(work)
    talk.move(AdmonitionMove.KEEP)
    _arranged(talk)
    talk.settled_at, talk.remark = work.now, remark
    _record(work, talk, "talk_kept", Party.OFFICE, remark)
    schedule(work, talk)


def withdraw(work: Work, talk: Admonition, reason: str) -> None:
    """The Office takes the call back (撤销约谈)."""
    office_only(work)
    _needs(reason, f"请写明撤销的理由，例如：撤销约谈 {talk.case.number} 已按期答复")
    was_held = talk.state is AdmonitionState.HELD
    talk.move(AdmonitionMove.WITHDRAW)
    _arranged(talk)
    talk.settled_at, talk.remark = work.now, reason
    event = _record(work, talk, "talk_withdrawn", Party.OFFICE, reason)
    leaders, says = people.leaders(work, talk.town_id), {**_says(work, talk), "reason": reason}
    if was_held:
        tell_people(work, talk.case, event, Notice.ORDER, "town_talk_dropped", leaders, **says)
    else:
        tell_people(work, talk.case, event, Notice.ORDER, "town_talk_withdrawn", leaders, **says)
    schedule(work, talk)


def _arranged(talk: Admonition) -> None:
    """The Office need not be shown any more that it waits for a day."""
    talk.case.unmark(f"约谈{talk.number}")


def case_moved(work: Work, case: Case, move: Move | None = None) -> None:
    """The case has moved: what follows from its talk waits where no town can act, and goes on when it can; where
    the town has it no more, or it is closed, the Office decides what becomes of the talk."""
    talk = open_one(work, case)
    if talk is None:
        return
    schedule(work, talk)
    if move in SETTLES:
        _ask_to_settle(work, talk)


def order_withdrawn(work: Work, order: SupervisionOrder) -> None:
    """The order that led to a talk was withdrawn: the Office decides what becomes of the talk."""
    talk = open_one(work, order.case)
    if talk is not None and talk.order_id == order.id and talk.state is not AdmonitionState.HELD:
        _ask_to_settle(work, talk, f"督办单{order.number}已撤销")


def _ask_to_settle(work: Work, talk: Admonition, cause: str = "") -> None:
    case, held = talk.case, talk.state is AdmonitionState.HELD
    why = f"约谈{talk.number}还没有了结（{cause or f'案件{STATE_NAMES[case.state]}'}）"
    if case.is_open:
        example = f"兑现 {case.number}" if held else f"撤销约谈 {case.number} 理由"
        case.mark(f"{why}，请回复：{example}")
    event = _record(work, talk, "talk_reminded", Party.SYSTEM, why)
    says = {**_says(work, talk), "reason": why}
    clerks = people.office(work)  # also the one who moved it: a closed case is on no list any more
    if held:
        tell_people(work, case, event, Notice.ORDER, "office_talk_to_keep", clerks, **says)
    else:
        tell_people(work, case, event, Notice.ORDER, "office_talk_to_withdraw", clerks, **says)


def postpone(work: Work, case: Case, stopped_at: datetime) -> None:
    """The town's clock stood still since then: what it undertook is due so many working days later."""
    talk = open_one(work, case)
    if talk is not None and talk.state is AdmonitionState.HELD and talk.undertakings_by and talk.minutes_at:
        days = stood_still(stopped_at, talk.minutes_at, work.now, work.calendar)
        last_day = local_day(talk.undertakings_by) - timedelta(days=1)
        talk.undertakings_by = end_of(work.calendar.after(last_day, days).on)


def schedule(work: Work, talk: Admonition) -> None:
    """Set when the ladder next wants something of this talk."""
    wanted = _step(work, talk)
    talk.remind_at = work.now if wanted.rung is not None else wanted.next_at


def _step(work: Work, talk: Admonition) -> Step:
    case = talk.case
    # a day that is set is kept whatever becomes of the case; the rest waits while the town cannot act
    waits = case.state not in OPEN
    if talk.state is AdmonitionState.HELD:
        waits = case.state not in WITH_TOWN or case.is_paused
    if not talk.is_open or (waits and talk.state is not AdmonitionState.DATED):
        return Step(None, None)
    rungs, due_at = _rungs(work, talk)
    return ladder.step(work, case, rungs, talk.climbed, due_at)


def _rungs(work: Work, talk: Admonition) -> tuple[Rungs, datetime]:
    numbers, calendar = ladder.numbers(work, talk.case), work.calendar
    if talk.state is AdmonitionState.HELD and talk.undertakings_by:
        return escalation.of_undertakings(talk.undertakings_by, numbers, calendar), talk.undertakings_by
    if talk.state is AdmonitionState.DATED and talk.meets_at:
        return escalation.of_meeting(talk.meets_at, numbers, calendar, work.rulebook.hours), talk.meets_at
    return escalation.of_talk(talk.called_at, numbers, calendar), work.now


def climb(work: Work, talk: Admonition) -> None:
    """Do what the ladder wants of a talk by now; nothing where somebody has moved it meanwhile."""
    ladder.climb(work, talk, _step, _chase)


def _chase(work: Work, talk: Admonition, rung: Rung) -> None:
    case, says = talk.case, _says(work, talk)
    if rung is Rung.REFERRAL:
        held = referrals.waiting(work, case)
        if held is not None:  # prepared by hand: the Office has it before its eyes already
            _record(
                work, talk, "talk_reminded", Party.SYSTEM, f"已有等待移送的{held.number}", rung=rung.value
            )
            return
        referrals.prepare(work, case, f"约谈{talk.number}的承诺逾期未兑现", talk=talk, by_hand=False)
        return
    event = _record(work, talk, "talk_reminded", Party.SYSTEM, "", rung=rung.value)
    chiefs = people.leaders(work, talk.town_id) if talk.state is not AdmonitionState.CALLED else []
    if talk.state is AdmonitionState.HELD and rung is Rung.OVERDUE:
        tell_people(work, case, event, Notice.REMINDER, "town_undertaking_overdue", chiefs, **says)
    elif talk.state is AdmonitionState.HELD:
        tell_people(work, case, event, Notice.REMINDER, "town_undertaking_due", chiefs, **says)
    elif rung is Rung.ON_THE_DAY:
        tell_people(work, case, event, Notice.REMINDER, "town_talk_today", chiefs, **says)
    elif rung is Rung.DAY_BEFORE:
        tell_people(work, case, event, Notice.REMINDER, "town_talk_tomorrow", chiefs, **says)
    if rung is not Rung.OVERDUE:
        return
    if talk.state is AdmonitionState.CALLED:
        tell_office(work, case, event, Notice.REMINDER, "office_talk_undated", **says)
    elif talk.state is AdmonitionState.DATED:
        case.mark(f"约谈{talk.number}没有录入纪要")
        tell_office(work, case, event, Notice.REMINDER, "office_minutes_missing", **says)
    else:
        case.mark(f"约谈{talk.number}承诺逾期")
        tell_office(work, case, event, Notice.REMINDER, "office_undertaking_overdue", **says)


def called(work: Work, number: str) -> Admonition:
    """The talk somebody means: 〔2026〕2号, 2026-2, or 2 of this year."""
    found = numbered(number, work.today.year)
    talk = None
    if found is not None:
        rows = select(Admonition).where(Admonition.year == found[0], Admonition.serial == found[1])
        talk = work.session.scalar(rows)
    if talk is None:
        raise Refusal(f"没有找到约谈“{number}”。请写编号，如〔2026〕2号，或只写 2。")
    return talk


def _says(work: Work, talk: Admonition) -> dict[str, Any]:
    """What a message about the talk says beside what it says of the case."""
    due = talk.undertakings_by
    return {
        "talk": talk.number,
        "town_id": talk.town_id,
        "ground": "" if talk.ground in SAY_IT_THEMSELVES else f"{GROUND_NAMES[talk.ground]}，",
        "reason": talk.reason,
        "when": day_and_time(talk.meets_at) if talk.meets_at else "",
        "where": talk.place or "另行通知",
        "undertakings": talk.undertakings,
        "undertakings_by": in_words(Deadline(due, provisional=False), now=work.now) if due else "",
    }


def day_of_rest(work: Work, talk: Admonition) -> None:
    """The calendar has changed: where the day that was set is one of rest now, the Office sets another."""
    if talk.state is not AdmonitionState.DATED or talk.meets_at is None or talk.meets_at <= work.now:
        return
    if work.calendar.is_workday(local_day(talk.meets_at)):
        return
    event = _record(
        work, talk, "talk_reminded", Party.SYSTEM, "约谈日是休息日", day=str(local_day(talk.meets_at))
    )
    tell_office(work, talk.case, event, Notice.ORDER, "office_talk_rest_day", **_says(work, talk))


def _named(day: date) -> str:
    return f"{day.month}月{day.day}日"


def day_and_time(at: datetime) -> str:
    """“12月1日 14:00” in China time."""
    local = at.astimezone(CHINA)
    return f"{local_day(at).month}月{local.day}日 {local:%H:%M}"


def _record(work: Work, talk: Admonition, what: str, party: Party, reason: str, **details: str) -> CaseEvent:
    return audit.record(work, talk.case, what, party, reason=reason, details={"talk": talk.number, **details})


def _needs(reason: str, example: str) -> None:
    if not reason.strip():
        raise Refusal(example)
