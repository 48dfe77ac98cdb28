"""What the bulletin's marks (【排名表】 …) stand for: tables of a month, and its charts under their titles."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from services.bulletin_charts import Chart
from services.month_table import MonthTable, TownLine
from services.papers import Figure, Piece, Table
from services.ranking_picture import change, written_score
from services.trend import TrendMonth

Column = tuple[str, int, list[str]]
"""Heading, relative width, a cell a unit."""


def ranking_table(table: MonthTable) -> Table:
    """The places; where units are ranked in groups, with a column that says in which."""
    heading = "得分" if table.composition == "points" else "名次和"
    ranked = _ranked(table)
    return _by_unit(
        ranked,
        [
            ("名次", 2, [str(line.place) for line in ranked]),
            ("单位", 6, [line.name for line in ranked]),
            (heading, 3, [written_score(line.score) for line in ranked]),
            ("较上月", 2, [change(line) for line in ranked]),
            ("等次", 4, [f"{line.grade}（点名）" if line.named else line.grade for line in ranked]),
        ],
    )


def places_table(table: MonthTable, months: Sequence[TrendMonth]) -> list[Piece]:
    """The places of the last months; nothing where there is only this one."""
    ranked = _ranked(table)
    if not ranked or sum(bool(month.standings) for month in months) < 2:
        return []
    courses = [(month.name, 2, [_place(month, line.code) for line in ranked]) for month in months]
    return [_by_unit(ranked, [("单位", 6, [line.name for line in ranked]), *courses])]


def counts_table(heading: str, pairs: Iterable[tuple[str, int]]) -> Table:
    """So many of each."""
    return Table((heading, "件数"), [(name, str(many)) for name, many in pairs], (4, 1))


def figure(chart: Chart | None) -> list[Piece]:
    """A chart under its title; nothing where there is none."""
    return [Figure(chart.png(), chart.title, chart.alt)] if chart is not None else []


def numbered(pieces: Iterable[Piece]) -> Iterable[Piece]:
    """图1, 图2 … before the titles of the charts."""
    number = 0
    for piece in pieces:
        if isinstance(piece, Figure):
            number += 1
            yield replace(piece, caption=f"图{number}　{piece.caption}")
        else:
            yield piece


def _ranked(table: MonthTable) -> list[TownLine]:
    return [line for line in table.lines if line.place is not None]


def _by_unit(ranked: Sequence[TownLine], columns: list[Column]) -> Table:
    if any(line.group for line in ranked):
        columns = [("分组", 4, [line.group for line in ranked]), *columns]
    headings, widths, cells = zip(*columns, strict=True)
    return Table(headings, list(zip(*cells, strict=True)), widths)


def _place(month: TrendMonth, code: str) -> str:
    place = month.place_of(code)
    return "–" if place is None else str(place)
