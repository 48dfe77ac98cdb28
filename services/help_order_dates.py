"""When a notice of days off was loaded: the date of a helper's answer to an order as it would have been."""

from datetime import datetime

from models.help_order import HelpOrder
from models.notification import Notice
from rules import deadlines
from services import people, whistle_parties
from services.desk import Work
from services.help_order_reminders import note, schedule, told, until_when, waits
from services.recount import SAID_OF_THE_DATE, WHY
from services.whistle_notices import day


def order_anew(work: Work, order: HelpOrder) -> None:
    """The date of an answer as it would be had the calendar been known from the start; told where it moves."""
    due = deadlines.counted(order.asked_at, order.answer_days, work.calendar)
    before, order.answer_by, order.answer_provisional = order.answer_by, due.at, due.provisional
    if due.at != before and due.at > work.now and order.climbed in SAID_OF_THE_DATE:
        order.climbed = None  # the new last day is said again
    schedule(work, order)
    if due.at != before and waits(order):
        _tell(work, order, before)


def _tell(work: Work, order: HelpOrder, before: datetime) -> None:
    until, was = until_when(work, order), day(work, before)
    entry = note(work, order, "date_moved", f"督办单{order.number}答复期限由{was}调整为{until}，{WHY}")
    helpers, says = whistle_parties.people_of(work, order.party), {"until": until, "was": was, "reason": WHY}
    told(work, order, entry, Notice.ORDER, "helper_order_new_date", helpers, **says)
    if not helpers:
        told(work, order, entry, Notice.ORDER, "office_help_order_new_date", people.office(work), **says)
