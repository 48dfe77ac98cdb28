"""The platform's later word on a template message, kept where it came before we knew we had sent it."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class DeliveryWord(Base):
    """A `TEMPLATESENDJOBFINISH` whose message is not yet written down as sent."""

    __tablename__ = "delivery_word"

    platform_id: Mapped[str] = mapped_column(primary_key=True)
    status: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)


def words_before(moment: datetime) -> Select[str]:
    """The keys of words that came before then, oldest first: their messages are not ours."""
    return select(DeliveryWord.platform_id).where(DeliveryWord.at < moment).order_by(DeliveryWord.at)
