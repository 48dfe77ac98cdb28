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


def drawn(seed: int, towns: list[str], first: datetime, days: int, count: int) -> list[Plan]:
    """So many plans that open within so many days after `first`; of five, at least one of each temper."""
    random = Random(seed)
    tempers = [*Temper, *random.choices(list(Temper), (30, 30, 15, 13, 12), k=count)][:count]
    plans = (_plan(random, towns, first, days, temper) for temper in tempers)
    return sorted(plans, key=lambda plan: plan.opens_at)


def _plan(random: Random, towns: list[str], first: datetime, days: int, temper: Temper) -> Plan:
    severity = random.choices(list(Severity), (70, 20, 10))[0]
    free = temper not in STUBBORN
    prompt = temper is Temper.PROMPT
    town = random.choice(towns)
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
