"""What /metrics says of the rows, counted in small indexes: it costs the same after a million messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Float, FunctionElement, Select, func, select
from sqlalchemy.ext.compiler import compiles

from models.evidence import Arrival, Evidence
from models.job import JobRun
from models.notification import WAITING, Delivery, Notification
from services import audit, jobs
from services.work import Work

PERIOD = timedelta(days=1)
"""What “lately” is: a district sends some hundred messages a day, so an hour says little."""
PROMPT_SECONDS = 10.0
CLOSE = 0.001
"""SQLite reckons with days as floating-point numbers: good to a millisecond."""


class seconds_between(FunctionElement[float]):  # noqa: N801 - named as SQL functions are
    """From the first instant to the second."""

    type = Float()
    inherit_cache = True


@compiles(seconds_between, "sqlite")
def _in_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    first, second = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"(julianday({second}) - julianday({first})) * 86400.0"


@compiles(seconds_between, "postgresql")
def _in_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    first, second = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"extract(epoch FROM ({second} - {first}))"


@dataclass(frozen=True)
class JobMeasure:
    """How a job of the timetable does."""

    name: str
    started_at: datetime
    seconds: float | None
    """None while it runs, or where its process died in it."""
    rows: int
    errors_lately: int
    lag_seconds: float
    """How late the last run began."""
    overdue_seconds: float
    """How long the next one is overdue now."""


@dataclass(frozen=True)
class Measures:
    """The installation in figures; ages in seconds, 0 where nothing waits."""

    owed: int
    """Messages owed, also those that wait for the morning or its digest."""
    oldest_due_seconds: float
    """How long the message that waits longest might have left."""
    sent_lately: int
    """Accepted by the platform."""
    prompt_lately: int
    """… of these, within ten seconds of when they might leave."""
    undeliverable_lately: int
    photos_waiting: int
    oldest_photo_seconds: float
    photos_failed_lately: int
    audit_broken: bool
    """The last nightly verification found a chain that does not hold."""
    jobs: Sequence[JobMeasure]


def measure(work: Work) -> Measures:
    """Read them all."""
    since = work.now - PERIOD
    sent, prompt = work.session.execute(sent_since(since, work.now)).one()
    waiting_to_leave, first_leaves = work.session.execute(owed()).one()
    waiting, oldest_photo = work.session.execute(photos_waiting()).one()
    runs = jobs.latest(work)
    errors = jobs.errors_since(work, since)
    return Measures(
        owed=waiting_to_leave,
        oldest_due_seconds=_age(work, first_leaves),
        sent_lately=sent,
        prompt_lately=prompt,
        undeliverable_lately=work.session.scalar(undeliverable_since(since)) or 0,
        photos_waiting=waiting,
        oldest_photo_seconds=_age(work, oldest_photo),
        photos_failed_lately=work.session.scalar(photos_failed_since(since)) or 0,
        audit_broken=any(audit.BROKEN in run.error for run in runs),
        jobs=[_job(work, run, errors.get(run.name, 0)) for run in runs],
    )


def _job(work: Work, run: JobRun, errors: int) -> JobMeasure:
    ran = (run.ended_at - run.started_at).total_seconds() if run.ended_at is not None else None
    overdue = jobs.overdue_seconds(run, work.now)
    return JobMeasure(run.name, run.started_at, ran, run.rows, errors, run.lag_seconds, overdue)


def _age(work: Work, since: datetime | None) -> float:
    return max(0.0, (work.now - since).total_seconds()) if since is not None else 0.0


def owed() -> Select[int, datetime]:
    """How many messages are owed, and when the first of them might leave."""
    return select(func.count(), func.min(Notification.not_before)).where(Notification.delivery.in_(WAITING))


def sent_since(since: datetime, now: datetime) -> Select[int, int]:
    """How many messages were sent since then, and how many of them promptly."""
    took = seconds_between(Notification.not_before, Notification.sent_at)
    prompt = func.count().filter(took <= PROMPT_SECONDS + CLOSE)
    sent = select(func.count(), prompt).select_from(Notification)
    return sent.where(Notification.sent_at >= since, Notification.sent_at <= now)


def undeliverable_since(since: datetime) -> Select[int]:
    """How many messages turned out undeliverable that were last to be tried after then."""
    return (
        select(func.count())
        .select_from(Notification)
        .where(
            Notification.delivery == Delivery.UNDELIVERABLE,
            Notification.urgent.in_([False, True]),  # both: so that the index is used to its last column
            Notification.next_try_at >= since,
        )
    )


def photos_waiting() -> Select[int, datetime]:
    """How many pieces of evidence are still to be fetched, and since when the oldest."""
    waiting = select(func.count(), func.min(Evidence.sent_at))
    return waiting.where(Evidence.arrival == Arrival.WAITING)


def photos_failed_since(since: datetime) -> Select[int]:
    """How many pieces of evidence were refused or gone that were last to be tried after then."""
    return (
        select(func.count())
        .select_from(Evidence)
        .where(Evidence.arrival.in_([Arrival.REFUSED, Arrival.GONE]), Evidence.next_try_at >= since)
    )
