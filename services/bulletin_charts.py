"""The charts of a month, from its rows: each with its title, and with words for those who do not see it.

One with nothing in it is not there: no problems, nothing that fell due, no month before.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from services import charts as drawn
from services import score_chart
from services.canvas import Canvas
from services.charts import Bar
from services.desk import Work
from services.month_table import MonthTable
from services.problems import Problems
from services.ranking_page import Result, results
from services.trend import TrendMonth, trend

KINDS, TREND, PLACES, ON_TIME = "kinds", "trend", "places", "on_time"
CHARTS = (TREND, PLACES, KINDS, ON_TIME)
NAMES = {"趋势图": TREND, "名次图": PLACES, "类别图": KINDS, "按期整改图": ON_TIME}
"""As the Office's templates call them."""
SAID = 10
"""So many rows are said in words; the rest is counted."""


@dataclass(frozen=True)
class Chart:
    """A chart that is drawn when it is asked for."""

    title: str
    alt: str
    """What it shows, in words."""
    form: Callable[..., Canvas]
    values: tuple[Hashable, ...]

    def png(self) -> bytes:
        """The picture, below 1 MB: the same bytes for the same rows."""
        return _png(self.form, self.title, self.values)


@lru_cache(maxsize=64)
def _png(form: Callable[..., Canvas], title: str, values: tuple[Hashable, ...]) -> bytes:
    return form(title, *values).png()


def charts_for_readers(work: Work, table: MonthTable, found: Problems) -> dict[str, Chart]:
    """The charts of a frozen month as article and page show them: of the months before, only what was published."""
    months = trend(work, table, published_only=True)
    return charts(table, found, results(work, table), months)


def charts(
    table: MonthTable, found: Problems, shares: Sequence[Result], months: tuple[TrendMonth, ...]
) -> dict[str, Chart]:
    """By name, in the order they are shown."""
    made = {
        TREND: _trend(table, months), PLACES: _places(table, months), KINDS: _kinds(table, found),
        ON_TIME: _on_time(table, shares),
    }  # fmt: skip
    return {name: chart for name, chart in made.items() if chart is not None}


def _trend(table: MonthTable, months: tuple[TrendMonth, ...]) -> Chart | None:
    counted = [(month, score_chart.numbers(month)) for month in months]
    if sum(three is not None for _, three in counted) < 2:
        return None
    said = "；".join(
        f"{month.name} {' '.join(f'{number:.2f}' for number in three)}"
        if three is not None
        else f"{month.name}{'没有得分' if month.standings else month.why_none}"
        for month, three in counted
    )
    title = _title(table, f"近{len(months)}个月得分")
    return Chart(title, f"{title}折线图，每月依次是最高、平均、最低：{said}。", score_chart.scores, (months,))


def _places(table: MonthTable, months: tuple[TrendMonth, ...]) -> Chart | None:
    units = tuple((line.group, line.name, line.code) for line in table.lines if line.place is not None)
    if not units or sum(bool(month.standings) for month in months) < 2:
        return None
    title = _title(table, f"近{len(months)}个月名次")
    said = _listed([f"{name} {_course(months, code)}" for _, name, code in units], "个单位")
    span = f"从{months[0].name}到{months[-1].name}{drawn.gaps(months)}"
    return Chart(title, f"{title}，每行一个单位，{span}：{said}。", drawn.places, (months, units))


def _course(months: Sequence[TrendMonth], code: str) -> str:
    return "、".join("无" if (place := month.place_of(code)) is None else str(place) for month in months)


def _kinds(table: MonthTable, found: Problems) -> Chart | None:
    if not found.total:
        return None
    title = _title(table, f"{table.month.name}问题类别")
    said = _listed([f"{name} {many} 件" for name, many in found.by_kind], "类")
    return Chart(title, f"{title}条形图，共 {found.total} 件：{said}。", drawn.by_kind, (found.by_kind,))


def _on_time(table: MonthTable, shares: Sequence[Result]) -> Chart | None:
    rows: list[Bar] = [
        (row.town, row.on_time.part / row.on_time.whole, f"{row.on_time.words} {row.on_time.percent}")
        for row in shares
        if row.on_time.part is not None and row.on_time.whole
    ]
    if not rows:
        return None
    rows.sort(key=lambda row: -row[1])
    title = _title(table, f"{table.month.name}按期整改")
    said = _listed([f"{name} {words}" for name, _, words in rows], "个单位")
    return Chart(title, f"{title}条形图，按期整改件数／到期件数：{said}。", drawn.on_time, (tuple(rows),))


def _title(table: MonthTable, title: str) -> str:
    """A picture may travel alone: it says itself that its month was withdrawn or corrected."""
    if table.withdrawn_because:
        return f"{title}（已撤回）"
    return f"{title}（第{table.revision - 1}次更正）" if table.revision > 1 else title


def _listed(rows: Sequence[str], what: str) -> str:
    more = f"等 {len(rows)} {what}" if len(rows) > SAID else ""
    return f"{'；'.join(rows[:SAID])}{more}"
