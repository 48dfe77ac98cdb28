"""Runs of the timetable's jobs: written down, read, and kept within bounds."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from models.job import JobRun, latest_runs, runs_of
from services.work import Work

SUMMED = timedelta(seconds=30)
"""Jobs that run more often than this are written down this often, added up."""
KEEP = 100
KEEP_FOR = timedelta(days=1)
"""Of every job the newest KEEP runs are kept, and all of the last day."""


@dataclass(frozen=True)
class Ran:
    """A run, or several added up, before it is written down."""

    name: str
    started_at: datetime
    ended_at: datetime | None = None
    as_if: datetime | None = None
    rows: int = 0
    errors: int = 0
    error: str = ""
    lag_seconds: float = 0.0
    next_at: datetime | None = None

    def after(self, earlier: "Ran") -> "Ran":
        """This run with an earlier one, not yet written down, added to it."""
        return Ran(
            self.name, self.started_at, self.ended_at, self.as_if,
            self.rows + earlier.rows, self.errors + earlier.errors, self.error or earlier.error,
            max(self.lag_seconds, earlier.lag_seconds), self.next_at,
        )  # fmt: skip


def begun(work: Work, ran: Ran) -> int:
    """Write down that this run has begun; its id."""
    row = JobRun(name=ran.name)
    _fill(row, ran)
    work.session.add(row)
    work.session.flush()
    return row.id


def ended(work: Work, ran: Ran, run_id: int | None) -> None:
    """Write down how it ended. A run that found nothing takes the place of one before that found nothing."""
    row = work.session.get(JobRun, run_id) if run_id is not None else None
    before = work.session.scalar(runs_of(ran.name).where(JobRun.id != (run_id or 0)).limit(1))
    nothing_twice = before is not None and before.was_idle and not ran.rows and not ran.errors
    if row is not None and nothing_twice:
        work.session.delete(before)
    elif row is None and nothing_twice and ran.as_if is None:
        row = before
    if row is None:
        row = JobRun(name=ran.name)
        work.session.add(row)
    _fill(row, ran)
    work.session.flush()
    _forget_old(work, ran.name)


def _fill(row: JobRun, ran: Ran) -> None:
    row.started_at, row.ended_at, row.as_if = ran.started_at, ran.ended_at, ran.as_if
    row.rows, row.errors, row.error = ran.rows, ran.errors, ran.error
    row.lag_seconds, row.next_at = ran.lag_seconds, ran.next_at


def _forget_old(work: Work, name: str) -> None:
    last_kept = runs_of(name).with_only_columns(JobRun.started_at).offset(KEEP - 1).limit(1)
    oldest = work.session.scalar(last_kept)
    if oldest is not None:
        before = min(oldest, work.now - KEEP_FOR)
        work.session.execute(delete(JobRun).where(JobRun.name == name, JobRun.started_at < before))


def latest(work: Work) -> Sequence[JobRun]:
    """The newest run of every job that ever ran."""
    return work.session.scalars(latest_runs()).all()


def latest_of(work: Work, name: str) -> JobRun | None:
    """The newest run of this job."""
    return work.session.scalar(runs_of(name).limit(1))


def unended(work: Work, name: str, since: datetime) -> int:
    """How many runs of this job that began since then have no end."""
    rows = select(func.count()).where(
        JobRun.name == name, JobRun.ended_at.is_(None), JobRun.started_at >= since
    )
    return work.session.scalar(rows) or 0


def overdue_seconds(run: JobRun, now: datetime) -> float:
    """How long the run after this one is overdue; known to half a minute for jobs that run more often."""
    if run.next_at is None:
        return 0.0
    return max(0.0, (now - max(run.next_at, run.started_at + SUMMED)).total_seconds())


def lag_of(run: JobRun, now: datetime) -> float:
    """Seconds behind the timetable: how late it began or, where that is more, how long the next is overdue."""
    return max(run.lag_seconds, overdue_seconds(run, now))


def errors_since(work: Work, since: datetime) -> dict[str, int]:
    """Errors of each job's runs that began since then."""
    rows = select(JobRun.name, func.sum(JobRun.errors)).where(JobRun.started_at >= since)
    return {name: int(total) for name, total in work.session.execute(rows.group_by(JobRun.name))}


def in_short(failed: Sequence[str]) -> str:
    """Error classes with how often each came: “ValueError×2 KeyError”."""
    return " ".join(f"{what}×{n}" if n > 1 else what for what, n in Counter(failed).most_common(5))
