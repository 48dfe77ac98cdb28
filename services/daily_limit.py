"""Not too many messages: who has had the day's number gets the rest in one digest on the next working morning."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Integer, Select, bindparam, case, exists, func, or_, select

from models.base import UtcDateTime
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
    midnight = end_of(work.today)
    locked(work, reader)
    if _sent_under_way_or_kept_free(work, reader, midnight, real) < hours.per_day:
        return False
    row.delivery, row.leased_until = Delivery.HELD, None
    row.not_before = row.next_try_at = messages.may_leave_at(midnight, False, hours, work.calendar)
    return True


def locked(work: Work, reader: Person | Follower) -> ColumnElement[bool]:
    """What is for this reader, who is held meanwhile, so that two workers count one after the other."""
    whose = _behind(reader)
    table = type(whose)
    work.session.scalar(select(table.id).where(table.id == whose.id).with_for_update())
    return to_reader(reader)


def _behind(reader: Person | Follower) -> Person | Follower:
    """Who holds an office and has reported something too is one person with one telephone."""
    return (reader.person or reader) if isinstance(reader, Follower) else reader


def _to_the_telephone_of(kind: type[Person | Follower]) -> list[ColumnElement[bool]]:
    """What reaches the reader `whose`, in each capacity."""
    whose = bindparam("whose", type_=Integer)
    if kind is Follower:
        return [Notification.follower_id == whose]
    bound = select(Follower.id).where(Follower.person_id == whose)
    return [Notification.person_id == whose, Notification.follower_id.in_(bound)]


def to_reader(reader: Person | Follower) -> ColumnElement[bool]:
    """Messages for this person of the registry, or for this reporter."""
    if isinstance(reader, Person):
        return Notification.person_id == reader.id
    return Notification.follower_id == reader.id


def sent_that_day(to: ColumnElement[bool], midnight: datetime) -> Select[int]:
    """How many counted messages left for somebody in the day that ends at this midnight."""
    return _sent_between(to, midnight - timedelta(days=1), midnight)


def _sent_between(to: ColumnElement[bool], since: Any, before: Any) -> Select[int]:
    return select(func.count()).where(
        to,
        Notification.counted,
        Notification.delivery.in_([state for state in Delivery if state is not Delivery.OWED]),
        Notification.sent_at >= since,
        Notification.sent_at < before,
    )


def _sent_under_way_or_kept_free(
    work: Work, reader: Person | Follower, midnight: datetime, real: datetime
) -> int:
    """All found in the indexes of whom they go to, without their whole past."""
    whose = _behind(reader)
    when = {"since": midnight - timedelta(days=1), "before": midnight, "now": work.now, "real": real}
    return work.session.scalar(_how_many(type(whose)), {"whose": whose.id, **when}) or 0


@cache
def _how_many(kind: type[Person | Follower]) -> Select[int]:
    """Written once: to put it together costs more than to ask it, and every message asks."""
    counted = [_counted(to) for to in _to_the_telephone_of(kind)]
    return select(sum(counted[1:], counted[0]))


def _counted(to: ColumnElement[bool]) -> ColumnElement[int]:
    since, before, now, real = (
        bindparam(name, type_=UtcDateTime()) for name in ("since", "before", "now", "real")
    )
    owed = (to, Notification.counted, Notification.delivery == Delivery.OWED)
    under_way = select(func.count()).where(*owed, Notification.leased_until > real)
    waits = or_(Notification.leased_until.is_(None), Notification.leased_until <= real)
    digest = select(Notification.id).where(*owed, waits, Notification.sentence.in_(DIGESTS))
    to_come = held_for_digest(cast("Any", now)).where(to)
    kept_free = case((or_(exists(digest), exists(to_come.with_only_columns(Notification.id))), 1), else_=0)
    return _sent_between(to, since, before).scalar_subquery() + under_way.scalar_subquery() + kept_free
