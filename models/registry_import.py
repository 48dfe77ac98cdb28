"""What each import changed in the registry, and when (名录导入记录)."""

from datetime import datetime

from sqlalchemy import JSON, Select, func, select
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class RegistryImport(Base):
    """One import that changed something; its sentences are those that `check` shows beforehand."""

    __tablename__ = "registry_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    version: Mapped[int]
    changes: Mapped[list[str]] = mapped_column(JSON)


def first_import() -> Select[datetime]:
    """When the registry was first taken over: of what was before, only the workbook can tell."""
    return select(func.min(RegistryImport.at))
