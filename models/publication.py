"""Publications (发布) of a frozen month on the official account: how far each came, and the platform's words."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Select, Text, and_, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.assessment import MonthlyAssessment
from models.base import Base


class PublicationState(StrEnum):
    """How far a publication has come; each step is written down before the next is asked for."""

    WANTED = "wanted"
    """To be published: nothing is on the platform yet."""
    UPLOADED = "uploaded"
    """Its pictures are on the platform."""
    DRAFTED = "drafted"
    """The article is a draft on the platform."""
    SUBMITTED = "submitted"
    """The platform was asked to publish it, and has not said how that ended."""
    PUBLISHED = "published"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Publication(Base):
    """A frozen month on its way to the readers."""

    __tablename__ = "publication"

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("monthly_assessment.id"), index=True)
    channel: Mapped[str]
    """freepublish or mass."""
    state: Mapped[PublicationState] = mapped_column(index=True)
    wanted_by: Mapped[str]
    wanted_at: Mapped[datetime]
    due_at: Mapped[datetime]
    """From when on it may leave, or be asked about again."""
    tries: Mapped[int] = mapped_column(default=0)
    client_id: Mapped[str] = mapped_column(unique=True)
    """clientmsgid: the platform refuses the same one twice."""
    asked_at: Mapped[datetime | None]
    """When the platform was asked for the next step; None once its answer is written down. While it is set,
    whether that step was done is not known, and is found out before it is asked for again."""
    leased_until: Mapped[datetime | None]
    """A worker is about the next step until then, by real time."""
    stuck_since: Mapped[datetime | None]
    """Since when the next step has failed for reasons that may pass."""
    source_url: Mapped[str] = mapped_column(default="")
    """The page the article leads to (阅读原文), with `client_id` in it: by this it is known again on the platform."""
    pictures: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    """SHA-256 of each picture of the article that was uploaded → its address on the platform."""
    thumb_media_id: Mapped[str] = mapped_column(default="")
    picture_url: Mapped[str] = mapped_column(default="")
    """Where the platform keeps the picture of the ranking."""
    draft_media_id: Mapped[str] = mapped_column(default="")
    publish_id: Mapped[str] = mapped_column(default="", index=True)
    """What the platform calls it: the publish_id, or the msg_id of a mass message."""
    submitted_at: Mapped[datetime | None]
    article_id: Mapped[str] = mapped_column(default="")
    article_url: Mapped[str] = mapped_column(default="")
    published_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(Text, default="")
    """What went wrong last, in words for the Office."""
    withdrawn_because: Mapped[str] = mapped_column(Text, default="")
    withdrawn_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    """When what was withdrawn was taken off the platform."""
    chat_media_id: Mapped[str] = mapped_column(default="")
    """The picture as the chat shows it: kept on the platform for three days, until `chat_media_until`."""
    chat_media_until: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    assessment: Mapped[MonthlyAssessment] = relationship()

    __mapper_args__ = {"version_id_col": version}


class PublicationWord(Base):
    """The platform's verdict on a publication that nothing here was known to wait for: its event overtook the
    answer to our own call, or that answer was lost."""

    __tablename__ = "publication_word"

    platform_id: Mapped[str] = mapped_column(primary_key=True)
    status: Mapped[str]
    article_id: Mapped[str] = mapped_column(default="")
    article_url: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]


class RankingSubscriber(Base):
    """Somebody who asked for the ranking each month (订阅排名)."""

    __tablename__ = "ranking_subscriber"

    follower_id: Mapped[int] = mapped_column(ForeignKey("follower.id"), primary_key=True)
    since: Mapped[datetime]


def publications_of(assessment_id: int) -> Select[Publication]:
    """An assessment's publications, the newest first."""
    return (
        select(Publication).where(Publication.assessment_id == assessment_id).order_by(Publication.id.desc())
    )


OPEN = (
    PublicationState.WANTED, PublicationState.UPLOADED, PublicationState.DRAFTED, PublicationState.SUBMITTED,
)  # fmt: skip
"""On its way."""


def under_way(now: datetime) -> Select[Publication]:
    """Publications of which something is to be done by now: on their way, or withdrawn and still to be removed."""
    still_there = and_(Publication.state == PublicationState.WITHDRAWN, Publication.removed_at.is_(None))
    return (
        select(Publication)
        .where(or_(Publication.state.in_(OPEN), still_there), Publication.due_at <= now)
        .order_by(Publication.due_at, Publication.id)
    )


def published() -> Select[Publication]:
    """What readers were shown, also what was withdrawn later; the newest month first, and of it the newest."""
    return (
        select(Publication)
        .join(MonthlyAssessment)
        .where(Publication.published_at.is_not(None))
        .order_by(MonthlyAssessment.month.desc(), Publication.published_at.desc(), Publication.id.desc())
    )


def published_of(month: str) -> Select[Publication]:
    """What readers were shown of one month, the newest first: a correction stands before what it corrects."""
    return published().where(MonthlyAssessment.month == month)
