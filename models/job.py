"""The runs of the timetable's jobs (定时任务), written down by whoever ran them."""

from datetime import datetime

from sqlalchemy import Index, Select, func, select
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class JobRun(Base):
    """One run of one job; of the jobs that run every few seconds, half a minute of runs added up."""

    __tablename__ = "job_run"
    __table_args__ = (Index("ix_job_run_name_started", "name", "started_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """None: it still runs, or its process died in it."""
    as_if: Mapped[datetime | None]
    """The time it was told to be, where it was run by hand for another (`flask jobs run NAME --at …`)."""
    rows: Mapped[int] = mapped_column(default=0)
    """How many things it did."""
    errors: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    """The classes of what went wrong, never its text: that may name people."""
    lag_seconds: Mapped[float] = mapped_column(default=0.0)
    """How long after its time it began."""
    next_at: Mapped[datetime | None]
    """When the timetable wants it next."""

    @property
    def was_idle(self) -> bool:
        """Whether it ended and there was nothing to do."""
        return self.ended_at is not None and not self.rows and not self.errors and self.as_if is None


def runs_of(name: str) -> Select[JobRun]:
    """The runs of this job, newest first."""
    return select(JobRun).where(JobRun.name == name).order_by(JobRun.started_at.desc(), JobRun.id.desc())


def latest_runs() -> Select[JobRun]:
    """The newest run of every job that ever ran."""
    newest = select(func.max(JobRun.id)).group_by(JobRun.name)
    return select(JobRun).where(JobRun.id.in_(newest)).order_by(JobRun.name)
