"""Extensions (延期): more time for a rectification, asked for by the town, granted or refused by the Office."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Select, Text, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.case import Case
from rules.escalation import Rung

WAITING = text("state = 'asked'")


class ExtensionState(StrEnum):
    """Where a request for more time stands (EXTENSION_NAMES gives the Chinese)."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    LAPSED = "lapsed"
    """The case moved before anybody answered."""


EXTENSION_NAMES = {
    ExtensionState.ASKED: "待答复",
    ExtensionState.GRANTED: "已批准",
    ExtensionState.REFUSED: "未批准",
    ExtensionState.LAPSED: "不用再办",
}


class Extension(Base):
    """One request for more time, with its answer. `days`: working days; people as pseudonyms of the audit chain."""

    __tablename__ = "extension"
    __table_args__ = (
        Index("ix_extension_waiting", "case_id", unique=True, sqlite_where=WAITING, postgresql_where=WAITING),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    days: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[ExtensionState]
    decided_by: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime | None]
    remark: Mapped[str] = mapped_column(Text, default="")
    """Why it was refused."""
    due_before: Mapped[datetime]
    """The date it was asked for."""
    due_after: Mapped[datetime | None]
    """The date that was granted."""
    climbed: Mapped[Rung | None]
    """How far the Office was pressed for its answer."""
    remind_at: Mapped[datetime | None] = mapped_column(index=True)

    case: Mapped[Case] = relationship()


def extensions_of(case_id: int) -> Select[Extension]:
    """A case's requests, the oldest first."""
    return select(Extension).where(Extension.case_id == case_id).order_by(Extension.id)


def request_of(case_id: int) -> Select[Extension]:
    """The one request of a case that waits for the Office, if there is one."""
    return extensions_of(case_id).where(Extension.state == ExtensionState.ASKED).limit(1)


def due_extensions(now: datetime) -> Select[Extension]:
    """Requests for whose answer the Office is to be pressed by now."""
    due = select(Extension).where(Extension.remind_at <= now)
    return due.order_by(Extension.remind_at, Extension.id)


def extensions_asked() -> Select[Extension]:
    """Requests that wait for the Office, the oldest first."""
    return select(Extension).where(Extension.state == ExtensionState.ASKED).order_by(Extension.id)
