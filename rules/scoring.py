"""A month judged (计分): figures in, points and places out, and for every point lost the row that cost it.

Exact: fractions inside, decimals outside, half up; no float. Nothing depends on the order of units or figures. The
number of reports is no figure: more reports may only mean more eyes, what counts is how they were handled.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rules.assessment_rulebook import AssessmentRulebook, Composition, Item, Unit
from rules.figures import Figure
from rules.judging import ItemResult as ItemResult
from rules.judging import Judged, judge_by_places, judge_by_points
from rules.losses import Loss as Loss
from rules.losses import Returned as Returned
from rules.months import Month
from rules.places import last_of, places


@dataclass(frozen=True)
class UnitResult:
    """One unit's line."""

    unit: Unit
    group: str
    score: Decimal | None
    """Points, or the sum of places; None where it is not ranked."""
    place: int | None
    previous_place: int | None
    grade: str
    named: bool
    unranked: str
    """Why it has no place; empty where it has one."""
    items: tuple[ItemResult, ...]


@dataclass(frozen=True)
class MonthScores:
    """A month judged: units by group and place, equal places in the registry's order, those without a place last."""

    month: Month
    units: tuple[UnitResult, ...]
    suspended: tuple[tuple[str, str], ...]
    """Names of items nobody was judged by, with the reason."""


def score(
    book: AssessmentRulebook,
    units: Sequence[Unit],
    figures: Sequence[Figure],
    month: Month,
    previous: Mapping[str, int] | None = None,
    returned: Sequence[Returned] = (),
) -> MonthScores:
    """Judge a month.

    `figures`: at most one for each source and unit. `previous`: last month's places by unit code. `returned`: appeals
    that were granted, in the order they were decided. Raises ValueError where a unit or a figure is there twice.
    """
    listed = sorted(units, key=lambda unit: (unit.position, unit.code))
    by_unit = _by_unit(listed, figures)
    lines: list[UnitResult] = []
    for group in [*dict.fromkeys(group.name for group in book.groups)] or [""]:
        members = [unit for unit in listed if book.group_of(unit) == group]
        lines += _ranked(book, group, _judged(book, members, by_unit, returned), previous or {})
    outside = [unit for unit in listed if book.group_of(unit) is None]
    lines += [_outside(line, previous or {}) for line in _judged(book, outside, by_unit, returned)]
    return MonthScores(month, tuple(lines), tuple(_suspended(book, lines)))


def _by_unit(units: Sequence[Unit], figures: Sequence[Figure]) -> dict[str, dict[str, Figure]]:
    found: dict[str, dict[str, Figure]] = {unit.code: {} for unit in units}
    if len(found) != len(units):
        raise ValueError("a unit is there twice")
    for figure in figures:
        of_unit = found.get(figure.town, {})
        if figure.source in of_unit:
            raise ValueError(f"{figure.source} of {figure.town} is there twice")
        of_unit[figure.source] = figure
    return found


def _judged(
    book: AssessmentRulebook,
    units: Sequence[Unit],
    figures: Mapping[str, Mapping[str, Figure]],
    returned: Sequence[Returned],
) -> list[Judged]:
    if book.composition == Composition.PLACES:
        return judge_by_places(book, units, figures)
    return [
        judge_by_points(book, unit, figures[unit.code], [one for one in returned if one.unit == unit.code])
        for unit in units
    ]


def _ranked(
    book: AssessmentRulebook, group: str, judged: Sequence[Judged], previous: Mapping[str, int]
) -> list[UnitResult]:
    """The lines of one group; `judged` is in the registry's order."""
    place_of = places({line.unit.code: _standing(book, line) for line in judged if not line.unranked})
    last = last_of(place_of, book.named_last)
    lines = [_line(book, group, line, place_of, last, previous) for line in judged]
    return sorted(lines, key=lambda line: (line.place is None, line.place or 0))


def _line(
    book: AssessmentRulebook,
    group: str,
    judged: Judged,
    place_of: Mapping[str, int],
    last: Collection[str],
    previous: Mapping[str, int],
) -> UnitResult:
    code, total = judged.unit.code, judged.total
    grade = None if total is None else book.grade_of(total)
    return UnitResult(
        unit=judged.unit,
        group=group,
        score=total,
        place=place_of.get(code),
        previous_place=previous.get(code),
        grade=grade.name if grade else "",
        named=_is_named(book, total) or code in last,
        unranked=judged.unranked,
        items=judged.items,
    )


def _standing(book: AssessmentRulebook, line: Judged) -> tuple[Decimal, ...]:
    """What it is ranked by: the sum, then the tie-breaker; whoever was not judged by that comes after."""
    total = line.total or Decimal(0)
    tie = next((result.points for result in line.items if result.item.key == book.tie_breaker), None)
    by_places = book.composition == Composition.PLACES
    then = (Decimal(tie is None), (tie if by_places else -tie) if tie is not None else Decimal(0))
    return (total if by_places else -total, *(then if book.tie_breaker else ()))


def _is_named(book: AssessmentRulebook, total: Decimal | None) -> bool:
    return total is not None and book.named_below is not None and total < book.named_below


def _outside(line: Judged, previous: Mapping[str, int]) -> UnitResult:
    """A unit that is in none of the groups."""
    before = previous.get(line.unit.code)
    return UnitResult(
        line.unit, "", None, None, before, "", False, "不在任何一个排名分组里，未参加排名", line.items
    )


def _suspended(book: AssessmentRulebook, lines: Sequence[UnitResult]) -> Iterator[tuple[str, str]]:
    for item in book.items:
        results = [result for line in lines for result in line.items if result.item.key == item.key]
        if results and all(result.points is None for result in results):
            yield item.name, "；".join(dict.fromkeys(_reasons(item, lines, results)))


def _reasons(item: Item, lines: Sequence[UnitResult], results: Sequence[ItemResult]) -> list[str]:
    """Why those it is for were not judged; where it is for none of them, that."""
    ordered = sorted(zip(lines, results, strict=True), key=lambda both: both[0].unit.position)
    meant = [result.suspended for line, result in ordered if item.applies_to.covers(line.unit)]
    return meant or [result.suspended for _, result in ordered]
