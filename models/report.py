"""Reports (举报): what one person sent, unchangeable, and what was added later; evidence hangs on them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Select, Text, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.case import Case
from models.follower import Follower


class Source(StrEnum):
    """Through whose eyes a problem was seen."""

    RESIDENT = "resident"
    VOLUNTEER = "volunteer"
    CIVILIAN_CHIEF = "civilian_chief"
    CHIEF = "chief"
    TELEPHONE = "telephone"
    CITY_FEEDBACK = "city_feedback"
    INSPECTION = "inspection"


SOURCE_NAMES = {
    Source.RESIDENT: "居民",
    Source.VOLUNTEER: "社会义务监督员",
    Source.CIVILIAN_CHIEF: "民间河湖长",
    Source.CHIEF: "河湖长巡河",
    Source.TELEPHONE: "电话代报",
    Source.CITY_FEEDBACK: "市级反馈",
    Source.INSPECTION: "暗查暗访",
}


class Rating(StrEnum):
    """What the reporter says of a closed case (满意度)."""

    SATISFIED = "satisfied"
    BASICALLY = "basically"
    NOT = "not"


RATING_NAMES = {Rating.SATISFIED: "满意", Rating.BASICALLY: "基本满意", Rating.NOT: "不满意"}


class Report(Base):
    """What one person sent. Triggers refuse a change of what was said, where and when.

    Position in WGS-84; `given_*` is the position as it came, with its datum.
    """

    __tablename__ = "report"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket: Mapped[str] = mapped_column(unique=True)
    reporter_id: Mapped[int | None] = mapped_column(ForeignKey("follower.id"), index=True)
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """The clerk who took it down by telephone (代报)."""
    source: Mapped[Source]
    kind: Mapped[str]
    words: Mapped[str] = mapped_column(Text, default="")
    longitude: Mapped[float | None]
    latitude: Mapped[float | None]
    given_x: Mapped[float | None]
    given_y: Mapped[float | None]
    datum: Mapped[str] = mapped_column(default="")
    place: Mapped[str] = mapped_column(default="")
    reach_id: Mapped[int | None] = mapped_column(ForeignKey("reach.id"), index=True)
    routed_by: Mapped[str] = mapped_column(Text, default="")
    """Why this reach and town (with the distance in metres where there is one)."""
    metres: Mapped[float | None]
    submitted_at: Mapped[datetime]
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    joined: Mapped[bool] = mapped_column(default=False)
    """Whether it joined a case that was already open."""
    withdrawn_at: Mapped[datetime | None]

    case: Mapped[Case] = relationship()
    reporter: Mapped[Follower | None] = relationship()


class Callback(Base):
    """How to reach a reporter without WeChat: kept apart so that it can be erased, seen by the Office only."""

    __tablename__ = "callback"

    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), primary_key=True)
    name: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")


class Addition(Base):
    """Words or photos added to a report afterwards (补充), or the answer to a chief's question (追问)."""

    __tablename__ = "addition"

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    words: Mapped[str] = mapped_column(Text, default="")
    question_id: Mapped[int | None] = mapped_column(ForeignKey("question.id"))
    at: Mapped[datetime]


class Question(Base):
    """What a town asks the reporters without knowing who they are (追问)."""

    __tablename__ = "question"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class Satisfaction(Base):
    """One rating of one closing of a case by one reporter; `rating` empty means: asked, not rated."""

    __tablename__ = "satisfaction"
    __table_args__ = (Index("uq_satisfaction_report_round", "report_id", "closing", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    closing: Mapped[int]
    """Sequence of the closing event in the case's chain."""
    asked_at: Mapped[datetime]
    expired_at: Mapped[datetime | None]
    rating: Mapped[Rating | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    rated_at: Mapped[datetime | None]


def reports_of(case_id: int) -> Select[Report]:
    """The reports that make up a case and were not withdrawn, oldest first."""
    return select(Report).where(Report.case_id == case_id, Report.withdrawn_at.is_(None)).order_by(Report.id)


def reported_by(follower_id: int) -> Select[Report]:
    """What one follower has reported, newest first."""
    return select(Report).where(Report.reporter_id == follower_id).order_by(Report.id.desc())


def unrated(before: datetime) -> Select[Satisfaction]:
    """Ratings asked for before that moment and still without an answer."""
    return (
        select(Satisfaction)
        .where(
            Satisfaction.rating.is_(None),
            Satisfaction.expired_at.is_(None),
            Satisfaction.asked_at < before,
        )
        .order_by(Satisfaction.id)
    )


def unanswered_of(case_id: int) -> Select[Satisfaction]:
    """Ratings of a case's earlier closings that were asked for and not given."""
    return (
        select(Satisfaction)
        .join(Report, Report.id == Satisfaction.report_id)
        .where(Report.case_id == case_id, Satisfaction.rating.is_(None), Satisfaction.expired_at.is_(None))
    )
