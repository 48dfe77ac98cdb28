"""What the installation keeps for itself: its signing key, and who runs the clock."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Secret(Base):
    """A key made at first start and shared by every process."""

    __tablename__ = "secret"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class Lease(Base):
    """A duty only one process may have at a time, taken for a while and renewed."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until: Mapped[datetime]


class Counter(Base):
    """Serial numbers without gaps: raised in the same transaction as what is numbered."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]
