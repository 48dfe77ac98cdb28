"""The whole timetable on one screen (APScheduler); every job is harmless if run twice, late or not at all.

A new job is one line here and one in `jobs` of app.py.
"""

from collections.abc import Callable, Mapping
from functools import partial

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from rules.workdays import CHINA
from scheduler.leader import Leader
from scheduler.logbook import Job, Logbook


def times(backup_at: str = "", digest_at: str = "08:00", assess_at: str = "06:00") -> dict[str, BaseTrigger]:
    """When each job runs, in China time: a backup only at the time that is set for it, digests when the hours in
    which messages may leave begin (on a day of rest none is due)."""
    nightly: dict[str, BaseTrigger] = {"backup": _daily(backup_at)} if backup_at else {}
    return nightly | {
        "deliver": IntervalTrigger(seconds=5, timezone=CHINA),
        "photos": IntervalTrigger(seconds=5, timezone=CHINA),
        "remind": IntervalTrigger(minutes=1, timezone=CHINA),
        "digest": _daily(digest_at),
        "assess": _daily(assess_at),
        "drafts": IntervalTrigger(minutes=1, timezone=CHINA),
        "publish": IntervalTrigger(minutes=1, timezone=CHINA),
        "ratings": IntervalTrigger(hours=1, timezone=CHINA),
        "calendar": IntervalTrigger(hours=1, timezone=CHINA),
        "tidy": CronTrigger(hour=3, minute=30, timezone=CHINA),
    }


def _daily(at: str) -> CronTrigger:
    hour, minute = map(int, at.split(":")[:2])
    return CronTrigger(hour=hour % 24, minute=minute, timezone=CHINA)


ALWAYS = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
"""Late jobs are done once, not dropped (APScheduler would drop what is a second late)."""


def timetable(
    jobs: Mapping[str, Job],
    leader: Leader,
    logbook: Logbook,
    backup_at: str = "",
    digest_at: str = "08:00",
    assess_at: str = "06:00",
) -> BackgroundScheduler:
    """A scheduler that does each job only while this process leads; raises ValueError for a job without time
    or a time without job."""
    when = times(backup_at, digest_at, assess_at)
    if set(jobs) != set(when):
        raise ValueError(f"jobs and times differ: {sorted(set(jobs) ^ set(when))}")
    scheduler = BackgroundScheduler(timezone=CHINA)
    mine = {name: leader.only(partial(logbook.run, name, job)) for name, job in jobs.items()}
    for name, trigger in when.items():
        scheduler.add_job(mine[name], trigger, id=name, name=name, **ALWAYS)

    def run_now(name: str) -> None:
        scheduler.add_job(mine[name], id=f"{name} missed", name=name, replace_existing=True, **ALWAYS)

    every = IntervalTrigger(seconds=leader.RENEW.total_seconds(), timezone=CHINA)
    scheduler.add_job(Lead(leader, logbook, run_now), every, id="lead", name="lead", **ALWAYS)
    return scheduler


class Lead:
    """Keeps the lead; while this process has it, what was missed is run at once, whoever missed it."""

    def __init__(self, leader: Leader, logbook: Logbook, run_now: Callable[[str], None]) -> None:
        self._leader = leader
        self._logbook = logbook
        self._run_now = run_now

    def __call__(self) -> None:
        self._leader.renew()
        if self._leader.leads:
            for name in self._logbook.missed(self._leader.since):
                self._run_now(name)
