"""What happens in a simulated quarter, drawn from a seed: which cases open, and how their town and the Office behave.

Nothing here depends on when a reminder was sent: people act at a time of their own, or so many working days after
an order or a talk has reached them.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from random import Random

from rules.deadlines import Severity
from rules.workdays import CHINA, WorkCalendar, local_day

MINUTE = timedelta(minutes=1)


class Temper(StrEnum):
    """How a town takes its case."""

    PROMPT = "prompt"
    SLOW = "slow"
    """At a time of its own, before or after it is late."""
    ORDERED = "ordered"
    """Does nothing until it is ordered to."""
    TALKED = "talked"
    """Does nothing until it is called to a talk."""
    NEVER = "never"


STUBBORN = frozenset({Temper.ORDERED, Temper.TALKED, Temper.NEVER})
"""Whose deeds follow from the ladder, and so from when it spoke."""


@dataclass(frozen=True)
class Plan:
    """One case: days are working days, minutes those of the day in China."""

    town: str
    severity: Severity
    ladder: str
    opens_at: datetime
    temper: Temper
    minute: int
    """When on its day the town acts."""
    accept_days: int
    """From the assignment; 0: within hours."""
    accepts: bool
    """Whether a stubborn town at least accepts."""
    prove_days: int
    sent_back: bool
    verify_days: int
    answer_days: int
    answer_sent_back: bool
    ask_days: int
    """Of an extension; 0: none is asked."""
    granted: bool
    by_hand: bool
    """The Office orders by hand soon after the acceptance."""
    to_town: str
    """Handed back and transferred there; empty: kept."""
    date_days: int
    """In how many the Office sets the day of a talk."""
    hold_days: int = 0
    """For how many the Office puts the ladder off (暂缓), the day after the case opened; 0: not at all."""
    whistle_days: int = 0
    """After how many the town closes the whistle it blew (吹哨) when it had accepted; 0: it blew none."""
    reopens: bool = False
    """The Office reopens it two days after it was closed."""
    instead: str = ""
    """To which town the Office gives it where nobody in its own would read it."""


@dataclass(frozen=True)
class Departure:
    """A chief who leaves office, and when the successor takes it: until then the town has none."""

    town: str
    at: datetime
    until: datetime


def departures(seed: int, towns: list[str], first: datetime, days: int) -> list[Departure]:
    """One in three chiefs leaves within so many days, on a working minute of their own."""
    random = Random(seed)
    found = []
    for town in random.sample(towns, len(towns) // 3):
        at = first + MINUTE * random.randrange(days * 1440) + timedelta(seconds=15)
        found.append(Departure(town, at, at + timedelta(days=random.choice((2, 6, 12)))))
    return found


def drawn(seed: int, towns: list[str], first: datetime, days: int, count: int) -> list[Plan]:
    """So many plans that open within so many days after `first`; of five, at least one of each temper, and of as
    many as there are towns one in each."""
    random = Random(seed)
    tempers = [*Temper, *random.choices(list(Temper), (30, 30, 15, 13, 12), k=count)][:count]
    each = random.sample(towns, len(towns))
    plans = (
        _plan(random, each[n % len(each)], towns, first, days, temper) for n, temper in enumerate(tempers)
    )
    return sorted(plans, key=lambda plan: plan.opens_at)


def _plan(random: Random, town: str, towns: list[str], first: datetime, days: int, temper: Temper) -> Plan:
    severity = random.choices(list(Severity), (70, 20, 10))[0]
    free = temper not in STUBBORN
    prompt = temper is Temper.PROMPT
    return Plan(
        town=town,
        severity=severity,
        ladder=random.choices(["", "city_feedback", "inspection"], (8, 1, 1))[0],
        opens_at=first + MINUTE * random.randrange(days * 1440),
        temper=temper,
        minute=random.randrange(8 * 60, 18 * 60),
        accept_days=0 if prompt else random.randrange(1, 7),
        accepts=random.random() < 0.5,
        prove_days=random.randrange(1, 3) if prompt else random.randrange(2, 12),
        sent_back=random.random() < 0.25,
        verify_days=random.choice((1, 1, 2, 5)),
        answer_days=random.randrange(1, 4),
        answer_sent_back=random.random() < 0.3,
        ask_days=random.choice((0, 0, 3)) if prompt else 0,
        granted=random.random() < 0.6,
        by_hand=temper is Temper.SLOW and random.random() < 0.15,
        to_town=random.choice(towns)
        if free and severity is not Severity.URGENT and random.random() < 0.15
        else "",
        date_days=random.choice((1, 2, 7)),
        hold_days=random.choice((0, 0, 0, 2, 6)),
        whistle_days=random.choice((0, 2, 5)) if temper in (Temper.SLOW, Temper.ORDERED) else 0,
        reopens=random.random() < 0.25,
        instead=random.choice(towns),
    )


def later(at: datetime, days: int, minute: int, calendar: WorkCalendar) -> datetime:
    """So many working days later at this minute, and half a minute: never together with the sweep."""
    day = calendar.after(local_day(at), days).on
    return datetime.combine(day, time(), CHINA) + timedelta(minutes=minute, seconds=30)


def outages(seed: int, first: datetime, days: int, share: float) -> list[tuple[datetime, datetime]]:
    """Stretches, from minutes to a week, in which the scheduler is dead for about this share of the time."""
    random = Random(seed)
    found, at = [], first
    while at < first + timedelta(days=days):
        dead = timedelta(minutes=random.choice((20, 90, 600, 1500, 4500, 10080)) * random.uniform(0.5, 1.0))
        at += dead * random.uniform(0, 2 * (1 - share) / share) + timedelta(minutes=1)
        begins, ends = _whole_minute(at), _whole_minute(at + dead) + MINUTE
        found.append((begins, ends))
        at = ends
    return found


def _whole_minute(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(second=0, microsecond=0)
