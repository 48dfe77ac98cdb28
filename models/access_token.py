"""The platform's access token, shared by every process, and who is fetching the next one."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class AccessToken(Base):
    """One account's token; one row an account, changed in place."""

    __tablename__ = "access_token"

    app_id: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(default="")
    expires_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    """When the platform was last asked for one, whatever came of it."""
    forced_at: Mapped[datetime | None]
    """When the platform was last made to give a new one (`force_refresh`)."""
    holder: Mapped[str] = mapped_column(default="")
    """Who is fetching …"""
    leased_until: Mapped[datetime | None]
    """… and until when that is believed."""
