"""What the public page of a month says beside its table: all from frozen rows."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby

from sqlalchemy import select

from models.assessment import ItemScore, TownScore, frozen_of
from models.publication import published as out
from rules.months import Month
from services import assessment_books
from services.assessment_rows import plain
from services.desk import Work
from services.month_table import MonthTable, TownLine

ON_TIME, SATISFACTION = "rectified_on_time", "satisfaction"


@dataclass(frozen=True)
class ItemRow:
    """An item as the page explains it."""

    name: str
    weights: str
    """The points that could be had: one number, or the least and the most where some was spread."""
    suspended: str


@dataclass(frozen=True)
class Share:
    """So many of so many; none where there was nothing or no data."""

    part: Decimal | None
    whole: Decimal | None

    @property
    def words(self) -> str:
        """18/20, or – where there is none."""
        return f"{plain(self.part)}/{plain(self.whole)}" if self.part is not None and self.whole else "–"

    @property
    def percent(self) -> str:
        """90%, half up; empty where there is none."""
        if self.part is None or not self.whole:
            return ""
        return f"{(100 * self.part / self.whole).quantize(Decimal(1), ROUND_HALF_UP)}%"


@dataclass(frozen=True)
class Result:
    """Closure and satisfaction side by side: what was closed in time, and whether those who reported it agree."""

    town: str
    on_time: Share
    satisfaction: Share


def months(work: Work) -> list[Month]:
    """Every month that was published, the newest first."""
    return sorted({Month.parse(row.assessment.month) for row in work.session.scalars(out())}, reverse=True)


def groups(table: MonthTable) -> list[tuple[str, list[TownLine]]]:
    """The ranked units, group by group as the table has them."""
    ranked = [line for line in table.lines if line.place is not None]
    return [(name, list(lines)) for name, lines in groupby(ranked, lambda line: line.group)]


def items(table: MonthTable) -> list[ItemRow]:
    """The items the month was judged by, in the rulebook's order, with the points each was worth to the units
    that are ranked: what another one had left over after the spreading tells a reader nothing."""
    weights: dict[str, set[Decimal]] = {}
    for line in table.lines:
        for item in line.items:
            known = weights.setdefault(item.name, set())
            if item.points is not None and line.place is not None:
                known.add(item.weight)
    suspended = dict(table.suspended)
    return [ItemRow(name, _range(known), suspended.get(name, "")) for name, known in weights.items()]


def _range(weights: set[Decimal]) -> str:
    if not weights or max(weights) == 0:
        return "–"
    least, most = (plain(w.quantize(Decimal("0.01"))) for w in (min(weights), max(weights)))
    return least if least == most else f"{least} 至 {most}"


def results(work: Work, table: MonthTable) -> list[Result]:
    """Per unit, from the frozen figures; nothing where the rulebook asks for neither."""
    assessment = work.session.scalar(frozen_of(str(table.month)))
    if assessment is None:
        return []
    sources = {item.source for item in assessment_books.kept(assessment).items} & {ON_TIME, SATISFACTION}
    if not sources:
        return []
    rows = work.session.execute(
        select(TownScore.town_code, ItemScore.source, ItemScore.numerator, ItemScore.denominator)
        .join(
            TownScore,
            (TownScore.town_id == ItemScore.town_id) & (TownScore.assessment_id == ItemScore.assessment_id),
        )
        .where(ItemScore.assessment_id == assessment.id, ItemScore.source.in_(sources))
    )
    found = {(code, source): Share(part, whole) for code, source, part, whole in rows}
    none = Share(None, None)
    return [
        Result(line.name, found.get((line.code, ON_TIME), none), found.get((line.code, SATISFACTION), none))
        for line in table.lines
    ]
