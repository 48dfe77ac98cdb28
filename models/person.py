"""People of the registry, the offices they hold and held, and the invitations by which they bind."""

from datetime import date, datetime

from sqlalchemy import Column, ForeignKey, Select, Table, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.registry import Reach, Town
from rules.roles import Role

appointment_reach = Table(
    "appointment_reach",
    Base.metadata,
    Column("appointment_id", ForeignKey("appointment.id", ondelete="CASCADE"), primary_key=True),
    Column("reach_id", ForeignKey("reach.id"), primary_key=True),
)


class Person(Base):
    """Somebody the registry knows by name; residents are only followers."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")
    pseudonym: Mapped[str] = mapped_column(unique=True)
    """Stands for the person in the audit chain."""

    appointments: Mapped[list["Appointment"]] = relationship(back_populates="person")


class Appointment(Base):
    """An office held for a time (任职); never overwritten, so who was chief on a past day stays answerable."""

    __tablename__ = "appointment"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[Role] = mapped_column(index=True)
    title: Mapped[str] = mapped_column(default="")
    department: Mapped[str] = mapped_column(default="")
    town_id: Mapped[int | None] = mapped_column(ForeignKey("town.id"), index=True)
    since: Mapped[date | None]
    until: Mapped[date | None]
    """The last day in office, inclusive."""

    person: Mapped[Person] = relationship(back_populates="appointments", lazy="joined")
    town: Mapped[Town | None] = relationship()
    reaches: Mapped[list[Reach]] = relationship(secondary=appointment_reach)


class Invitation(Base):
    """A code that binds one person's WeChat once (绑定); only its digest is kept."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    digest: Mapped[str] = mapped_column(unique=True)
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


def in_office(today: date) -> Select[Appointment]:
    """Appointments in force on this day."""
    return (
        select(Appointment)
        .where(
            or_(Appointment.since.is_(None), Appointment.since <= today),
            or_(Appointment.until.is_(None), Appointment.until >= today),
        )
        .order_by(Appointment.id)
    )
