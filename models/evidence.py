"""Evidence (证据): photographs, recordings and videos on their way from WeChat's media API into the store."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Select, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.assessment import Appeal
from models.base import Base
from models.joint_action import JointAction
from models.supervision import OrderAnswer


class Medium(StrEnum):
    """What kind of thing was sent."""

    PHOTO = "photo"
    VOICE = "voice"
    VIDEO = "video"


class Arrival(StrEnum):
    """Where a piece of evidence stands."""

    WAITING = "waiting"
    STORED = "stored"
    REFUSED = "refused"
    """It came, but is not what it should be; the reason is kept and the report stands."""
    GONE = "gone"
    """It never came: WeChat no longer has it."""
    ERASED = "erased"


class Photo(Base):
    """One photograph's content, addressed by the SHA-256 of the original; EXIF kept here, privately."""

    __tablename__ = "photo"

    digest: Mapped[str] = mapped_column(primary_key=True)
    content_type: Mapped[str]
    bytes_count: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    """Of the upright picture, in pixels."""
    perceptual: Mapped[str] = mapped_column(index=True)
    """Perceptual hash, hex."""
    taken_at: Mapped[datetime | None]
    taken_longitude: Mapped[float | None]
    taken_latitude: Mapped[float | None]
    """EXIF position, WGS-84."""
    stored_at: Mapped[datetime]


class Evidence(Base):
    """One thing somebody sent, and what it is evidence of: a report, an addition to one, or a proof."""

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    medium: Mapped[Medium]
    media_id: Mapped[str]
    thumb_media_id: Mapped[str] = mapped_column(default="")
    report_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"), index=True)
    addition_id: Mapped[int | None] = mapped_column(ForeignKey("addition.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    """Set for proof (整改后照片) only; with `proof_round`."""
    proof_round: Mapped[int] = mapped_column(default=0)
    answer_id: Mapped[int | None] = mapped_column(ForeignKey(OrderAnswer.id), index=True)
    """Set for the answer to a supervision order (督办答复) only."""
    action_id: Mapped[int | None] = mapped_column(ForeignKey(JointAction.id), index=True)
    """Set for what was photographed at a joint action (联合行动) only."""
    appeal_id: Mapped[int | None] = mapped_column(ForeignKey(Appeal.id), index=True)
    """Set for the proof of an appeal against a month's points (申诉) only."""
    arrival: Mapped[Arrival] = mapped_column(default=Arrival.WAITING, index=True)
    reason: Mapped[str] = mapped_column(default="")
    mark: Mapped[str] = mapped_column(default="")
    """A remark without accusation, e.g. 照片不含拍摄时间."""
    digest: Mapped[str | None] = mapped_column(ForeignKey("photo.digest"), index=True)
    """Of the photograph; for voice and video the key of the stored file is in `stored_as`."""
    stored_as: Mapped[str] = mapped_column(default="")
    sent_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime] = mapped_column(index=True)
    leased_until: Mapped[datetime | None]

    photo: Mapped[Photo | None] = relationship(lazy="joined")


class Look(Base):
    """Somebody looked at a case or a photograph: every look is recorded."""

    __tablename__ = "look"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    viewer: Mapped[str]
    """A pseudonym."""
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    what: Mapped[str]


def due_for_fetching(now: datetime) -> Select[Evidence]:
    """Evidence still to be fetched whose time has come and that no living worker holds."""
    return (
        select(Evidence)
        .where(
            Evidence.arrival == Arrival.WAITING,
            Evidence.next_try_at <= now,
            or_(Evidence.leased_until.is_(None), Evidence.leased_until <= now),
        )
        .order_by(Evidence.next_try_at, Evidence.id)
    )


def answered_with(answer_id: int) -> Select[Evidence]:
    """What came with the answer to a supervision order."""
    return select(Evidence).where(Evidence.answer_id == answer_id).order_by(Evidence.id)


def shown_of(action_id: int) -> Select[Evidence]:
    """What was photographed at a joint action."""
    return select(Evidence).where(Evidence.action_id == action_id).order_by(Evidence.id)


def shown_to(appeal_id: int) -> Select[Evidence]:
    """What a town sent to prove its appeal."""
    return select(Evidence).where(Evidence.appeal_id == appeal_id).order_by(Evidence.id)


def proof_of(case_id: int, proof_round: int) -> Select[Evidence]:
    """The proof of one round of rectification."""
    return (
        select(Evidence)
        .where(Evidence.case_id == case_id, Evidence.proof_round == proof_round)
        .order_by(Evidence.id)
    )
