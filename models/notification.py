"""Notifications: messages owed to people, written with their cause, sent later by a worker."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Connection, ForeignKey, Index, Insert, Select, Text, or_, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.follower import Follower
from models.person import Person


class Notice(StrEnum):
    """The kinds of notice a template can be configured for ([wechat.templates.NOTICE])."""

    CASE_ASSIGNED = "case_assigned"
    CASE_RETURNED = "case_returned"
    CASE_PROOF = "case_proof"
    CASE_SENT_BACK = "case_sent_back"
    CASE_STATE = "case_state"
    CASE_CLOSED = "case_closed"
    REOPENED = "reopened"
    REMINDER = "reminder"
    ORDER = "order"
    PHOTO_MISSING = "photo_missing"
    DIGEST = "digest"
    RANKING = "ranking"
    ASSESSMENT = "assessment"


class Delivery(StrEnum):
    """Where a notification stands."""

    OWED = "owed"
    HELD = "held"
    """Over the day's limit: waits for the digest of the next working morning."""
    SENT = "sent"
    GATHERED = "gathered"
    """Told as a line of a digest (汇总), whose row `digest_id` names: what became of it became of that."""
    UNDELIVERABLE = "undeliverable"
    POINTLESS = "pointless"
    """What it said was overtaken before it could leave."""


WAITING = (Delivery.OWED, Delivery.HELD)
"""Where it is still to be told."""


class Channel(StrEnum):
    """By what a notification reached a person."""

    TEMPLATE = "template"
    SUBSCRIBE = "subscribe"
    CUSTOMER_SERVICE = "customer_service"


SENT = text("sent_at IS NOT NULL")
"""The rows of the index in which /metrics counts what was sent lately."""


class Notification(Base):
    """One message owed to one person, unique by key: never owed twice."""

    __tablename__ = "notification"
    __table_args__ = (
        Index("ix_notification_due", "delivery", "urgent", "next_try_at", "not_before"),
        Index("ix_notification_person", "person_id", "delivery", "sent_at"),
        Index("ix_notification_follower", "follower_id", "delivery", "sent_at"),
        Index("ix_notification_sent", "sent_at", "not_before", sqlite_where=SENT, postgresql_where=SENT),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    notice: Mapped[Notice]
    sentence: Mapped[str]
    """Which sentence of handlers/texts.py, see docs/messages.md."""
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    follower_id: Mapped[int | None] = mapped_column(ForeignKey("follower.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    says: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What the sentence is filled with."""
    urgent: Mapped[bool] = mapped_column(default=False)
    """It leaves at any hour."""
    counted: Mapped[bool] = mapped_column(default=True)
    """Against per_day: messages of urgent cases are not."""
    owed_at: Mapped[datetime]
    not_before: Mapped[datetime]
    next_try_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    delivery: Mapped[Delivery] = mapped_column(default=Delivery.OWED)
    channel: Mapped[Channel | None]
    platform_id: Mapped[str] = mapped_column(default="", index=True)
    sent_at: Mapped[datetime | None]
    code: Mapped[int | None]
    """The platform's last error code."""
    reason: Mapped[str] = mapped_column(Text, default="")
    digest_id: Mapped[int | None] = mapped_column(index=True)
    """The digest it was gathered into: a later row of this table (no foreign key: a backup is restored by id)."""

    person: Mapped[Person | None] = relationship()
    follower: Mapped[Follower | None] = relationship()


_OWED_ONCE = {
    "sqlite": sqlite.insert(Notification).on_conflict_do_nothing(index_elements=["key"]),
    "postgresql": postgresql.insert(Notification).on_conflict_do_nothing(index_elements=["key"]),
}


def owed_once(connection: Connection) -> Insert:
    """Write messages down, but for those whose key was owed before."""
    return _OWED_ONCE[connection.dialect.name]


def due_for_delivery(now: datetime, real: datetime | None = None, *, urgent: bool) -> Select[Notification]:
    """Owed messages, urgent or not, whose time has come and that no living worker holds, older ones first.

    `real`: the time by which they are held, where `now` is another (`flask jobs run … --at`). One kind at a
    time, so that both databases read them off the index in their order, however many wait.
    """
    held = real or now
    return (
        select(Notification)
        .where(
            Notification.delivery == Delivery.OWED,
            Notification.urgent == urgent,
            Notification.next_try_at <= now,
            or_(Notification.leased_until.is_(None), Notification.leased_until <= held),
        )
        .order_by(Notification.next_try_at, Notification.id)
    )


def held_for_digest(now: datetime) -> Select[Notification]:
    """Messages that the day's limit held back and whose working morning has come."""
    return select(Notification).where(
        Notification.delivery == Delivery.HELD,
        Notification.urgent.is_(False),
        Notification.next_try_at <= now,
    )
