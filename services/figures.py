"""Figures (指标) of a month: for each source and town a number with the rows or the paper behind it.

Nothing that happens after the month's end changes them; a source without data is suspended, and says why.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from models.figure_sheet import FigureEntry, FigureSheet, entries_of, newest_sheet
from models.registry import Town, towns_in_force
from rules.figure_words import handed_in
from rules.figures import Cause, Figure
from rules.months import Month
from rules.refusal import Refusal
from services import figure_sources, figure_sources_supervision
from services.figure_sources import Counted, Source
from services.work import Work

SHEET = "sheet:"
"""How a source that comes from the monthly figures sheet (月度指标表) begins; its indicator follows."""
SOURCES: Mapping[str, Source] = {
    "rectified_on_time": figure_sources.rectified_on_time,
    "verified_first_time": figure_sources.verified_first_time,
    "reopened": figure_sources.reopened,
    "overdue_across_months": figure_sources.overdue_across_months,
    "first_answer_in_time": figure_sources.first_answer_in_time,
    "satisfaction": figure_sources.satisfaction,
    "inspection_findings": figure_sources_supervision.inspection_findings,
    "orders_answered": figure_sources_supervision.orders_answered,
    "whistles_helped": figure_sources_supervision.whistles_helped,
    "admonitions": figure_sources_supervision.admonitions,
    "falsified": figure_sources.falsified,
}
"""What the county's own rows say. The mere number of reports is not among them."""
PER_KILOMETRE = "inspection_findings"
"""The source that also rests on the registry, which is not of the month but of today."""


def gather(
    work: Work,
    month: Month,
    sources: Collection[str],
    towns: Sequence[Town],
    known_at: datetime | None = None,
    kilometres: Mapping[int, Decimal] | None = None,
) -> list[Figure]:
    """One figure for each source and town, in the order they are asked for.

    `known_at`: figures sheets handed in later are not read, so that a frozen month can be counted again;
    `kilometres`: by town id, what the registry said of reaches then, for the same end. Raises Refusal for a source
    nobody knows.
    """
    unknown = [name for name in sources if name not in SOURCES and not name.startswith(SHEET)]
    if unknown:
        raise Refusal(
            f"没有“{'、'.join(unknown)}”这样的指标来源。可用的是：{'、'.join(SOURCES)}，或 sheet:指标名。"
        )
    ids = [town.id for town in towns]
    found: list[Figure] = []
    sheets = _Sheets(work, month, known_at)
    for name in sources:
        if name.startswith(SHEET):
            found.extend(sheets.figure(name, town) for town in towns)
        else:
            counted = SOURCES[name](work, month, ids)
            if name == PER_KILOMETRE and kilometres is not None:
                counted.denominators = {**kilometres}
            found.extend(_figure(name, town, counted) for town in towns)
    return found


def _figure(source: str, town: Town, counted: Counted) -> Figure:
    return Figure(
        source,
        town.code,
        counted.numerators.get(town.id, Decimal(0)),
        counted.denominators.get(town.id, counted.otherwise),
        tuple(counted.causes.get(town.id, ())),
        counted.basis,
    )


def sheet_in_force(work: Work, month: Month, known_at: datetime | None = None) -> FigureSheet | None:
    """The newest sheet of a month, or the newest that was there at that moment."""
    found = newest_sheet(str(month))
    if known_at is not None:
        found = found.where(FigureSheet.imported_at <= known_at)
    return work.session.scalar(found)


class _Sheets:
    """The month's sheet, read when it is first asked for."""

    def __init__(self, work: Work, month: Month, known_at: datetime | None) -> None:
        self._work, self._month, self._known_at = work, month, known_at
        self._read = False
        self._sheet: FigureSheet | None = None
        self._entries: dict[tuple[int, str], FigureEntry] = {}

    def figure(self, source: str, town: Town) -> Figure:
        """What the sheet says of a town, or why it says nothing."""
        self._load()
        name = source.removeprefix(SHEET)
        if self._sheet is None:
            return Figure(source, town.code, suspended=f"{self._month.name}还没有导入月度指标表")
        entry = self._entries.get((town.id, name))
        if entry is None:
            why = f"月度指标表（第 {self._sheet.version} 版）没有填“{name}”"
            return Figure(source, town.code, suspended=why)
        numerator, denominator = entry.numerator, entry.denominator
        key = f"sheet:{self._month}/{self._sheet.version}:{name}"
        said = handed_in(name, numerator, denominator, entry.basis)
        causes = () if denominator is not None and numerator >= denominator else (Cause(key, said),)
        return Figure(source, town.code, numerator, denominator, causes, entry.basis)

    def _load(self) -> None:
        if self._read:
            return
        self._read, self._sheet = True, sheet_in_force(self._work, self._month, self._known_at)
        if self._sheet is not None:
            rows = self._work.session.scalars(entries_of(self._sheet.id))
            self._entries = {(row.town_id, row.indicator): row for row in rows}


def towns_of(work: Work, month: Month) -> list[Town]:
    """The towns that were there on the month's last day, in the registry's order."""
    return list(work.session.scalars(towns_in_force(month.last_day)))
