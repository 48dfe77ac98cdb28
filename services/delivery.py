"""Delivery as the workers see it: messages leased for a minute, and what became of each written down."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from models.case import Case
from models.delivery_word import DeliveryWord
from models.follower import Follower
from models.notification import Channel, Delivery, Notice, Notification, due_for_delivery
from models.person import Person
from rules import messages
from services import daily_limit, digests, notifications, overtaken, people
from services.desk import Work
from services.overtaken import TO_BE_TOLD

LEASE = timedelta(seconds=60)
"""How long a worker may hold a message before another takes it up."""
RETRIES = tuple(timedelta(seconds=s) for s in (10, 30, 60, 300, 900, 3600))
"""Waiting times after the first failed attempts; the last one repeats."""


@dataclass(frozen=True)
class Envelope:
    """What a worker needs to deliver one message, taken out of the transaction."""

    id: int
    notice: Notice
    sentence: str
    says: dict[str, Any]
    openid: str | None
    viewer: str
    following: bool
    window_open: bool
    window_until: datetime | None
    case_id: int | None
    moves: int
    urgent: bool
    attempts: int
    leased_until: datetime
    """Real time."""


def anything_due(work: Work) -> bool:
    """Whether a message waits for a worker now."""
    return any(
        work.session.scalar(
            due_for_delivery(work.now, urgent=urgent).with_only_columns(Notification.id).limit(1)
        )
        for urgent in (True, False)
    )


def lease(work: Work, limit: int, real: datetime | None = None) -> list[Envelope]:
    """Take up to so many due messages for a minute; one whose worker dies is found again after that.

    Rows that are overtaken or must wait are settled on the way; none taken means none is due. `real`: the
    time by which others hold their leases, where `work.now` is another.
    """
    held = real or work.now
    while rows := _due(work, limit, held):
        taken = []
        for row in rows:
            if _missed_its_hours(work, row):
                continue
            why = overtaken.why(work, row)
            if why:
                notifications.let_go(work, row, why)
                continue
            if daily_limit.hold_what_is_over(work, row, held):
                continue
            if row.sentence in daily_limit.DIGESTS and not digests.renew(work, row):
                continue
            row.leased_until = held + LEASE
            row.attempts += 1
            taken.append(_envelope(work, row, row.leased_until))
        work.session.flush()
        if taken:
            return taken
    return []


def _due(work: Work, limit: int, held: datetime) -> list[Notification]:
    """Up to so many, those that are urgent first; locked, past those that another worker has locked."""
    rows: list[Notification] = []
    for urgent in (True, False):
        if len(rows) < limit:
            due = due_for_delivery(work.now, held, urgent=urgent).limit(limit - len(rows))
            due = due.options(joinedload(Notification.follower), joinedload(Notification.person))
            rows += work.session.scalars(due.with_for_update(of=Notification, skip_locked=True))
    return rows


def _missed_its_hours(work: Work, row: Notification) -> bool:
    """Nobody sent it while it might leave (an outage), and now it is night or a day of rest: it waits for the next
    hours."""
    leaves = messages.may_leave_at(work.now, row.urgent, work.rulebook.hours, work.calendar)
    if leaves <= work.now:
        return False
    row.not_before, row.next_try_at, row.leased_until = leaves, leaves, None
    return True


def _reader(work: Work, row: Notification) -> Follower | None:
    """The WeChat account the message goes to: a reporter's, or the one its person is bound to now."""
    return row.follower or (people.follower_of(work, row.person) if row.person else None)


def _envelope(work: Work, row: Notification, until: datetime) -> Envelope:
    follower = _reader(work, row)
    case = work.session.get(Case, row.case_id) if row.case_id else None
    viewer = row.person.pseudonym if row.person else (follower.pseudonym if follower else "")
    return Envelope(
        id=row.id,
        notice=row.notice,
        sentence=row.sentence,
        says=dict(row.says),
        openid=follower.openid if follower else None,
        viewer=viewer,
        following=bool(follower and follower.following),
        window_open=follower is not None and people.may_be_written_to(work, follower),
        window_until=follower.window_until if follower else None,
        case_id=row.case_id,
        moves=case.moves if case else 0,
        urgent=row.urgent,
        attempts=row.attempts,
        leased_until=until,
    )


def sent(work: Work, taken: Envelope, channel: Channel, platform_id: str) -> None:
    """The platform accepted it; that is so even where our lease had run out meanwhile."""
    row = work.session.get_one(Notification, taken.id, with_for_update=True)
    row.delivery, row.channel, row.platform_id = Delivery.SENT, channel, platform_id
    row.sent_at, row.leased_until, row.code, row.reason = work.now, None, None, ""
    for told in digests.told_by(work, row):
        if told.case_id is not None and told.person is not None:
            case = work.session.get_one(Case, told.case_id)
            case.unmark(f"{_not_reached(told.person)}：")
    word = work.session.get(DeliveryWord, platform_id) if platform_id else None
    if word is not None:  # it came before we knew
        work.session.flush()
        delivery_report(work, platform_id, word.status)


def _not_reached(person: Person) -> str:
    return f"消息未能送达{person.name}"


def _still_mine(work: Work, taken: Envelope) -> Notification | None:
    """The row, unless it was settled or taken up by another worker meanwhile."""
    row = work.session.get_one(Notification, taken.id, with_for_update=True)
    return row if row.delivery is Delivery.OWED and row.attempts == taken.attempts else None


def not_yet(work: Work, taken: Envelope, code: int | None, reason: str, at: datetime | None = None) -> None:
    """It failed for now: tried again at 10 s, 30 s, 1 min, then slower, inside its hours; after three days
    given up."""
    row = _still_mine(work, taken)
    if row is None:
        return
    row.leased_until, row.code, row.reason = None, code, reason
    if work.now - row.not_before > notifications.GIVE_UP:
        _give_up(work, row, code, reason)
        return
    wished = at or work.now + RETRIES[min(row.attempts, len(RETRIES)) - 1]
    row.next_try_at = messages.may_leave_at(wished, row.urgent, work.rulebook.hours, work.calendar)


def undeliverable(work: Work, taken: Envelope, code: int | None, reason: str) -> None:
    """No channel works for this person; listed with the reason, and where a town should have been told,
    the Office is told instead."""
    row = _still_mine(work, taken)
    if row is not None:
        _give_up(work, row, code, reason)


def _give_up(work: Work, row: Notification, code: int | None, reason: str) -> None:
    row.delivery, row.leased_until, row.code, row.reason = Delivery.UNDELIVERABLE, None, code, reason
    for untold in digests.told_by(work, row):
        _tell_office(work, untold, reason)


def _tell_office(work: Work, row: Notification, reason: str) -> None:
    """Where a town should act and was not told, the Office is."""
    if row.person is None or row.case_id is None or row.sentence.startswith("office_"):
        return
    case = work.session.get_one(Case, row.case_id)
    if not case.is_open or row.sentence not in TO_BE_TOLD:
        return
    case.mark(f"{_not_reached(row.person)}：{reason.rstrip('。')}")
    for clerk in people.office(work):
        notifications.owe(
            work, Notice.DIGEST, "office_undelivered", f"undelivered:{case.id}:{row.person.id}:{work.today}",
            person=clerk, case=case, urgent=row.urgent, name=row.person.name,
            number=case.number, reason=reason.rstrip("。"),
        )  # fmt: skip


def window_closed(work: Work, taken: Envelope) -> bool:
    """The platform says the customer-service window is shut: ours is wrong, so shut it too.

    False where the person has spoken since the message was taken up: then it is open after all.
    """
    row = work.session.get_one(Notification, taken.id)
    follower = _reader(work, row)
    if follower is not None:
        if follower.window_until != taken.window_until:
            return False
        follower.window_until = work.now
    return True


def delivery_report(work: Work, platform_id: str, status: str) -> None:
    """The platform's later word on a template message: `success`, or why it did not arrive.

    A fault of the platform's own is tried again; who blocks the account cannot be reached by any channel.
    """
    row = work.session.scalar(select(Notification).where(Notification.platform_id == platform_id))
    if row is None:
        if work.session.get(DeliveryWord, platform_id) is None:
            work.session.add(DeliveryWord(platform_id=platform_id, status=status, at=work.now))
        return
    if row.delivery is not Delivery.SENT or status == "success":
        return
    if "system" in status and row.attempts < len(RETRIES):
        row.delivery, row.sent_at, row.platform_id = Delivery.OWED, None, ""
        wished = work.now + RETRIES[row.attempts - 1]
        row.next_try_at = messages.may_leave_at(wished, row.urgent, work.rulebook.hours, work.calendar)
        return
    _give_up(work, row, None, f"微信反馈：{status}")
