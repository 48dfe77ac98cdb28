"""Whistles (吹哨): blown by a town or the Office, closed or withdrawn by either; the clock waits between."""

from sqlalchemy import select

from models.case import Case
from models.notification import Notice
from models.registry import Town
from models.whistle import Whistle, WhistleEntry, open_whistle_of
from rules import whistles as rules
from rules.deadlines import Severity
from rules.lifecycle import STATE_NAMES, Move, Party, State
from rules.refusal import Refusal
from rules.supervision import numbered, order_number
from rules.whistles import PartyMove, WhistleMove, WhistleState
from services import help_orders, people, whistle_clock, whistle_notices, whistle_parties
from services.case_notices import tell_reporters
from services.desk import Work
from services.ladder import WITH_TOWN
from services.numbering import serial_of_year
from services.whistle_notices import naming_date, over, tell
from services.whistle_parties import THE_OFFICE, is_of_the_town
from services.whistle_reminders import schedule, schedule_party
from services.whistle_timeline import enter

TO_ANOTHER = frozenset({Move.TRANSFER, Move.RETURN, Move.DECLINE, Move.WITHDRAW})
"""Moves after which the town has the case no more: what it called for is not called for any more."""


def blow(work: Work, case: Case, needs: str) -> Whistle:
    """The town that has the case, or the Office, says what is needed and from whom (吹哨); its clock stops."""
    _needs(needs, f"请写明需要谁做什么，例如：吹哨 {case.number} 请水务局封堵上游排口")
    who = work.who
    by_town = who is not None and not who.is_office
    if who is not None and by_town and not who.answers_for(case):
        raise Refusal("这不是您负责的案件。")
    if who is not None and by_town and not who.leads(case):
        raise Refusal("请由镇级河湖长或镇街联络员吹哨。")
    if case.state not in WITH_TOWN or case.town_id is None:
        raise Refusal(f"该案件{STATE_NAMES[case.state]}，现在不能吹哨。")
    held = work.session.scalar(open_whistle_of(case.id))
    if held is not None:
        raise Refusal(f"该案件已有没有收哨的吹哨{held.number}。")
    whistle = _written(work, case.place, needs, case.town_id if by_town else None, case)
    case.whistles = (case.whistles or 0) + 1
    entry = enter(work, whistle, "blown", _blower(whistle), needs, Party.TOWN if by_town else Party.OFFICE)
    if case.severity is not Severity.URGENT:  # what is reckoned in minutes does not wait for helpers
        whistle_clock.stop(work, case)
    _told(work, whistle, entry)
    return whistle


def blow_at(work: Work, place: str, needs: str, town: Town | None = None) -> Whistle:
    """The same about a place without a case; the Office may say in which town it lies."""
    if not place.strip():
        raise Refusal("请写明地点，例如：吹哨 北运河省界断面 请上游武清区河长办共同清捞")
    _needs(needs, "请写明需要谁做什么，例如：吹哨 北运河省界断面 请上游武清区河长办共同清捞")
    town_id = town.id if town is not None else None
    by_town = work.who is not None and not work.who.is_office
    if work.who is not None and by_town:
        town_id = next(iter(sorted(whistle_parties.towns_led(work.who))), None)
        if town_id is None:
            raise Refusal("只有镇级河湖长、镇街联络员和河长办可以对没有案件的地点吹哨。")
    whistle = _written(work, place, needs, town_id, None)
    entry = enter(work, whistle, "blown", _blower(whistle), needs, Party.TOWN if by_town else Party.OFFICE)
    _told(work, whistle, entry)
    return whistle


def _written(work: Work, place: str, needs: str, town_id: int | None, case: Case | None) -> Whistle:
    year, serial = serial_of_year(work, "whistle")
    due = rules.name_by(work.now, work.rulebook.whistles, work.calendar)
    whistle = Whistle(
        year=year, serial=serial, number=order_number(year, serial), case=case, town_id=town_id,
        blown_by=work.who.pseudonym if work.who is not None else Party.OFFICE.value, place=place.strip(),
        needs=needs.strip(), state=WhistleState.BLOWN, blown_at=work.now,
        name_by=due.at, name_days=work.rulebook.whistles.name_days, name_provisional=due.provisional,
        entries=0, remark="",
        stood_still_for=0, parties=[],
    )  # fmt: skip
    whistle.town = work.session.get(Town, town_id) if town_id is not None else None
    work.session.add(whistle)
    work.session.flush()
    return whistle


def _blower(whistle: Whistle) -> str:
    return whistle.town.name if whistle.town is not None else THE_OFFICE


def _told(work: Work, whistle: Whistle, entry: WhistleEntry) -> None:
    until = naming_date(work, whistle)
    office = people.office(work)
    tell(
        work,
        whistle,
        entry,
        Notice.CASE_RETURNED,
        "office_whistle_blown",
        office,
        reason=whistle.needs,
        until=until,
    )
    town = whistle_parties.people_of_the_town(work, whistle)
    if whistle.case is not None and not whistle.case.is_paused:
        tell(work, whistle, entry, Notice.CASE_STATE, "town_whistle_urgent", town, reason=whistle.needs)
    elif whistle.case is not None:
        tell(work, whistle, entry, Notice.CASE_STATE, "town_whistle_blown", town, reason=whistle.needs)
    schedule(work, whistle)


def close(work: Work, whistle: Whistle, result: str, *, solved: bool) -> None:
    """The town that blew it, or the Office, says what came of it (收哨); the clock goes on."""
    party = _may_end(work, whistle)
    _needs(result, f"请写明结果，例如：收哨 {whistle.serial} 已解决 排口已封堵")
    whistle.move(WhistleMove.CLOSE)
    whistle.solved = solved
    _end(work, whistle, "closed", result, party, "已解决" if solved else "没有解决")


def withdraw(work: Work, whistle: Whistle, reason: str) -> None:
    """The town that blew it, or the Office, takes it back (撤哨); the clock goes on."""
    party = _may_end(work, whistle)
    _needs(reason, f"请写明撤哨的理由，例如：撤哨 {whistle.serial} 已自行解决")
    whistle.move(WhistleMove.WITHDRAW)
    _end(work, whistle, "withdrawn", reason, party, "已撤哨")


def _may_end(work: Work, whistle: Whistle) -> Party:
    if work.who is None or work.who.is_office:
        return Party.OFFICE
    if whistle.town_id is not None and is_of_the_town(work, whistle):
        return Party.TOWN
    raise Refusal("只有吹哨的镇街和河长办可以这样做。")


def _end(work: Work, whistle: Whistle, what: str, words: str, party: Party, how: str) -> None:
    whistle.settled_at, whistle.remark = work.now, words.strip()
    body = THE_OFFICE if party is Party.OFFICE else "系统" if party is Party.SYSTEM else _blower(whistle)
    stood_still = whistle.case is not None and whistle.case.is_paused
    moved = _clock_goes_on(work, whistle, party)
    entry = enter(work, whistle, what, body, f"{how}：{whistle.remark}", party)
    over(work, whistle, entry, how, by_itself=party is Party.SYSTEM, stood_still=stood_still)
    for helper in whistle.parties:
        if helper.is_open:
            helper.move(PartyMove.RELEASE)
        schedule_party(work, helper)
    help_orders.whistle_over(work, whistle)
    schedule(work, whistle)
    case = whistle.case
    if case is not None and moved and case.state in (State.ASSIGNED, State.ACCEPTED):
        event = whistle_notices.last_event(work, case)
        tell_reporters(work, case, event, Notice.CASE_STATE, "reporter_new_date")


def _clock_goes_on(work: Work, whistle: Whistle, party: Party) -> bool:
    """Whether the date that counts now has moved; where the case itself moved on, its new date begins anew."""
    if whistle.case is None:
        return False
    if party is Party.SYSTEM:
        whistle.case.paused_at = None
        return False
    return whistle_clock.go_on(work, whistle, whistle.case)


def case_moved(work: Work, case: Case, move: Move) -> None:
    """The case was closed, or is not this town's any more: what was called for is not called for any more."""
    if not case.whistles or not (move in TO_ANOTHER or move is Move.PASS):
        return
    whistle = work.session.scalar(open_whistle_of(case.id))
    if whistle is None:
        return
    if move is Move.PASS:
        whistle.move(WhistleMove.CLOSE)
        whistle.solved = True
        _end(work, whistle, "closed", "案件已办结", Party.SYSTEM, "已解决")
    else:
        whistle.move(WhistleMove.WITHDRAW)
        _end(work, whistle, "withdrawn", f"案件{STATE_NAMES[case.state]}", Party.SYSTEM, "已撤哨")


def called(work: Work, number: str) -> Whistle:
    """The whistle somebody means: 〔2026〕3号, 2026-3, or 3 of this year."""
    found, whistle = numbered(number, work.today.year), None
    if found is not None:
        rows = select(Whistle).where(Whistle.year == found[0], Whistle.serial == found[1])
        whistle = work.session.scalar(rows)
    if whistle is None or not whistle_parties.may_see(work, whistle):
        raise Refusal(f"没有找到吹哨“{number}”。请写编号，如〔2026〕3号，或只写 3。")
    return whistle


def _needs(words: str, example: str) -> None:
    if not words.strip():
        raise Refusal(example)
