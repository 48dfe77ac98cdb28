"""Where each follower stands in the chat, and every message answered so far with its reply."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Select, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Conversation(Base):
    """One follower's draft; the version column makes two concurrent photos one album, not a race."""

    __tablename__ = "conversation"

    follower_id: Mapped[int] = mapped_column(ForeignKey("follower.id"), primary_key=True)
    flow: Mapped[str | None] = mapped_column(index=True)
    step: Mapped[str] = mapped_column(default="")
    draft: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    pages: Mapped[list[str]] = mapped_column(JSON, default=list)
    """What “更多” shows next: the rest of an answer longer than WeChat lets through."""
    ended: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What the last finished flow left behind, for a photo that arrives after its own submission."""
    touched_at: Mapped[datetime] = mapped_column(index=True)
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


class Inbound(Base):
    """A message of the platform and the reply it got; a retry gets the same one."""

    __tablename__ = "inbound"

    key: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    reply: Mapped[str] = mapped_column(Text, default="")


def answered_before(moment: datetime) -> Select[str]:
    """The keys of messages answered before then, oldest first."""
    return select(Inbound.key).where(Inbound.at < moment).order_by(Inbound.at)


def silent_since(moment: datetime) -> Select[Conversation]:
    """Open drafts whose owner has said nothing since then."""
    return (
        select(Conversation)
        .where(Conversation.flow.is_not(None), Conversation.touched_at < moment)
        .order_by(Conversation.touched_at)
    )
