"""The year (年度考核): the mean of a unit's months and the year's tasks, and who is named for downgrading.

Source: 蓟州区东赵各庄镇细则 (2022-01-06): the mean of the months' scores. Months' and tasks' shares are settings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from rules.apportioning import half_up
from rules.assessment_rulebook import AssessmentRulebook, Composition, Grade, Unit
from rules.months import Month
from rules.places import places


@dataclass(frozen=True)
class MonthOfUnit:
    """What a unit had in one frozen month."""

    unit: str
    month: Month
    score: Decimal | None
    """None where it was not ranked: the month does not count in its mean."""
    grade: str = ""


@dataclass(frozen=True)
class AnnualResult:
    """One unit's year."""

    unit: Unit
    months: int
    """Months that count: a unit that began in mid-year has fewer."""
    mean: Decimal | None
    tasks: Decimal | None
    score: Decimal | None
    group: str
    place: int | None
    grade: str
    failing: tuple[Month, ...]
    """Months whose grade fails."""
    downgraded: str
    """Why it is named for downgrading; empty where it is not."""
    note: str
    """What its score is made of, where that is less than a whole year and its tasks."""


def year(
    book: AssessmentRulebook,
    units: Sequence[Unit],
    months: Sequence[MonthOfUnit],
    tasks: Mapping[str, Decimal],
) -> tuple[AnnualResult, ...]:
    """Judge a year, by group and place as a month is. `tasks`: points out of 100 for the year's tasks, by unit code.

    A unit whose tasks were not judged has its months alone; one without a month that counts has no place.
    Where places are added, a year is the mean of the months' sums, the smallest first, and tasks do not count.
    """
    listed = sorted(units, key=lambda unit: (unit.position, unit.code))
    judged = [_judged(book, unit, [one for one in months if one.unit == unit.code], tasks) for unit in listed]
    names = [*dict.fromkeys(group.name for group in book.groups)] or [""]
    lines: list[AnnualResult] = []
    for name in [*names, None]:
        members = [one for one in judged if book.group_of(one.unit) == name]
        lines += _ranked(book, members) if name is not None else members
    return tuple(lines)


def _judged(
    book: AssessmentRulebook, unit: Unit, months: Sequence[MonthOfUnit], tasks: Mapping[str, Decimal]
) -> AnnualResult:
    counted = [one.score for one in months if one.score is not None]
    exact = Fraction(sum(counted, Decimal(0))) / len(counted) if counted else None
    task = None if book.composition == Composition.PLACES else tasks.get(unit.code)
    score = None if exact is None else half_up(_together(book, exact, task), book.quantum)
    failing = _failing(book, months)
    grade = None if score is None else book.grade_of(score)
    return AnnualResult(
        unit,
        len(counted),
        None if exact is None else half_up(exact, book.quantum),
        task,
        score,
        book.group_of(unit) or "",
        None,
        grade.name if grade else "",
        failing,
        _downgraded(book, failing, grade),
        _note(book, len(counted), task),
    )


def _together(book: AssessmentRulebook, mean: Fraction, tasks: Decimal | None) -> Fraction:
    if tasks is None:
        return mean
    return mean * Fraction(book.annual.months) + Fraction(tasks) * Fraction(book.annual.tasks)


def _failing(book: AssessmentRulebook, months: Sequence[MonthOfUnit]) -> tuple[Month, ...]:
    fails = {grade.name for grade in book.grades if grade.fails}
    return tuple(sorted(one.month for one in months if one.grade in fails))


def _downgraded(book: AssessmentRulebook, failing: Sequence[Month], grade: Grade | None) -> str:
    if grade and grade.fails:
        return f"年度考核{grade.name}"
    if book.annual.failing_months and len(failing) >= book.annual.failing_months:
        return f"全年有 {len(failing)} 个月不合格（{'、'.join(month.name for month in failing)}）"
    return ""


def _note(book: AssessmentRulebook, months: int, tasks: Decimal | None) -> str:
    if not months:
        return "全年没有参加排名的月份"
    notes = [] if months == 12 else [f"按 {months} 个月平均"]
    if tasks is None and book.composition == Composition.POINTS and book.annual.tasks:
        notes.append("年度任务未评分，只计月考核")
    return "；".join(notes)


def _ranked(book: AssessmentRulebook, lines: Sequence[AnnualResult]) -> list[AnnualResult]:
    sign = 1 if book.composition == Composition.PLACES else -1
    place_of = places({line.unit.code: (sign * line.score,) for line in lines if line.score is not None})
    placed = [replace(line, place=place_of.get(line.unit.code)) for line in lines]
    return sorted(placed, key=lambda line: (line.place is None, line.place or 0))
