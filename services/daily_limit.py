"""Not too many messages: who has had the day's number gets the rest in one digest on the next working morning."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, case, exists, func, or_, select

from models.follower import Follower
from models.notification import Delivery, Notification, held_for_digest
from models.person import Person
from rules import messages
from rules.workdays import end_of
from services.desk import Work

DIGESTS = frozenset({"staff_digest", "reporter_digest"})
"""Sentences of the digest itself: a slot of the day is kept free for it, so it is never over the limit."""


def hold_what_is_over(work: Work, row: Notification, real: datetime) -> bool:
    """Hold this message back for the digest if its reader has had the day's number; urgent cases are not counted.

    `real`: the time by which others hold their leases.
    """
    reader = row.person or row.follower
    if not row.counted or row.sentence in DIGESTS or reader is None:
        return False
    hours = work.rulebook.hours
    to = locked(work, reader)
    midnight = end_of(work.today)
    if _sent_under_way_or_kept_free(work, to, midnight, real) < hours.per_day:
        return False
    row.delivery, row.leased_until = Delivery.HELD, None
    row.not_before = row.next_try_at = messages.may_leave_at(midnight, False, hours, work.calendar)
    return True


def locked(work: Work, reader: Person | Follower) -> ColumnElement[bool]:
    """What is for this reader, whose row is held meanwhile, so that two workers count one after the other."""
    table = type(reader)
    work.session.scalar(select(table.id).where(table.id == reader.id).with_for_update())
    return to_reader(reader)


def to_reader(reader: Person | Follower) -> ColumnElement[bool]:
    """Messages for this person of the registry, or for this reporter."""
    if isinstance(reader, Person):
        return Notification.person_id == reader.id
    return Notification.follower_id == reader.id


def sent_that_day(to: ColumnElement[bool], midnight: datetime) -> Select[int]:
    """How many counted messages left for somebody in the day that ends at this midnight."""
    return select(func.count()).where(
        to,
        Notification.counted,
        Notification.delivery.in_([state for state in Delivery if state is not Delivery.OWED]),
        Notification.sent_at >= midnight - timedelta(days=1),
        Notification.sent_at < midnight,
    )


def _sent_under_way_or_kept_free(
    work: Work, to: ColumnElement[bool], midnight: datetime, real: datetime
) -> int:
    """All found in the index of whom they go to, without their whole past."""
    owed = (to, Notification.counted, Notification.delivery == Delivery.OWED)
    under_way = select(func.count()).where(*owed, Notification.leased_until > real)
    waits = or_(Notification.leased_until.is_(None), Notification.leased_until <= real)
    digest = select(Notification.id).where(*owed, waits, Notification.sentence.in_(DIGESTS))
    to_come = held_for_digest(work.now).where(to)
    kept_free = case((or_(exists(digest), exists(to_come.with_only_columns(Notification.id))), 1), else_=0)
    counted = sent_that_day(to, midnight).scalar_subquery() + under_way.scalar_subquery() + kept_free
    return work.session.scalar(select(counted)) or 0
