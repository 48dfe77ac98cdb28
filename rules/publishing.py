"""When a month is published, how often the platform lets us, and what it says became of a publication."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from rules.months import Month
from rules.workdays import WorkCalendar, end_of

MASS_PER_MONTH = 4
"""Mass messages (群发) that reach a follower in one calendar month: a rule of the platform for service accounts."""
SAME_AGAIN = timedelta(hours=23)
"""So long after it was asked a mass message may be asked for again with the same clientmsgid: the platform compares
those of the last 24 hours, and sends what it does not know."""
MAY_STILL_COME = timedelta(minutes=10)
"""A publication whose answer was lost is looked for so long before it is asked for again."""
GIVE_UP = timedelta(days=3)
"""So long a step is tried while the platform is away, busy, or refuses for reasons that pass."""
DELAYS = tuple(timedelta(minutes=m) for m in (1, 2, 5, 15, 30, 60))
"""Waiting times after the first failed tries of a step; the last one repeats."""
VERDICT_DELAYS = tuple(timedelta(minutes=m) for m in (1, 2, 5, 10, 30, 60))
"""When the platform is asked for its verdict where it has not told us by itself; the last one repeats."""


class Outcome(StrEnum):
    """What the platform says became of a publication."""

    RUNNING = "running"
    PUBLISHED = "published"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Became:
    """What became of a publication; `why`: the platform's own code or word where it was rejected."""

    outcome: Outcome
    article_id: str = ""
    url: str = ""
    why: str = ""


def became_of(status: str, article_id: str = "", url: str = "") -> Became:
    """A publish_status, as the platform's answer and its event PUBLISHJOBFINISH give it: 0 published, 1 running."""
    if status == "0":
        return Became(Outcome.PUBLISHED, article_id, url)
    return Became(Outcome.RUNNING) if status == "1" else Became(Outcome.REJECTED, why=status)


def became_of_mass(status: str, url: str = "") -> Became:
    """A status of a mass message: `SEND_SUCCESS` as the call gives it, `send success` and `err(30003)` as the event
    MASSSENDJOBFINISH does."""
    word = status.lower().replace("_", "").replace(" ", "")
    if word == "sendsuccess":
        return Became(Outcome.PUBLISHED, url=url)
    return Became(Outcome.RUNNING) if word == "sending" else Became(Outcome.REJECTED, why=status)


def publish_at(month: Month, workday: int, clock: str, calendar: WorkCalendar) -> datetime:
    """The instant (UTC) a month's result is published: the n-th working day of the month after, at `clock`
    (“10:00”, China time)."""
    day = calendar.after(month.last_day, workday).on
    hour, minute = map(int, clock.split(":")[:2])
    return end_of(day - timedelta(days=1)) + timedelta(hours=hour, minutes=minute)


def delay(tries: int, delays: Sequence[timedelta] = DELAYS) -> timedelta:
    """How long to wait after so many tries (1 or more)."""
    return delays[min(max(tries, 1), len(delays)) - 1]
