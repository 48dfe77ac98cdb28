"""What happens in the months of an invented district (虚构): drawn from a seed, nothing is done here.

The units' names are those of the demonstration's registry; how well each of them works is drawn by lot and says
nothing of any real place. People are invented.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from random import Random

from models.report import Rating, Source
from rules.deadlines import Severity
from rules.kinds import Kind
from rules.months import Month
from rules.workdays import CHINA, WorkCalendar, local_day

RECTIFY_DAYS = {Severity.ORDINARY: 5, Severity.COMPLEX: 15, Severity.URGENT: 5}
"""Working days the invented towns reckon with."""
RESIDENTS = 40
FEIGNED_IN = 4
"""In every so manieth month, from the second on, one rectification turns out to be feigned."""


class Verb(StrEnum):
    """What somebody does with a case."""

    OPENS = "opens"
    GIVEN = "given"
    """The Office gives it to its town, where nobody there could be reached."""
    ACCEPTS = "accepts"
    BLOWS = "blows"
    NAMES = "names"
    HELPS = "helps"
    FINISHES = "finishes"
    CLOSES = "closes"
    ORDERS = "orders"
    ANSWERS = "answers"
    TAKES_ANSWER = "takes_answer"
    PROVES = "proves"
    SENDS_BACK = "sends_back"
    PASSES = "passes"
    RATES = "rates"
    FEIGNED = "feigned"
    DATES_TALK = "dates_talk"
    HOLDS_TALK = "holds_talk"
    KEEPS_WORD = "keeps_word"


@dataclass(frozen=True)
class Spot:
    """Where something may be seen: a reach, or a unit that has none (`reach` empty)."""

    unit: str
    """Its code, as `reach` is one."""
    reach: str
    name: str
    since: date | None


@dataclass(frozen=True)
class Deed:
    """Something done with a case; `word`: the helper's unit, or the rating."""

    at: datetime
    verb: Verb
    word: str = ""


@dataclass(frozen=True)
class CasePlan:
    """One case and its whole life, the first deed opens it."""

    spot: Spot
    kind: Kind
    source: Source | None
    resident: int
    deeds: tuple[Deed, ...]


def plan(
    seed: int, months: Sequence[Month], spots: Sequence[Spot], kinds: Sequence[Kind], cases_a_month: int,
    calendar: WorkCalendar,
) -> list[CasePlan]:  # fmt: skip
    """Every case of these months in the order they open; the same seed gives the same."""
    random = Random(f"{seed}/cases/{months[0]}")  # noqa: S311 - a story, not a secret
    diligence = {spot.unit: Random(f"{seed}/{spot.unit}").uniform(0.45, 0.98) for spot in spots}  # noqa: S311
    usual = [kind for kind in kinds if kind.severity is not Severity.URGENT]
    units = sorted(diligence)
    found = []
    for n, month in enumerate(months):
        there = [spot for spot in spots if spot.since is None or spot.since <= month.first_day]
        for number in range(cases_a_month):
            spot, kind = random.choice(there), random.choice(usual)
            opens = _on(month.first_day + timedelta(days=random.randrange(month.last_day.day)), random)
            life = _Life(random, calendar, diligence[spot.unit], RECTIFY_DAYS[kind.severity])
            helper = random.choice([unit for unit in _there(there) if unit != spot.unit] or units)
            source = Source.INSPECTION if random.random() < 0.25 else None
            feigned = number == 0 and n % FEIGNED_IN == 1
            deeds = tuple(life.lived(opens, helper, rated=source is None, feigned=feigned))
            found.append(CasePlan(spot, kind, source, random.randrange(RESIDENTS), deeds))
    return sorted(found, key=lambda case: case.deeds[0].at)


def _there(spots: Sequence[Spot]) -> list[str]:
    return sorted({spot.unit for spot in spots})


def _on(day: date, random: Random) -> datetime:
    """Some minute of this day between 8 and 17 o'clock in China."""
    return datetime.combine(day, time(8), CHINA) + timedelta(minutes=random.randrange(9 * 60))


@dataclass
class _Life:
    """Draws one case's life; days are working days."""

    random: Random
    calendar: WorkCalendar
    diligence: float
    days: int

    def lived(self, opens: datetime, helper: str, *, rated: bool, feigned: bool) -> Iterator[Deed]:
        yield Deed(opens, Verb.OPENS)
        yield Deed(opens + timedelta(minutes=20), Verb.GIVEN)
        accepted = self._later(opens, 1 if self._is_prompt() else self.random.randint(2, 4))
        yield Deed(accepted, Verb.ACCEPTS)
        if self.random.random() < 0.08:
            whistle = list(self._whistled(accepted, helper))
            yield from whistle
            accepted = whistle[-1].at
        if self._is_prompt():
            proved = self._later(accepted, self.random.randint(1, self.days))
        else:
            orders = list(self._ordered(accepted))
            yield from orders
            proved = self._later(orders[-1].at, self.random.randint(1, 6))
        yield from self._closed(proved, rated=rated, feigned=feigned)

    def _whistled(self, since: datetime, helper: str) -> Iterator[Deed]:
        yield Deed(since + timedelta(minutes=10), Verb.BLOWS)
        yield Deed(since + timedelta(minutes=40), Verb.NAMES, helper)
        answered = self._later(since, self.random.choice((1, 2, 2, 5)))
        yield Deed(answered, Verb.HELPS, helper)
        finished = self._later(answered, self.random.choice((1, 2, 3, 5)))
        yield Deed(finished, Verb.FINISHES, helper)
        yield Deed(finished + timedelta(minutes=30), Verb.CLOSES)

    def _ordered(self, accepted: datetime) -> Iterator[Deed]:
        """The date is missed, and the Office orders."""
        ordered = self._later(accepted, self.days + 1)
        yield Deed(ordered, Verb.ORDERS)
        answered = self._later(ordered, self.random.choice((1, 2, 3, 5)))
        yield Deed(answered, Verb.ANSWERS)
        yield Deed(answered + timedelta(minutes=30), Verb.TAKES_ANSWER)

    def _closed(self, proved: datetime, *, rated: bool, feigned: bool) -> Iterator[Deed]:
        yield Deed(proved, Verb.PROVES)
        judged = self._later(proved, 1)
        if self.random.random() < 0.3 * (1.1 - self.diligence):
            yield Deed(judged, Verb.SENDS_BACK)
            proved = self._later(judged, 2)
            yield Deed(proved, Verb.PROVES)
            judged = self._later(proved, 1)
        yield Deed(judged, Verb.PASSES)
        if feigned:
            yield from self._feigned(judged)
        elif rated and self.random.random() < 0.75:
            yield from self._rated(self._later(judged, self.random.randint(1, 3)))

    def _rated(self, at: datetime) -> Iterator[Deed]:
        said = self.random.choices(list(Rating), (12 * self.diligence, 4, 2 * (1.1 - self.diligence)))[0]
        yield Deed(at, Verb.RATES, said.value)
        if said is Rating.NOT:
            proved = self._later(at, 2)
            yield Deed(proved, Verb.PROVES)
            yield Deed(self._later(proved, 1), Verb.PASSES)

    def _feigned(self, passed: datetime) -> Iterator[Deed]:
        found = self._later(passed, 2)
        yield Deed(found, Verb.FEIGNED)
        yield Deed(found + timedelta(minutes=30), Verb.DATES_TALK)
        held = self._later(found, 2)
        yield Deed(held, Verb.HOLDS_TALK)
        proved = self._later(held, 2)
        yield Deed(proved, Verb.PROVES)
        yield Deed(proved + timedelta(minutes=30), Verb.KEEPS_WORD)
        yield Deed(self._later(proved, 1), Verb.PASSES)

    def _is_prompt(self) -> bool:
        return self.random.random() < self.diligence

    def _later(self, since: datetime, days: int) -> datetime:
        """So many working days later, at some minute of that day."""
        return _on(self.calendar.after(local_day(since), days).on, self.random)
