"""The whole timetable on one screen (APScheduler); every job is harmless if run twice, late or not at all."""

from collections.abc import Callable
from dataclasses import dataclass

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from rules.workdays import CHINA
from scheduler.leader import Leader

Job = Callable[[], object]


@dataclass(frozen=True)
class Jobs:
    """What is to be done when; app.py hands the doing in."""

    deliver: Job
    photos: Job
    drafts: Job
    ratings: Job
    tidy: Job


def timetable(jobs: Jobs, leader: Leader) -> BackgroundScheduler:
    """A scheduler that does each job only while this process leads; late jobs are done, not dropped."""
    scheduler = BackgroundScheduler(timezone=CHINA)
    rows = [
        ("deliver", jobs.deliver, IntervalTrigger(seconds=5, timezone=CHINA)),
        ("photos", jobs.photos, IntervalTrigger(seconds=5, timezone=CHINA)),
        ("drafts", jobs.drafts, IntervalTrigger(minutes=1, timezone=CHINA)),
        ("ratings", jobs.ratings, IntervalTrigger(hours=1, timezone=CHINA)),
        ("tidy", jobs.tidy, CronTrigger(hour=3, minute=30, timezone=CHINA)),
    ]
    for name, job, trigger in rows:
        scheduler.add_job(
            leader.only(job),
            trigger,
            id=name,
            name=name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
    scheduler.add_job(
        leader.renew, IntervalTrigger(seconds=leader.RENEW.total_seconds(), timezone=CHINA), id="lead",
        coalesce=True, max_instances=1, misfire_grace_time=None,
    )  # fmt: skip
    return scheduler
