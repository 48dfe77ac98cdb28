"""Cases (问题单) and the chain of events that nothing can edit."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Select, Text, UniqueConstraint, func, or_, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.registry import Reach, Town
from rules import lifecycle
from rules.coordinates import Bounds
from rules.deadlines import Severity
from rules.lifecycle import Move, Party, State


class Case(Base):
    """The problem a town must rectify; several reports may be one case. Position in WGS-84."""

    __tablename__ = "case"
    __table_args__ = (
        UniqueConstraint("year", "serial"),
        Index("ix_case_state_town", "state", "town_id"),
        Index("ix_case_kind_latitude", "kind", "latitude"),
        Index(
            "ix_case_provisional",
            "id",
            sqlite_where=text("provisional = 1"),
            postgresql_where=text("provisional"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    serial: Mapped[int]
    number: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    severity: Mapped[Severity]
    state: Mapped[State] = mapped_column(index=True)
    reach_id: Mapped[int | None] = mapped_column(ForeignKey("reach.id"), index=True)
    town_id: Mapped[int | None] = mapped_column(ForeignKey("town.id"), index=True)
    longitude: Mapped[float | None]
    latitude: Mapped[float | None]
    place: Mapped[str] = mapped_column(default="")
    opened_at: Mapped[datetime] = mapped_column(index=True)
    assigned_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    proved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    accept_by: Mapped[datetime | None]
    rectify_by: Mapped[datetime | None]
    verify_by: Mapped[datetime | None]
    accept_from: Mapped[datetime | None]
    rectify_from: Mapped[datetime | None]
    """From when the date beside is counted; None in rows of version 0.1, where it is assigned_at, accepted_at."""
    accept_days: Mapped[int | None]
    rectify_days: Mapped[int | None]
    verify_days: Mapped[int | None]
    """How many working days the date beside is away; None where it is not counted in days."""
    accept_provisional: Mapped[bool] = mapped_column(default=False)
    rectify_provisional: Mapped[bool] = mapped_column(default=False)
    verify_provisional: Mapped[bool] = mapped_column(default=False)
    """A day not yet announced was counted for the date beside."""
    provisional: Mapped[bool] = mapped_column(default=False)
    """Any of its dates is."""
    towns_tried: Mapped[int] = mapped_column(default=0)
    appointed: Mapped[bool] = mapped_column(default=False)
    """The Office has appointed the town (指定): it cannot be handed back any more."""
    reopened_by_reporter: Mapped[bool] = mapped_column(default=False)
    for_office: Mapped[str] = mapped_column(default="")
    """Why the Office should look at it (交界, 岗位空缺, …); empty when there is no reason."""
    proof_round: Mapped[int] = mapped_column(default=0)
    moves: Mapped[int] = mapped_column(default=0)
    """How often it has moved; a signed link dies with the next move."""
    events_count: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(default="")
    """Hash of the last event: a chain cut short is noticed."""
    ladder: Mapped[str] = mapped_column(default="")
    """By whose numbers it climbs the ladder of supervision: empty, or the source that has its own."""
    remind_at: Mapped[datetime | None] = mapped_column(index=True)
    """When the ladder next wants something; None where nothing is to come."""
    held_until: Mapped[datetime | None]
    """The Office has put the ladder off until then (暂缓)."""
    late_from: Mapped[datetime | None]
    """A proof given in time was sent back after the date: from then on the town is late, not from its date."""
    reminders: Mapped[int] = mapped_column(default=0)
    orders: Mapped[int] = mapped_column(default=0)
    talks: Mapped[int] = mapped_column(default=0)
    """How many rungs, supervision orders and talks there were: where none, none are looked for."""
    extensions: Mapped[int] = mapped_column(default=0)
    """How many extensions (延期) were asked for."""
    whistles: Mapped[int] = mapped_column(default=0)
    """How many whistles (吹哨) were blown on it."""
    paused_at: Mapped[datetime | None]
    """Since when the town's clock stands still, for a whistle is open; None where it runs."""
    version: Mapped[int] = mapped_column()

    reach: Mapped[Reach | None] = relationship()
    town: Mapped[Town | None] = relationship()

    __mapper_args__ = {"version_id_col": version}

    def move(self, move: Move, party: Party) -> None:
        """Go to the next state, or refuse; `rules.lifecycle` holds the procedure."""
        self.state = lifecycle.after(self.state, move, party)

    def mark(self, why: str) -> None:
        """Give the Office one more reason to look at it; each stands once."""
        why = why.replace("；", "，")
        reasons = [reason for reason in (self.for_office or "").split("；") if reason]
        if why not in reasons:
            self.for_office = "；".join([*reasons, why])

    def unmark(self, beginning: str) -> None:
        """Take away the reasons that begin so."""
        reasons = (self.for_office or "").split("；")
        self.for_office = "；".join(
            reason for reason in reasons if reason and not reason.startswith(beginning)
        )

    @property
    def due_at(self) -> datetime | None:
        """The instant by which whoever has the case now must have acted."""
        return self._counts_now[0]

    @property
    def due_is_provisional(self) -> bool:
        """Whether that instant may yet move, for a day not yet announced was counted."""
        return bool(self._counts_now[1])

    @property
    def _counts_now(self) -> tuple[datetime | None, bool]:
        match self.state:
            case State.ASSIGNED:
                return self.accept_by, self.accept_provisional
            case State.ACCEPTED | State.PROVING:
                return self.rectify_by, self.rectify_provisional
            case State.VERIFYING:
                return self.verify_by, self.verify_provisional
            case _:
                return None, False

    @property
    def is_paused(self) -> bool:
        """Whether the date that counts now is the town's, and stands still."""
        return self.paused_at is not None and self.state in (State.ASSIGNED, State.ACCEPTED, State.PROVING)

    def is_late(self, now: datetime) -> bool:
        """Whether the date that counts now has passed; one that stands still, whether it had when it stopped."""
        due, stopped = self.due_at, self.paused_at
        reckoned = min(now, stopped) if self.is_paused and stopped is not None else now
        return due is not None and reckoned >= due

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something about it."""
        return self.state in lifecycle.OPEN


class CaseEvent(Base):
    """One link of a case's chain: who (as a pseudonym), what, when, why. Triggers refuse UPDATE and DELETE."""

    __tablename__ = "case_event"
    __table_args__ = (UniqueConstraint("case_id", "sequence"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    sequence: Mapped[int]
    at: Mapped[datetime]
    what: Mapped[str]
    party: Mapped[Party]
    actor: Mapped[str]
    before: Mapped[str] = mapped_column(default="")
    after: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    previous: Mapped[str] = mapped_column(default="")
    digest: Mapped[str]


class RoutingCorrection(Base):
    """The Office moved a case of this reach to another town: counted per reach."""

    __tablename__ = "routing_correction"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    reach_id: Mapped[int | None] = mapped_column(ForeignKey("reach.id"), index=True)
    from_town_id: Mapped[int | None] = mapped_column(ForeignKey("town.id"))
    to_town_id: Mapped[int] = mapped_column(ForeignKey("town.id"))
    at: Mapped[datetime]


class DeclinedPlace(Base):
    """A place that was outside the district or far from any reach: told kindly, counted apart, nobody named."""

    __tablename__ = "declined_place"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    longitude: Mapped[float]
    latitude: Mapped[float]
    why: Mapped[str]


def open_cases() -> Select[Case]:
    """All cases somebody still has to act on, oldest first."""
    return select(Case).where(Case.state.in_(lifecycle.OPEN)).order_by(Case.opened_at, Case.id)


def due_for_reminder(now: datetime) -> Select[Case]:
    """Cases of which the ladder wants something by now."""
    return select(Case).where(Case.remind_at <= now).order_by(Case.remind_at, Case.id)


def provisional_until(known: datetime) -> Select[Case]:
    """Cases with a provisional date, all of whose dates end by `known`: the days they lie on were announced."""
    last = func.coalesce(Case.verify_by, Case.rectify_by, Case.accept_by)
    return select(Case).where(Case.provisional, last <= known).order_by(Case.id)


def dated_after(first: datetime) -> Select[Case]:
    """Cases whose dates or next reminder lie after that moment, or were provisional: what a notice may move."""
    later = or_(
        Case.accept_by > first, Case.rectify_by > first, Case.verify_by > first, Case.remind_at > first
    )
    return select(Case).where(or_(Case.provisional, Case.state.in_(lifecycle.OPEN) & later)).order_by(Case.id)


def open_near(kind: str, since: datetime, box: Bounds) -> Select[Case]:
    """Open cases of this kind since then within the rectangle, the oldest first."""
    return (
        select(Case)
        .where(
            Case.kind == kind, Case.latitude.between(box.south, box.north),
            Case.longitude.between(box.west, box.east), Case.state.in_(lifecycle.OPEN), Case.opened_at >= since,
        )
        .order_by(Case.id)
    )  # fmt: skip


def events_of(case_id: int) -> Select[CaseEvent]:
    """A case's chain from its first link."""
    return select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.sequence)
