"""The monthly circular (通报): each town's cases, orders and talks, what is overdue; as a paper and a workbook."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute

from models.admonition import Admonition
from models.case import Case
from models.help_order import HelpOrder
from models.registry import Town
from models.supervision import SupervisionOrder
from models.whistle import WhistleParty
from rules.supervision import AdmonitionState, OrderState
from rules.workdays import end_of
from services.desk import Work
from services.list_workbook import Sheet, workbook_of
from services.open_list import OpenCase, list_sheet, open_rows
from services.order_papers import office_name
from services.papers import Line, Paper, Table, moment

HEADINGS = ("单位", "交办", "办结", "在办", "逾期", "督办单", "约谈")
RELATIVE, WIDTHS = (4, 2, 2, 2, 2, 2, 2), (24, 10, 10, 10, 10, 10, 10)


@dataclass(frozen=True)
class Circular:
    """A month's figures: of each town that has any, in the registry's order, and of all; and what is open now."""

    month: date
    """Its first day."""
    towns: Sequence[tuple[str, int, int, int, int, int, int]]
    """Name, then as the headings say; after the towns the departments that were ordered to help (吹哨)."""
    total: tuple[int, int, int, int, int, int]
    """As the headings say; what no town has yet (待分派) is in it too."""
    rows: Sequence[OpenCase]

    @property
    def late(self) -> list[OpenCase]:
        """What is overdue now."""
        return [row for row in self.rows if row.late]


def circular(work: Work, month: date) -> Circular:
    """The figures of the month that `month` lies in, and what is open now."""
    first = month.replace(day=1)
    since, before = end_of(first - timedelta(days=1)), end_of(_next_month(first) - timedelta(days=1))
    rows = open_rows(work)
    opened = _by_town(work, Case.assigned_at, since, before)
    closed = _by_town(work, Case.closed_at, since, before)
    orders = _count(work, SupervisionOrder, SupervisionOrder.issued_at, since, before)
    helping = _to_helpers(work, since, before)
    talks = _count(work, Admonition, Admonition.called_at, since, before)
    now, late = Counter(row.town for row in rows), Counter(row.town for row in rows if row.late)
    towns = list(work.session.scalars(select(Town).order_by(Town.position, Town.id)))
    for town in towns:
        orders[town.id] += helping.pop(town.name, 0)
    counted = [
        (t.name, opened[t.id], closed[t.id], now[t.name], late[t.name], orders[t.id], talks[t.id])
        for t in towns
    ]
    counted += [(name, 0, 0, 0, 0, many, 0) for name, many in sorted(helping.items())]
    total = (
        sum(opened.values()), sum(closed.values()), len(rows), sum(late.values()),
        sum(row[5] for row in counted), sum(talks.values()),
    )  # fmt: skip
    return Circular(first, [row for row in counted if any(row[1:])], total, rows)


def circular_paper(work: Work, found: Circular) -> Paper:
    """The circular as a paper."""
    named = f"{found.month.year}年{found.month.month}月"
    opened, closed, now, late, orders, talks = found.total
    worst = [
        f"{row.town}{row.number}（{row.place}{row.kind}，逾期{row.late}个工作日）。" for row in found.late
    ]
    return Paper(
        office=office_name(work), title=f"关于{named}河湖问题办理情况的通报", number="", to="各镇街、开发区",
        body=[
            Line(f"现将{named}河湖问题办理情况通报如下。"),
            Line("一、总体情况", heading=True),
            Line(f"本月交办{opened}件，办结{closed}件，下发督办单{orders}份，约谈{talks}次。"
                 f"截至{moment(work.now)}，在办{now}件，其中逾期{late}件。"),
            Line("二、各单位情况", heading=True),
            Table(HEADINGS, [tuple(map(str, row)) for row in found.towns], RELATIVE),
            Line("三、逾期问题", heading=True),
            *([Line(text) for text in worst] or [Line("无。")]),
        ],
        on=work.today,
    )  # fmt: skip


def circular_workbook(found: Circular) -> bytes:
    """The circular as .xlsx: the towns with their sum, what is overdue, and all that is open."""
    towns = Sheet("各单位情况", HEADINGS, [*found.towns, ("合计", *found.total)], WIDTHS)
    return workbook_of([towns, list_sheet(found.late, "逾期问题"), list_sheet(found.rows)])


def _by_town(
    work: Work, at: InstrumentedAttribute[datetime | None], since: datetime, before: datetime
) -> Counter[int]:
    """Cases by the town that has them, of which this happened in the span (the last time it did)."""
    rows = select(Case.town_id, func.count()).where(at >= since, at < before, Case.town_id.is_not(None))
    return Counter({town: many for town, many in work.session.execute(rows.group_by(Case.town_id)) if town})


def _count(
    work: Work, table: type[SupervisionOrder] | type[Admonition], at: InstrumentedAttribute[datetime],
    since: datetime, before: datetime,
) -> Counter[int]:  # fmt: skip
    withdrawn = OrderState.WITHDRAWN if table is SupervisionOrder else AdmonitionState.WITHDRAWN
    rows = select(table.town_id, func.count()).where(at >= since, at < before, table.state != withdrawn)
    return Counter({int(row[0]): int(row[1]) for row in work.session.execute(rows.group_by(table.town_id))})


def _to_helpers(work: Work, since: datetime, before: datetime) -> Counter[str]:
    """Orders to those who help on whistles, by their names."""
    rows = (
        select(WhistleParty.name, func.count())
        .join(HelpOrder, HelpOrder.party_id == WhistleParty.id)
        .where(
            HelpOrder.issued_at >= since, HelpOrder.issued_at < before, HelpOrder.state != OrderState.WITHDRAWN
        )
        .group_by(WhistleParty.name)
    )  # fmt: skip
    return Counter({name: int(many) for name, many in work.session.execute(rows)})


def _next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)
