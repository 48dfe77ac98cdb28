"""Every message owed against what became of it, counted by the database."""

from dataclasses import dataclass

from sqlalchemy import func, select

from models.notification import Delivery, Notification
from services.desk import Work
from services.measures import CLOSE, PROMPT_SECONDS, seconds_between


@dataclass(frozen=True)
class Reconciliation:
    """What was owed by where it stands: the sum is everything that was ever owed."""

    owed: int
    held: int
    """Over the day's limit: to be told in the next digest."""
    sent: int
    gathered: int
    """Told as lines of digests; the digests themselves are among the others."""
    undeliverable: int
    pointless: int
    within_ten_seconds: float
    """Share of what was sent that was handed over within 10 s of when it might leave, 0–1."""


def reconcile(work: Work) -> Reconciliation:
    """Count everything owed so far by where it stands."""
    by_delivery = select(Notification.delivery, func.count().label("many")).group_by(Notification.delivery)
    counts = {row.delivery: row.many for row in work.session.execute(by_delivery)}
    return Reconciliation(
        owed=counts.get(Delivery.OWED, 0),
        held=counts.get(Delivery.HELD, 0),
        sent=counts.get(Delivery.SENT, 0),
        gathered=counts.get(Delivery.GATHERED, 0),
        undeliverable=counts.get(Delivery.UNDELIVERABLE, 0),
        pointless=counts.get(Delivery.POINTLESS, 0),
        within_ten_seconds=_share_within_ten_seconds(work),
    )


def _share_within_ten_seconds(work: Work) -> float:
    took = seconds_between(Notification.not_before, Notification.sent_at)
    prompt = func.count().filter(took <= PROMPT_SECONDS + CLOSE)
    sent = select(func.count(), prompt).where(Notification.sent_at.is_not(None))
    total, in_time = work.session.execute(sent.select_from(Notification)).one()
    return in_time / total if total else 1.0
