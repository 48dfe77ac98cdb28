"""Wrong invitation codes, so that nobody can try them out by the thousand."""

from datetime import datetime

from sqlalchemy import ForeignKey, Select, func, select
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class InvitationAttempt(Base):
    """One wrong code entered by one follower."""

    __tablename__ = "invitation_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    follower_id: Mapped[int] = mapped_column(ForeignKey("follower.id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)


def attempts_since(follower_id: int, since: datetime) -> Select[int]:
    """How many wrong codes this follower has entered since then."""
    return (
        select(func.count())
        .select_from(InvitationAttempt)
        .where(InvitationAttempt.follower_id == follower_id, InvitationAttempt.at > since)
    )


def attempts_before(moment: datetime) -> Select[int]:
    """The ids of wrong codes entered before then, oldest first."""
    return select(InvitationAttempt.id).where(InvitationAttempt.at < moment).order_by(InvitationAttempt.at)
