"""Who is told what of a whistle (吹哨): the Office, the town, and those who help."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from models.case import Case, CaseEvent
from models.notification import Notice
from models.person import Person
from models.whistle import Whistle, WhistleEntry, WhistleParty
from rules.deadlines import Deadline, Severity, in_words
from rules.lifecycle import State
from rules.whistles import PartyState
from services import people, whistle_parties
from services.case_notices import facts
from services.desk import Work
from services.notifications import owe


def tell(
    work: Work, whistle: Whistle, entry: WhistleEntry, notice: Notice, sentence: str, to: Iterable[Person],
    **says: Any,
) -> None:  # fmt: skip
    """These people, each once for this entry, but for whoever did it."""
    case = whistle.case
    about = facts(work, case) if case is not None else {"place": whistle.place, "town": ""}
    for person in to:
        if work.who is not None and work.who.person is not None and work.who.person.id == person.id:
            continue
        owe(
            work, notice, sentence, f"whistle:{whistle.id}:{entry.sequence}:{sentence}", person=person, case=case,
            urgent=is_urgent(whistle),
            **{
                **about, "number": case.number if case else whistle.number, "moves": case.moves if case else 0,
                "whistle": whistle.number, "whistle_id": whistle.id, "serial": whistle.serial,
                "where": where(whistle),
                "by": whistle.town.name if whistle.town else whistle_parties.THE_OFFICE, **says,
            },
        )  # fmt: skip


def is_urgent(whistle: Whistle) -> bool:
    """Whether it is about a case that leaves at any hour."""
    return whistle.case is not None and whistle.case.severity is Severity.URGENT


def where(whistle: Whistle) -> str:
    """“〔2026-0001〕北运河天穆桥东侧”, or the place alone."""
    return f"〔{whistle.case.number}〕{whistle.case.place}" if whistle.case is not None else whistle.place


def news(work: Work, whistle: Whistle, entry: WhistleEntry, party: WhistleParty, did: str) -> None:
    """What one helper said is told to the Office, the town and whoever leads."""
    says = {"party": party.name, "did": did, "reason": entry.words}
    tell(work, whistle, entry, Notice.CASE_STATE, "office_whistle_news", people.office(work), **says)
    town = whistle_parties.people_of_the_town(work, whistle)
    tell(work, whistle, entry, Notice.CASE_STATE, "town_whistle_news", town, **says)
    lead = whistle.lead
    if lead is not None and lead is not party:
        leads = whistle_parties.people_of(work, lead)
        tell(work, whistle, entry, Notice.CASE_STATE, "helper_whistle_news", leads, **says)


def over(
    work: Work, whistle: Whistle, entry: WhistleEntry, how: str, *, by_itself: bool, stood_still: bool
) -> None:
    """It is over: those who helped, the Office and the town hear of it; the town not where its case moved on,
    which has its own message."""
    says = {"how": how, "reason": whistle.remark}
    tell(work, whistle, entry, Notice.CASE_STATE, "office_whistle_over", people.office(work), **says)
    for party in whistle.parties:
        helpers = whistle_parties.people_of(work, party)
        tell(work, whistle, entry, Notice.CASE_STATE, "helper_whistle_over", helpers, **says)
    town = [] if by_itself else whistle_parties.people_of_the_town(work, whistle)
    case = whistle.case
    if case is not None and stood_still and case.state in (State.ASSIGNED, State.ACCEPTED, State.PROVING):
        tell(work, whistle, entry, Notice.CASE_STATE, "town_whistle_over", town, **says)
    else:
        tell(work, whistle, entry, Notice.CASE_STATE, "town_whistle_ended", town, **says)


def day(work: Work, at: datetime, *, provisional: bool = False) -> str:
    """“12月1日24时前”, “（暂定）” where a day not yet announced was counted."""
    return in_words(Deadline(at, provisional), now=work.now)


def naming_date(work: Work, whistle: Whistle) -> str:
    """Until when the Office names who helps, in words."""
    return day(work, whistle.name_by, provisional=whistle.name_provisional)


def answer_date(work: Work, party: WhistleParty) -> str:
    """Until when a helper answers, in words."""
    return day(work, party.answer_by, provisional=party.answer_provisional)


def due_date(work: Work, party: WhistleParty) -> str:
    """What a helper owes now: its answer, or what it has promised by a day of its own."""
    if party.state is PartyState.ANSWERED and party.do_by is not None:
        return day(work, party.do_by)
    return answer_date(work, party)


def last_event(work: Work, case: Case) -> CaseEvent:
    """The link of the case's chain just written."""
    return work.session.scalars(
        select(CaseEvent).where(CaseEvent.case_id == case.id, CaseEvent.sequence == case.events_count)
    ).one()
