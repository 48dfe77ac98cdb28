"""Messages owed to people: written in the transaction of their cause, put off, hurried or put back in the queue."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, or_, select

from models.case import Case
from models.follower import Follower
from models.notification import WAITING, Delivery, Notice, Notification, owed_once
from models.person import Person
from rules import messages
from rules.deadlines import Severity
from rules.privacy import without_telephone
from rules.refusal import Refusal
from services import overtaken, short_numbers
from services.desk import Work

TO_OTHERS = ("town_", "helper_")
"""How sentences begin whose readers learn no telephone number: a clerk may have typed the caller's."""
GIVE_UP = timedelta(days=3)
"""So long a message is tried, and waited for its reader to speak."""


def owe(
    work: Work,
    notice: Notice,
    sentence: str,
    key: str,
    *,
    person: Person | None = None,
    follower: Follower | None = None,
    case: Case | None = None,
    urgent: bool = False,
    **says: Any,
) -> int | None:
    """Write down that this message is owed to this person: its id; None where the same key was owed before."""
    row = _row(work, notice, sentence, case, urgent, says)
    if person is not None:
        row |= {"key": f"{key}:person:{person.id}", "person_id": person.id}
    else:
        reader = follower.id if follower else 0
        row |= {"key": f"{key}:follower:{reader}", "follower_id": reader or None}
    owed: int | None = work.connection.scalar(owed_once(work.connection).returning(Notification.id), row)
    return owed


def owe_each(
    work: Work,
    notice: Notice,
    sentence: str,
    key: str,
    readers: Mapping[int, Mapping[str, Any]],
    *,
    case: Case | None = None,
    urgent: bool = False,
    **says: Any,
) -> None:
    """The same to several people of the registry, by their ids, each with what is said to them alone."""
    if not readers:
        return
    row = _row(work, notice, sentence, case, urgent, says)
    rows = [
        row | {"key": f"{key}:person:{person_id}", "person_id": person_id, "says": {**row["says"], **alone}}
        for person_id, alone in readers.items()
    ]
    work.connection.execute(owed_once(work.connection), rows)


def owe_followers(
    work: Work, notice: Notice, sentence: str, key: str, followers: Iterable[int], **says: Any
) -> None:
    """The same to many followers, by their ids, in one go: thousands may have asked to be told."""
    row = _row(work, notice, sentence, None, False, says)
    rows = [row | {"key": f"{key}:follower:{reader}", "follower_id": reader} for reader in followers]
    if rows:
        work.connection.execute(owed_once(work.connection), rows)


def _row(
    work: Work, notice: Notice, sentence: str, case: Case | None, urgent: bool, says: dict[str, Any]
) -> dict[str, Any]:
    """What is to be written, but for whom it is to; who delivers is woken where it may leave now."""
    if sentence.startswith(TO_OTHERS):
        says = {name: without_telephone(v) if isinstance(v, str) else v for name, v in says.items()}
    leaves = messages.may_leave_at(work.now, urgent, work.rulebook.hours, work.calendar)
    if leaves <= work.now:
        work.wakes.add("deliver")
    return {
        "notice": notice, "sentence": sentence, "case_id": case.id if case else None, "says": says,
        "urgent": urgent, "counted": not (urgent or (case is not None and case.severity is Severity.URGENT)),
        "owed_at": work.now, "not_before": leaves, "next_try_at": leaves, "delivery": Delivery.OWED,
        "person_id": None, "follower_id": None,
    }  # fmt: skip


def held_back(now: datetime) -> Select[Notification]:
    """Messages that wait for their hours, for the digest or for another try, and that no living worker holds."""
    return (
        select(Notification)
        .where(
            Notification.delivery.in_(WAITING),
            Notification.urgent.is_(False),
            or_(Notification.leased_until.is_(None), Notification.leased_until <= now),
        )
        .order_by(Notification.id)
    )


def wait_anew(work: Work, row: Notification) -> None:
    """The calendar has changed: it leaves in the first hours from now on that are not of a day of rest."""
    if row.delivery not in WAITING or row.urgent or (row.leased_until and row.leased_until > work.now):
        return
    hours, calendar = work.rulebook.hours, work.calendar
    if row.attempts or row.delivery is Delivery.HELD:
        row.next_try_at = messages.may_leave_at(row.next_try_at, False, hours, calendar)
        return
    leaves = messages.may_leave_at(work.now, False, hours, calendar)
    if leaves > work.now or row.next_try_at > work.now:
        row.not_before = row.next_try_at = leaves
        work.wakes.add("deliver")


def let_go(work: Work, row: Notification, why: str) -> None:
    """It is not sent any more; what was for somebody who has left the office is owed to whoever holds it now."""
    row.delivery, row.reason = Delivery.POINTLESS, why
    for person, case in overtaken.successors(work, row):
        says = {**row.says, "short": short_numbers.of_people(work, [person], case).get(person.id, 0)}
        key = row.key.rpartition(":person:")[0]
        owe(work, row.notice, row.sentence, key, person=person, case=case, urgent=row.urgent, **says)


def hurry(work: Work, case: Case) -> None:
    """The case has become urgent: what is held back for its town leaves now, also what a digest has not told yet."""
    unsent = select(Notification.id).where(
        Notification.notice == Notice.DIGEST,
        Notification.delivery == Delivery.OWED,
        or_(Notification.leased_until.is_(None), Notification.leased_until <= work.now),
    )
    held = select(Notification).where(
        Notification.case_id == case.id,
        or_(Notification.delivery.in_(WAITING), Notification.digest_id.in_(unsent)),
        Notification.person_id.is_not(None),
    )
    for row in work.session.scalars(held):
        row.urgent, row.counted, row.not_before, row.next_try_at = True, False, work.now, work.now
        row.delivery, row.digest_id = Delivery.OWED, None
        work.wakes.add("deliver")


WAITS_FOR_WINDOW = (45015, 45047)
"""The platform's codes for a customer-service window that is shut or used up; ours for the same is 45015."""


def window_opened(work: Work, follower_id: int, person_id: int | None) -> None:
    """What could not reach this person only because they had been silent is owed again, for three days: in the next
    hours, for who speaks to us at night has not asked for yesterday's news."""
    to = Notification.follower_id == follower_id
    if person_id is not None:
        to = to | (Notification.person_id == person_id)
    rows = select(Notification).where(
        to,
        Notification.delivery == Delivery.UNDELIVERABLE,
        Notification.code.in_(WAITS_FOR_WINDOW),
        Notification.owed_at > work.now - GIVE_UP,
    )
    for row in work.session.scalars(rows):
        from_now = max(work.now, row.not_before)
        leaves = messages.may_leave_at(from_now, row.urgent, work.rulebook.hours, work.calendar)
        row.delivery, row.attempts, row.not_before, row.next_try_at = Delivery.OWED, 0, leaves, leaves
        work.wakes.add("deliver")


def try_again(work: Work, ids: Iterable[int] | None) -> int:
    """Put undeliverable messages (all, or those named) back in the queue; the count that was."""
    rows = select(Notification).where(Notification.delivery == Delivery.UNDELIVERABLE)
    wanted = set(ids) if ids is not None else None
    if wanted is not None:
        rows = rows.where(Notification.id.in_(wanted))
    found = list(work.session.scalars(rows))
    missing = (wanted or set()) - {row.id for row in found}
    if missing:
        raise Refusal(f"这些序号没有无法送达的消息：{'、'.join(map(str, sorted(missing)))}。")
    for row in found:
        leaves = messages.may_leave_at(work.now, row.urgent, work.rulebook.hours, work.calendar)
        row.delivery, row.not_before, row.next_try_at, row.attempts = Delivery.OWED, leaves, leaves, 0
    if found:
        work.wakes.add("deliver")
    return len(found)
