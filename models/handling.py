"""What a month's figures rest on: dates a town had to keep, as they stood, and what came of its cases.

Written in the transaction of the move they come from. A `Duty` is begun once and ended once; an `Outcome` is
written once. Nothing of either is changed afterwards, so that a month can be counted again in any later year.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Select, select, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class DutyKind(StrEnum):
    """What was owed by the date."""

    ACCEPT = "accept"
    """A case accepted (受理): the first answer to who reported it."""
    RECTIFY = "rectify"
    """A case rectified and proved (整改办结)."""
    ANSWER_ORDER = "answer_order"
    """A supervision order answered (答复督办单)."""
    ANSWER_WHISTLE = "answer_whistle"
    """A whistle answered: what will be done and when (回哨)."""
    HELP = "help"
    """What was promised to a whistle done (协助完成)."""


class DutyEnd(StrEnum):
    """How the time in which the date stood came to its end."""

    KEPT = "kept"
    """Done; in time or late."""
    MOVED = "moved"
    """Another date took its place (延期, 改级, 调休): this one is not judged any more."""
    RENEWED = "renewed"
    """The date was missed, and then counted anew."""
    WAITS = "waits"
    """The clock stands still (吹哨), or the matter is with the Office."""
    LEFT = "left"
    """Not this town's any more, or nobody's."""


OPEN = text("ended_at IS NULL")
LATE = text("late_days IS NOT NULL")


class Duty(Base):
    """One stretch of time in which a town had something to do by one date. Times are aware UTC instants."""

    __tablename__ = "duty"
    __table_args__ = (
        Index("ix_duty_kind_counts", "kind", "counts_at"),
        Index("ix_duty_open_case", "case_id", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_duty_open_order", "order_id", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_duty_open_party", "party_id", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_duty_open_counts", "counts_at", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_duty_late_ended", "ended_at", sqlite_where=LATE, postgresql_where=LATE),
        Index("ix_duty_case", "case_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[DutyKind]
    town_id: Mapped[int] = mapped_column(ForeignKey("town.id"))
    """Who was responsible then."""
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    """None for a whistle about a place without a case."""
    order_id: Mapped[int | None] = mapped_column(ForeignKey("supervision_order.id"))
    party_id: Mapped[int | None] = mapped_column(ForeignKey("whistle_party.id"))
    for_reporter: Mapped[bool] = mapped_column(default=False)
    """Whether somebody who reported waited for it, rather than an inspector or a higher office."""
    begun_at: Mapped[datetime]
    due_at: Mapped[datetime]
    """The first instant at which it was too late, as the date stood."""
    counts_at: Mapped[datetime]
    """In which month it counts: the last instant in time, or when it began where it was late from the start."""
    ended_at: Mapped[datetime | None]
    end: Mapped[DutyEnd | None]
    late_days: Mapped[int | None]
    """Working days between the date and the end; None where it did not end late, or has not ended."""


class What(StrEnum):
    """What came of a case."""

    FOUND = "found"
    """Found by an inspection (暗查暗访); `value` is its severity."""
    SEVERITY = "severity"
    """Judged graver or lighter (改级); `value` is the new severity."""
    PASSED = "passed"
    """The Office was satisfied with the proof."""
    SENT_BACK = "sent_back"
    REOPENED = "reopened"
    """`value`: by which party."""
    RATED = "rated"
    """`value` is what the reporter said."""
    FALSIFIED = "falsified"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    RESTORED = "restored"
    """What was declined is handled again."""


NOT_OURS = (What.DECLINED, What.WITHDRAWN)
"""After these a case counts in nobody's figures, unless it is restored."""


class Outcome(Base):
    """One thing that came of a case, and the town that had it then."""

    __tablename__ = "outcome"
    __table_args__ = (
        Index("ix_outcome_what_at", "what", "at"),
        Index("ix_outcome_case", "case_id", "what", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    town_id: Mapped[int | None] = mapped_column(ForeignKey("town.id"))
    what: Mapped[What]
    at: Mapped[datetime]
    first: Mapped[bool] = mapped_column(default=False)
    """Of a verdict: the first on this town's rectification."""
    value: Mapped[str] = mapped_column(default="")


def open_duty_of_case(case_id: int) -> Select[Duty]:
    """What a town has to do about a case now, if its clock runs."""
    mine = (DutyKind.ACCEPT, DutyKind.RECTIFY)
    return select(Duty).where(Duty.case_id == case_id, Duty.kind.in_(mine), Duty.ended_at.is_(None))


def open_duty_of_order(order_id: int) -> Select[Duty]:
    """What waits for an answer to an order."""
    return select(Duty).where(Duty.order_id == order_id, Duty.ended_at.is_(None))


def open_duty_of_party(party_id: int) -> Select[Duty]:
    """What one who was asked to help owes a whistle now."""
    return select(Duty).where(Duty.party_id == party_id, Duty.ended_at.is_(None))


def outcomes_of(case_id: int) -> Select[Outcome]:
    """What came of a case, the newest first."""
    return select(Outcome).where(Outcome.case_id == case_id).order_by(Outcome.id.desc())
