"""What became of the cause of a message before it could leave: the case moved, the date passed, the person left."""

from datetime import date, datetime, timedelta

from sqlalchemy import select

from models.admonition import Admonition
from models.assessment import AssessmentState
from models.case import Case
from models.extension import Extension, ExtensionState
from models.notification import Notice, Notification
from models.person import Person
from models.publication import Publication, PublicationState
from models.supervision import Order, SupervisionOrder
from models.whistle import Whistle, WhistleParty
from rules.roles import Role
from rules.supervision import WAITING_FOR_ANSWER, AdmonitionState, OrderState
from rules.whistles import WhistleState
from rules.workdays import local_day
from services import overtaken_months, people
from services.desk import Work

DEEDS = frozenset(
    {
        "town_assigned", "office_no_town", "office_returned", "office_proof", "town_half_time", "town_day_before",
        "town_on_the_day", "town_overdue", "town_urged", "office_verify_due", "office_verify_overdue",
        "office_nobody_reminded",
    }
)  # fmt: skip
"""Sentences that ask for a deed: when held back and the case has moved meanwhile, the deed is done or another's."""
ASKS = frozenset({"town_assigned", "town_sent_back", "town_proof_refused", "town_reopened"})
"""Sentences that ask a town to act."""
TO_BE_TOLD = ASKS | {
    "town_overdue", "town_order", "town_order_sent_back", "town_order_overdue", "town_talk_called", "town_talk_dated",
    "helper_order",
}  # fmt: skip
"""Sentences of which the Office is told where one of them reaches nobody."""
BEFORE_THE_DATE = frozenset({"town_half_time", "town_day_before", "town_on_the_day", "office_verify_due"})
"""Sentences that are no longer true once the date has passed."""
TODAY = frozenset({"town_on_the_day", "town_order_due", "town_talk_today", "town_talk_tomorrow"})
"""Sentences that say “today”, or speak of the next day's morning."""
TO_BE_ANSWERED = frozenset({"town_order", "town_order_due", "town_order_overdue", "town_order_sent_back"})
"""Sentences that ask for the answer to a supervision order."""
DATED = BEFORE_THE_DATE | {
    "town_overdue", "office_verify_overdue", "town_new_date", "office_new_date", "reporter_new_date",
}  # fmt: skip
"""Sentences about a date: no longer true once it was moved (延期, 放假安排公布), of which its own message tells."""
TO_LEADERS = frozenset(
    {
        "town_half_time", "town_day_before", "town_on_the_day", "town_overdue", "town_urged", "town_order",
        "town_order_due", "town_order_overdue", "town_order_sent_back", "town_talk_called", "town_talk_dated",
        "town_talk_today", "town_talk_tomorrow", "town_undertaking_due", "town_undertaking_overdue",
    }
)  # fmt: skip
"""Sentences to whoever leads the town: nobody who has left the office is chased, the successor is."""
OF_ORDERS = frozenset(
    {
        "town_order_due", "town_order_overdue", "town_talk_today", "town_talk_tomorrow", "town_undertaking_due",
        "town_undertaking_overdue", "office_talk_rest_day", "office_talk_undated", "office_minutes_missing",
        "office_undertaking_overdue",
    }
)  # fmt: skip
"""Reminders that follow from an order or a talk, not from the case's own date."""
OF_ONE_PROMISE = (
    frozenset({"town_half_time", "town_day_before", "town_on_the_day", "town_overdue"}),
    frozenset({"office_verify_due", "office_verify_overdue"}),
)
"""Reminders of one date, of which only the newest is told."""
SOON = timedelta(hours=1)
"""What could not leave for longer (an outage) may have been overtaken like what was held back."""
WISHES = frozenset({"office_extension_asked", "office_extension_due"})
"""Sentences that ask the Office to answer a request for more time (延期), while the case waits for the town."""
TO_BE_NAMED = frozenset({"office_whistle_blown", "office_whistle_unnamed", "office_whistle_new_date"})
"""Sentences that ask the Office to name who helps on a whistle (吹哨)."""
HELPERS_DATE = frozenset({"helper_whistle_new_date", "office_whistle_helper_new_date"})
"""Sentences of a helper's date that was moved."""
TO_HELPERS = HELPERS_DATE | {"helper_whistle_asked", "helper_whistle_asked_place", "helper_whistle_due"}
"""Sentences that ask somebody for help on a whistle."""
WHISTLE_DATES = HELPERS_DATE | {"office_whistle_new_date"}
"""Sentences of a whistle's date: no longer true once it was moved again."""
HELP_ORDERS = {
    **dict.fromkeys(
        ("helper_order", "helper_order_due", "helper_order_sent_back", "helper_order_new_date",
         "office_help_order_late", "office_help_order_new_date", "office_help_order_talk", "town_help_order_talk"),
        WAITING_FOR_ANSWER,
    ),
    **dict.fromkeys(
        ("office_help_order_answered", "office_help_order_unjudged"), frozenset({OrderState.ANSWERED})
    ),
}  # fmt: skip
"""Sentences of an order to a helper, each with the states of the order in which it still says something."""
TALKS = {
    "town_talk_called": frozenset({AdmonitionState.CALLED, AdmonitionState.DATED}),
    **dict.fromkeys(("office_talk_called", "office_talk_undated"), frozenset({AdmonitionState.CALLED})),
    **dict.fromkeys(
        ("town_talk_dated", "town_talk_today", "town_talk_tomorrow", "office_talk_dated", "office_talk_rest_day",
         "office_minutes_missing"),
        frozenset({AdmonitionState.DATED}),
    ),
    **dict.fromkeys(
        ("town_undertaking_due", "town_undertaking_overdue", "office_undertaking_overdue"),
        frozenset({AdmonitionState.HELD}),
    ),
}  # fmt: skip
"""Sentences of a talk, each with the states of the talk in which it still says something."""
JUDGED = frozenset({"office_order_answered", "office_order_unjudged"})
"""Sentences that ask the Office to judge the answer to an order."""
RANKINGS = frozenset({"town_ranking", "town_ranking_asked", "subscriber_ranking"})
"""Sentences of a month's ranking."""
TAKEN_BACK = "发出前排名已撤回或更正"
MOVED, PASSED, LEFT = "发出前案件已有新进展", "发出前期限已过", "本人已不在任，改发给现任"
NEWER = "发出前已有更新的提示"
RE_DATED, DECIDED, LOADED = "发出前期限已调整", "发出前已有答复", "发出前已导入放假安排"


def why(work: Work, row: Notification) -> str:
    """Why this message is not sent any more, or nothing."""
    if row.sentence == "office_calendar_missing" and work.calendar.is_known(date(row.says["year"], 1, 1)):
        return LOADED
    if row.not_before > row.owed_at and (_whistle_is_past_it(work, row) or _help_order_is_past_it(work, row)):
        return DECIDED
    if row.sentence in WHISTLE_DATES and _was_moved_again(work, row):
        return RE_DATED
    if row.sentence in RANKINGS and _was_taken_back(work, row):
        return TAKEN_BACK
    if row.notice is Notice.ASSESSMENT:
        return overtaken_months.why(work, row) if _waited(work, row) else ""
    if row.case_id is None:
        return ""
    if _waited(work, row):  # only what was held back can be overtaken; what leaves at once is always said
        case = work.session.get_one(Case, row.case_id)
        if row.sentence in DEEDS and case.moves != row.says.get("moves"):
            return MOVED
        if row.sentence in TODAY and local_day(row.owed_at) != work.today:
            return PASSED
        if row.sentence in TO_BE_ANSWERED and not _waits_for_answer(work, row):
            return DECIDED
        if row.sentence in JUDGED and not _is_answered(work, row):
            return DECIDED
        if row.sentence in TALKS and _talk_is_past_it(work, row):
            return DECIDED
        due = row.says.get("deadline_at")
        if row.sentence in BEFORE_THE_DATE and due and work.now >= datetime.fromisoformat(due):
            return PASSED
        if row.sentence in DATED and due and not _is_still_due(case, datetime.fromisoformat(due)):
            return RE_DATED
        if _is_superseded(work, row):
            return NEWER
        if row.sentence in WISHES and not _is_still_asked(work, row):
            return DECIDED
    return LEFT if _has_left(work, row) else ""


def _was_taken_back(work: Work, row: Notification) -> bool:
    """Whether the ranking it tells does not stand any more (撤回, 更正)."""
    told = work.session.get(Publication, row.says["publication"])
    if told is None or told.state is PublicationState.WITHDRAWN:
        return True
    return told.assessment.state is AssessmentState.SUPERSEDED


def _waited(work: Work, row: Notification) -> bool:
    """Whether it was held back, or could not leave: owed on an earlier day, or for longer than an hour."""
    late = work.now - row.owed_at > SOON or local_day(row.owed_at) != work.today
    return row.not_before > row.owed_at or late


def _is_superseded(work: Work, row: Notification) -> bool:
    """Whether a newer reminder of the same date is owed, or was sent, to the same person."""
    series = next((names for names in OF_ONE_PROMISE if row.sentence in names), None)
    if series is None or row.person_id is None:
        return False
    newer = select(Notification).where(
        Notification.case_id == row.case_id, Notification.person_id == row.person_id,
        Notification.sentence.in_(series), Notification.id > row.id,
    )  # fmt: skip
    due = row.says.get("deadline_at")
    return any(other.says.get("deadline_at") == due for other in work.session.scalars(newer))


def _whistle_is_past_it(work: Work, row: Notification) -> bool:
    """Whether the helpers it asks for were named meanwhile, or the help it asks for is not wanted any more."""
    if row.sentence not in TO_BE_NAMED | TO_HELPERS:
        return False
    whistle = work.session.get_one(Whistle, row.says["whistle_id"])
    return whistle.state is not WhistleState.BLOWN if row.sentence in TO_BE_NAMED else not whistle.is_open


def _help_order_is_past_it(work: Work, row: Notification) -> bool:
    """Whether the order to a helper that it speaks of was answered, judged or withdrawn meanwhile."""
    if row.sentence not in HELP_ORDERS:
        return False
    state = work.session.scalar(select(Order.state).where(Order.number == row.says["order"]))
    return state not in HELP_ORDERS[row.sentence]


def _was_moved_again(work: Work, row: Notification) -> bool:
    """Whether another message tells the newer date of the whistle."""
    if row.sentence in HELPERS_DATE:
        due = work.session.get_one(WhistleParty, row.says["party_id"]).answer_by
    else:
        due = work.session.get_one(Whistle, row.says["whistle_id"]).name_by
    return due != datetime.fromisoformat(row.says["until_at"])


def _is_still_due(case: Case, at: datetime) -> bool:
    return case.due_at == at


def _waits_for_answer(work: Work, row: Notification) -> bool:
    number = SupervisionOrder.number == row.says.get("order")
    return work.session.scalar(select(SupervisionOrder.state).where(number)) in WAITING_FOR_ANSWER


def _is_answered(work: Work, row: Notification) -> bool:
    number = SupervisionOrder.number == row.says.get("order")
    return work.session.scalar(select(SupervisionOrder.state).where(number)) is OrderState.ANSWERED


def _talk_is_past_it(work: Work, row: Notification) -> bool:
    """Whether the talk it speaks of was dated, held, settled or withdrawn meanwhile."""
    number = Admonition.number == row.says.get("talk")
    return work.session.scalar(select(Admonition.state).where(number)) not in TALKS[row.sentence]


def _is_still_asked(work: Work, row: Notification) -> bool:
    asked = work.session.get(Extension, row.says["extension"])
    return asked is not None and asked.state is ExtensionState.ASKED


def _has_left(work: Work, row: Notification) -> bool:
    """Whether its reader holds no office any more for which it was: of the town it names, not of the case's now."""
    if row.sentence not in TO_LEADERS | ASKS or row.case_id is None or row.person_id is None:
        return False
    case = work.session.get_one(Case, row.case_id)
    town_id = _town_of(row, case)
    if row.sentence in ASKS and town_id != case.town_id:
        return False
    held = people.offices_of(work, row.person_id)
    if any(a.town_id == town_id and a.role in (Role.TOWN_CHIEF, Role.TOWN_LIAISON) for a in held):
        return False
    return row.sentence not in ASKS or not any(
        a.role is Role.VILLAGE_CHIEF and any(reach.id == case.reach_id for reach in a.reaches) for a in held
    )


def _town_of(row: Notification, case: Case) -> int | None:
    town_id: int | None = row.says.get("town_id", case.town_id)
    return town_id


def successors(work: Work, row: Notification) -> list[tuple[Person, Case]]:
    """Who leads the town now (or answers for the reach), where the message was for somebody who has left."""
    if row.case_id is None or not _has_left(work, row):
        return []
    case = work.session.get_one(Case, row.case_id)
    if row.sentence in ASKS:
        return [(person, case) for person in people.town_people(work, case)]
    return [(person, case) for person in people.leaders(work, _town_of(row, case) or 0)]
