"""Reminders of a whistle: the Office that names nobody, helpers who do not answer or do not keep their day."""

from datetime import datetime

from models.notification import Notice
from models.whistle import Whistle, WhistleParty
from rules import escalation
from rules.escalation import Ladder, Rung, Rungs, Step
from rules.whistles import PartyKind, PartyState, WhistleState
from rules.workdays import end_of, local_day
from services import handling, people, whistle_parties
from services.desk import Work
from services.whistle_notices import due_date, is_urgent, naming_date, tell
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
    """Set when this helper is next to be reminded."""
    wanted = _step_of_party(work, party)
    party.remind_at = work.now if wanted.rung is not None else wanted.next_at
    if party.is_open and party.whistle.is_open and party.climbed is Rung.OVERDUE:
        party.remind_at = _again(work, party.whistle, _due(party))
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


def climb_party(work: Work, party: WhistleParty) -> None:
    """Remind a helper where it is due by now; the Office hears of what is overdue, and of what nobody reads."""
    if party.remind_at is None or party.remind_at > work.now:
        return
    rung = _step_of_party(work, party).rung
    if rung is None and party.is_open and party.whistle.is_open and party.climbed is Rung.OVERDUE:
        rung = Rung.OVERDUE  # said again
    if rung is not None:
        party.climbed = rung
        _chase(work, party, rung)
    schedule_party(work, party)


def _chase(work: Work, party: WhistleParty, rung: Rung) -> None:
    whistle, task = party.whistle, "回哨" if party.state is PartyState.ASKED else "完成"
    says = {"party": party.name, "task": task, "until": due_date(work, party), "late": HOW_LATE[rung]}
    entry = enter(work, whistle, "helper_reminded", "系统", f"{party.name}{task}，{HOW_LATE[rung]}")
    helpers = whistle_parties.people_of(work, party)
    example = f"回哨 {whistle.serial} 办什么 12-01"
    example = example if party.state is PartyState.ASKED else f"回哨 {whistle.serial} 完成 情况"
    tell(work, whistle, entry, Notice.REMINDER, "helper_whistle_due", helpers, **says, example=example)
    if rung is Rung.OVERDUE or not helpers:
        nobody = "" if helpers else f"（{nobody_there(party)}，请电话联系）"
        tell(work, whistle, entry, Notice.REMINDER, "office_whistle_late", people.office(work),
             **says, nobody=nobody)  # fmt: skip


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
        due_at, work.rulebook.whistles.again_days, work.now, ladder=_numbers(work, whistle),
        hours=work.rulebook.hours, calendar=work.calendar, urgent=is_urgent(whistle),
    )  # fmt: skip


def nobody_there(party: WhistleParty) -> str:
    """Why nobody is written to for it."""
    return "区外单位" if party.kind is PartyKind.NEIGHBOUR else "无人绑定微信"


def _step_of_naming(work: Work, whistle: Whistle) -> Step:
    if whistle.state is not WhistleState.BLOWN:
        return Step(None, None)
    rungs = escalation.of_help(whistle.name_by, _numbers(work, whistle), work.calendar)
    return _step(work, whistle, rungs, whistle.climbed, whistle.name_by)


def _step_of_party(work: Work, party: WhistleParty) -> Step:
    if not party.is_open or not party.whistle.is_open:
        return Step(None, None)
    due = _due(party)
    promised = party.state is PartyState.ANSWERED
    rungs = escalation.of_help(due, _numbers(work, party.whistle), work.calendar, before=promised)
    return _step(work, party.whistle, rungs, party.climbed, due)


def _due(party: WhistleParty) -> datetime:
    return party.do_by if party.state is PartyState.ANSWERED and party.do_by is not None else party.answer_by


def _numbers(work: Work, whistle: Whistle) -> Ladder:
    ladders = work.rulebook.ladders
    return ladders.get(whistle.case.ladder if whistle.case is not None else "", ladders[""])


def _step(work: Work, whistle: Whistle, rungs: Rungs, sent: Rung | None, due_at: datetime) -> Step:
    return escalation.step(
        rungs, sent, due_at, work.now, ladder=_numbers(work, whistle), hours=work.rulebook.hours,
        calendar=work.calendar, urgent=is_urgent(whistle),
    )  # fmt: skip
