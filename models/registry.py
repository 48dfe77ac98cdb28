"""The registry (河湖名录): towns, water bodies, reaches, notice boards; each with its dates of validity."""

from datetime import date
from decimal import Decimal

from sqlalchemy import ForeignKey, Select, Text, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from rules.routing import Bank


class Town(Base):
    """A town, subdistrict or development zone (镇街); it may begin or end in mid-year."""

    __tablename__ = "town"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    since: Mapped[date | None]
    until: Mapped[date | None]
    position: Mapped[int] = mapped_column(default=0)
    """The row's place in the workbook: towns are listed in the registry's order."""


class WaterBody(Base):
    """A river, ditch, lake, reservoir or pond (水体)."""

    __tablename__ = "water_body"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    level: Mapped[str]
    length_km: Mapped[Decimal | None]
    retired_on: Mapped[date | None]


class Reach(Base):
    """The stretch of a water body that one town answers for (河段); geometry in WGS-84."""

    __tablename__ = "reach"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    water_body_id: Mapped[int] = mapped_column(ForeignKey("water_body.id"), index=True)
    town_id: Mapped[int] = mapped_column(ForeignKey("town.id"), index=True)
    villages: Mapped[str] = mapped_column(Text, default="")
    """Village names, several separated by 、."""
    name: Mapped[str]
    bank: Mapped[Bank] = mapped_column(default=Bank.BOTH)
    start: Mapped[str] = mapped_column(default="")
    end: Mapped[str] = mapped_column(default="")
    length_km: Mapped[Decimal | None]
    target: Mapped[str] = mapped_column(default="")
    """Water-quality target (水质目标): I, II, III, IV, V or empty."""
    wkt: Mapped[str] = mapped_column(Text)
    retired_on: Mapped[date | None]

    town: Mapped[Town] = relationship(lazy="joined")
    water_body: Mapped[WaterBody] = relationship(lazy="joined")


class NoticeBoard(Base):
    """A public notice board (公示牌) at a reach; its scene code opens a report there."""

    __tablename__ = "notice_board"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    reach_id: Mapped[int] = mapped_column(ForeignKey("reach.id"), index=True)
    longitude: Mapped[float | None]
    latitude: Mapped[float | None]
    state: Mapped[str] = mapped_column(default="完好")
    scene_ticket: Mapped[str] = mapped_column(default="")
    scene_url: Mapped[str] = mapped_column(default="")
    retired_on: Mapped[date | None]

    reach: Mapped[Reach] = relationship()


class RegistryVersion(Base):
    """One row: raised by every import, so that each process knows when to read the registry again."""

    __tablename__ = "registry_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int]


def reaches_in_force(today: date) -> Select[Reach]:
    """Reaches of today: neither they nor their town have ended."""
    return (
        select(Reach)
        .join(Reach.town)
        .where(
            or_(Reach.retired_on.is_(None), Reach.retired_on > today),
            or_(Town.since.is_(None), Town.since <= today),
            or_(Town.until.is_(None), Town.until >= today),
        )
        .order_by(Reach.id)
    )


def towns_in_force(today: date) -> Select[Town]:
    """Towns of today, in the registry's order."""
    return (
        select(Town)
        .where(or_(Town.since.is_(None), Town.since <= today), or_(Town.until.is_(None), Town.until >= today))
        .order_by(Town.position, Town.id)
    )
