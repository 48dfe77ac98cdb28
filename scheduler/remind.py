"""Every minute: whatever the ladder of supervision wants by now, each thing in its own transaction."""

from models.admonition import due_admonitions
from models.case import due_for_reminder
from models.extension import due_extensions
from models.help_order import due_help_orders
from models.law_referral import due_law_referrals
from models.supervision import due_orders
from models.whistle import due_parties, due_whistles
from services import (
    admonitions,
    chase,
    extension_reminders,
    help_order_reminders,
    helper_chase,
    law_referrals,
    supervision,
    whistle_reminders,
)
from services.desk import Desk


def remind(desk: Desk) -> int:
    """Climb every rung that stands: of cases, of orders and requests that wait for an answer, talks, whistles."""
    now = desk.clock()
    return (
        desk.each(due_for_reminder(now), chase.climb)
        + desk.each(due_orders(now), supervision.climb)
        + desk.each(due_extensions(now), extension_reminders.climb)
        + desk.each(due_admonitions(now), admonitions.climb)
        + desk.each(due_whistles(now), whistle_reminders.climb)
        + desk.each(due_parties(now), helper_chase.climb)
        + desk.each(due_help_orders(now), help_order_reminders.climb)
        + desk.each(due_law_referrals(now), law_referrals.climb)
    )
