"""Whoever writes to the official account (关注者): an openid, perhaps bound to a person of the registry."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Select, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.person import Person


class Follower(Base):
    """One WeChat user. After unsubscribing the openid is gone and the row is only a pseudonym."""

    __tablename__ = "follower"

    id: Mapped[int] = mapped_column(primary_key=True)
    openid: Mapped[str | None] = mapped_column(unique=True)
    pseudonym: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    following: Mapped[bool] = mapped_column(default=True)
    met_at: Mapped[datetime]
    informed_at: Mapped[datetime | None]
    """When this person was told what is kept and who sees it."""
    window_until: Mapped[datetime | None]
    """Customer-service messages may be sent until then (客服消息窗口); empty: not known."""

    person: Mapped[Person | None] = relationship(lazy="joined")


class ShortNumber(Base):
    """The short number by which one follower calls one case in the chat."""

    __tablename__ = "short_number"
    __table_args__ = (
        Index("ix_short_number_follower_case", "follower_id", "case_id", unique=True),
        Index("ix_short_number_follower_shown", "follower_id", "shown_at"),
    )

    follower_id: Mapped[int] = mapped_column(ForeignKey("follower.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    shown_at: Mapped[datetime]


def by_openid(openid: str) -> Select[Follower]:
    """The follower behind an openid."""
    return select(Follower).where(Follower.openid == openid)


def bound_to(person_id: int) -> Select[Follower]:
    """The WeChat account through which a person of the registry can be reached."""
    return select(Follower).where(Follower.person_id == person_id, Follower.openid.is_not(None))
