"""Whoever runs a job of the timetable runs it through here: every run is written down, and no failure spreads."""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from apscheduler.triggers.base import BaseTrigger

from models.job import JobRun
from services import failures, jobs
from services.desk import Desk
from services.jobs import SUMMED, Ran

Job = Callable[[], int | None]
"""Does what is due and says how many rows that were; None: a worker was woken and writes down its own run."""

log = logging.getLogger("heshao.jobs")

CUT_OFF = timedelta(minutes=1)
"""Who took the lead believes after so long that a run of before it has ended with its process."""
MOST_CUT_OFF = 3
"""A job whose runs were cut off so often within a day waits for its time: it may be what kills its process."""


class Logbook:
    """Runs jobs by name, knows when each is due, and writes both into the rows."""

    def __init__(self, desk: Desk, times: Mapping[str, BaseTrigger]) -> None:
        self._desk = desk
        self._times = times
        self._guard = threading.Lock()
        self._due: dict[str, datetime | None] = {}
        """When each job should begin next, as far as this process knows."""
        self._running: list[str] = []
        self._unwritten: dict[str, Ran] = {}
        self._written_at: dict[str, datetime] = {}

    def run(self, name: str, job: Job, as_if: datetime | None = None) -> Ran:
        """Run it and write it down; an error of the job or of the writing is logged and goes no further.

        `as_if`: the time the job was told to be, where it is not the desk's.
        """
        begun = self._begin(name, as_if)
        self._running.append(name)
        try:
            return self._run(begun, job)
        finally:
            self._running.remove(name)

    def _run(self, begun: Ran, job: Job) -> Ran:
        run_id = None if self._often(begun) else self._write(jobs.begun, begun)
        rows: int | None = 0
        with failures.counted() as failed:
            try:
                rows = job()
            except Exception as error:
                log.exception("job %s failed", begun.name, extra={"event": "job.failed", "job": begun.name})
                failed.append(type(error).__name__)
        ran = replace(
            begun,
            ended_at=self._desk.clock(),
            rows=rows or 0,
            errors=len(failed),
            error=jobs.in_short(failed),
        )
        if rows is not None or run_id is not None:
            self._end(ran, run_id)
        return ran

    def missed(self, led_since: datetime | None = None) -> list[str]:
        """Jobs whose time has been over for half a minute without anybody having begun them, as the rows say:
        nobody was there, or has only just come. Not those that run every few seconds anyway. And those whose
        process died in them.

        `led_since`: when this process took the lead (default: now); a run without an end that was begun since
        then is another's by hand.
        """
        now = self._desk.clock()
        runs = self._desk.look(jobs.latest)
        with self._guard:
            idle = [run for run in runs if run.name in self._times and run.name not in self._running]
        return [
            run.name for run in idle if self._is_missed(run, now) or self._is_cut_off(run, now, led_since)
        ]

    def _is_cut_off(self, run: JobRun, now: datetime, led_since: datetime | None) -> bool:
        """Whether its process died in it, or was told to end, so that nobody else will finish it today."""
        if run.ended_at is not None or run.as_if is not None or run.started_at + CUT_OFF > now:
            return False
        if run.started_at >= (led_since or now):
            return False
        return self._desk.look(jobs.unended, run.name, now - timedelta(days=1)) < MOST_CUT_OFF

    def _is_missed(self, run: JobRun, now: datetime) -> bool:
        if run.next_at is None or run.next_at - run.started_at < SUMMED:
            return False
        due = max(run.next_at, self._due.get(run.name) or run.next_at)
        return due + SUMMED < now

    def _begin(self, name: str, as_if: datetime | None) -> Ran:
        now = self._desk.clock()
        with self._guard:
            if name not in self._due:
                self._due[name] = self._remembered(name)
            due = self._due[name]
            following = self._due[name] = self._times[name].get_next_fire_time(now, now)
        late = (now - due).total_seconds() if due is not None and as_if is None else 0.0
        return Ran(name, now, as_if=as_if, lag_seconds=max(0.0, late), next_at=following)

    def _remembered(self, name: str) -> datetime | None:
        """What another process, or this one before it was started again, wrote down."""
        try:
            run = self._desk.look(jobs.latest_of, name)
        except Exception:
            log.exception("the runs of %s cannot be read", name, extra={"event": "job.unread", "job": name})
            return None
        return run.next_at if run is not None else None

    def _often(self, ran: Ran) -> bool:
        """Whether it runs so often that runs are added up before they are written down."""
        return ran.next_at is not None and ran.next_at - ran.started_at < SUMMED

    def _end(self, ran: Ran, run_id: int | None) -> None:
        if ran.rows or ran.errors:
            seconds = round((self._desk.clock() - ran.started_at).total_seconds(), 3)
            log.log(
                logging.WARNING if ran.errors else logging.INFO,
                "job %s: %d rows, %d errors", ran.name, ran.rows, ran.errors,
                extra={"event": "job.done", "job": ran.name, "rows": ran.rows, "errors": ran.errors,
                       "seconds": seconds, "as_if": ran.as_if},
            )  # fmt: skip
        with self._guard:
            earlier = self._unwritten.pop(ran.name, None)
            ran = ran.after(earlier) if earlier is not None else ran
            if self._may_wait(ran):
                self._unwritten[ran.name] = ran
                return
            self._written_at[ran.name] = ran.started_at
        self._write(jobs.ended, ran, run_id)

    def _may_wait(self, ran: Ran) -> bool:
        """Whether the next run may be added before it is written down."""
        before = self._written_at.get(ran.name)
        ordinary = self._often(ran) and not ran.errors and ran.as_if is None
        return ordinary and before is not None and ran.started_at - before < SUMMED

    def _write(self, step: Callable[..., int | None], ran: Ran, *more: int | None) -> int | None:
        try:
            return self._desk.do(step, ran, *more)
        except Exception:
            log.exception(
                "a run of %s could not be written down",
                ran.name,
                extra={"event": "job.unwritten", "job": ran.name},
            )
            return None
