"""Notifications: messages owed to people, written with their cause, sent later by a worker."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Select, Text, or_, select
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


class Delivery(StrEnum):
    """Where a notification stands."""

    OWED = "owed"
    SENT = "sent"
    UNDELIVERABLE = "undeliverable"
    POINTLESS = "pointless"
    """What it said was overtaken before it could leave."""


class Channel(StrEnum):
    """By what a notification reached a person."""

    TEMPLATE = "template"
    SUBSCRIBE = "subscribe"
    CUSTOMER_SERVICE = "customer_service"


class Notification(Base):
    """One message owed to one person, unique by key: never owed twice."""

    __tablename__ = "notification"
    __table_args__ = (Index("ix_notification_due", "delivery", "urgent", "next_try_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    notice: Mapped[Notice]
    sentence: Mapped[str]
    """Which sentence of handlers/texts.py, see docs/messages.md."""
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    follower_id: Mapped[int | None] = mapped_column(ForeignKey("follower.id"), index=True)
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

    person: Mapped[Person | None] = relationship()
    follower: Mapped[Follower | None] = relationship()


def due_for_delivery(now: datetime) -> Select[Notification]:
    """Owed messages whose time has come and that no living worker holds, urgent and older ones first."""
    return (
        select(Notification)
        .where(
            Notification.delivery == Delivery.OWED,
            Notification.next_try_at <= now,
            or_(Notification.leased_until.is_(None), Notification.leased_until <= now),
        )
        .order_by(Notification.urgent.desc(), Notification.next_try_at, Notification.id)
    )
