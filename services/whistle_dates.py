"""When a notice of days off was loaded: a whistle's dates as they would be had it been known from the start."""

from datetime import datetime

from models.notification import Notice
from models.whistle import Whistle, WhistleParty
from rules import deadlines
from rules.deadlines import Deadline
from rules.whistles import PartyState, WhistleState
from services import people, whistle_parties
from services.desk import Work
from services.recount import WHY
from services.whistle_notices import answer_date, day, naming_date, tell
from services.whistle_reminders import schedule, schedule_party
from services.whistle_timeline import enter


def naming_anew(work: Work, whistle: Whistle) -> None:
    """Until when the Office names who helps; the Office is told where that still counts and moves."""
    days = work.rulebook.whistles.name_days if whistle.name_days is None else whistle.name_days
    due, before = deadlines.counted(whistle.blown_at, days, work.calendar), whistle.name_by
    whistle.name_by, whistle.name_days, whistle.name_provisional = due.at, days, due.provisional
    if due.at != before and whistle.state is WhistleState.BLOWN:
        whistle.climbed = None if due.at > work.now else whistle.climbed
        until, was = naming_date(work, whistle), day(work, before)
        entry = enter(work, whistle, "date_moved", "系统", f"指派期限由{was}调整为{until}，{WHY}")
        tell(work, whistle, entry, Notice.CASE_STATE, "office_whistle_new_date", people.office(work),
             until=until, was=was, reason=WHY, until_at=due.at.isoformat())  # fmt: skip
    schedule(work, whistle)


def helper_anew(work: Work, party: WhistleParty) -> None:
    """Until when a helper answers; it is told where that still counts and moves (the Office, where nobody reads).

    The day a helper has named itself stays; only its reminders follow the days off.
    """
    days = work.rulebook.whistles.answer_days if party.answer_days is None else party.answer_days
    due, before = deadlines.counted(party.asked_at, days, work.calendar), party.answer_by
    party.answer_by, party.answer_days, party.answer_provisional = due.at, days, due.provisional
    if due.at != before and party.state is PartyState.ASKED:
        party.climbed = None if due.at > work.now else party.climbed
        _tell_helper(work, party, due, before)
    schedule_party(work, party)


def _tell_helper(work: Work, party: WhistleParty, due: Deadline, before: datetime) -> None:
    until, was = answer_date(work, party), day(work, before)
    words = f"{party.name}回哨期限由{was}调整为{until}，{WHY}"
    entry = enter(work, party.whistle, "date_moved", "系统", words)
    helpers = whistle_parties.people_of(work, party)
    says = {"party": party.name, "party_id": party.id, "until": until, "was": was, "reason": WHY,
            "until_at": due.at.isoformat()}  # fmt: skip
    tell(work, party.whistle, entry, Notice.CASE_STATE, "helper_whistle_new_date", helpers, **says)
    if not helpers:
        office = people.office(work)
        tell(work, party.whistle, entry, Notice.CASE_STATE, "office_whistle_helper_new_date", office, **says)
