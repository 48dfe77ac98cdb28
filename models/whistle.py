"""Whistles (吹哨): what is needed and from whom, who was named to help and what each does, on one timeline."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Select, Text, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.case import Case
from models.registry import Town
from rules import whistles
from rules.escalation import Rung
from rules.whistles import (
    PARTY_OPEN,
    WHISTLE_OPEN,
    PartyKind,
    PartyMove,
    PartyState,
    WhistleMove,
    WhistleState,
)

STILL_OPEN = text("state IN ('blown', 'named')")


class Whistle(Base):
    """A call for help on a case, or on a place without one; numbered without gaps in each China year.

    People as pseudonyms of the audit chain; `town_id` is None where the Office blew it.
    """

    __tablename__ = "whistle"
    __table_args__ = (
        UniqueConstraint("year", "serial"),
        Index(
            "ix_whistle_open_case",
            "case_id",
            unique=True,
            sqlite_where=STILL_OPEN,
            postgresql_where=STILL_OPEN,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    serial: Mapped[int]
    number: Mapped[str] = mapped_column(unique=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    town_id: Mapped[int | None] = mapped_column(ForeignKey("town.id"))
    blown_by: Mapped[str]
    place: Mapped[str]
    needs: Mapped[str] = mapped_column(Text)
    state: Mapped[WhistleState] = mapped_column(index=True)
    blown_at: Mapped[datetime]
    name_by: Mapped[datetime]
    name_days: Mapped[int | None]
    """How many working days after it was blown; None in a row of version 0.1: as the settings say."""
    name_provisional: Mapped[bool] = mapped_column(default=False)
    """A day not yet announced was counted."""
    named_at: Mapped[datetime | None]
    """When the Office first named who helps."""
    settled_at: Mapped[datetime | None]
    solved: Mapped[bool | None]
    remark: Mapped[str] = mapped_column(Text, default="")
    """What came of it, or why it was withdrawn."""
    stood_still_for: Mapped[int] = mapped_column(default=0)
    """Working days by which the case's date moved for it."""
    stood_still_since: Mapped[datetime | None]
    """From when the date that moved was counted: to a later one these days do not belong."""
    entries: Mapped[int] = mapped_column(default=0)
    climbed: Mapped[Rung | None]
    remind_at: Mapped[datetime | None] = mapped_column(index=True)
    version: Mapped[int] = mapped_column()

    case: Mapped[Case | None] = relationship()
    town: Mapped[Town | None] = relationship()
    parties: Mapped[list["WhistleParty"]] = relationship(back_populates="whistle", order_by="WhistleParty.id")

    __mapper_args__ = {"version_id_col": version}

    def move(self, move: WhistleMove) -> None:
        """Go to the next state, or refuse; `rules.whistles` holds the procedure."""
        self.state = whistles.after_whistle(self.state, move)

    @property
    def is_open(self) -> bool:
        """Whether help is still wanted."""
        return self.state in WHISTLE_OPEN

    @property
    def lead(self) -> "WhistleParty | None":
        """Who leads (牵头单位)."""
        return next((party for party in self.parties if party.leads), None)


class WhistleParty(Base):
    """One who was named to help, with the last answer given: what will be done and until when."""

    __tablename__ = "whistle_party"
    __table_args__ = (UniqueConstraint("whistle_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    whistle_id: Mapped[int] = mapped_column(ForeignKey("whistle.id"))
    kind: Mapped[PartyKind]
    name: Mapped[str] = mapped_column(index=True)
    town_id: Mapped[int | None] = mapped_column(ForeignKey("town.id"), index=True)
    leads: Mapped[bool]
    state: Mapped[PartyState]
    asked_at: Mapped[datetime]
    answer_by: Mapped[datetime]
    answer_days: Mapped[int | None]
    """How many working days after it was asked; None in a row of version 0.1: as the settings say."""
    answer_provisional: Mapped[bool] = mapped_column(default=False)
    """A day not yet announced was counted."""
    answered_at: Mapped[datetime | None]
    """When it first answered."""
    plan: Mapped[str] = mapped_column(Text, default="")
    do_by: Mapped[datetime | None]
    """The day it named itself: a calendar date, counted through no working day."""
    done_at: Mapped[datetime | None]
    result: Mapped[str] = mapped_column(Text, default="")
    climbed: Mapped[Rung | None]
    remind_at: Mapped[datetime | None] = mapped_column(index=True)
    version: Mapped[int] = mapped_column()

    whistle: Mapped[Whistle] = relationship(back_populates="parties")

    __mapper_args__ = {"version_id_col": version}

    def move(self, move: PartyMove) -> None:
        """Go to the next state, or refuse; `rules.whistles` holds the procedure."""
        self.state = whistles.after_party(self.state, move)

    @property
    def is_open(self) -> bool:
        """Whether something is still expected of it."""
        return self.state in PARTY_OPEN


class WhistleEntry(Base):
    """One line of the timeline all who take part share."""

    __tablename__ = "whistle_entry"
    __table_args__ = (UniqueConstraint("whistle_id", "sequence"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    whistle_id: Mapped[int] = mapped_column(ForeignKey("whistle.id"))
    sequence: Mapped[int]
    at: Mapped[datetime]
    what: Mapped[str]
    body: Mapped[str]
    """Which body did it (天穆镇, 区水务局, 河长办)."""
    actor: Mapped[str]
    words: Mapped[str] = mapped_column(Text, default="")


def whistles_of(case_id: int) -> Select[Whistle]:
    """A case's whistles, the oldest first."""
    return select(Whistle).where(Whistle.case_id == case_id).order_by(Whistle.id)


def open_whistle_of(case_id: int) -> Select[Whistle]:
    """The one whistle of a case that is open, if there is one."""
    return whistles_of(case_id).where(Whistle.state.in_(WHISTLE_OPEN))


def open_whistles() -> Select[Whistle]:
    """Whistles that are open, the oldest first."""
    return select(Whistle).where(Whistle.state.in_(WHISTLE_OPEN)).order_by(Whistle.id)


def entries_of(whistle_id: int) -> Select[WhistleEntry]:
    """The shared timeline from its beginning."""
    return select(WhistleEntry).where(WhistleEntry.whistle_id == whistle_id).order_by(WhistleEntry.sequence)


def due_whistles(now: datetime) -> Select[Whistle]:
    """Whistles for which the Office is to be reminded by now."""
    return select(Whistle).where(Whistle.remind_at <= now).order_by(Whistle.remind_at, Whistle.id)


def whistles_dated_after(first: datetime) -> Select[Whistle]:
    """Open whistles whose date or next reminder lies after that moment, or was provisional."""
    later = Whistle.name_provisional | (Whistle.name_by > first) | (Whistle.remind_at > first)
    return select(Whistle).where(Whistle.state.in_(WHISTLE_OPEN), later).order_by(Whistle.id)


def parties_dated_after(first: datetime) -> Select[WhistleParty]:
    """Helpers still expected to act, likewise."""
    later = (
        WhistleParty.answer_provisional
        | (WhistleParty.answer_by > first)
        | (WhistleParty.do_by > first)
        | (WhistleParty.remind_at > first)
    )
    return select(WhistleParty).where(WhistleParty.state.in_(PARTY_OPEN), later).order_by(WhistleParty.id)


def whistles_known_by(known: datetime) -> Select[Whistle]:
    """Open whistles whose date is provisional though the days it lies on were announced."""
    provisional = Whistle.name_provisional & (Whistle.name_by <= known)
    return select(Whistle).where(Whistle.state.in_(WHISTLE_OPEN), provisional).order_by(Whistle.id)


def parties_known_by(known: datetime) -> Select[WhistleParty]:
    """Helpers still expected to act, likewise."""
    provisional = WhistleParty.answer_provisional & (WhistleParty.answer_by <= known)
    return (
        select(WhistleParty).where(WhistleParty.state.in_(PARTY_OPEN), provisional).order_by(WhistleParty.id)
    )


def due_parties(now: datetime) -> Select[WhistleParty]:
    """Helpers who are to be reminded by now."""
    return (
        select(WhistleParty)
        .where(WhistleParty.remind_at <= now)
        .order_by(WhistleParty.remind_at, WhistleParty.id)
    )
