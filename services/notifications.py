"""Messages owed to people: written in the transaction of their cause, leased and settled by the workers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from models.case import Case
from models.delivery_word import DeliveryWord
from models.follower import Follower
from models.notification import Channel, Delivery, Notice, Notification, due_for_delivery
from models.person import Person
from rules import messages
from rules.deadlines import Severity
from rules.refusal import Refusal
from rules.workdays import end_of
from services import people
from services.desk import Work

LEASE = timedelta(seconds=60)
"""How long a worker may hold a message before another takes it up."""
RETRIES = tuple(timedelta(seconds=s) for s in (10, 30, 60, 300, 900, 3600))
"""Waiting times after the first failed attempts; the last one repeats."""
GIVE_UP = timedelta(days=3)


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
) -> None:
    """Write down that this message is owed to this person; the same key is never owed twice."""
    key = f"{key}:{f'person:{person.id}' if person else f'follower:{follower.id if follower else 0}'}"
    if work.session.scalar(select(Notification.id).where(Notification.key == key)) is not None:
        return
    leaves = messages.may_leave_at(work.now, urgent, work.rulebook.hours, work.rulebook.calendar)
    work.session.add(
        Notification(
            key=key,
            notice=notice,
            sentence=sentence,
            person_id=person.id if person else None,
            follower_id=follower.id if follower else None,
            case_id=case.id if case else None,
            says=says,
            urgent=urgent,
            counted=not (urgent or (case is not None and case.severity is Severity.URGENT)),
            owed_at=work.now,
            not_before=leaves,
            next_try_at=leaves,
            delivery=Delivery.OWED,
            attempts=0,
        )
    )
    if leaves <= work.now:
        work.wakes.add("deliver")


def anything_due(work: Work) -> bool:
    """Whether a message waits for a worker now."""
    return (
        work.session.scalar(due_for_delivery(work.now).with_only_columns(Notification.id).limit(1))
        is not None
    )


def lease(work: Work, limit: int) -> list[Envelope]:
    """Take up to so many due messages for a minute; one whose worker dies is found again after that.

    Rows that are overtaken or must wait are settled on the way; none taken means none is due.
    """
    due = due_for_delivery(work.now).limit(limit).with_for_update(of=Notification, skip_locked=True)
    while rows := work.session.scalars(due).all():
        taken = []
        for row in rows:
            if _is_pointless(work, row):
                row.delivery, row.reason = Delivery.POINTLESS, "发出前案件已有新进展"
                continue
            if _over_the_day(work, row):
                continue
            row.leased_until = work.now + LEASE
            row.attempts += 1
            taken.append(_envelope(work, row))
        work.session.flush()
        if taken:
            return taken
    return []


ASKS = frozenset({"town_assigned", "town_sent_back", "town_proof_refused", "town_reopened"})
"""Sentences that ask a town to act: where one of them reaches nobody, the Office is told."""
OVERTAKEN = frozenset({"town_assigned", "office_no_town", "office_returned", "office_proof"})
"""Sentences that ask for a deed: when held back and the case has moved meanwhile, the deed is done or another's."""


def _is_pointless(work: Work, row: Notification) -> bool:
    """Only what was held back can be overtaken; what leaves at once is always said."""
    if row.case_id is None or row.sentence not in OVERTAKEN or row.not_before <= row.owed_at:
        return False
    case = work.session.get_one(Case, row.case_id)
    return bool(case.moves != row.says.get("moves"))


def _over_the_day(work: Work, row: Notification) -> bool:
    """More than per_day messages to one person: the rest wait for the next morning.

    A person's row is held meanwhile, so that two workers count one after the other.
    """
    if not row.counted:
        return False
    hours = work.rulebook.hours
    if row.person_id is not None:
        work.session.scalar(select(Person.id).where(Person.id == row.person_id).with_for_update())
        to = Notification.person_id == row.person_id
    else:
        work.session.scalar(select(Follower.id).where(Follower.id == row.follower_id).with_for_update())
        to = Notification.follower_id == row.follower_id
    midnight = end_of(work.today)
    sent = Notification.sent_at >= midnight - timedelta(days=1)
    under_way = (Notification.delivery == Delivery.OWED) & (Notification.leased_until > work.now)
    counted = select(func.count()).where(to, Notification.counted, sent | under_way)
    if (work.session.scalar(counted) or 0) < hours.per_day:
        return False
    tomorrow = messages.may_leave_at(midnight, False, hours, work.rulebook.calendar)
    row.not_before = row.next_try_at = tomorrow
    return True


def _reader(work: Work, row: Notification) -> Follower | None:
    """The WeChat account the message goes to: a reporter's, or the one its person is bound to now."""
    return row.follower or (people.follower_of(work, row.person) if row.person else None)


def _envelope(work: Work, row: Notification) -> Envelope:
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
    )


def sent(work: Work, taken: Envelope, channel: Channel, platform_id: str) -> None:
    """The platform accepted it; that is so even where our lease had run out meanwhile."""
    row = work.session.get_one(Notification, taken.id, with_for_update=True)
    row.delivery, row.channel, row.platform_id = Delivery.SENT, channel, platform_id
    row.sent_at, row.leased_until, row.code, row.reason = work.now, None, None, ""
    if row.case_id is not None and row.person is not None:
        case = work.session.get_one(Case, row.case_id)
        case.unmark(f"{_not_reached(row.person)}：")
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
    if work.now - row.not_before > GIVE_UP:
        _give_up(work, row, code, reason)
        return
    wished = at or work.now + RETRIES[min(row.attempts, len(RETRIES)) - 1]
    row.next_try_at = messages.may_leave_at(wished, row.urgent, work.rulebook.hours, work.rulebook.calendar)


def undeliverable(work: Work, taken: Envelope, code: int | None, reason: str) -> None:
    """No channel works for this person; listed with the reason, and where a town should have been told,
    the Office is told instead."""
    row = _still_mine(work, taken)
    if row is not None:
        _give_up(work, row, code, reason)


def _give_up(work: Work, row: Notification, code: int | None, reason: str) -> None:
    row.delivery, row.leased_until, row.code, row.reason = Delivery.UNDELIVERABLE, None, code, reason
    if row.person is None or row.case_id is None or row.sentence.startswith("office_"):
        return
    case = work.session.get_one(Case, row.case_id)
    if not case.is_open or row.sentence not in ASKS:
        return
    case.mark(f"{_not_reached(row.person)}：{reason.rstrip('。')}")
    for clerk in people.office(work):
        owe(
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


WAITS_FOR_WINDOW = (45015, 45047)
"""The platform's codes for a customer-service window that is shut or used up; ours for the same is 45015."""


def window_opened(work: Work, follower_id: int, person_id: int | None) -> None:
    """What could not reach this person only because they had been silent is owed again, for three days."""
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
        row.delivery, row.attempts, row.next_try_at = Delivery.OWED, 0, max(work.now, row.not_before)
        work.wakes.add("deliver")


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
        row.next_try_at = work.now + RETRIES[row.attempts - 1]
        return
    _give_up(work, row, None, f"微信反馈：{status}")


def hurry(work: Work, case: Case) -> None:
    """The case has become urgent: what is held back for its town leaves now."""
    held = select(Notification).where(
        Notification.case_id == case.id,
        Notification.delivery == Delivery.OWED,
        Notification.person_id.is_not(None),
    )
    for row in work.session.scalars(held):
        row.urgent, row.counted, row.not_before, row.next_try_at = True, False, work.now, work.now
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
        row.delivery, row.next_try_at, row.attempts = Delivery.OWED, work.now, 0
        row.not_before = work.now
    if found:
        work.wakes.add("deliver")
    return len(found)


@dataclass(frozen=True)
class Reconciliation:
    """What was owed against what the platform accepted."""

    owed: int
    sent: int
    undeliverable: int
    pointless: int
    within_ten_seconds: float
    """Share of what was sent that was handed over within 10 s of when it might leave, 0–1."""


def reconcile(work: Work) -> Reconciliation:
    """Count everything owed so far by where it stands."""
    by_delivery = select(Notification.delivery, func.count().label("many")).group_by(Notification.delivery)
    counts = {row.delivery: row.many for row in work.session.execute(by_delivery)}
    times = work.session.execute(
        select(Notification.not_before, Notification.sent_at).where(Notification.sent_at.is_not(None))
    )
    prompt = [s - n <= timedelta(seconds=10) for n, s in times if s is not None]
    return Reconciliation(
        owed=counts.get(Delivery.OWED, 0),
        sent=counts.get(Delivery.SENT, 0),
        undeliverable=counts.get(Delivery.UNDELIVERABLE, 0),
        pointless=counts.get(Delivery.POINTLESS, 0),
        within_ten_seconds=sum(prompt) / len(prompt) if prompt else 1.0,
    )
