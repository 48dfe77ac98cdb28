"""Help on a whistle: the Office names who leads and helps (指派), each answers and says what it did (回哨)."""

from collections.abc import Sequence
from datetime import date

from models.notification import Notice
from models.whistle import Whistle, WhistleEntry, WhistleParty
from rules import whistles as rules
from rules.lifecycle import Party
from rules.refusal import Refusal
from rules.whistles import Named, PartyMove, PartyState, WhistleMove
from rules.workdays import end_of
from services import help_orders, people, whistle_parties
from services.desk import Work
from services.ladder import office_only
from services.whistle_notices import answer_date, day, news, tell
from services.whistle_parties import THE_OFFICE
from services.whistle_reminders import nobody_there, schedule, schedule_party
from services.whistle_timeline import enter


def name(work: Work, whistle: Whistle, bodies: Sequence[Named]) -> list[WhistleParty]:
    """The Office names who leads (the first, where nobody does yet) and who helps (指派); those who are new."""
    office_only(work)
    known = {party.name for party in whistle.parties}
    new = [body for body in bodies if body.name not in known]
    if not new:
        raise Refusal("请写明还没有指派过的牵头单位和协助单位。")
    if any(body.town_id is not None and body.town_id == _own_town(whistle) for body in new):
        raise Refusal("吹哨的镇街本来就要办理，不用指派。")
    whistle.move(WhistleMove.NAME)
    whistle.named_at, whistle.climbed = whistle.named_at or work.now, None
    parties = [_party(work, whistle, body, leads=not known and n == 0) for n, body in enumerate(new)]
    words = "、".join(f"{party.name}{'（牵头）' if party.leads else ''}" for party in parties)
    entry = enter(work, whistle, "named", THE_OFFICE, words, Party.OFFICE)
    unread = [party for party in parties if not _ask(work, whistle, entry, party)]
    if unread:
        _tell_unread(work, whistle, entry, unread)
    town = whistle_parties.people_of_the_town(work, whistle)
    tell(work, whistle, entry, Notice.CASE_STATE, "town_whistle_named", town, reason=words)
    schedule(work, whistle)
    return parties


def _own_town(whistle: Whistle) -> int | None:
    return whistle.case.town_id if whistle.case is not None else whistle.town_id


def _party(work: Work, whistle: Whistle, body: Named, *, leads: bool) -> WhistleParty:
    due = rules.answer_by(work.now, work.rulebook.whistles, work.calendar)
    party = WhistleParty(
        kind=body.kind, name=body.name, town_id=body.town_id, leads=leads, state=PartyState.ASKED, asked_at=work.now,
        answer_by=due.at, answer_days=work.rulebook.whistles.answer_days, answer_provisional=due.provisional,
        plan="", result="",
    )  # fmt: skip
    whistle.parties.append(party)
    return party


def _ask(work: Work, whistle: Whistle, entry: WhistleEntry, party: WhistleParty) -> bool:
    """It is asked; whether anybody of it can be reached."""
    helpers = whistle_parties.people_of(work, party)
    role, until = "牵头" if party.leads else "协助", answer_date(work, party)
    says = {"reason": whistle.needs, "role": role, "until": until, "party": party.name}
    if whistle.case is not None:
        tell(work, whistle, entry, Notice.CASE_ASSIGNED, "helper_whistle_asked", helpers, **says)
    else:
        tell(work, whistle, entry, Notice.CASE_ASSIGNED, "helper_whistle_asked_place", helpers, **says)
    schedule_party(work, party)
    return bool(helpers)


def _tell_unread(work: Work, whistle: Whistle, entry: WhistleEntry, unread: Sequence[WhistleParty]) -> None:
    """The Office is told whom nobody reads for, and asks them by telephone."""
    who = "、".join(f"{party.name}（{nobody_there(party)}）" for party in unread)
    until = answer_date(work, unread[0])
    tell(
        work, whistle, entry, Notice.CASE_RETURNED, "office_whistle_nobody", people.office(work),
        reason=who, until=until,
    )  # fmt: skip


def answer(work: Work, party: WhistleParty, plan: str, do_by: date) -> None:
    """A helper says what it will do and until when (回哨); said again, the new plan counts and the old stays told."""
    capacity = _may_speak(work, party)
    _needs(plan, f"请写明办什么、何时办完，例如：回哨 {party.whistle.serial} 封堵排口 12-01")
    if do_by < work.today:
        raise Refusal("办完的日期不能早于今天。")
    party.move(PartyMove.ANSWER)
    party.plan, party.do_by, party.climbed = plan.strip(), end_of(do_by), None
    party.answered_at = party.answered_at or work.now
    words = f"{party.plan}，{day(work, party.do_by)}完成"
    news(
        work,
        party.whistle,
        enter(work, party.whistle, "answered", party.name, words, capacity),
        party,
        "回哨",
    )
    help_orders.party_moved(work, party, "已回哨")
    schedule_party(work, party)


def finish(work: Work, party: WhistleParty, result: str) -> None:
    """A helper says that it has done its part and what came of it."""
    capacity = _may_speak(work, party)
    _needs(result, f"请写明办理情况，例如：回哨 {party.whistle.serial} 完成 排口已封堵")
    party.move(PartyMove.FINISH)
    party.result, party.done_at = result.strip(), work.now
    party.answered_at = party.answered_at or work.now
    news(
        work, party.whistle, enter(work, party.whistle, "done", party.name, result, capacity), party, "已完成"
    )
    help_orders.party_moved(work, party, "已完成协助")
    schedule_party(work, party)
    schedule(work, party.whistle)


def _may_speak(work: Work, party: WhistleParty) -> Party:
    who, whistle = work.who, party.whistle
    if not whistle.is_open:
        raise Refusal(f"该吹哨{rules.WHISTLE_STATE_NAMES[whistle.state]}，不用再办理。")
    if who is None or who.is_office:
        return Party.OFFICE  # written down for a helper who answered by telephone or on paper
    if whistle_parties.speaks_for(who, party):
        return Party.HELPER
    raise Refusal("您的单位不在这个吹哨的牵头、协助单位之中。")


def _needs(words: str, example: str) -> None:
    if not words.strip():
        raise Refusal(example)
